package state

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// batches are people of one kind who fell out of the exact list of contacts, as
// fingerprints of 17 bits, and about when. Nobody in them is ever missed, and of
// 131,072 strangers n are taken for one of n people. A Bloom filter (Bloom 1970) of
// the same size takes as many, but forgets all of them at a time.
type batches struct {
	n, people, size int
	at              [maxBatches]batch // oldest first
	prints          [maxPrints]byte   // size of them: of the first batch, of the second, …
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
	maxPrints  = 1280           // bytes; as many as ever have room take fewer
)

// find returns the batch that somebody is in, or -1, and where it begins in prints.
func (l *batches) find(print uint32) (i, at int) {
	for i := range l.n {
		n := l.at[i].n
		if hasPrint(l.prints[at:l.size], n, print) {
			return i, at
		}
		at += printsSize(n)
	}
	return -1, at
}

// set makes a batch, which begins at a place, one of other people, in any order.
// Nobody makes it none.
func (l *batches) set(i, at int, people []uint32) {
	slices.Sort(people)
	people = slices.Compact(people)
	var buf [maxPrintsSize]byte
	b := buf[:0]
	if len(people) > 0 {
		b = putPrints(b, people)
	}
	g := &l.at[i]
	old := 0
	if g.n > 0 {
		old = printsSize(g.n)
	}
	l.size = len(slices.Replace(l.prints[:l.size], at, at+old, b...))
	l.people += len(people) - g.n
	if g.n = len(people); g.n == 0 {
		l.n = len(slices.Delete(l.at[:l.n], i, i+1))
	}
}

// add puts somebody into the newest batch, out of any other.
func (l *batches) add(now uint32, print uint32) {
	for l.size > maxPrints-maxPrintsSize { // as no record of an account is
		l.dropOldest()
	}
	var buf [batchSize]uint32
	if i, at := l.find(print); i >= 0 {
		people := getPrints(l.prints[at:l.size], l.at[i].n, buf[:0])
		l.set(i, at, slices.DeleteFunc(people, func(p uint32) bool { return p == print }))
	}
	if last := l.n - 1; l.n == 0 || l.at[last].n == batchSize || now > stamp.After(l.at[last].from, batchSpan) {
		l.merge(now)
		if l.n == maxBatches {
			l.dropOldest()
		}
		l.at[l.n] = batch{from: max(now, 1)}
		l.n++
		l.set(l.n-1, l.size, append(buf[:0], print))
		return
	}
	n := l.at[l.n-1].n
	at := l.size - printsSize(n)
	l.set(l.n-1, at, append(getPrints(l.prints[at:l.size], n, buf[:0]), print))
}

// merge makes one of neighbours that have room in one, in number and in time: those
// who were met again left gaps.
func (l *batches) merge(now uint32) {
	end, to := l.size, now // where batch i ends, and when at the latest
	for i := l.n - 1; i > 0; i-- {
		a, b := l.at[i-1], l.at[i]
		start := end - printsSize(b.n)
		if a.n+b.n > batchSize || to > stamp.After(a.from, batchSpan) {
			end, to = start, b.from
			continue
		}
		var buf, more [batchSize]uint32
		people := getPrints(l.prints[start:l.size], b.n, buf[:0])
		l.set(i, start, nil)
		start -= printsSize(a.n)
		people = append(people, getPrints(l.prints[start:l.size], a.n, more[:0])...)
		l.set(i-1, start, people)
		end = start + printsSize(l.at[i-1].n)
	}
}

// keep gives up the oldest batches as long as the others are so many people.
func (l *batches) keep(people int) {
	for l.n > 1 && l.people-l.at[0].n >= people {
		l.dropOldest()
	}
}

func (l *batches) dropOldest() { l.set(0, 0, nil) }

// age drops what is over.
func (l *batches) age(now uint32) {
	for l.n > 0 && now > stamp.After(l.at[0].from, 3*batchSpan) {
		l.dropOldest()
	}
}

func (l *batches) reset() { l.n, l.people, l.size = 0, 0, 0 }

func (l *batches) put(b []byte) []byte {
	rest := l.prints[:l.size]
	for _, g := range l.at[:l.n] {
		size := printsSize(g.n)
		b = append(append(wire.Put32(b, g.from), byte(g.n)), rest[:size]...)
		rest = rest[size:]
	}
	return b
}

func (l *batches) get(d *wire.Reader) {
	for len(d.B) > 0 && l.n < maxBatches {
		g := batch{d.U32(), int(d.U8())}
		if d.Bad = d.Bad || g.n == 0 || g.n > batchSize; d.Bad {
			return
		}
		b := d.Take(printsSize(g.n))
		if d.Bad = d.Bad || l.size+len(b) > maxPrints || !validPrints(b, g.n); d.Bad {
			return
		}
		l.at[l.n] = g
		l.n++
		l.people += g.n
		l.size += copy(l.prints[l.size:], b)
	}
}

func putBatches(r *Record, b []byte) []byte    { return r.Contacts.contacts.put(b) }
func getBatches(r *Record, d *wire.Reader)     { r.Contacts.contacts.get(d) }
func putApproached(r *Record, b []byte) []byte { return r.Contacts.approached.put(b) }
func getApproached(r *Record, d *wire.Reader)  { r.Contacts.approached.get(d) }
