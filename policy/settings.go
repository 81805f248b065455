package policy

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// settings is what an engine judges by, compiled. It never changes: SetPolicy
// replaces it as a whole, so that every decision was made under exactly one.
type settings struct {
	policy   *Policy
	enforced *judge.Policy
	shadows  []*judge.Policy
	tracks   []state.Shadow
	signals  []SignalFunc
}

// A SignalFunc measures something of the host's own and appends it as evidence.
// It must be pure: the same arguments give the same evidence, it keeps none of
// them, and it does no I/O, for it may run more than once, and on several
// goroutines at a time. It runs while the record of the sender is held.
type SignalFunc func(dst []scoring.Evidence, m *Message, f *Facts) []scoring.Evidence

// Facts is what a SignalFunc may know besides the message. It is a plain value.
type Facts struct {
	At         time.Time           // the time at which the message is judged
	First      time.Time           // of the account, as far as is remembered; zero: this is the first
	Strangers  int                 // recipients that are strangers
	New        int                 // of these, never written to before
	Messages   int                 // delivered within the 24 hours before
	Refused    int                 // tries refused within the 24 hours before
	Approached float64             // people approached, half-life 14 days
	Answered   float64             // those of them that answered
	Likeness   float64             // similarity to the nearest of the last texts to strangers (Jaccard), 0 to 1
	Cluster    *similarity.Cluster // what the campaign index knows of the text; ID 0: nothing
	Sketch     *similarity.Sketch  // of the text
}
