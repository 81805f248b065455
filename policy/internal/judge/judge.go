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

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// An Input is what a judgement reads, and never changes.
type Input struct {
	Message bool      // a message is judged; else an event, about Account alone
	At      time.Time // of the message or event
	Key     state.Key // of the account
	Me      uint64    // the account, as others' records know it
	Account string    // its name
	ID      string    // of the message
	Subject uint32    // keyed hash of ID; 0 without one
	Content uint32    // keyed hash of recipients and text
	Class   string    // "": a member
	Group   bool      // to a room
	Reply   bool      // the host says that the recipient wrote first
	Channel string    // "": messages
	channelHash
	Joined   time.Time // of the account; zero: unknown
	Origin   state.Key // zero without one
	Sketch   similarity.Sketch
	To       []Recipient        // by hash, each once
	Evidence []scoring.Evidence // the host's
	Host     HostSignals        // nil: none

	Looked     bool               // what follows was looked up, and To is complete
	Cluster    similarity.Cluster // what the campaign index would say
	OriginMass float64            // strike mass on other accounts of the origin
	Grant      ladder.Grant       // of the sanction budget

	Learn  bool // history: counted as delivered, no verdict
	Static bool // the store is away: enforce and count, impose nothing

	Policy     *Policy
	Shadows    []*Policy
	Tracks     []state.Shadow // the same, as a record must know them
	Resolution time.Duration  // of times; 0: exact
}

// channelHash is a keyed hash of Input.Channel.
type channelHash struct{ ChannelHash uint32 }

// HostSignals are the host's own measurements. They must be pure.
type HostSignals func(dst []scoring.Evidence, f *Facts) []scoring.Evidence

// A Recipient is one person whom a message goes to, or the room.
type Recipient struct {
	Who      uint64
	Key      state.Key
	Relation Relation
	Wrote    bool // looked up: this person wrote to the sender
	Waits    bool // looked up: this person waits for the sender's answer
	Same     bool // looked up: this person wrote from the origin of the message
}

// A Relation is how near the host knows a recipient to be. The numbers are
// policy.Relation.
type Relation uint8

// Relations, from near to far.
const (
	Unknown Relation = iota
	Connection
	Follower
	SecondDegree
	Stranger
)

// Facts is what HostSignals may know. Its fields are those of policy.Facts.
type Facts struct {
	At         time.Time
	First      time.Time
	Strangers  int
	New        int
	Messages   int
	Refused    int
	Approached float64
	Answered   float64
	Likeness   float64
	Cluster    *similarity.Cluster
	Sketch     *similarity.Sketch
}

// An Output is what came of a judgement.
type Output struct {
	Need    Need // with one only Now is set beside it
	Changed bool // the record must be written
	Durable bool // and survive a crash
	Repeat  bool // the message was answered before

	At         time.Time // at which it was judged; of a repeat, when it was answered
	Now        time.Time // at which it was judged
	Verdict    state.Verdict
	Score      float64
	RetryAfter time.Duration
	Causes     []Cause            // valid until the next judgement with the same Scratch
	Imposed    []uint64           // IDs of sanctions; likewise
	Shadows    []Outcome          // likewise
	Punished   bool               // a sanction above Warning was imposed
	Cluster    uint64             // whose text brought it; 0: none
	Accused    state.Key          // origin that the sanction is to be noted at; zero: none
	Strike     state.OriginStrike // what is to be noted
	Observe    bool               // the campaign index should learn of the message
	Mild       bool               // nothing speaks against the text
	Slot       int                // of the text in the ring; -1: none
}

// A Need is what a judgement lacks.
type Need uint8

// Needs.
const (
	Nothing Need = iota
	Lookup       // who of the recipients wrote first, the campaign index, the origin
	Budget       // whether automation may impose a sanction above Warning
)

// An Outcome is what a shadow policy would have done.
type Outcome struct {
	Policy  *Policy
	Verdict state.Verdict
	Score   float64
	Causes  []Cause
	Imposed *ladder.Entry // nil: nothing
}

// A Cause is one piece of the explanation of a verdict.
type Cause struct {
	Code         scoring.Code
	Value, Limit float64
	N, K         int
	Share        float64
}

// A Scratch is the work space of judgements, one at a time. The zero Scratch is
// ready.
type Scratch struct {
	to       []recipient
	evidence []scoring.Evidence
	host     []scoring.Evidence
	spare    []scoring.Evidence // for shadows
	limits   []limiter.Limit
	causes   []Cause
	imposed  []uint64
	shadows  []Outcome
	facts    Facts
	call     call // that is under way: here, or it would be allocated
}

// A call is one judgement under way.
type call struct {
	*Scratch
	r     *state.Record
	in    *Input
	out   *Output
	rules *Rules
	now   time.Time // at which it is judged: not before the record's newest event
	sec   uint32

	announced int // recipients who are not known to be strangers
	match     state.TextMatch
}

// begin brings the record to the time of the message or event, and clears the
// outcome.
func begin(r *state.Record, in *Input, w *Scratch, out *Output) *call {
	c := &w.call
	*c = call{Scratch: w, r: r, in: in, out: out, now: r.At(in.At)}
	c.sec = stamp.Of(c.now)
	c.match.Slot = -1
	w.causes, w.imposed, w.evidence, w.shadows = w.causes[:0], w.imposed[:0], w.evidence[:0], w.shadows[:0]
	*out = Output{At: c.now, Now: c.now, Verdict: state.Allow, Slot: -1}
	r.DecayTo(c.sec, &in.Policy.Member.Ladder, in.Tracks)
	return c
}

// Message judges a message against its sender's record, and counts it. r is the
// caller's private copy.
func Message(r *state.Record, in *Input, w *Scratch, out *Output) {
	c := begin(r, in, w, out)
	c.rules = in.Policy.Rules(in.Class)
	if !in.Learn && c.repeat() {
		return
	}
	if c.relate() && !in.Looked {
		*out = Output{Need: Lookup, Now: c.now}
		return
	}
	if !in.Learn && c.covered() {
		c.finish()
		return
	}
	r.Touch(c.now)
	r.Class = in.Class
	var l limit
	if in.Learn || in.Policy.Observe || r.Order.Verdict == state.Allow {
		l.people = c.newPeople()
	} else {
		l = c.limit(in.Policy, c.rules, &r.Enforced)
	}
	c.tryText()
	c.tryPeople()
	if !in.Learn {
		found, ok := c.judge()
		if !ok {
			*out = Output{Need: Budget, Now: c.now}
			return
		}
		c.conclude(found, &l)
		for i := range r.NShadows {
			w.shadows = append(w.shadows, c.shadow(in.Shadows[i], &r.Shadows[i]))
		}
	}
	r.Origins.See(in.Origin)
	r.Rhythm.AddCoarse(c.now, resolutionOf(c.now, in.Resolution))
	c.count(&l)
	c.finish()
}

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
	Severe                // a person confirmed what is severe: suspend it at once
)

// Event applies a change to an account's record, and judges the account where that
// is evidence. r is the caller's private copy.
func Event(r *state.Record, change Change, in *Input, w *Scratch, out *Output) {
	c := begin(r, in, w, out)
	effect := change(r, c.now)
	if effect == Idle {
		return
	}
	c.rules = in.Policy.Rules(r.Class)
	r.Touch(c.now)
	out.Changed, out.Durable = true, effect > Kept
	switch {
	case effect == Severe && !in.Policy.Observe:
		c.severe()
	case effect >= Suspect:
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
