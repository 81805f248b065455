package judge

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// pauses reports whether a message now is a new follow-up: a run that never paused
// is one message.
func (c *call) pauses(p *state.Attempt, rules *Rules) bool {
	return c.sec-min(c.sec, p.LastTurn()) >= rules.Limits.FollowUpGap
}

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
		if a := &c.to[i]; a.pending && a.stranger() {
			if n := c.beginsFollowUp(a, c.rules); n != nil {
				c.rules.Months.keep(MonthPerson, n, c.now)
				fn(n)
			}
		}
	}
}
