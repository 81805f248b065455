package similarity

import (
	"encoding/binary"
	"math/bits"
)

// idOf is the ID of the cluster that a message with these bins and this Exact
// starts; never 0. Both are keyed, so that equal texts have equal IDs wherever the
// key is the same, and nobody without the key can choose one.
func idOf(list *[numBins]uint8, exact uint64) uint64 {
	const k0, k1, k2 = 0x9e3779b97f4a7c15, 0xd1b54a32d192ed03, 0xa0761d6478bd642f // arbitrary
	h := exact ^ k2
	for i := 0; i <= numBins-32; i += 32 {
		ahi, alo := bits.Mul64(binary.LittleEndian.Uint64(list[i:])^k0, binary.LittleEndian.Uint64(list[i+8:])^h)
		bhi, blo := bits.Mul64(binary.LittleEndian.Uint64(list[i+16:])^k1, binary.LittleEndian.Uint64(list[i+24:])^h)
		h = bits.RotateLeft64(ahi^alo, 32) + (bhi ^ blo)
	}
	return max(mix64(h), 1)
}

// ID is the ID of the cluster that a message with the sketch starts.
func (s *Sketch) ID() uint64 { return idOf(&s.Bins, s.Exact) }

func (e *entry) id() uint64 { return idOf(&e.bins, e.exact) }

// ids finds the slot of a cluster by its ID: lists of the clusters whose IDs are
// near each other, linked through their entries, five to a list.
// A first and a link are 1 + the slot; 0 is none.
//
// The lists are all over the memory, so that a new cluster waits until there are
// several: then the memory fetches what they need at a time.
type ids struct {
	first   []uint32
	waiting [waitingIDs]uint32 // slots that are in no list yet
	ids     [waitingIDs]uint64 // of these
	n       int
	read    uint32 // what was read to have it fetched
}

const waitingIDs = 16

func newIDs(n int) ids { return ids{first: make([]uint32, n/5+1)} }

// list returns where the list of an ID begins.
func (d *ids) list(id uint64) *uint32 {
	hi, _ := bits.Mul64(id, uint64(len(d.first)))
	return &d.first[hi]
}

// slotOf returns the slot of a cluster, or -1. Of two with the same text, the
// older of which its anchors do not find any more, it is the younger.
func (x *Index) slotOf(id uint64) int {
	if x.ids.first == nil {
		return -1
	}
	found := -1
	younger := func(slot int) bool {
		e, o := x.entry(slot), x.entry(max(found, 0))
		return found < 0 || e.first > o.first || e.first == o.first && slot < found
	}
	for i, other := range x.ids.ids[:x.ids.n] {
		if slot := int(x.ids.waiting[i]); other == id && younger(slot) {
			found = slot
		}
	}
	for p := *x.ids.list(id); p != 0; {
		slot := int(p - 1)
		e := x.entry(slot)
		p = e.next
		if e.id() == id && younger(slot) {
			found = slot
		}
	}
	return found
}

// byID returns the entry of a cluster, or nil, and its slot.
func (x *Index) byID(id uint64) (*entry, int) {
	slot := x.slotOf(id)
	if slot < 0 {
		return nil, -1
	}
	return x.entry(slot), slot
}

// enlist makes the cluster in a slot known by its ID.
func (x *Index) enlist(id uint64, slot int) {
	d := &x.ids
	d.waiting[d.n], d.ids[d.n] = uint32(slot), id
	if d.n++; d.n < waitingIDs {
		return
	}
	// What will be written is read first: where the lists begin, then the clusters
	// there, and the neighbours of those whose slots are given away next.
	for _, id := range d.ids {
		d.read += *d.list(id)
	}
	for i, id := range d.ids {
		if p := *d.list(id); p != 0 {
			d.read += x.entry(int(p - 1)).prev
		}
		if next := x.clockHand + i; next < len(x.segments)*segmentSize {
			e := x.entry(next)
			if e.next != 0 {
				d.read += x.entry(int(e.next - 1)).prev
			}
			if e.prev != 0 {
				d.read += x.entry(int(e.prev - 1)).next
			} else {
				d.read += *d.list(e.id())
			}
		}
	}
	for i, id := range d.ids {
		x.link(id, int(d.waiting[i]))
	}
	d.n = 0
}

// link puts a cluster into its list.
func (x *Index) link(id uint64, slot int) {
	e, first := x.entry(slot), x.ids.list(id)
	e.next, e.prev = *first, 0
	if e.next != 0 {
		x.entry(int(e.next - 1)).prev = uint32(slot) + 1
	}
	*first = uint32(slot) + 1
}

// delist makes it unknown.
func (x *Index) delist(slot int) {
	e, d := x.entry(slot), &x.ids
	for i, w := range d.waiting[:d.n] {
		if int(w) == slot {
			d.n--
			d.waiting[i], d.ids[i] = d.waiting[d.n], d.ids[d.n]
			return
		}
	}
	if e.next != 0 {
		x.entry(int(e.next - 1)).prev = e.prev
	}
	if e.prev != 0 {
		x.entry(int(e.prev - 1)).next = e.next
	} else {
		*d.list(e.id()) = e.next
	}
}
