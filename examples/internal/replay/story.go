package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// Bounds of what is kept of one sender.
const (
	rowsFirst      = 3   // messages at the beginning
	rowsBefore     = 8   // before a step
	rowsAfter      = 4   // after it
	rowsMost       = 160 // of all
	pointsMost     = 240 // of the drawing
	templatesMost  = 8
	recipientsMost = 3
	textMost       = 280 // runes
)

// stories tell, message by message, how it came to the sanctions of some
// senders. Their number and what is kept of each are bounded.
type stories struct {
	of map[string]*story
}

// A story is one sender's.
type story struct {
	*sender
	rows      []row
	recent    []row // that are kept if a step follows
	skipped   int   // messages since the last row
	after     int   // rows still to keep
	points    []point
	every     int // a point for so many messages
	seen      int
	step      *policy.Sanction // that the event in hand brought
	templates []*similarity.Template
	example   string
	answers   int
	lost      int // rows beyond rowsMost
}

// A row is a message of the sender or something said about it.
type row struct {
	at       time.Time
	skipped  int // messages left out before it
	feedback string
	text     string
	to       []string
	people   int
	pictures int
	verdict  policy.Verdict
	score    float64
	retry    time.Duration
	repeat   bool
	reasons  []policy.Reason
	step     *policy.Sanction
	notice   string
}

// A point is one message in the drawing.
type point struct {
	at      time.Time
	score   float64
	verdict policy.Verdict
	step    policy.Kind
}

func newStories(of []*sender) *stories {
	s := &stories{of: map[string]*story{}}
	for _, x := range of {
		s.of[x.name] = &story{sender: x, every: 1}
	}
	return s
}

// imposed is the runner's hook; observe of the same event follows.
func (s *stories) imposed(p *policy.Sanction) {
	if t := s.of[p.Account]; t != nil && (t.step == nil || p.Kind > t.step.Kind) {
		t.step = p
	}
}

// observe takes in an event; d is nil for feedback.
func (s *stories) observe(e *events.Event, d *policy.Decision) {
	if d != nil {
		if e.Message != "" || e.Answer {
			for _, to := range e.To {
				if t := s.of[to]; t != nil {
					t.answers++
				}
			}
		}
		if t := s.of[e.From]; t != nil {
			t.message(e, d)
		}
		return
	}
	switch e.Kind {
	case events.Reply:
		for _, to := range e.To {
			if t := s.of[to]; t != nil {
				t.answers++
			}
		}
	case events.Complaint:
		s.said(e, "complaint ("+cmp.Or(e.Category, "other")+") by "+shorten(e.From))
	case events.Blocked:
		s.said(e, "blocked by "+shorten(e.From))
	case events.Lift:
		s.said(e, "a moderator lifted a sanction")
	case events.Override:
		s.said(e, "a moderator's order: "+e.Verdict)
	case events.Review:
		s.said(e, "a moderator found it "+map[bool]string{true: "abusive", false: "not abusive"}[e.Abusive])
	}
}

func (s *stories) said(e *events.Event, what string) {
	t := s.of[e.Against]
	if t == nil {
		return
	}
	r := row{at: e.At, feedback: what, step: t.step}
	if t.step != nil {
		r.reasons = t.step.Reasons
		t.point(point{at: e.At, step: t.step.Kind})
	}
	t.take(r, true)
	t.step = nil
}

func (t *story) message(e *events.Event, d *policy.Decision) {
	r := row{
		at: e.At, text: cut(e.Text, textMost), people: len(e.To), pictures: len(e.Media), verdict: d.Verdict, score: d.Score, repeat: d.Repeat,
		retry: d.RetryAfter, reasons: d.Reasons, step: t.step,
	}
	for _, to := range e.To[:min(len(e.To), recipientsMost)] {
		r.to = append(r.to, strings.Clone(to))
	}
	if t.step != nil {
		r.notice = d.Notice().String()
	}
	p := point{at: e.At, score: d.Score, verdict: d.Verdict}
	if t.step != nil {
		p.step = t.step.Kind
	}
	t.point(p)
	t.take(r, t.step != nil)
	t.step = nil
	if e.Text == "" || d.Repeat {
		return
	}
	t.example = cut(e.Text, textMost)
	fit(&t.templates, e.Text)
}

