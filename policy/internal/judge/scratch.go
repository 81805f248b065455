package judge

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/rules"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// A Scratch is the work space of judgements, one at a time. The zero Scratch is
// ready.
type Scratch struct {
	to       []recipient // whom the message is judged for
	refused  []recipient // whom it does not go to
	apart    []Apart     // for whom something of their own holds; first of all those in refused, in their order
	evidence []scoring.Evidence
	host     []scoring.Evidence
	spare    []scoring.Evidence // for shadows
	limits   []limiter.Limit
	causes   []Cause
	imposed  []uint64
	shadows  []Outcome
	facts    Facts
	asked    asked
	hits     []*rules.Rule
	unruled  []scoring.Evidence  // without what they say
	asking   *rules.Set          // that is asked
	likes    func(i int) float64 // of it; bound once
	call     call                // that is under way: here, or it would be allocated
}

// An asked is what rules are asked of.
type asked struct {
	filled   bool
	facts    rulekit.Facts
	counters []int64
}

// A call is one judgement under way.
type call struct {
	*Scratch
	r     *state.Record
	in    *Input
	out   *Output
	class *Rules    // of the sender's class
	rules *Rules    // that hold for the message: those, or what they have for strangers
	now   time.Time // at which it is judged: not before the record's newest event
	sec   uint32
	order state.Verdict // a moderator's, at that time

	announced int          // recipients who are not known to be strangers
	later     bool         // it is not the first announcement of a week
	obeys     bool         // it was deferred, and is tried again when it was told to be
	leaves    bool         // and is to leave the queue, once nothing is to be looked up
	inPart    bool         // the message that is answered again was not for all
	whole     Apart        // what holds for all recipients, if it is refused for each
	counted   bool         // it was rejected before, and is tried again
	found     *ladder.Step // what a person's finding asks for; nil: nothing
	edit      bool         // it replaces the text of a message that was delivered
	match     state.TextMatch
}

// A recipient is a Recipient, and what the sender's record knows of them.
type recipient struct {
	Recipient
	at      int     // in Input.To
	contact bool    // wrote first, or answered
	credit  bool    // the host says that this person wrote first: credit the answer
	fresh   bool    // never written to
	weight  float64 // how much of a stranger
	enters  bool    // a room where somebody wrote, but never the sender: a contact once it is delivered
	earlier bool    // first written to over a day ago
	pending bool    // was written to, and has not answered
	lifts   bool    // was refused by the sender, who writes to them now
	kept    bool    // has a place among the pending, however many the message goes to

	quiet  bool   // a contact of whom the sender's record knows no answer for long
	lapsed bool   // nor does theirs: a stranger for follow-ups
	since  uint32 // the day from which on, of one whose talk is counted
	turns  uint32 // that the sender took since
}

// stranger reports whether a message to this person approaches somebody who has no
// reason to expect it.
func (a *recipient) stranger() bool { return !a.contact && a.weight >= .5 }

// outside reports whether the host says that this person is a stranger, and they are.
func (a *recipient) outside() bool {
	return a.stranger() && a.Relation.Distance() >= SecondDegree.Distance()
}

// alone reports whether there are no announcements for this person.
func (a *recipient) alone() bool { return a.Relation == Stranger || a.Protected }

// leastWeight is what a recipient must weigh for texts and fan-out to count.
const leastWeight = .05

// light reports whether the recipient weighs too little to be counted.
func (a *recipient) light() bool { return a.contact || a.weight < leastWeight }

// of is how much of a stranger a recipient is.
func (w *Weights) of(a *recipient) float64 {
	if a.contact {
		return w.Contact
	}
	switch a.Relation {
	case Connection:
		return w.Connection
	case Follower:
		return w.Follower
	case Invited:
		return w.Invited
	case SecondDegree:
		return w.SecondDegree
	case Stranger:
		return w.Stranger
	}
	return w.Unknown
}
