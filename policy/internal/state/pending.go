package state

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// Pending holds the people who were approached and have not answered yet, the most
// recently written to last.
type Pending struct {
	N  int
	At [MaxPending]Attempt
}

// MaxPending is how many people a record waits for.
const MaxPending = 32

// An Attempt is one person who has not answered yet.
type Attempt struct {
	Who     uint64
	Asked   uint32 // when the first message went out; of an undelivered one, when it was tried
	Minutes uint16 // from Asked to the begin of the last turn
	Turns   uint8  // runs of messages in a row without an answer
	Slot    uint8  // of the text ring that counted this person first; NoSlot: none
	Slots   uint8  // all that counted this person, a bit each
	Flags   AttemptFlags
	Fan     uint16 // what this person weighs in the fan-out, in 1/WeightUnit
	Text    uint16 // and in the fast sum of the text in Slot
	Slow    uint16 // and in the slow one
}

// AttemptFlags say what an Attempt counts for.
type AttemptFlags uint8

// Flags of an Attempt.
const (
	WasDelivered AttemptFlags = 1 << iota // at least one message reached the person
	WasAsked                              // counts in the reply rate
	WasRequest                            // a connection request is outstanding
	Completed                             // the latest message completed the one before, and was no follow-up
)

// NoSlot says that no text of the ring counted a person.
const NoSlot = 255

// WeightUnit is one, as an Attempt keeps weights.
const WeightUnit = 4096

// Quantum rounds a weight to what an attempt can keep, so that what is taken back
// later is exactly what was added.
func Quantum(w float64) uint16 { return uint16(min(max(w, 0), 15)*WeightUnit + .5) }

// Weight is the weight that an attempt keeps as q.
func Weight(q uint16) float64 { return float64(q) / WeightUnit }

// Find returns where a person is in At, −1 for nowhere.
func (p *Pending) Find(who uint64) int {
	for i := p.N - 1; i >= 0; i-- {
		if p.At[i].Who == who {
			return i
		}
	}
	return -1
}

// Touch makes attempt i the most recent, and returns it.
func (p *Pending) Touch(i int) *Attempt { return p.add(p.remove(i)) }

func (p *Pending) add(a Attempt) *Attempt {
	p.At[p.N] = a
	p.N++
	return &p.At[p.N-1]
}

func (p *Pending) remove(i int) Attempt {
	a := p.At[i]
	p.N = len(slices.Delete(p.At[:p.N], i, i+1))
	return a
}

// least is the one to give way: the least recently written to of those who weigh
// nothing (connections, say), or else of all. So writing to friends does not make a
// stranger forgotten who was pestered.
func (p *Pending) least() int {
	for i := range p.N {
		if a := &p.At[i]; a.Fan == 0 && a.Text == 0 {
			return i
		}
	}
	return 0
}

// drop forgets the n least recently written to.
func (p *Pending) drop(n int) { p.N = len(slices.Delete(p.At[:p.N], 0, n)) }

// Counted reports whether the text in a slot counted this person.
func (a *Attempt) Counted(slot int) bool { return slot >= 0 && a.Slots>>slot&1 != 0 }

// LastTurn is when the last turn began, at most a minute early.
func (a *Attempt) LastTurn() uint32 { return stamp.After(a.Asked, uint32(a.Minutes)*60) }

// BeginTurn notes that a turn begins now, with so many turns in all.
func (a *Attempt) BeginTurn(now uint32, turns uint8) {
	a.Turns, a.Minutes = turns, 0
	if now > a.Asked {
		a.Minutes = uint16(min((now-a.Asked)/60, 1<<16-1))
	}
}

// forgetSlot unties attempts from a slot that holds another text now.
func (p *Pending) forgetSlot(slot uint8) {
	for i := range p.N {
		a := &p.At[i]
		a.Slots &^= 1 << slot
		if a.Slot == slot {
			a.Slot, a.Text, a.Slow = NoSlot, 0, 0
		}
	}
}

// moveSlot ties attempts to the slot that a text moved to.
func (p *Pending) moveSlot(from, to int) {
	for i := range p.N {
		a := &p.At[i]
		if a.Slot == uint8(from) {
			a.Slot = uint8(to)
		}
		if a.Counted(from) {
			a.Slots = a.Slots&^(1<<from) | 1<<to
		}
	}
}

// Evicted remembers those who gave way among the pending and may still answer:
// somebody who writes to 25 people a day has them answered days later. Two
// generations of Bloom filters (Bloom 1970), of some 90 people each, newest first;
// when they were asked is known of each generation as a whole.
type Evicted [2]evictedOnes

// evictedOnes is one generation. Its weights are sums over those who have not
// answered.
type evictedOnes struct {
	n      uint32 // people who have not answered; 0: an empty generation
	weight uint32 // what they weigh in the reply rate, in 1/WeightUnit
	asked  uint32 // the mean time at which they were asked
	who    [8]uint64
}

// evictedFull is how many bits of a filter may be set: half, so that it says yes by
// chance to one in sixteen, about the ninetieth person.
const evictedFull = 256

func (l *Evicted) empty() bool { return l[0] == evictedOnes{} && l[1] == evictedOnes{} }

// Has reports whether a person is among them.
func (l *Evicted) Has(who uint64) bool { return l.find(who) != nil }

// find is the generation that a person is in, or nil.
func (l *Evicted) find(who uint64) *evictedOnes {
	for i := range l {
		if g := &l[i]; g.n > 0 && bloomHas(g.who[:], who) {
			return g
		}
	}
	return nil
}

// put adds an attempt that gives way. It returns the generation that is given up
// for it, empty if none is.
func (l *Evicted) put(a *Attempt) (gone evictedOnes) {
	if setBits(l[0].who[:]) > evictedFull {
		gone = l[1]
		l[1], l[0] = l[0], evictedOnes{}
	}
	g := &l[0]
	g.n++
	g.weight += uint32(a.Fan)
	g.asked += uint32((int64(a.Asked) - int64(g.asked)) / int64(g.n))
	bloomAdd(g.who[:], a.Who)
	return gone
}

// answered takes one person out of the sums, and returns what they weigh there.
func (g *evictedOnes) answered() uint16 {
	w := uint16(min(g.weight/g.n, 1<<16-1))
	g.n--
	g.weight -= uint32(w)
	return w
}
