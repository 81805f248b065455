package similarity

import (
	"encoding/binary"
	"math/bits"
)

// Samples are texts that somebody chose, such as those that a moderator has ruled on, and
// finds which of them a message is nearly the same as. Where an Index forgets what is
// old for what is new, here nothing is forgotten until it is removed, and what is in
// thousands of the samples makes none of them unfindable. A sample costs 500 to 800
// bytes.
//
// It keeps no text. The same calls in the same order give the same answers, byte for
// byte, on every machine. The zero Samples is empty and ready to use. Several goroutines
// may call what does not change the Samples at a time, while nobody calls Add or Remove.
type Samples struct {
	all     []chosen
	ids     map[uint64]uint32 // where each is
	free    []uint32          // places in all that nothing is at
	table   []pairs           // a power of two of them
	filter  []uint64          // of the pairs in it, two bits each
	entries int               // in the table
	gone    int               // samples removed since it was made
}

// chosen is what is kept of a sketch.
type chosen struct {
	bins    [numBins]uint8
	anchors [numAnchors]uint32
	id      uint64
	says    uint16
	filled  uint8 // 0: nothing is here
}

// A sample is found by pairs of neighbouring anchors: one anchor is in thousands of texts
// of a language, a pair in few. Of what else is in the neighbourhood the table has a
// byte each, so that next to nothing is compared in vain.
//
// pairs is what is at one place of the table, in one cache line.
type pairs struct {
	tags [4]uint16 // of the hash of a pair; 0: nothing
	at   [4]uint32 // the sample
	near [4]uint64 // the fingerprints of the next eight anchors; 0: there is none
	more bool      // some are at the next place
}

const (
	// nearSample is the Jaccard similarity to a sample from which a text of some length is
	// nearly the same: that at which a message joins an established cluster. A person
	// has looked at each sample, so no more is needed than for those.
	nearSample = .27
	// samePair is how many samples are known by the same pair.
	samePair = 4
	// mostNear bounds how many samples are compared with a text.
	mostNear = 16
)

// pairOf is the hash of a pair of anchors; 0: there is none.
func pairOf(v, w uint32) uint64 {
	if v == 0 || w == 0 {
		return 0
	}
	return mix64(uint64(v)|uint64(w)<<32) | 1
}

// printsOf returns the fingerprints of the anchors, and once more: what is near the pair
// that begins in a group are the eight from two groups further.
func printsOf(a *[numAnchors]uint32) (prints [2 * numAnchors]uint8) {
	for g, v := range a {
		prints[g], prints[g+numAnchors] = uint8(v), uint8(v)
	}
	return prints
}

// Len is how many samples there are.
func (x *Samples) Len() int { return len(x.ids) }

// Add adds the text of s, and returns its ID, which is [Sketch.ID]. What is there is not
// added again. A text that says too little to be nearly another is not added: its ID is 0.
func (x *Samples) Add(s *Sketch) (id uint64) {
	if !tells(s) {
		return 0
	}
	id = s.ID()
	if _, is := x.ids[id]; is {
		return id
	}
	if x.ids == nil {
		x.ids = map[uint64]uint32{}
	}
	at := uint32(len(x.all))
	if n := len(x.free); n > 0 {
		at, x.free = x.free[n-1], x.free[:n-1]
	} else {
		x.all = append(x.all, chosen{})
	}
	x.all[at] = chosen{s.Bins, s.Anchors, id, s.Information, s.Filled}
	x.ids[id] = at
	if x.entries+numAnchors > 2*len(x.table) {
		x.rebuild()
	} else {
		x.put(at)
	}
	return id
}

// tells reports whether a text says enough to be nearly another.
func tells(s *Sketch) bool { return leastPart*s.across() >= fullLikely }

// put puts the pairs of a sample into the table.
func (x *Samples) put(at uint32) {
	anchors := &x.all[at].anchors
	prints := printsOf(anchors)
	for g, v := range anchors {
		hash := pairOf(v, anchors[(g+1)%numAnchors])
		if hash == 0 {
			continue
		}
		word, both := x.bits(hash)
		x.filter[word] |= both
		i, tag := x.place(hash)
		for same := 0; same < samePair; i = (i + 1) & (len(x.table) - 1) {
			p := &x.table[i]
			k := 0
			for k < len(p.tags) && p.tags[k] != 0 {
				if p.tags[k] == tag {
					same++
				}
				k++
			}
			if k < len(p.tags) {
				p.tags[k], p.at[k], p.near[k] = tag, at, binary.LittleEndian.Uint64(prints[g+2:])
				x.entries++
				break
			}
			p.more = true
		}
	}
}

// place is where a pair is looked for, and its tag.
func (x *Samples) place(hash uint64) (i int, tag uint16) {
	return int(hash >> 16 & uint64(len(x.table)-1)), uint16(hash)
}

// bits are those that stand for a pair in the filter, both in one word.
func (x *Samples) bits(hash uint64) (word, both uint64) {
	return hash >> 38 & uint64(len(x.filter)-1), 1<<(hash>>32&63) | 1<<(hash>>26&63)
}

// rebuild makes the table anew, with room for as many samples again.
func (x *Samples) rebuild() {
	n := max(len(x.ids), 4)
	x.table, x.entries, x.gone = make([]pairs, 1<<bits.Len(uint(n*numAnchors/2))), 0, 0
	x.filter = make([]uint64, len(x.table)/4)
	for at := range x.all {
		if x.all[at].filled > 0 {
			x.put(uint32(at))
		}
	}
}

// Remove removes a sample, and reports whether it was there.
func (x *Samples) Remove(id uint64) bool {
	at, is := x.ids[id]
	if !is {
		return false
	}
	delete(x.ids, id)
	x.all[at] = chosen{}
	x.free = append(x.free, at)           // what still leads there is compared before it is believed
	if x.gone++; x.gone > len(x.ids)/16 { // what others were not known by is free
		x.rebuild()
	}
	return true
}
