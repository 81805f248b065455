package judge

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/rules"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// A Policy is a policy as judgements read it. It never changes.
type Policy struct {
	ID      string // name and content hash
	Observe bool   // refuse and sanction nothing
	Member  *Rules // of every class that has none of its own
	Classes map[string]*Rules
	Crowd   CrowdRules
	Asked   *rules.Set // the host's own conditions; nil: none
}

// Months says which windows count over a month.
type Months uint8

// Windows that do.
const (
	MonthMessages Months = 1 << iota
	MonthPeople
	MonthPerson
	MonthChannels
)

// keep has a window count over a month, or no longer.
func (m Months) keep(which Months, w *limiter.Windows, now time.Time) {
	if m&which != 0 {
		w.KeepMonth(now)
	} else {
		w.DropMonth()
	}
}

// Rules returns the rules for a class.
func (p *Policy) Rules(class string) *Rules {
	if class != "" {
		if r := p.Classes[class]; r != nil {
			return r
		}
	}
	return p.Member
}

// Rules are what holds for one class of sender; see the fields of the same names in
// package policy.
type Rules struct {
	Limits   Limits
	Pair     Pair
	Received Received
	Requests Requests
	Silence  Silence
	Channels map[string][]limiter.Limit
	Weights  Weights
	Signals  [NSignals]Setting

	TextMatch, TextMatchSlow, TextAnswered   scoring.Curve
	SlowGate, ReplyFloorBusy, SharedContacts scoring.Curve
	ReplyFloor, ComplaintFloor               float64
	ReplyPrior, ComplaintPrior               scoring.Beta
	ComplaintReach                           float64

	Strangers *Rules // hold for messages that approach a stranger; nil: these
	Months    Months // which limits are for longer than a week, here or there

	Crowd      *CrowdRules // those of the policy
	Score      scoring.Scorecard
	Warn, Act  float64
	Families   int
	Complaints state.ComplaintRules

	Ladder   ladder.Rules
	Rates    []ladder.Step
	RateSure float64
	RateFlag float64
	Person   bool // takes every sanction
	Severe   ladder.Step
	Deceived ladder.Step // without Kind: what the ladder says

	Confirmed      []ladder.Step // at a person's first finding of those complaints, at the second …
	ConfirmedAbout uint32        // the set of their categories
}

// Limits are the limits of a class.
type Limits struct {
	Messages, People, Person, PersonUnknown []limiter.Limit

	FollowUpGap           uint32 // seconds
	YoungAge              time.Duration
	YoungShare, Probation float64
	ProtectedShare        float64 // 0: as for anybody
	OriginShare           float64 // of an account that may be the next of somebody who was sanctioned
	OriginPeople          int     // whom it may approach before a person looks; 0: anybody

	TurnedAwayNew, TurnedAwayAll float64
}

// A Pair says what becomes of messages to who refuses those of the sender. The zero Pair
// has them go out.
type Pair struct {
	Blocked, Complained state.Verdict
	For                 uint32 // seconds, after a complaint; at most MaxPairFor
	Unaccepted          state.Verdict
}

// MaxPairFor is the longest Pair.For, in seconds.
const MaxPairFor = 90 * 24 * 3600

// Weights says how much of a stranger a recipient is, from 0 to 1.
type Weights struct {
	Contact, Connection, Follower, Invited, SecondDegree, Stranger, Unknown, Earlier, Protected float64
}

// A Relation is how near the host knows a recipient to be. The numbers are
// policy.Relation.
type Relation uint8

// Relations.
const (
	Unknown Relation = iota
	Connection
	Follower
	SecondDegree
	Stranger
	Invited
)

// Accepts is from whom a person takes first letters. The numbers are policy.Accepts.
type Accepts uint8

// What a person accepts.
const (
	Unset Accepts = iota // not known: anyone
	Anyone
	SecondDegrees
	Connections
	NobodyNew
)

// takes reports whether a first letter from somebody of a relation is accepted.
func (a Accepts) takes(r Relation) bool {
	switch a {
	case Unset, Anyone:
		return true
	case SecondDegrees:
		return r != Unknown && r.Distance() <= SecondDegree.Distance()
	case Connections:
		return r != Unknown && r.Distance() < SecondDegree.Distance()
	}
	return false
}

// Distance orders relations from near to far, Unknown before all: the number of one
// that came later says nothing.
func (r Relation) Distance() int {
	if r == Invited {
		return 2*int(SecondDegree) - 1
	}
	return 2 * int(r)
}

// A Mode says what a signal may do.
type Mode uint8

// Modes. The numbers are policy.Mode.
const (
	On Mode = iota
	Shadow
	Off
)

// A Setting says whether one signal counts, and what it is worth.
type Setting struct {
	Mode  Mode
	Curve scoring.Curve
}

// speaks reports whether the signal is on and says anything of a value.
func (k *Setting) speaks(v float64) bool { return k.Mode != Off && k.Curve.At(v) > 0 }

// points is what the signal counts for a value.
func (k *Setting) points(v float64) float64 {
	if k.Mode != On {
		return 0
	}
	return k.Curve.At(v)
}

// active reports whether the signal is on and has a curve.
func (k *Setting) active() bool { return k.Mode != Off && len(k.Curve) > 0 }

// onset is the value from which a curve says anything.
func onset(c scoring.Curve) float64 {
	for i := len(c) - 1; i > 0; i-- {
		if c[i-1].Y == 0 && c[i].Y != 0 {
			return c[i-1].X
		}
	}
	return c[0].X
}

// ends is the range of values in which a curve is not flat.
func ends(c scoring.Curve) (lo, hi float64) { return c[0].X, c[len(c)-1].X }
