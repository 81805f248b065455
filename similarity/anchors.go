package similarity

import "math/bits"

// A bucket holds up to 16 places where an anchor was seen, newest first: the
// slot of a cluster in the lower 24 bits, a part of the anchor in the upper 8.
// It is one cache line. A full bucket forgets its oldest place, so that a
// phrase everybody uses costs no more than any other.
type bucket [16]uint32

const (
	slotBits = 24
	maxSlots = 1<<slotBits - 2 // 0 in a bucket is empty
	slotMask = 1<<slotBits - 1
)

// anchors finds clusters by the anchors of a sketch.
type anchors struct {
	buckets []bucket
}

// newAnchors makes room for n clusters: five places for every four anchors.
func newAnchors(n int) anchors {
	return anchors{buckets: make([]bucket, n+n/4+8)}
}

// bucket returns where anchor a of group g is kept, and its tag.
func (x *anchors) bucket(g int, a uint32) (*bucket, uint32) {
	h := mix64(uint64(a) | uint64(g)<<32)
	hi, _ := bits.Mul64(h, uint64(len(x.buckets)))
	return &x.buckets[hi], uint32(h&0xff) << slotBits
}

func (b *bucket) push(p uint32) {
	copy(b[1:], b[:15])
	b[0] = p
}

// insert adds the anchors of s for a slot.
func (x *anchors) insert(s *Sketch, slot int) {
	for g, a := range s.Anchors {
		if a != 0 {
			b, tag := x.bucket(g, a)
			b.push(tag | uint32(slot+1))
		}
	}
}

// refresh moves the places of a slot to the front, so that a text in use is not
// forgotten for its age.
func (x *anchors) refresh(s *Sketch, slot int) {
	for g, a := range s.Anchors {
		if a == 0 {
			continue
		}
		b, tag := x.bucket(g, a)
		p := tag | uint32(slot+1)
		for i, q := range b {
			if q == p {
				copy(b[1:i+1], b[:i])
				b[0] = p
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
	once  [512]uint64 // bit of a slot: one anchor shared
}

func (c *candidates) add(slot uint32) {
	for _, s := range c.slots[:c.n] {
		if s == slot {
			return
		}
	}
	if c.n < len(c.slots) {
		c.slots[c.n] = slot
		c.n++
	}
}

// find collects the slots that share at least two anchors with s, in an order
// that depends on nothing else than what was inserted.
func (x *anchors) find(s *Sketch, c *candidates) {
	var at [numAnchors]*bucket
	var tags [numAnchors]uint32
	for g, a := range s.Anchors {
		at[g], tags[g] = x.bucket(g, a)
		if a == 0 {
			at[g] = nil
		}
	}
	for g, b := range at {
		if b == nil {
			continue
		}
		tag := tags[g]
		for _, p := range b {
			if p&^slotMask != tag || p == 0 {
				continue
			}
			slot := p&slotMask - 1
			bit := uint64(1) << (slot & 63)
			w := &c.once[slot>>6&511]
			if *w&bit != 0 {
				c.add(slot)
			}
			*w |= bit
		}
	}
}
