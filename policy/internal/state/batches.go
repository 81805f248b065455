package state

import (
	"math/bits"
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// batches are people of one kind who fell out of the exact list of contacts, as
// fingerprints of 17 bits, and about when. Nobody in them is ever missed, and of
// 131,072 strangers n are taken for one of n people. A Bloom filter (Bloom 1970) of
// the same size takes as many, but forgets all of them at a time.
type batches struct {
	n, people int
	at        [maxBatches]batch // oldest first
	prints    [maxPrints]uint32 // of the first batch, of the second, …; rising within each
}

// A batch is those of about the same time.
type batch struct {
	from uint32 // when it was begun
	n    int
}

const (
	batchSize  = 134
	batchSpan  = 30 * 24 * 3600 // for so long a batch is added to; it is over after three of these
	maxBatches = 12             // those that could be one are one, so fewer will do
	maxPrints  = 672
	printBits  = 17
)

// fingerprint is as much of a keyed hash as is kept.
func fingerprint(who uint64) uint32 { return uint32(who) & (1<<printBits - 1) }

// find returns the batch that somebody is in, the newest of several, or -1, and
// where in prints they are.
func (l *batches) find(print uint32) (i, at int) {
	end := l.people
	for i := l.n - 1; i >= 0; i-- {
		start := end - l.at[i].n
		if k, ok := slices.BinarySearch(l.prints[start:end], print); ok {
			return i, start + k
		}
		end = start
	}
	return -1, 0
}

// add puts somebody into the newest batch, out of any other.
func (l *batches) add(now uint32, print uint32) {
	if i, at := l.find(print); i >= 0 {
		l.remove(at, 1)
		if l.at[i].n--; l.at[i].n == 0 {
			l.n = len(slices.Delete(l.at[:l.n], i, i+1))
		}
	}
	if last := l.n - 1; l.n == 0 || l.at[last].n == batchSize || now > stamp.After(l.at[last].from, batchSpan) {
		l.merge(now)
		if l.n == maxBatches || l.people == maxPrints {
			l.dropOldest()
		}
		l.at[l.n] = batch{from: max(now, 1)}
		l.n++
	}
	newest := &l.at[l.n-1]
	start := l.people - newest.n
	at, _ := slices.BinarySearch(l.prints[start:l.people], print)
	l.people = len(slices.Insert(l.prints[:l.people], start+at, print))
	newest.n++
}

func (l *batches) remove(at, n int) { l.people = len(slices.Delete(l.prints[:l.people], at, at+n)) }

// merge makes one of neighbours that have room in one, in number and in time: those
// who were met again left gaps.
func (l *batches) merge(now uint32) {
	end, to := l.people, now // where batch i ends, and when at the latest
	for i := l.n - 1; i > 0; i-- {
		a, b := &l.at[i-1], l.at[i]
		start := end - b.n
		if a.n+b.n > batchSize || to > stamp.After(a.from, batchSpan) {
			end, to = start, b.from
			continue
		}
		slices.Sort(l.prints[start-a.n : end])
		a.n += b.n
		l.n = len(slices.Delete(l.at[:l.n], i, i+1))
	}
}

// keep gives up the oldest batches as long as the others are so many people.
func (l *batches) keep(people int) {
	for l.n > 1 && l.people-l.at[0].n >= people {
		l.dropOldest()
	}
}

func (l *batches) dropOldest() {
	l.remove(0, l.at[0].n)
	l.n = len(slices.Delete(l.at[:l.n], 0, 1))
}

// age drops what is over.
func (l *batches) age(now uint32) {
	for l.n > 0 && now > stamp.After(l.at[0].from, 3*batchSpan) {
		l.dropOldest()
	}
}

func (l *batches) reset() { l.n, l.people = 0, 0 }

// rice is the parameter of the code for the gaps between n fingerprints.
func rice(n int) uint { return uint(bits.Len(uint(1<<printBits/n))) - 1 }

func (l *batches) put(b []byte) []byte {
	rest := l.prints[:l.people]
	for _, g := range l.at[:l.n] {
		b = wire.PutRising(append(wire.Put32(b, g.from), byte(g.n)), rest[:g.n], rice(g.n))
		rest = rest[g.n:]
	}
	return b
}

func (l *batches) get(d *wire.Reader) {
	for len(d.B) > 0 && l.n < maxBatches {
		g := &l.at[l.n]
		g.from, g.n = d.U32(), int(d.U8())
		if d.Bad = d.Bad || g.n == 0 || g.n > batchSize || l.people+g.n > maxPrints; d.Bad {
			return
		}
		d.Rising(l.prints[l.people:l.people+g.n], rice(g.n), 1<<printBits)
		l.n++
		l.people += g.n
	}
}

func putBatches(r *Record, b []byte) []byte    { return r.Contacts.contacts.put(b) }
func getBatches(r *Record, d *wire.Reader)     { r.Contacts.contacts.get(d) }
func putApproached(r *Record, b []byte) []byte { return r.Contacts.approached.put(b) }
func getApproached(r *Record, d *wire.Reader)  { r.Contacts.approached.get(d) }