// take keeps a row if it is one of the first, or near a step; kept says that
// it is kept in any case.
func (t *story) take(r row, kept bool) {
	switch {
	case r.step != nil:
		for _, before := range t.recent {
			t.keep(before)
		}
		t.recent, t.after = t.recent[:0], rowsAfter
		t.keep(r)
	case kept || len(t.rows) < rowsFirst || t.after > 0:
		for range t.recent { // what lies between is not shown
			t.skipped++
		}
		t.recent = t.recent[:0]
		t.after = max(0, t.after-1)
		t.keep(r)
	case len(t.recent) == rowsBefore:
		t.skipped++
		copy(t.recent, t.recent[1:])
		t.recent[rowsBefore-1] = r
	default:
		t.recent = append(t.recent, r)
	}
}

func (t *story) keep(r row) {
	if len(t.rows) >= rowsMost {
		t.lost++
		return
	}
	r.skipped, t.skipped = t.skipped, 0
	t.rows = append(t.rows, r)
}

// point keeps one of so many messages for the drawing, and every step.
func (t *story) point(p point) {
	t.seen++
	if p.step == 0 && t.seen%t.every != 0 {
		return
	}
	if len(t.points) >= pointsMost {
		t.every *= 2
		n := 0
		for i, p := range t.points {
			if p.step > 0 || i%2 == 0 {
				t.points[n] = p
				n++
			}
		}
		t.points = t.points[:n]
	}
	if len(t.points) < 2*pointsMost {
		t.points = append(t.points, p)
	}
}

// valid returns the templates of at least three messages, the most used first.
func (t *story) valid() []*similarity.Template {
	list := slices.DeleteFunc(slices.Clone(t.templates), func(x *similarity.Template) bool { return !x.Valid() })
	slices.SortStableFunc(list, func(a, b *similarity.Template) int { return cmp.Compare(b.Messages(), a.Messages()) })
	return list
}

// left is how many messages at the end have no row.
func (t *story) left() int { return t.skipped + len(t.recent) + t.lost }

// worthTelling picks the senders to tell of: those known to be honest first,
// then by sanction and score, those with one text of whom two are told of last. Those whom only the other policy sanctions are
// not among them: nothing happened to them.
func worthTelling(res *result, most int) []*sender {
	var list []*sender
	for _, s := range res.tally.senders {
		if s.worst > 0 && s.messages > 0 {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *sender) int {
		return cmp.Or(cmp.Compare(bit(b.truth == events.Honest), bit(a.truth == events.Honest)), rank{b.worst, b.peak}.compare(rank{a.worst, a.peak}), cmp.Compare(a.name, b.name))
	})
	told, more := map[uint64]int{}, []*sender(nil) // of each campaign
	list = slices.DeleteFunc(list, func(s *sender) bool {
		if s.truth == events.Honest || s.listed == nil || s.listed.cluster == 0 {
			return false
		}
		if told[s.listed.cluster]++; told[s.listed.cluster] > 2 {
			more = append(more, s)
			return true
		}
		return false
	})
	list = append(list, more...)
	return list[:min(len(list), most)]
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cut shortens a text to so many runes, and copies it: it is a part of a line.
func cut(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return strings.ToValidUTF8(s[:i], "\ufffd") + "…"
		}
	}
	return strings.Clone(strings.ToValidUTF8(s, "\ufffd"))
}

// says puts a sanction into words: "block (outreach) until 3 January 2026 15:04".
func says(p *policy.Sanction) string {
	s := p.Kind.String()
	if p.Scope > 0 {
		s += " (" + p.Scope.String() + ")"
	}
	if p.PerDay > 0 {
		s += fmt.Sprintf(", %d messages a day", p.PerDay)
	}
	if p.Kind == policy.Warning {
		return s
	}
	if p.Until.IsZero() {
		return s + " until lifted"
	}
	return s + " until " + p.Until.UTC().Format("2 January 2006 15:04")
}
