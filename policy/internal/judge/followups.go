package judge

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// pauses reports whether a message now is a new follow-up: a run that never paused
// is one message.
func (c *call) pauses(p *state.Attempt, rules *Rules) bool {
	return c.paused(p, rules) && (p.Flags&state.Completed != 0 || !c.completes(p))
}

// paused reports whether there was a pause since the latest follow-up.
func (c *call) paused(p *state.Attempt, rules *Rules) bool {
	return c.sec-min(c.sec, p.LastTurn()) >= rules.Limits.FollowUpGap
}

// completes reports whether the message takes up all of a text that the person got that
// day, and adds to it, as who completes a list does. Of two such messages one is a
// follow-up.
func (c *call) completes(p *state.Attempt) bool {
	s := &c.in.Sketch
	for i := range c.r.Texts.N {
		e := &c.r.Texts.Ring[i].Sketch
		if !p.Counted(i) || c.sec >= stamp.After(p.LastTurn(), earlierAfter) || e.Grams < leastCompleted || s.Grams <= e.Grams {
			continue
		}
		// Of what is part of the other, the likeness is the share that it is of that.
		if e.Jaccard(s) >= .9*float64(e.Grams)/float64(s.Grams) {
			return true
		}
	}
	return false
}

// leastCompleted is of how many grams a text is that can be found in another.
const leastCompleted = 8

// beginsFollowUp returns the counts of follow-ups to one person if this message is
// a new one.
func (c *call) beginsFollowUp(a *recipient, rules *Rules) *limiter.Windows {
	k := c.r.Pending.Find(a.Who)
	if k < 0 {
		return nil
	}
	p := &c.r.Pending.At[k]
	if p.Flags&state.WasDelivered == 0 || !c.pauses(p, rules) {
		return nil
	}
	return c.r.TurnsOf(p, c.rules.Months&MonthPerson != 0)
}

// eachFollowUp calls fn for each person to whom the message is a follow-up.
func (c *call) eachFollowUp(fn func(*limiter.Windows)) {
	for i := range c.to {
		if a := &c.to[i]; a.pestered() {
			if n := c.beginsFollowUp(a, c.rules); n != nil {
				c.rules.Months.keep(MonthPerson, n, c.now)
				fn(n)
			}
		}
	}
}
