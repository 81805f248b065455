package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// lookAfter reports whether a person turned so many away lately that messages to them
// are held: they are pursued, by somebody with many accounts or by a crowd, of whom
// each is clean.
func (c *call) lookAfter(a *recipient) (why Cause, ok bool) {
	l := &c.rules.Limits
	limit := l.TurnedAwayAll
	if a.TurnedAway > 0 && l.TurnedAwayNew > 0 && c.isNew() {
		limit = l.TurnedAwayNew
	}
	if limit <= 0 || a.TurnedAway < limit {
		return why, false
	}
	return Cause{Code: codeTurnedAway, Value: a.TurnedAway, Limit: limit}, true
}

// isNew reports whether the sender is new here.
func (c *call) isNew() bool {
	young := c.rules.Limits.YoungAge
	if !c.in.Joined.IsZero() {
		return c.now.Sub(c.in.Joined) < young
	}
	return c.r.Born == 0 || c.sec < stamp.After(c.r.Born, uint32(young/time.Second))
}
