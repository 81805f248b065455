package similarity

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// bucketSize is how many places a bucket holds.
const bucketSize = 16

// A bucket holds up to 16 places where an anchor was seen, newest first: 1 +
// the slot of a cluster in 24 bits, and eight bits of the anchor. It is one
// cache line. A full bucket forgets a place, so that a phrase everybody uses costs
// no more than any other: see Index.outgoing.
type bucket struct {
	slots [3 * bucketSize]uint8
	tags  [bucketSize]uint8
}

const (
	slotBits = 24
	maxSlots = 1<<slotBits - 2
	slotMask = 1<<slotBits - 1
)

// at returns 1 + the slot in place i, or 0.
func (b *bucket) at(i int) uint32 {
	return uint32(b.slots[3*i]) | uint32(b.slots[3*i+1])<<8 | uint32(b.slots[3*i+2])<<16
}

func (b *bucket) set(i int, p uint32, tag uint8) {
	b.slots[3*i], b.slots[3*i+1], b.slots[3*i+2] = uint8(p), uint8(p>>8), uint8(p>>16)
	b.tags[i] = tag
}

// push puts a place first and forgets the one at i.
func (b *bucket) push(i int, p uint32, tag uint8) {
	copy(b.slots[3:3*i+3], b.slots[:3*i])
	copy(b.tags[1:i+1], b.tags[:i])
	b.set(0, p, tag)
}

// anchors finds clusters by the anchors of a sketch.
type anchors struct {
	buckets []bucket
}

// newAnchors makes room for n clusters: five places for every four anchors.
func newAnchors(n int) anchors {
	return anchors{buckets: make([]bucket, bucketsFor(n))}
}

func bucketsFor(clusters int) int { return clusters + clusters/4 + 8 }

// bucket returns in which bucket anchor a of group g is kept, and its tag.
func (x *anchors) bucket(g int, a uint32) (int, uint8) {
	h := mix64(uint64(a) | uint64(g)<<32)
	hi, _ := bits.Mul64(h, uint64(len(x.buckets)))
	return int(hi), max(uint8(h), 1) // 0 is the tag of an empty place
}

// refresh moves the places of a slot to the front, so that a text in use is not
// forgotten for its age. It notes which buckets changed.
func (x *anchors) refresh(s *Sketch, slot int, changed slotSet) {
	for g, a := range s.Anchors {
		if a == 0 {
			continue
		}
		at, tag := x.bucket(g, a)
		b := &x.buckets[at]
		for i, t := range b.tags {
			if t == tag && b.at(i) == uint32(slot+1) {
				b.push(i, uint32(slot+1), tag)
				changed.put(at)
				break
			}
		}
	}
}

// maxCandidates bounds how many clusters are compared with a message.
const maxCandidates = 32

// candidates are slots that share anchors with a sketch.
type candidates struct {
	slots [maxCandidates]uint32
	n     int
	seen  [1024]uint8 // weight of the anchors shared, by the lower bits of the slot
}

func (c *candidates) add(slot uint32) {
	if slices.Contains(c.slots[:c.n], slot) {
		return
	}
	if c.n < len(c.slots) {
		c.slots[c.n] = slot
		c.n++
	}
}

// An anchor that is in more than popular places of its bucket is a phrase that
// everybody uses. Two shared anchors make a candidate unless both are popular;
// then it takes three.
const (
	popular  = 6
	rarely   = 2
	often    = 1
	required = 3
)

// find collects the slots that share enough anchors with s, in an order that
// depends on nothing else than what was inserted.
func (x *anchors) find(s *Sketch, c *candidates) {
	// The tags of all buckets are read first: the memory then fetches all
	// sixteen at a time.
	var at [numAnchors]*bucket
	var equal [numAnchors][2]uint64
	for g, a := range s.Anchors {
		i, tag := x.bucket(g, a)
		b := &x.buckets[i]
		at[g] = b
		equal[g][0] = zeroBytes(binary.LittleEndian.Uint64(b.tags[:]) ^ uint64(tag)*ones)
		equal[g][1] = zeroBytes(binary.LittleEndian.Uint64(b.tags[8:]) ^ uint64(tag)*ones)
		if a == 0 {
			equal[g] = [2]uint64{}
		}
	}
	for g, b := range at {
		weight := uint8(rarely)
		if bits.OnesCount64(equal[g][0])+bits.OnesCount64(equal[g][1]) > popular {
			weight = often
		}
		for half, m := range equal[g] {
			for ; m != 0; m &= m - 1 {
				slot := b.at(half*8+bits.TrailingZeros64(m)>>3) - 1
				n := &c.seen[slot%uint32(len(c.seen))]
				if *n += weight; *n >= required {
					c.add(slot)
				}
			}
		}
	}
}

// appendBinary appends the places of each bucket that are in use.
func (x *anchors) appendBinary(b []byte) []byte {
	for i := range x.buckets {
		k := &x.buckets[i]
		n := 0
		for n < bucketSize && k.at(n) != 0 {
			n++
		}
		b = append(b, byte(n))
		for j := range n {
			b = binary.LittleEndian.AppendUint32(b, k.at(j)|uint32(k.tags[j])<<slotBits)
		}
	}
	return b
}

func (x *anchors) read(r *reader, slots int) {
	for i := range x.buckets {
		k := &x.buckets[i]
		for j := range r.less(int(r.u8()), bucketSize+1) {
			p := r.u32()
			r.less(int(p&slotMask), slots+1)
			r.bad = r.bad || p&slotMask == 0 || p>>slotBits == 0 // a place in use holds a slot, and has a tag
			k.set(j, p&slotMask, uint8(p>>slotBits))
		}
	}
}
