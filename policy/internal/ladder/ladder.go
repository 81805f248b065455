// Package ladder is the state machine of sanctions: from how bad a message or an
// account looks to what happens to the account, and back.
//
// An account's ladder is a log. Each entry is an offence that was counted, or a
// sanction that a person imposed, with its mass, kind, scope and end as they were
// decided then; how it ended early and what became of an appeal are noted on it.
// Where the account stands follows from the entries: nothing of it is stored beside
// them. So a ruling that overturns a sanction takes its entry out, and everything
// is as if it had never been counted; and a new policy says what the next offence
// brings, never what a past one should have brought.
//
// Everything is a pure function of the log, the rules and the time.
package ladder

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
)

// A Kind is what happens to an account; 0 is nothing. The numbers are policy.Kind.
type Kind uint8

// Kinds of sanctions.
const (
	Warning Kind = iota + 1
	Block
	Restriction
	Suspension
	Referral
	LastKind = Referral
)

// severity ranks the kinds. Their numbers are in records and only added to: a new
// kind gets a number behind all others, and a rank where it belongs.
var severity = [LastKind + 1]uint8{Warning: 10, Block: 20, Restriction: 30, Suspension: 40, Referral: 50}

// Above reports whether a kind is severer than another. Nothing, and a number that
// no kind has, is milder than all.
func (k Kind) Above(than Kind) bool { return k.severity() > than.severity() }

func (k Kind) severity() uint8 {
	if k > LastKind {
		return 0
	}
	return severity[k]
}

// A Scope is what a sanction covers. The numbers are policy.Scope.
type Scope uint8

// Scopes, each within the next.
const (
	Outreach Scope = iota + 1
	Messaging
	WholeAccount
	LastScope = WholeAccount
)

// An Outcome is what a person decided on an appeal; 0 is nothing yet. The numbers
// are policy.RulingOutcome.
type Outcome uint8

// Outcomes.
const (
	Upheld Outcome = iota + 1
	Reduced
	Overturned
	LastOutcome = Overturned
)

// Rules is what a policy says of the ladder, compiled.
type Rules struct {
	HalfLife                      time.Duration
	Forget                        float64       // a mass under this is gone
	Warned, Offence, AfterWarning float64       // mass of a Warning, of more, of more soon after a Warning
	Amount                        scoring.Curve // people approached → factor on an offence's mass
	Hysteresis                    float64
	WarningFresh, Incident        uint32 // seconds
	ReadTime                      uint32 // seconds in which a Warning is taken to be read
	Tries                         uint16 // people approached meanwhile, from which it is not waited for that
	Steps                         []Step // in rising order of Strikes
	Conduct                       ConductRules
}

// A Step is what follows from a mass.
type Step struct {
	Strikes float64 // mass from which it applies
	Rate    float64 // or complaints per person reached
	People  uint16  // with it: who complained
	Kind    Kind
	Scope   Scope
	PerDay  uint16
	For     uint32 // seconds; 0: until lifted
	Review  uint32 // seconds until a person should look again; 0: not fixed
	Person  bool   // a person must take it
}

// MaxEntries is how many entries a log holds.
const MaxEntries = 16

// Appealable is for how many seconds a sanction is kept for an appeal, after the sender
// was told of it.
const Appealable = 184 * 24 * 3600

// An Entry is one counted offence, one sanction, or both.
type Entry struct {
	ID      uint64  // of the sanction
	Cluster uint64  // near-duplicate cluster of the text that brought it; 0: none
	At      uint32  // when it was decided
	Was     uint32  // At before a wrong clock moved the entry, with its end; 0: none did
	Until   uint32  // end of the sanction, or of a Warning that is none, as decided; stamp.Forever: until lifted; 0: no sanction
	Ended   uint32  // when a person, or a later sanction, ended it early; 0: not so
	Mass    float32 // as decided, of this offence alone; 0: not counted
	Plain   float32 // Mass without what a fresh Warning added to it
	PerDay  uint16
	Kind    Kind // 0: counted, and nothing was imposed
	Scope   Scope
	Outcome Outcome // of an appeal
	Flags   Flags
	Span    uint32  // with Pledged for how many seconds from Ended on, with Later how many after At the sender was told, 0: not yet
	rest    [8]byte // what a newer version appended: carried through
	nRest   uint8
}

// Flags say what an entry is.
type Flags uint16

