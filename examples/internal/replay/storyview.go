package replay

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// What the template of a sender's story sees.

type (
	storyView struct {
		N                          int
		Name, Kind, Truth          string
		Messages, Refused, Answers int
		Peak                       float64
		Steps                      []stepView
		Templates                  []templateView
		Rows                       []rowView
		Left                       int
		Chart                      *chart
	}
	stepView struct {
		At        time.Time
		What      string
		Delivered int
		Why       []policy.Reason
	}
	templateView struct {
		Text     string
		Messages int
	}
	rowView struct {
		At                      time.Time
		Skipped                 int
		Feedback, Text, Verdict string
		To, Pictures            string
		Score                   float64
		Repeat, Same            bool // Same: as the text before
		Retry                   string
		Reasons                 []policy.Reason
		Step, Notice            string
	}
)

// some returns the weightiest reasons.
func some(list []policy.Reason) []policy.Reason { return list[:min(len(list), reasonsShown+2)] }

func viewStory(t *story) storyView {
	v := storyView{
		Name: t.name, Kind: kindName(t.worst), Truth: truthName(t.truth, ""), Messages: t.messages, Refused: t.undelivered, Answers: t.answers,
		Peak: t.peak, Left: t.left(), Chart: storyChart(t),
	}
	for _, s := range t.steps {
		v.Steps = append(v.Steps, stepView{s.at, says(&policy.Sanction{Kind: s.kind, Scope: s.scope, PerDay: s.perDay, Until: s.until}), s.delivered, some(s.reasons)})
	}
	for _, x := range t.valid() {
		v.Templates = append(v.Templates, templateView{x.Detail(), x.Messages()})
	}
	said, text := policy.Code(""), "" // what was told last is not told again
	for i := range t.rows {
		r := &t.rows[i]
		row := viewRow(r)
		if len(r.reasons) > 0 && r.step == nil && r.verdict != policy.Allow && r.reasons[0].Code != said { // those of a step are told with it
			row.Reasons, said = r.reasons[:min(len(r.reasons), reasonsShown)], r.reasons[0].Code
		}
		if row.Same = r.text != "" && r.text == text; row.Same {
			row.Text = ""
		}
		text = cmp.Or(r.text, text)
		v.Rows = append(v.Rows, row)
	}
	return v
}

func viewRow(r *row) rowView {
	row := rowView{At: r.at, Skipped: r.skipped, Feedback: r.feedback, Text: r.text, Score: r.score, Repeat: r.repeat, Notice: r.notice}
	if r.verdict > 0 {
		row.Verdict = r.verdict.String()
	}
	var to []string
	for _, name := range r.to {
		to = append(to, shorten(name))
	}
	row.To = strings.Join(to, ", ")
	if more := r.people - len(r.to); more > 0 {
		row.To += fmt.Sprintf(" and %s more", thousands(more))
	}
	if r.pictures > 0 {
		row.Pictures = count(r.pictures, "picture")
	}
	if r.verdict == policy.Defer && r.retry > 0 {
		row.Retry = howLong(r.retry)
	}
	if r.step != nil {
		row.Step = says(r.step)
	}
	return row
}
