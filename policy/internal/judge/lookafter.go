package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// The other side of a message: a person to whom many write whom they turn away is
// being pursued, by one with many accounts or by a crowd, of whom each is clean.
const (
	pursued   = 3.3 // turned away lately: new accounts are held for this person
	besieged  = 8   // all without a contact are
	newFor    = 7 * 24 * 3600
	codeAfter = "recipient.turned_away"
)

// lookAfter holds a message to a person who is being pursued.
func (c *call) lookAfter() {
	worst := 0.
	for i := range c.to {
		if a := &c.to[i]; !a.contact {
			worst = max(worst, a.Recipient.TurnedAway)
		}
	}
	if worst >= besieged || worst >= pursued && c.isNew() {
		c.out.Verdict, c.out.RetryAfter = state.Hold, 0
		c.lead(Cause{Code: codeAfter, Value: worst, Limit: pursued})
	}
}

// isNew reports whether the sender is new here.
func (c *call) isNew() bool {
	if !c.in.Joined.IsZero() {
		return c.now.Sub(c.in.Joined) < newFor*time.Second
	}
	return c.r.Born == 0 || c.sec < stamp.After(c.r.Born, newFor)
}
