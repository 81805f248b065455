package judge

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// An Output is what came of a judgement.
type Output struct {
	Need    Need // with one only Now is set beside it
	Changed bool // the record must be written
	Durable bool // and survive a crash
	Repeat  bool // the message was answered before
	Late    bool // it is history from before what is known of the account, and nothing was counted

	Released Released // of a release

	At         time.Time     // at which it was judged; of a repeat, when it was answered
	Now        time.Time     // at which it was judged
	Ahead      time.Duration // by how much the record was brought back to the clock
	Verdict    state.Verdict
	Score      float64
	RetryAfter time.Duration
	Causes     []Cause            // valid until the next judgement with the same Scratch
	Imposed    []uint64           // IDs of sanctions; likewise
	Shadows    []Outcome          // likewise
	Apart      []Apart            // recipients for whom something graver holds; likewise
	Thanked    []uint64           // who complained, and nobody ruled on it, before something was imposed
	Punished   bool               // a sanction above Warning was imposed
	Cluster    uint64             // whose text brought it; 0: none
	Text       uint64             // cluster of the text, where that decided on the message; 0: something else did
	NoteAt     state.Key          // origin that the sanction is to be noted at; zero: none
	Strike     state.OriginStrike // what is to be noted
	Observe    bool               // the campaign index should learn of the message
	Mild       bool               // nothing speaks against the text
	Asked      int                // people without a contact whom the text newly reached
	Want       Counters           // with Lookup: what rules need
	Count      Counters           // what the message is counted by
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

// causesOf appends what a score rests on, weightiest first.
func causesOf(dst []Cause, s *scoring.Score) []Cause {
	for i := range s.Evidence {
		e := &s.Evidence[i]
		dst = append(dst, Cause{Code: e.Code, Value: finite(e.Value), Limit: finite(e.Limit), N: e.N, K: e.K, Share: e.Share})
	}
	return dst
}

// finite is v within what a record can keep and JSON can write: a host's evidence
// may measure anything. What is no number is 0.
func finite(v float64) float64 {
	if v != v {
		return 0
	}
	return min(max(v, -math.MaxFloat32), math.MaxFloat32)
}
