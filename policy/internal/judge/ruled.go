package judge

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A TextRuling is a person's finding that a text is abusive, for an account that sent it.
type TextRuling struct {
	Clusters [2]uint64 // of the text, by any process; 0: none
	Mild     bool      // it brings no more than a Warning
	By       string    // as records keep it
}

// ruledPeople is from how many strangers who did not answer an account answers for a text.
const ruledPeople = 5

// Sent returns the text of the record that is of one of the clusters, -1 if there is none,
// on how many people without a contact it was tried, and how many of these answered.
func (t *TextRuling) Sent(r *state.Record) (slot, people, answered int) {
	slot = slices.IndexFunc(r.Texts.Ring[:r.Texts.N], func(e state.Text) bool {
		return e.Cluster != 0 && slices.Contains(t.Clusters[:], e.Cluster) || e.Beside != 0 && slices.Contains(t.Clusters[:], e.Beside)
	})
	if slot >= 0 {
		e := &r.Texts.Ring[slot]
		people, answered = int(e.Strangers), int(min(e.Answered, e.Strangers))
	}
	return slot, people, answered
}

// Answers reports whether the account answers for the text.
func (t *TextRuling) Answers(r *state.Record) bool {
	slot, people, answered := t.Sent(r)
	return slot >= 0 && people-answered >= ruledPeople
}

// ruled has the account answer for a text: with the first step above a Warning, or what
// the ladder has that is graver. What stands for this incident is enough. It is a
// person's finding: no budget bounds it, and no brake.
func (c *call) ruled(t *TextRuling) {
	slot, people, answered := t.Sent(c.r)
	steps := c.rules.Ladder.Steps
	first := slices.IndexFunc(steps, func(st ladder.Step) bool { return st.Kind.Above(ladder.Warning) })
	f := ladder.Finding{Warn: true}
	if !t.Mild && first >= 0 {
		f.Act, f.Rated = true, &steps[first]
	}
	s := &c.r.Enforced.Ladder
	res := s.Decide(f, c.sec, &c.rules.Ladder, ladder.Granted, state.NewID(c.in.Key, "text", c.r.Ordinal, c.sec))
	if res.Step == nil {
		return
	}
	c.match.Slot = slot
	c.causes = append(c.causes, Cause{Code: codeRuled, Value: float64(people), Limit: ruledPeople, N: people, K: answered})
	c.impose(res, true)
	res.Entry.Cluster = c.r.Texts.Ring[slot].Cluster // of a Warning, too: or it is not found again
	if d := c.r.DetailsOf(res.Entry.ID); d != nil {
		d.By = t.By
	}
}
