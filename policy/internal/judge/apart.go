package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
)

// An Apart is a recipient for whom something graver holds than for the message.
type Apart struct {
	Who     uint64
	Verdict state.Verdict
	Retry   time.Duration // 0: never, or unknown
	Cause   Cause
}

// uncheckedRetry is when those may be written to whose records were not looked at.
const uncheckedRetry = time.Minute

// setApart takes those out of the message for whom it is refused, so that it is judged,
// and counts, as if it went to the others alone. Where nobody is left it is judged for
// those whom it was refused for the mildest reason that is about a stranger, and goes
// to nobody.
func (c *call) setApart() {
	c.apart, c.refused = c.apart[:0], c.refused[:0]
	k := 0
	for i := range c.to {
		own, out := c.own(&c.to[i])
		if own.Verdict != 0 {
			own.Who = c.to[i].Who
			c.apart = append(c.apart, own)
		}
		if out {
			c.refused = append(c.refused, c.to[i])
			continue
		}
		if k < i {
			c.to[k] = c.to[i]
		}
		k++
	}
	if c.to = c.to[:k]; k == 0 && len(c.refused) > 0 {
		c.refuseAll()
	}
}

// own is what holds for one recipient, whatever holds for the message; no verdict:
// nothing. out reports whether the message does not go to them.
func (c *call) own(a *recipient) (own Apart, out bool) {
	if a.contact || c.order == state.Allow || c.in.Learn || c.in.Policy.Observe {
		return own, false
	}
	if why, ok := c.lookAfter(a); ok {
		return Apart{Verdict: state.Hold, Cause: why}, true
	}
	if l := &c.rules.Limits; l.TurnedAwayNew+l.TurnedAwayAll == 0 {
		return own, false // nothing was to be seen there
	}
	if c.in.Looked && !a.Looked && !c.in.Group && a.stranger() {
		return Apart{Verdict: state.Defer, Retry: uncheckedRetry, Cause: Cause{Code: codeUnchecked, Value: float64(len(c.in.To)), Limit: MostLookups}}, true
	}
	return own, false
}

// refuseAll makes what is mildest of all that holds for recipients the answer to the
// message.
func (c *call) refuseAll() {
	c.whole = c.apart[0]
	for i := range c.apart {
		if c.apart[i].Verdict < c.whole.Verdict {
			c.whole = c.apart[i]
		}
	}
	for i := range c.refused {
		if c.apart[i].Verdict == c.whole.Verdict {
			c.to = append(c.to, c.refused[i])
		}
		if a := &c.apart[i]; a.Verdict == c.whole.Verdict && a.Cause.Value > c.whole.Cause.Value {
			c.whole = *a
		}
	}
}

// keepApart hands out those for whom something graver holds than for the message.
func (c *call) keepApart() {
	k := 0
	for i := range c.apart {
		if c.apart[i].Verdict > c.out.Verdict {
			c.apart[k] = c.apart[i]
			k++
		}
	}
	c.out.Apart = c.apart[:k]
}
