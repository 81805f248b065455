package memtable

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// Buckets that a cursor reads under one lock: of all records, and of Listed
// ones, which are few.
const (
	allBuckets    = 6
	listedBuckets = 200
)

// A cursor walks through a shard in the order of place.order, which no change
// of the shard disturbs, and copies some records at a time.
type cursor struct {
	listed  bool
	done    bool
	order   uint64 // where it goes on
	entries []cursorEntry
	data    []byte // of all entries
}

type cursorEntry struct {
	key      Key
	order    uint64
	from, to int // in data
	meta
}

// meta is what a slot says of its record besides the data.
type meta struct {
	turn, expires uint32
	rank, flags   uint8
}

// start goes to the start of a shard.
func (c *cursor) start(listed bool) {
	c.listed, c.done, c.order = listed, false, 0
}

// next reads on; false after the end.
func (c *cursor) next(t *Table, s *shard) bool {
	c.entries, c.data = c.entries[:0], c.data[:0]
	if c.done {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &s.index
	size := len(x.buckets)
	if size == 0 {
		c.done = true
		return false
	}
	steps := allBuckets
	if c.listed {
		steps = listedBuckets
	}
	b := x.home(c.order)
	c.done = b+steps >= size
	end := uint64(0)
	if c.done {
		steps = size - b
	} else {
		end = x.from(b + steps)
	}
	// What had no room in its home lies further on.
	for i := 0; i < size && (i < steps || x.buckets[(b-1)%size].passed > 0); i++ {
		c.read(t, s, &x.buckets[b%size], end)
		b++
	}
	c.order = end
	slices.SortFunc(c.entries, func(a, b cursorEntry) int {
		return cmp.Or(cmp.Compare(a.order, b.order), bytes.Compare(a.key[:], b.key[:]))
	})
	return true
}

// read copies the records of a bucket that are between order and end.
func (c *cursor) read(t *Table, s *shard, k *bucket, end uint64) {
	for i, tag := range k.tags {
		if tag == 0 || c.listed && tag&tagListed == 0 {
			continue
		}
		slot := s.slot(k.refs[i])
		p := t.place(slotKey(slot))
		if p.order < c.order || !c.done && p.order >= end {
			continue
		}
		from := len(c.data)
		c.data = append(c.data, slotData(slot)...)
		c.entries = append(c.entries, cursorEntry{p.key, p.order, from, len(c.data), meta{slotTurn(slot), slotExpires(slot), slotRank(slot), slotFlags(slot)}})
	}
}

// entry returns the i-th record read, its data in memory of its own.
func (c *cursor) entry(i int) (Key, Record) {
	e := &c.entries[i]
	r := Record{Data: append(make([]byte, 0, e.to-e.from), c.data[e.from:e.to]...), Rank: e.rank, Listed: e.flags&flagListed != 0, Pinned: e.flags&flagPinned != 0}
	expires := e.turn // unless that says when it was written: see candidateOf
	if e.rank <= TopLight && e.turn != e.expires {
		expires, r.Now = e.expires, stamp.Time(e.turn)
	}
	if expires != stamp.Forever {
		r.Expires = stamp.Time(expires)
	}
	return e.key, r
}
