package state

import (
	"math/bits"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// generations are what releases before batches kept of the people who fell out of
// the exact list: two Bloom filters (Bloom 1970) of 30 days each, newest first. They
// are read, asked and written back until they are over; nobody is added.
type generations [2]generation

type generation struct {
	from      uint32 // 0: empty
	strangers [16]uint64
	members   [8]uint64 // contacts
}

func (l *generations) any() bool { return l[0].from != 0 || l[1].from != 0 }

// lookup returns what is known of a person, with flags of 0 for nothing.
func (l *generations) lookup(who uint64) Contact {
	for i := range l {
		switch g := &l[i]; {
		case g.from == 0:
		case bloomHas(g.members[:], who):
			return Contact{Who: who, First: g.from, Flags: IsContact | Known}
		case bloomHas(g.strangers[:], who):
			return Contact{Who: who, First: g.from, Flags: WasStranger | Known}
		}
	}
	return Contact{Who: who}
}

// contacts is how many contacts there are, about.
func (l *generations) contacts() (n float64) {
	for i := range l {
		if l[i].from != 0 {
			n += float64(setBits(l[i].members[:])) / 4
		}
	}
	return n
}

// age drops generations that are over.
func (l *generations) age(now uint32) {
	for i := range l {
		if g := &l[i]; g.from != 0 && now > g.from && now-g.from > uint32(i+2)*batchSpan {
			*g = generation{}
		}
	}
}

func putGenerations(r *Record, b []byte) []byte {
	l := &r.Contacts.gen
	if !l.any() {
		return b
	}
	for i := range l {
		g := &l[i]
		b = wire.Put32(b, g.from)
		if g.from != 0 {
			b = putWords(putWords(b, g.strangers[:]), g.members[:])
		}
	}
	return b
}

func getGenerations(r *Record, d *wire.Reader) {
	for i := range r.Contacts.gen {
		g := &r.Contacts.gen[i]
		if g.from = d.U32(); g.from == 0 {
			continue
		}
		getWords(d, g.strangers[:])
		getWords(d, g.members[:])
		if d.Bad {
			*g = generation{}
			return
		}
	}
}

// The filters take four positions from a hash that is already keyed and uniform
// (Kirsch & Mitzenmacher 2006).
func bloomAdd(f []uint64, who uint64) {
	a, b := uint32(who), uint32(who>>24)|1
	for range 4 {
		i := a % uint32(64*len(f))
		f[i/64] |= 1 << (i % 64)
		a += b
	}
}

func bloomHas(f []uint64, who uint64) bool {
	a, b := uint32(who), uint32(who>>24)|1
	for range 4 {
		i := a % uint32(64*len(f))
		if f[i/64]>>(i%64)&1 == 0 {
			return false
		}
		a += b
	}
	return true
}

func setBits(f []uint64) (n int) {
	for _, w := range f {
		n += bits.OnesCount64(w)
	}
	return n
}
