// Package rules is what a policy's rules are when it is in force: compiled, and sorted by
// what they look at. It is pure: judge asks them, and the shell looks up what they count.
package rules

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// A Rule is one that is on, or in shadow.
type Rule struct {
	Code    scoring.Code
	Why     string // in one sentence
	Program *rulekit.Program
	Family  scoring.Family
	Points  float64 // 0: no evidence
	Verdict state.Verdict
	Retry   time.Duration
	Shadow  bool
	Until   uint32 // stamp; Forever: it does not end
}

// On reports whether the rule has not ended.
func (r *Rule) On(now uint32) bool { return now < r.Until || r.Until == stamp.Forever }

// An Of says what a counter counts. The numbers are policy.CounterOf.
type Of uint8

// What is counted.
const (
	Messages Of = iota
	Delivered
	Senders
	NewSenders
	BlockedSenders
	Recipients
	Strangers
)

// A KeyKind says by what a counter counts.
type KeyKind uint8

// What messages have in common.
const (
	BySender KeyKind = iota
	ByRecipient
	ByOrigin
	ByAttribute
)

// A Counter is one that a rule may read.
type Counter struct {
	state.Sum
	Key       KeyKind
	Attribute int // ByAttribute
	Of        Of
}

// A Set is the rules of one policy. It never changes. A nil Set has none.
type Set struct {
	Attributes []rulekit.Attribute
	Rules      []Rule
	Counters   []Counter
	Samples    [][]similarity.Sketch // of texts, by list
	Sampled    bool                  // there are any
	Talk       bool                  // a rule may be true of a message to contacts only
	Reads      uint64                // variables that any rule reads
	Used       uint64                // counters that any rule reads
}

// Add adds a rule.
func (s *Set) Add(r Rule) {
	x := &r.Program.Reads
	s.Rules = append(s.Rules, r)
	s.Talk = s.Talk || !x.Strangers
	s.Reads |= x.Variables
	s.Used |= x.Counters
	s.Sampled = s.Sampled || x.Samples != 0
}

// Why is what a rule says of itself, by its code; "": there is no such rule.
func (s *Set) Why(code scoring.Code) string {
	for i := range s.Rules {
		if s.Rules[i].Code == code {
			return s.Rules[i].Why
		}
	}
	return ""
}

// late are the variables that are known only once it was looked who of the recipients
// wrote first, and who else sends the text.
var late = func() (set uint64) {
	for i, v := range rulekit.Variables() {
		if len(v.Name) > 3 && v.Name[:3] == "to." || len(v.Name) > 5 && v.Name[:5] == "text." {
			set |= 1 << i
		}
	}
	return set
}()

// Late reports whether a rule reads what a look may change.
func (r *Rule) Late() bool { return r.Program.Reads.Variables&late != 0 }

// May reports whether a rule that has not ended could be true, whatever its counters are.
func (r *Rule) May(f *rulekit.Facts) bool {
	return (f.Strangers > 0 || !r.Program.Reads.Strangers) && (r.Program.May == nil || r.Program.May(f))
}

// True reports whether a rule that has not ended is true. A fault is not.
func (r *Rule) True(f *rulekit.Facts) bool {
	if f.Strangers == 0 && r.Program.Reads.Strangers {
		return false
	}
	ok, err := r.Program.Eval(f)
	return ok && err == nil
}

// Like is how much a text is like the nearest of a list.
func (s *Set) Like(list int, text *similarity.Sketch) (most float64) {
	if text == nil || list >= len(s.Samples) {
		return 0
	}
	for i := range s.Samples[list] {
		most = max(most, text.Jaccard(&s.Samples[list][i]))
	}
	return most
}

// A Seen is what one counter had counted under one key before the message.
type Seen struct {
	Policy  uint8 // 0: the enforced; then the shadows
	Counter uint8
	N       int32
	In      uint32 // bit 0: the sender is among the people; or bit i: recipient i of those that are counted
}

// MostCounted is how many recipients of a message are counted.
const MostCounted = 32
