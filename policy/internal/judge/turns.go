package judge

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// pauses reports whether a message now begins a new turn: a run that never paused
// is one turn.
func (c *call) pauses(p *state.Attempt, rules *Rules) bool {
	return c.sec-min(c.sec, p.LastTurn()) >= rules.Limits.TurnGap
}

// beginsTurn returns the counts of turns to one person if this message begins a new
// one, beyond the first.
func (c *call) beginsTurn(a *recipient, rules *Rules) *limiter.Windows {
	k := c.r.Pending.Find(a.Who)
	if k < 0 {
		return nil
	}
	p := &c.r.Pending.At[k]
	if p.Flags&state.WasDelivered == 0 || !c.pauses(p, rules) {
		return nil
	}
	return c.r.TurnsOf(p)
}

// eachTurn calls fn for each person to whom the message begins a turn.
func (c *call) eachTurn(fn func(*limiter.Windows)) {
	for i := range c.to {
		if a := &c.to[i]; a.pending && a.stranger() {
			if turns := c.beginsTurn(a, c.rules); turns != nil {
				fn(turns)
			}
		}
	}
}
