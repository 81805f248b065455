// Package judge decides on a message, and on an account after feedback: a pure
// function of the account's record, what is known of the message, the rules and the
// time. It has no clock, no context and no I/O.
//
// What it lacks it asks for by Output.Need: with a need set nothing else is, and the
// record is to be dropped. So a judgement that asks for a look has changed nothing,
// and so has a preview, whose record is dropped likewise.
//
// A message goes this way: decay, repeat, relate, covered, limits, count the
// attempt, signals, score, ladder, verdict, count the delivery.
package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// begin brings the record to the time of the message or event, and clears the
// outcome.
func begin(r *state.Record, in *Input, w *Scratch, out *Output) *call {
	c := &w.call
	*c = call{}
	c.Scratch, c.r, c.in, c.out = w, r, in, out
	c.now = r.Begin(in.At, in.Clock, in.Skew, &in.Policy.Member.Ladder)
	c.sec, c.order = stamp.Of(c.now), r.Order.At(stamp.Of(c.now))
	c.match.Slot = -1
	w.apart = w.apart[:0]
	w.asked.filled, w.hits = false, w.hits[:0]
	w.causes, w.imposed, w.evidence, w.shadows = w.causes[:0], w.imposed[:0], w.evidence[:0], w.shadows[:0]
	*out = Output{}
	out.At, out.Now, out.Verdict, out.Slot = c.now, c.now, state.Allow, -1
	out.Ahead = time.Duration(max(-r.Mended, 0)) * time.Millisecond
	out.Changed = r.Mended != 0 // or what a wrong clock did would be mended again, to a later time
	if r.Mended != 0 && len(r.Details) > 0 {
		r.Name = in.Account // what slept had none
	}
	r.DecayTo(c.sec, &in.Policy.Member.Ladder, in.Tracks)
	return c
}

// Message judges a message against its sender's record, and counts it. r is the
// caller's private copy.
func Message(r *state.Record, in *Input, w *Scratch, out *Output) {
	c := begin(r, in, w, out)
	c.class = in.Policy.Rules(in.Class)
	c.rules = c.class
	if in.Release {
		c.release()
		return
	}
	again := c.settled()
	if again && !c.inPart {
		return
	}
	if c.lacks() {
		return
	}
	if c.leaves {
		r.LeaveGone(in.Subject, in.Content)
	}
	c.approaches()
	if c.setApart(); again {
		c.keepApart()
		return
	}
	c.spread()
	c.edit = in.Edit && c.edits()
	if c.barred() {
		c.finish()
		return
	}
	if len(c.to) == 0 {
		c.turnBack()
		return
	}
	r.Touch(c.now)
	r.Class = in.Class
	l := c.tryLimits()
	c.tryText()
	c.tryPeople(l.refused)
	if !c.decide(&l) {
		*out = Output{Need: Budget, Now: c.now}
		return
	}
	r.Origins.See(in.Origin)
	if !c.edit && !c.obeys { // when to come again it was told
		r.Rhythm.AddCoarse(c.now, resolutionOf(c.now, in.Resolution))
	}
	c.count(&l)
	c.finish()
}

// lacks fills in what is known of the recipients, and reports whether more must be looked up.
func (c *call) lacks() bool {
	look := c.relate()
	if c.in.Looked {
		return false
	}
	want, any := c.wants()
	if !look && !any {
		return false
	}
	*c.out = Output{Need: Lookup, Now: c.now, Want: want}
	return true
}

// decide comes to the verdict, and to those of shadow policies; on history there is none. It
// reports false where the budget must be asked first.
func (c *call) decide(l *limit) bool {
	if c.in.Learn {
		for k := range 1 + len(c.in.Shadows) {
			c.consult(k)
		}
		return true
	}
	found, ok := c.judge()
	if !ok {
		return false
	}
	c.conclude(&found, l)
	for i := range c.r.NShadows {
		c.shadows = append(c.shadows, c.shadow(1+i, &c.r.Shadows[i]))
	}
	return true
}

// tryLimits holds the message against the limits, where any hold.
func (c *call) tryLimits() (l limit) {
	if c.in.Learn || c.in.Policy.Observe || c.order == state.Allow {
		l.people = c.newPeople()
		return l
	}
	if c.outstanding(&l) {
		l.people = c.newPeople()
		return l
	}
	return c.limit(c.in.Policy, c.rules, &c.r.Enforced)
}

// settled reports whether there is nothing to judge: the message was answered before, or
// it is history that comes too late.
func (c *call) settled() bool {
	if !c.in.Learn {
		return c.repeat()
	}
	c.out.Late = c.now.Sub(c.in.At) > outOfOrder
	return c.out.Late
}

// outOfOrder is how far history may be behind what is known: it then counts as of that.
const outOfOrder = 5 * time.Minute

// resolutionOf is how exactly a time is taken to be known. One on the full minute
// may be exact, or known to the minute only: a host that did not say so must not
// make its members look like schedulers.
func resolutionOf(t time.Time, known time.Duration) time.Duration {
	if known < time.Minute && t.UnixMilli()%60_000 == 0 {
		return time.Minute
	}
	return known
}

// finish hands out what the judgement collected.
func (c *call) finish() {
	c.out.Causes, c.out.Imposed, c.out.Shadows = c.causes, c.imposed, c.shadows
	c.out.Slot = c.match.Slot
	if len(c.apart) > 0 {
		c.keepApart()
	}
}

// A Change is what an event, or a person, does to a record at a time.
type Change func(r *state.Record, now time.Time) Effect

// An Effect says what must follow from a Change.
type Effect uint8

// Effects.
const (
	Idle    Effect = iota // nothing was changed
	Kept                  // what changed may be lost in a crash
	Durable               // it must not
	Suspect               // the same, and it is evidence: judge the account
	Found                 // the same, and a person confirmed it
	Severe                // a person confirmed what is severe: suspend it at once
	Ruled                 // a person found a text abusive, and the account answers for it: see TextRuling
)

// Event applies a change to an account's record, and judges the account where that
// is evidence. r is the caller's private copy.
func Event(r *state.Record, change Change, in *Input, w *Scratch, out *Output) {
	c := begin(r, in, w, out)
	effect := change(r, c.now)
	if effect == Idle {
		return
	}
	c.class = in.Policy.Rules(r.Class)
	c.rules = c.class
	r.Touch(c.now)
	out.Changed, out.Durable = true, effect > Kept
	switch {
	case effect == Severe && !in.Policy.Observe:
		c.severe()
	case effect == Ruled:
		if !in.Policy.Observe {
			c.ruled(&in.Ruling)
		}
	case effect >= Suspect:
		if effect == Found {
			c.found = c.confirmed()
		}
		if _, ok := c.judge(); !ok {
			*out = Output{Need: Budget, Now: c.now}
			return
		}
		for i := range r.NShadows {
			c.shadowEvent(in.Shadows[i], &r.Shadows[i])
		}
	}
	c.finish()
}
