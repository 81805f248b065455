package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// lookAfter holds a message to a person who turned many away lately: they are pursued,
// by somebody with many accounts or by a crowd, of whom each is clean.
func (c *call) lookAfter() {
	worst := 0.
	for i := range c.to {
		if a := &c.to[i]; !a.contact {
			worst = max(worst, a.Recipient.TurnedAway)
		}
	}
	l := &c.rules.Limits
	limit := l.TurnedAwayAll
	if c.isNew() && l.TurnedAwayNew > 0 {
		limit = l.TurnedAwayNew
	}
	if limit > 0 && worst >= limit {
		c.raise(state.Hold, 0, Cause{Code: codeTurnedAway, Value: worst, Limit: limit})
	}
}

// isNew reports whether the sender is new here.
func (c *call) isNew() bool {
	young := c.rules.Limits.YoungAge
	if !c.in.Joined.IsZero() {
		return c.now.Sub(c.in.Joined) < young
	}
	return c.r.Born == 0 || c.sec < stamp.After(c.r.Born, uint32(young/time.Second))
}