// Flags of an entry. Append only.
const (
	Counted  Flags = 1 << iota // an offence; others are by a person, or go with an offence
	Opens                      // the first of its incident
	Strikes                    // begins a strike of its own; else it raises that of its incident
	Warns                      // it warned, whether the ladder has a Warning or not
	Graded                     // its step followed from the mass
	Hand                       // a person imposed it
	Replaced                   // Ended by a later Restriction, not by a person
	Regraded                   // milder than it was, since an earlier one was overturned
	Appealed                   // an appeal is open
	Over                       // it had ended when the clock went back
	Pledged                    // a person ended it under a pledge
	Breach                     // it broke a pledge
	Offered                    // the appeal against it offers one
	Outside                    // for what a broadcaster sent to strangers: its own people's messages go on
	Found                      // a person confirmed what it is for
	Later                      // a decision told the sender of it after it was imposed, or none did yet
)

// A State is the log of an account under one policy: the one that is enforced, or a
// shadow. The zero State is a clean record.
type State struct {
	N         int
	Log       [MaxEntries]Entry // oldest first
	Carried   float32           // mass of entries that made room, as of CarriedAt
	CarriedAt uint32

	Open      bool   // an incident is open: the newest one
	Confirmed bool   // a moderator confirmed it
	Ignored   uint16 // people approached since the newest Warning

	Conduct Conduct // of the account: a record keeps it beside the log

	halfLife uint32  // seconds, and
	forget   float32 // of the rules that were applied last: they say when a mass is gone
}

// counts reports whether an entry counts as an offence still.
func (e *Entry) counts() bool { return e.Flags&Counted != 0 && e.Outcome != Overturned }

// Stands reports whether the entry is a sanction in force. One that begins ahead of a
// time was imposed by a clock that was ahead, or the time is wrong: it stands.
func (e *Entry) Stands(now uint32) bool {
	return e.Kind != 0 && e.Ended == 0 && now < e.Until && e.Flags&Over == 0
}

// Covers reports whether the sanction refuses a message: contact says that it goes
// only to people who wrote first or answered.
func (e *Entry) Covers(now uint32, contact bool) bool {
	switch {
	case !e.Stands(now):
		return false
	case e.Kind == Block:
		return e.Scope > Outreach || !contact
	}
	return e.Kind == Suspension
}

// Expires is when the sanction means nothing any more, in force or not: never while
// an appeal against it is open.
func (e *Entry) Expires() uint32 {
	switch {
	case e.Flags&Appealed != 0:
		return stamp.Forever
	case e.Kind == 0:
		return max(e.At, e.Until)
	}
	end := stamp.After(e.Known(), Appealable)
	if e.Ended != 0 && e.Flags&Warns == 0 { // a Warning that was lifted was given
		return end
	}
	return max(end, e.Until)
}

// End is when the sanction ended, or will.
func (e *Entry) End() uint32 {
	if e.Ended != 0 {
		return min(e.Ended, e.Until)
	}
	return e.Until
}

// Known is when the sender was told of a sanction: as it was imposed, or by the first
// decision after that. Where none came while it stood it is its end.
func (e *Entry) Known() uint32 {
	switch {
	case e.Flags&Later == 0:
		return e.At
	case e.Span > 0:
		return stamp.After(e.At, e.Span)
	}
	return e.End()
}

// Tell notes that a decision tells the sender of a sanction, and reports whether none
// did before.
func (e *Entry) Tell(now uint32) bool {
	if e.Flags&Later == 0 || e.Span > 0 {
		return false
	}
	e.Span = max(now-min(now, e.At), 1)
	return true
}

// ByHand reports whether a person imposed it.
func (e *Entry) ByHand() bool { return e.Flags&Hand != 0 }

// Find returns the sanction with that ID, nil if there is none.
func (s *State) Find(id uint64) *Entry {
	for i := range s.N {
		if e := &s.Log[i]; e.Kind != 0 && e.ID == id {
			return e
		}
	}
	return nil
}

// Standing reports whether any sanction stands at a time.
func (s *State) Standing(now uint32) bool {
	return s.Any(func(e *Entry) bool { return e.Stands(now) })
}

// Any reports whether something is so of any entry.
func (s *State) Any(is func(*Entry) bool) bool {
	for i := range s.N {
		if is(&s.Log[i]) {
			return true
		}
	}
	return false
}

// Appeals returns how many are open.
func (s *State) Appeals() (n int) {
	for i := range s.N {
		if s.Log[i].Flags&Appealed != 0 {
			n++
		}
	}
	return n
}

// Blank reports whether there is nothing to keep.
func (s *State) Blank() bool { return s.N == 0 && s.Carried == 0 }
