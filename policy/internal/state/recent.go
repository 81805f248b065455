package state

import (
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// Recent remembers the last messages of 24 hours, so that a retry gets the same
// answer and counts once, and a retraction knows what to give back.
type Recent struct {
	N  int
	At [MaxRecent]RecentDecision // oldest first
}

// A RecentDecision is one message and its answer.
type RecentDecision struct {
	ID, Content uint32 // keyed hashes: of the ID; of recipients and text
	At          uint32
	Score       float64
	Retry       uint32 // seconds until it may be tried again, at most maxRetry
	People      uint16 // what it took from the window of new people
	Verdict     Verdict
	Flags       RecentFlags
}

// RecentFlags say what became of a message.
type RecentFlags uint8

// Flags of a RecentDecision. The lowest bit is not used.
const (
	OnChannel RecentFlags = 2 << iota // it was counted on a channel of its own
	Retracted                         // the quota was given back
	ByText                            // its text decided, and its cluster has a name
	Queued                            // it waits in the Queue
	InPart                            // something of their own held for some recipients
	Discarded                         // a person found that it is not to be delivered
)

const maxRetry = 1<<24 - 1

// Find returns the decision on a message, nil if it is not remembered.
func (p *Recent) Find(id, content, now uint32) *RecentDecision {
	for i := p.N - 1; i >= 0; i-- {
		if e := &p.At[i]; e.ID == id && e.Content == content && e.Flags&Retracted == 0 && now < stamp.After(e.At, recentLast) {
			return e
		}
	}
	return nil
}

// ByID returns the latest decision that delivered a message with that ID, or else the
// latest on one.
func (p *Recent) ByID(id, now uint32) (d *RecentDecision) {
	for i := p.N - 1; i >= 0; i-- {
		e := &p.At[i]
		if e.ID != id || now >= stamp.After(e.At, recentLast) {
			continue
		}
		if e.Verdict.Delivered() {
			return e
		}
		if d == nil {
			d = e
		}
	}
	return d
}

// Forgets reports whether a message of that time may have been remembered, and is not
// any more.
func (p *Recent) Forgets(at, now uint32) bool {
	return now >= stamp.After(at, recentLast) || p.N == MaxRecent && at <= p.At[0].At
}

// Edit remembers that the message of that ID which was delivered has another content.
// When it came, and what it took, stays; that the content was refused before goes.
func (p *Recent) Edit(id, content, now uint32, score float64, verdict Verdict) {
	p.N = len(slices.DeleteFunc(p.At[:p.N], func(o RecentDecision) bool {
		return o.ID == id && o.Content == content && !o.Verdict.Delivered()
	}))
	if d := p.ByID(id, now); d != nil {
		d.Content, d.Score, d.Verdict = content, score, verdict
	}
}

// Add remembers a decision; an earlier one on the same message goes. Where the oldest
// makes room it is returned.
func (p *Recent) Add(e RecentDecision) (old RecentDecision) {
	for i := p.N - 1; i >= 0; i-- {
		if o := &p.At[i]; o.ID == e.ID && o.Content == e.Content {
			p.N = len(slices.Delete(p.At[:p.N], i, i+1))
		}
	}
	if p.N == MaxRecent {
		old = p.At[0]
		p.drop(1)
	}
	p.At[p.N] = e
	p.N++
	return old
}

// age drops what is over.
func (p *Recent) age(now uint32) {
	k := 0
	for k < p.N && now >= stamp.After(p.At[k].At, recentLast) {
		k++
	}
	if k > 0 {
		p.drop(k)
	}
}

// drop forgets the oldest n.
func (p *Recent) drop(n int) { p.N = len(slices.Delete(p.At[:p.N], 0, n)) }

// RetrySeconds is a time to wait as a record keeps it: whole seconds, rounded up.
func RetrySeconds(d time.Duration) uint32 {
	if d <= 0 {
		return 0
	}
	return uint32(min(math.Ceil(d.Seconds()), maxRetry))
}
