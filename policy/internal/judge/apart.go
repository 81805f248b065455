package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
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
	switch c.to = c.to[:k]; {
	case k == 0:
		c.refuseAll()
	case len(c.apart) == k && len(c.refused) == 0:
		c.whole = c.apart[0]
	}
}

// pair is what holds for somebody who blocked the sender, or complained about them; no
// verdict: nothing.
func (c *call) pair(a *recipient) (own Apart) {
	if c.in.Group || c.in.Learn || c.in.Policy.Observe {
		return own
	}
	e := c.r.RefusedBy.Find(a.Who)
	if e == nil {
		if e = &a.Refused; e.Who == 0 {
			return own
		}
	}
	rules, days := &c.rules.Pair, float64((c.sec-min(c.sec, e.At))/(24*3600))
	if e.Block {
		return Apart{Verdict: rules.Blocked, Cause: Cause{Code: codeBlocked, Value: days}}
	}
	if c.sec >= stamp.After(e.At, rules.For) {
		return own
	}
	return Apart{Verdict: rules.Complained, Cause: Cause{Code: codeComplained, Value: days, Limit: float64(rules.For) / (24 * 3600)}}
}

// spares defers the first letter to somebody who is protected, where the sender has
// approached as many people as the share of the limits for these allows.
func (c *call) spares(a *recipient) (own Apart) {
	l := &c.rules.Limits
	if !a.Protected || !a.fresh || !a.stranger() || l.ProtectedShare == 0 || c.edit {
		return own
	}
	res := c.r.People.Check(c.now, c.shrink(l.People, l.ProtectedShare*c.share(c.rules, &c.r.Enforced)), 1)
	if res.OK {
		return own
	}
	why := limitCause(codeRatePeople, res.Limit, c.r.People.Count(c.now, res.Limit.Per)+1)
	return Apart{Verdict: state.Defer, Retry: time.Duration(state.RetrySeconds(res.RetryAfter)) * time.Second, Cause: why}
}

// isOwn reports whether a cause is what a recipient said, and nothing about the sender.
func isOwn(why *Cause) bool {
	return why.Code == codeSettings || why.Code == codeBlocked || why.Code == codeComplained
}

// turnBack answers a message that nobody wants to whom it goes. It is no offence and no
// evidence; but a client that goes on after it was refused is noticed.
func (c *call) turnBack() {
	c.out.Verdict, c.out.RetryAfter = c.whole.Verdict, c.whole.Retry
	c.causes = append(c.causes, c.whole.Cause)
	c.r.Touch(c.now)
	c.r.Class, c.out.Changed = c.in.Class, true
	if !c.counted {
		c.r.Messages.Refuse(c.now, 1)
		c.goesOn()
	}
	c.remember(0, 0)
	c.finish()
}

// goesOn counts those whom a broadcaster goes on to write to, though they refuse it, as
// if the message had reached them: see state.Record.Broadcast.
func (c *call) goesOn() {
	for i := range c.apart {
		if a := &c.apart[i]; len(c.rules.Rates) > 0 && !a.Verdict.Delivered() && isOwn(&a.Cause) {
			c.r.Broadcast(c.now, a.Who)
		}
	}
}

// own is what holds for one recipient, whatever holds for the message; no verdict:
// nothing. out reports whether the message does not go to them.
func (c *call) own(a *recipient) (own Apart, out bool) {
	if own = c.pair(a); own.Verdict == 0 {
		own = c.unaccepted(a)
	}
	if own.Verdict != 0 {
		return own, !own.Verdict.Delivered()
	}
	if a.contact || c.order == state.Allow || c.in.Learn || c.in.Policy.Observe {
		return own, false
	}
	if why, ok := c.lookAfter(a); ok {
		return Apart{Verdict: state.Hold, Cause: why}, true
	}
	if own = c.full(a); own.Verdict == 0 {
		own = c.spares(a)
	}
	if own.Verdict == 0 {
		own = c.unchecked(a)
	}
	return own, own.Verdict != 0
}

// unaccepted is what holds for somebody who does not take first letters of such a sender.
func (c *call) unaccepted(a *recipient) (own Apart) {
	v := c.rules.Pair.Unaccepted
	if v == 0 || a.contact || a.Accepts.takes(a.Relation) || c.in.Group || c.in.Learn || c.in.Policy.Observe {
		return own
	}
	return Apart{Verdict: v, Cause: Cause{Code: codeSettings, Value: float64(a.Accepts)}}
}

// unchecked defers a message to a stranger who was not looked up, for there were too
// many.
func (c *call) unchecked(a *recipient) (own Apart) {
	if l := &c.rules.Limits; l.TurnedAwayNew+l.TurnedAwayAll == 0 {
		return own // nothing was to be seen there
	}
	if !c.in.Looked || a.Looked || c.in.Group || !a.stranger() {
		return own
	}
	return Apart{Verdict: state.Defer, Retry: uncheckedRetry, Cause: Cause{Code: codeUnchecked, Value: float64(len(c.in.To)), Limit: MostLookups}}
}

// refuseAll makes what is mildest of all that holds for recipients the answer to the
// message. Those of whom that says nothing but who they are, it is judged for.
func (c *call) refuseAll() {
	c.whole = c.apart[0]
	for i := range c.apart {
		if a := &c.apart[i]; a.Verdict < c.whole.Verdict {
			c.whole = *a
		}
	}
	for i := range c.apart {
		a := &c.apart[i]
		if a.Verdict != c.whole.Verdict || isOwn(&a.Cause) {
			continue
		}
		if c.to = append(c.to, c.refused[i]); isOwn(&c.whole.Cause) || a.Cause.Value > c.whole.Cause.Value {
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
