package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A Released is what came of a release.
type Released uint8

// What came of a release.
const (
	ReleasedNow    Released = iota // the message counts as delivered
	ReleasedBefore                 // it was delivered before
	ReleasedOther                  // one of that ID is remembered, with other recipients or another text
	NeverHeld                      // it is not remembered, and is not so old that it could not be
)

// release counts a message that was not delivered as if it had been, at the time when
// it was judged: a person has it delivered. That it was tried was counted then.
func (c *call) release() {
	r, in, out := c.r, c.in, c.out
	d := r.Recent.Find(in.Subject, in.Content, c.sec)
	if out.Released = c.releasable(d); out.Released != ReleasedNow {
		return
	}
	if c.relate() && !in.Looked {
		*out = Output{Need: Lookup, Now: c.now}
		return
	}
	c.backTo(d)
	c.spread()
	r.Touch(c.now)
	l := limit{people: c.newPeople()}
	c.tryText()
	c.tryPeople(false)
	out.Changed, out.Durable, out.Verdict = true, true, state.Allow
	c.causes = append(c.causes, Cause{Code: codeReleased})
	switch {
	case d == nil:
		flags := c.countVerdict(&l)
		r.Remember(state.RecentDecision{ID: in.Subject, Content: in.Content, At: stamp.Of(in.Clock), Verdict: state.Allow, People: uint16(l.people), Flags: flags})
	case d.Verdict.Delivered(): // to some
		d.Flags &^= state.InPart
		r.People.Add(c.now, l.people)
		c.deliver()
		out.Observe = c.match.Slot >= 0
	default:
		r.Leave(d)
		d.Verdict, d.Retry, d.People = state.Allow, 0, uint16(l.people)
		d.Flags = c.countVerdict(&l)
		out.Score = d.Score
	}
	c.finish()
}

// releasable says whether the message, with the decision on it that is remembered, can
// be released. One that may have been forgotten can.
func (c *call) releasable(d *state.RecentDecision) Released {
	r, in := c.r, c.in
	switch v, _ := r.Gone.Find(in.Subject, in.Content, c.sec); {
	case d != nil && d.Verdict.Delivered() && d.Flags&state.InPart == 0, d == nil && v.Delivered():
		return ReleasedBefore
	case d != nil:
		return ReleasedNow
	case r.Recent.ByID(in.Subject, c.sec) != nil:
		return ReleasedOther
	case r.Recent.Forgets(stamp.Of(in.At), stamp.Of(in.Clock)):
		return ReleasedNow
	}
	return NeverHeld
}

// backTo makes the time that of the decision, to the millisecond where that is known.
func (c *call) backTo(d *state.RecentDecision) {
	at := stamp.Of(c.in.At)
	if d != nil {
		at = d.At
	}
	switch {
	case at == c.sec:
		return
	case at == stamp.Of(c.in.At):
		c.now = c.in.At
	default:
		c.now = stamp.Time(at)
	}
	c.sec, c.out.At, c.out.Now = at, c.now, c.now
}

// Discard notes that a message will not be delivered. It reports whether one is
// remembered, and whether it went out.
func Discard(r *state.Record, id uint32, now time.Time) (found, delivered bool) {
	d := r.Recent.ByID(id, stamp.Of(now))
	if d == nil || d.Verdict.Delivered() {
		return d != nil, d != nil
	}
	for i := range r.Recent.At[:r.Recent.N] {
		if d := &r.Recent.At[i]; d.ID == id {
			r.Leave(d)
			d.Verdict, d.Retry, d.Flags = state.Reject, 0, d.Flags|state.Discarded
		}
	}
	return true, false
}
