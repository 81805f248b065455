package memtable

import (
	"encoding/binary"
	"math/bits"
)

// Tags of the places in a bucket. Seven bits of the key's hash spare nearly
// every look at a record that is another one; zero is a free place. The eighth
// says Listed, so that a listing looks at nothing else.
const (
	tagBits   = 0x7f
	tagListed = 0x80
)

func tagOf(hash uint64) uint8 { return max(uint8(hash)&tagBits, 1) }

const bucketSize = 12

// A bucket is one line of cache.
type bucket struct {
	tags   [bucketSize]uint8
	passed uint32 // records that lie in a later bucket because this was full
	refs   [bucketSize]slotRef
}

// An index finds the slot of a key: a hash table with linear probing, in the
// order of place.order, so that an iteration can go on where it was after the
// table has grown.
type index struct {
	buckets []bucket
	live    int // records
}

// A spot is a place in a bucket of the index, during a search with the places
// further on in the bucket that are to be looked at, a high bit for each.
type spot struct {
	bucket, i   int
	first, rest uint64
}

// home returns the bucket where the search for a key starts.
func (x *index) home(order uint64) int {
	hi, _ := bits.Mul64(order, uint64(len(x.buckets)))
	return int(hi)
}

// from returns the least order whose home is bucket b, which is one.
func (x *index) from(b int) uint64 {
	q, r := bits.Div64(uint64(b), 0, uint64(len(x.buckets)))
	if r > 0 {
		q++
	}
	return q
}

// after returns the bucket after b.
func (x *index) after(b int) int {
	if b++; b < len(x.buckets) {
		return b
	}
	return 0
}

// full reports whether there should be more buckets before the next record.
func (x *index) full() bool { return (x.live+1)*16 > len(x.buckets)*bucketSize*13 }

// sparse reports whether there are far too many buckets.
func (x *index) sparse() bool { return len(x.buckets) > 8 && x.live*8 < len(x.buckets)*bucketSize }

// fit returns how many buckets there should be: a quarter more if it is full,
// far fewer if it is sparse.
func (x *index) fit() int {
	if n := len(x.buckets); x.live*4 > n*bucketSize {
		return n + max(n/4, 1)
	}
	return x.live*3/2/bucketSize + 1
}

// add finds a place for a key that is not there. The index is not full.
func (x *index) add(p place, ref slotRef, flags uint8) spot {
	x.live++
	for b := x.home(p.order); ; b = x.after(b) {
		k := &x.buckets[b]
		for i, tag := range k.tags {
			if tag == 0 {
				k.tags[i], k.refs[i] = p.tag|flags&tagListed, ref
				return spot{bucket: b, i: i}
			}
		}
		k.passed++
	}
}

// first returns the first place where a key may be.
func (x *index) first(p place) (at spot, more bool) {
	if x.live == 0 {
		return spot{}, false
	}
	b := x.home(p.order)
	at = spot{bucket: b}
	at.first, at.rest = x.buckets[b].matches(p.tag)
	return x.next(p, at)
}

// next returns the next place after at where a key may be.
func (x *index) next(p place, at spot) (_ spot, more bool) {
	for {
		switch {
		case at.first != 0:
			at.i = bits.TrailingZeros64(at.first) / 8
			at.first &= at.first - 1
			return at, true
		case at.rest != 0:
			at.i = 8 + bits.TrailingZeros64(at.rest)/8
			at.rest &= at.rest - 1
			return at, true
		case x.buckets[at.bucket].passed == 0:
			return spot{}, false
		}
		if at.bucket = x.after(at.bucket); at.bucket == x.home(p.order) {
			return spot{}, false // every bucket was passed: keys came in the order of their homes
		}
		at.first, at.rest = x.buckets[at.bucket].matches(p.tag)
	}
}

// list sets whether the record is Listed.
func (x *index) list(at spot, flags uint8) {
	tag := &x.buckets[at.bucket].tags[at.i]
	*tag = *tag&tagBits | flags&tagListed
}

func (x *index) ref(at spot) *slotRef { return &x.buckets[at.bucket].refs[at.i] }

// move says that what was at from is at to now. It is there.
func (x *index) move(p place, from, to slotRef) {
	for b := x.home(p.order); ; b = x.after(b) {
		k := &x.buckets[b]
		for i, ref := range k.refs {
			if ref == from && k.tags[i] != 0 {
				k.refs[i] = to
				return
			}
		}
	}
}

// free gives the place of a key back.
func (x *index) free(p place, at spot) {
	x.live--
	for b := x.home(p.order); b != at.bucket; b = x.after(b) {
		x.buckets[b].passed--
	}
	x.buckets[at.bucket].tags[at.i] = 0
}

// reset empties the index.
func (x *index) reset(buckets int) { *x = index{buckets: make([]bucket, buckets)} }

func (x *index) bytes() int64 { return int64(cap(x.buckets)) * 64 }

// each is a byte's repetition; matches are the high bits of equal bytes.
const (
	eachByte = 0x0101010101010101
	eachHigh = 0x8080808080808080
)

// matches returns which tags are the given one, in eight bits each.
func (k *bucket) matches(tag uint8) (first, rest uint64) {
	t := eachByte * uint64(tag)
	first = binary.LittleEndian.Uint64(k.tags[:8])
	rest = uint64(binary.LittleEndian.Uint32(k.tags[8:]))
	return equalBytes(first, t), equalBytes(rest, t&(1<<32-1)) & (1<<32 - 1)
}

// equalBytes compares the low seven bits of each byte. The sum cannot carry
// into the next byte, so no match is a false one.
func equalBytes(a, b uint64) uint64 {
	x := (a ^ b) & (eachByte * tagBits)
	return (x+eachByte*tagBits)&eachHigh ^ eachHigh
}
