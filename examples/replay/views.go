package main

import (
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// What the page's template sees: plain values with the words already chosen.

type (
	countRow struct {
		Verdict policy.Verdict
		N       int
		Share   string
		Key     string // in -json
		Means   string
	}
	kindRow struct {
		Kind                             policy.Kind
		Imposed, Senders, Caught, Harmed int
		Key                              string
	}
	historyRow struct {
		From      string
		Verdicts  []int
		Sanctions int
	}
	qualityRow struct {
		Kind                      policy.Kind
		Precision, Recall, Harmed estimate
	}
	diffView struct {
		Policy                  string
		Harder, Milder, Refused int
		Rows                    []compareRow
		Moves                   []moveRow
		Kinds                   []string
		Changes                 []changeRow
		More                    int
	}
	compareRow struct {
		What string
		A, B int
	}
	moveRow struct {
		Kind string
		N    []int
	}
	changeRow struct {
		Name, From, To, Truth string
		A, B, Messages        int
		Harder                bool
		Why                   []policy.Reason
	}
	fitView struct {
		*fitReport
		Groups []fitGroupView
	}
	fitGroupView struct {
		Sentence string
		Rows     []string
	}
	knobView struct {
		Name, About string
		Chart       *chart
		Rows        []knobRow
	}
	knobRow struct {
		By, Problem              string
		Warned, Blocked, Refused int
		Truth                    bool
		Caught, Harmed           int
		Base                     bool
	}
	storyView struct {
		Name, Kind, Truth          string
		Messages, Refused, Answers int
		Peak                       float64
		Steps                      []stepView
		Templates                  []templateView
		Unmatched                  int
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
		To                      string
		Score                   float64
		Scored, Repeat          bool
		Retry                   string
		Reasons                 []policy.Reason
		Step, Notice            string
	}
)

var meanings = map[policy.Verdict]string{
	policy.Allow: "delivered", policy.Flag: "delivered, and a moderator is told", policy.Defer: "over a limit: may be tried again later",
	policy.Hold: "a person decides", policy.Reject: "a sanction covers it, or it brought one",
	policy.Duplicate: "the same ID again, of what was delivered before",
}

func countRows(r *result) (rows []countRow) {
	for v := policy.Allow; v <= policy.Duplicate; v++ {
		rows = append(rows, countRow{v, r.verdicts[v], percent(r.verdicts[v], r.messages), "verdicts." + v.String(), meanings[v]})
	}
	return rows
}

func kindRows(r *result) (rows []kindRow) {
	for k := policy.Warning; k <= policy.Referral; k++ {
		rows = append(rows, kindRow{k, r.sanctions[k], r.sanctioned[k], r.caught[k], r.harmed[k], k.String()})
	}
	return rows
}

func historyRows(h *history) (rows []historyRow) {
	for i := range h.buckets {
		b := &h.buckets[i]
		row := historyRow{From: h.from.Add(time.Duration(i) * h.width).Format("2 Jan 2006 15:04"), Verdicts: b.verdicts[policy.Allow:]}
		some := false
		for _, n := range row.Verdicts {
			some = some || n > 0
		}
		for _, n := range b.sanctions {
			row.Sanctions += n
		}
		if some || row.Sanctions > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// widthName says how long a stretch is: "6 hours", "2 weeks".
func widthName(d time.Duration) string {
	for _, u := range []struct {
		d    time.Duration
		name string
	}{{7 * 24 * time.Hour, "week"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}} {
		if d >= u.d && d%u.d == 0 {
			return count(int(d/u.d), u.name)
		}
	}
	return d.String()
}

// changesOnPage of those that a second policy treats differently.
const changesOnPage = 200

func viewDiff(d *difference) *diffView {
	v := &diffView{Policy: d.b.policy}
	v.Harder, v.Milder, v.Refused = d.count()
	add := func(what string, a, b int) { v.Rows = append(v.Rows, compareRow{what, a, b}) }
	for k := policy.Flag; k <= policy.Reject; k++ {
		add("messages: "+k.String(), d.a.verdicts[k], d.b.verdicts[k])
	}
	for k := policy.Warning; k <= policy.Referral; k++ {
		add("senders that reached a "+k.String(), d.a.sanctioned[k], d.b.sanctioned[k])
	}
	if d.a.truth {
		add("abusive senders blocked", d.a.caught[policy.Block], d.b.caught[policy.Block])
		add("honest senders warned or worse", d.a.harmed[policy.Warning], d.b.harmed[policy.Warning])
		add("honest senders blocked", d.a.harmed[policy.Block], d.b.harmed[policy.Block])
		add("abusive messages delivered", d.a.abusiveDelivered, d.b.abusiveDelivered)
		add("honest messages not delivered", d.a.honestNotDelivered, d.b.honestNotDelivered)
	}
	for k := range d.moves {
		v.Kinds = append(v.Kinds, kindName(policy.Kind(k)))
		v.Moves = append(v.Moves, moveRow{kindName(policy.Kind(k)), d.moves[k][:]})
	}
	for _, c := range d.changes[:min(len(d.changes), changesOnPage)] {
		row := changeRow{Name: c.a.name, From: kindName(c.a.worst), To: kindName(c.b.worst), Truth: truthName(c.a.truth, ""), A: c.a.undelivered, B: c.b.undelivered, Messages: c.a.messages, Harder: c.moved() > 0}
		steps := c.a.steps
		if row.Harder {
			steps = c.b.steps
		}
		if len(steps) > 0 {
			row.Why = some(steps[len(steps)-1].reasons)
		}
		v.Changes = append(v.Changes, row)
	}
	v.More = len(d.changes) - len(v.Changes)
	return v
}

func viewFit(f *fitting) *fitView {
	v := &fitView{fitReport: f.report()}
	for _, harder := range []bool{true, false} {
		g := f.group(f.last.changes, harder, all)
		v.Groups = append(v.Groups, fitGroupView{f.sentence(&g, harder), f.lines(&g)})
	}
	return v
}

func viewKnobs(s *sensitivity, base *result) (views []knobView) {
	for _, k := range s.knobs {
		view := knobView{Name: k.name, About: k.about, Chart: knobChart(k)}
		for _, v := range k.variants {
			row := knobRow{By: fmt.Sprintf("×%g", v.by), Problem: v.problem, Truth: base.truth, Base: v.by == 1}
			if r := v.result; r != nil {
				row.Warned, row.Blocked = r.sanctioned[policy.Warning], r.sanctioned[policy.Block]
				row.Refused = r.verdicts[policy.Defer] + r.verdicts[policy.Hold] + r.verdicts[policy.Reject]
				row.Caught, row.Harmed = r.caught[policy.Block], r.harmed[policy.Warning]
			}
			view.Rows = append(view.Rows, row)
		}
		views = append(views, view)
	}
	return views
}

// some returns the weightiest reasons.
func some(list []policy.Reason) []policy.Reason { return list[:min(len(list), reasonsShown+2)] }

func viewStory(t *story) storyView {
	v := storyView{
		Name: t.name, Kind: kindName(t.worst), Truth: truthName(t.truth, ""), Messages: t.messages, Refused: t.undelivered, Answers: t.answers,
		Peak: t.peak, Unmatched: t.unmatched, Left: t.left(), Chart: storyChart(t),
	}
	for _, s := range t.steps {
		v.Steps = append(v.Steps, stepView{s.at, says(&policy.Sanction{Kind: s.kind, Scope: s.scope, PerDay: s.perDay, Until: s.until}), s.delivered, some(s.reasons)})
	}
	for _, x := range t.valid() {
		v.Templates = append(v.Templates, templateView{x.Detail(), x.Messages()})
	}
	for _, r := range t.rows {
		row := rowView{At: r.at, Skipped: r.skipped, Feedback: r.feedback, Text: r.text, Score: r.score, Scored: r.feedback == "", Repeat: r.repeat, Reasons: some(r.reasons), Notice: r.notice}
		if r.verdict > 0 {
			row.Verdict = r.verdict.String()
		}
		for i, to := range r.to {
			if i > 0 {
				row.To += ", "
			}
			row.To += shorten(to)
		}
		if more := r.people - len(r.to); more > 0 {
			row.To += fmt.Sprintf(" and %s more", thousands(more))
		}
		if r.verdict == policy.Defer && r.retry > 0 {
			row.Retry = r.retry.Round(time.Second).String()
		}
		if r.step != nil {
			row.Step = says(r.step)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
