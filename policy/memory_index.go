package policy

import "math/bits"

// Tags of an index bucket. Seven bits of the key's hash spare nearly every
// look at a record that is another one; the eighth says Listed, so that a
// listing looks at nothing else.
const (
	tagEmpty  = 0
	tagGone   = 1 // there was one: a search goes on
	tagBits   = 0x7f
	tagListed = 0x80

	minBuckets = 16
)

func tagOf(hash uint64) uint8 {
	if t := uint8(hash) & tagBits; t > tagGone {
		return t
	}
	return tagBits
}

// An index finds the slot of a key: a hash table with linear probing, in the
// order of place.order, so that an iteration can go on where it was after the
// table has grown.
type index struct {
	tags []uint8
	refs []slotRef
	live int // buckets with a record
	gone int // buckets with tagGone
}

// home returns the bucket where the search for a key starts.
func (x *index) home(order uint64) int {
	hi, _ := bits.Mul64(order, uint64(len(x.tags)))
	return int(hi)
}

// from returns the least order whose home is bucket b, which is one.
func (x *index) from(b int) uint64 {
	q, r := bits.Div64(uint64(b), 0, uint64(len(x.tags)))
	if r > 0 {
		q++
	}
	return q
}

// after returns the bucket after b.
func (x *index) after(b int) int {
	if b++; b < len(x.tags) {
		return b
	}
	return 0
}

// before returns the bucket before b.
func (x *index) before(b int) int {
	if b > 0 {
		return b - 1
	}
	return len(x.tags) - 1
}

// full reports whether one bucket more in use would be too many. Searches rely
// on empty buckets.
func (x *index) full() bool { return (x.live+x.gone+1)*16 > len(x.tags)*13 }

// add takes a free bucket for a key that is not there. The index is not full.
func (x *index) add(p place, ref slotRef, listed bool) {
	b := x.home(p.order)
	for x.tags[b]&tagBits > tagGone {
		b = x.after(b)
	}
	if x.tags[b] == tagGone {
		x.gone--
	}
	x.live++
	x.refs[b] = ref
	x.tags[b] = p.tag
	x.list(b, listed)
}

// list sets whether the record of bucket b is Listed.
func (x *index) list(b int, listed bool) {
	x.tags[b] &^= tagListed
	if listed {
		x.tags[b] |= tagListed
	}
}

// move says that what was at from is at to now. It is there.
func (x *index) move(p place, from, to slotRef) {
	for b := x.home(p.order); ; b = x.after(b) {
		if x.refs[b] == from && x.tags[b]&tagBits > tagGone {
			x.refs[b] = to
			return
		}
	}
}

// free gives bucket b back.
func (x *index) free(b int) {
	x.live--
	x.gone++
	x.tags[b] = tagGone
	if x.tags[x.after(b)] != tagEmpty {
		return
	}
	for ; x.tags[b] == tagGone; b = x.before(b) {
		x.tags[b] = tagEmpty
		x.gone--
	}
}

// fit returns how many buckets there should be for one record more: the same
// number if it only wants sweeping, else a quarter more, or far fewer.
func (x *index) fit() int {
	n := len(x.tags)
	switch {
	case (x.live+1)*4 > n*3:
		n += max(n/4, minBuckets)
	case x.live*4 < n:
		n = max(x.live*3/2, minBuckets)
	}
	return n
}

// sparse reports whether the table is far too large.
func (x *index) sparse() bool { return len(x.tags) > 4*minBuckets && x.live*8 < len(x.tags) }

func (x *index) reset(buckets int) {
	*x = index{tags: make([]uint8, buckets), refs: make([]slotRef, buckets)}
}

func (x *index) bytes() int64 { return int64(cap(x.tags)) + 4*int64(cap(x.refs)) }
