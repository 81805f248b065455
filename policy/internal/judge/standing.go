package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// repeat answers a message that was answered before.
func (c *call) repeat() bool {
	if c.in.Subject == 0 {
		return false
	}
	p := c.r.Recent.Find(c.in.Subject, c.in.Content, c.sec)
	if p == nil && c.brought() && !c.in.Edit {
		c.out.Verdict, c.out.Repeat = state.Reject, true
		return true
	}
	if p == nil {
		return !c.in.Edit && c.gone() // who edits back to what it was says something new
	}
	switch p.Verdict {
	case state.Defer:
		if p.Retry != 0 && c.sec >= stamp.After(p.At, p.Retry) {
			c.r.Leave(p)
			c.obeys = true
			return false
		}
	case state.Reject:
		c.relate()
		if c.counted = true; c.cover() == nil && !c.brought() && p.Flags&state.Discarded == 0 {
			return false
		}
	}
	c.inPart = p.Flags&state.InPart != 0
	c.out.Verdict, c.out.Score, c.out.Repeat, c.out.At = p.Verdict, p.Score, true, stamp.Time(p.At)
	c.out.RetryAfter = time.Duration(p.Retry) * time.Second
	if p.Flags&state.ByText != 0 {
		c.match = c.r.Texts.Match(&c.in.Sketch)
		c.out.Text = c.named()
	}
	return true
}

// gone answers a message that went out before the recent ones: nothing but that is
// known of it. One that waited for a limit is judged anew.
func (c *call) gone() bool {
	v, at := c.r.Gone.Find(c.in.Subject, c.in.Content, c.sec)
	if v == state.Defer {
		c.obeys, c.leaves = true, true
	}
	if !v.Delivered() {
		return false
	}
	c.inPart = len(c.in.To) > 1
	c.out.Verdict, c.out.Repeat, c.out.At = v, true, stamp.Time(at)
	return true
}

// brought reports whether the message brought a sanction, however long ago, which no
// person took back: it is not delivered, and brings no other one.
func (c *call) brought() bool {
	s := &c.r.Enforced.Ladder
	return s.N > 0 && c.in.ID != "" && state.Kept(c.in.ID) == c.in.ID && s.Any(func(e *ladder.Entry) bool {
		if !e.Kind.Above(ladder.Warning) || e.Flags&ladder.Hand != 0 || !c.enforced(e) || e.Outcome == ladder.Overturned || e.Ended != 0 && e.Flags&ladder.Replaced == 0 {
			return false
		}
		d := c.r.DetailsOf(e.ID)
		return d != nil && d.Message == c.in.ID
	})
}

// cover is the sanction that refuses the message, the one that ends last.
func (c *call) cover() (by *ladder.Entry) {
	s := &c.r.Enforced.Ladder
	contacts := s.N > 0 && c.ContactsOnly()
	for i := range s.N {
		if e := &s.Log[i]; c.enforced(e) && e.Covers(c.sec, contacts || c.spared(e)) && (by == nil || e.Until > by.Until) {
			by = e
		}
	}
	return by
}

// spared reports whether a sanction is about what was done to strangers, and the message
// goes to none.
func (c *call) spared(e *ladder.Entry) bool {
	return e.Flags&ladder.Outside != 0 && !c.any((*recipient).outside)
}

// enforced reports whether a sanction is enforced: a policy that only observes
// enforces what a person imposed, and nothing else.
func (c *call) enforced(e *ladder.Entry) bool {
	return e.Flags&ladder.Hand != 0 || !c.in.Policy.Observe
}

// restriction returns the i-th standing Restriction, from 0; nil: there are no more.
func (c *call) restriction(i int) *ladder.Entry {
	s := &c.r.Enforced.Ladder
	for k := range s.N {
		if e := &s.Log[k]; e.Kind == ladder.Restriction && e.Stands(c.sec) && c.enforced(e) {
			if i == 0 {
				return e
			}
			i--
		}
	}
	return nil
}

// restricted reports whether a Restriction stands: it is about all messages, also
// those on a channel with limits of its own.
func (c *call) restricted() bool { return c.restriction(0) != nil }

// covered rejects a message that a standing sanction covers. It leaves no evidence,
// no pressure and no strike: trying never makes it worse.
func (c *call) covered() bool {
	if c.r.Enforced.Ladder.N == 0 || c.order == state.Allow {
		return false
	}
	if e := c.cover(); e != nil {
		c.tell()
		c.out.Verdict, c.out.RetryAfter = state.Reject, untilEnd(e, c.now)
		c.causes = append(c.causes, Cause{Code: codeSanction, Value: float64(e.Kind)})
		return true
	}
	if c.edit || c.ContactsOnly() {
		return false
	}
	for i := 0; ; i++ {
		e := c.restriction(i)
		if e == nil {
			return false
		}
		if retry, why, ok := c.within(e.PerDay); !ok {
			c.tell()
			c.out.Verdict, c.out.RetryAfter = state.Reject, retry
			c.causes = append(c.causes, why)
			return true
		}
	}
}

// outlived rejects a copy that waited while its text brought a sanction, which was ended
// within a day: it goes out no more than what was tried under that, and is no new offence.
func (c *call) outlived() bool {
	t := &c.r.Enforced
	if t.Ladder.N == 0 || c.order == state.Allow || c.in.Sketch.Grams == 0 || !c.any(func(a *recipient) bool { return a.pending }) {
		return false
	}
	m, since := c.r.Texts.Match(&c.in.Sketch), uint32(0)
	for i := range t.Ladder.N {
		if e := &t.Ladder.Log[i]; c.enforced(e) && t.Brought(&m, e.ID) && c.sec < stamp.After(e.At, stamp.Day) {
			since = max(since, e.At)
		}
	}
	if !c.any(func(a *recipient) bool { return c.waited(a, since) }) {
		return false
	}
	c.out.Verdict = state.Reject
	c.causes = append(c.causes, Cause{Code: Signals[RepeatOffence].Code, Value: 1})
	return true
}

// waited reports whether a stranger was tried up to a time, and has got nothing.
func (c *call) waited(a *recipient, until uint32) bool {
	k := c.r.Pending.Find(a.Who)
	return k >= 0 && a.stranger() && c.r.Pending.At[k].Flags&state.WasDelivered == 0 && c.r.Pending.At[k].Asked <= until
}

// tell notes that the sender is told now what stands.
func (c *call) tell() {
	s := &c.r.Enforced.Ladder
	for i := range s.N {
		if e := &s.Log[i]; e.Stands(c.sec) && c.enforced(e) && e.Tell(c.sec) {
			c.out.Changed, c.out.Durable = true, true
		}
	}
}

// untilEnd is how long a sanction lasts still; 0: until lifted.
func untilEnd(e *ladder.Entry, now time.Time) time.Duration {
	if e.Until == stamp.Forever {
		return 0
	}
	return stamp.Time(e.Until).Sub(now)
}
