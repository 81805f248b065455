package similarity

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// A Look is one text that is looked for among Samples, in three steps, each of which has
// the processor fetch from memory what the next one reads: do something else in between,
// and the text is found without a wait. The zero Look is of no text. It may be used again.
type Look struct {
	hash  [numAnchors]uint64 // of the pairs of the text; 0: none
	known [numAnchors]uint8  // those that the filter has let through
	n     int                // how many
}

// Begin begins the look for a text, by its sketch.
func (x *Samples) Begin(l *Look, s *Sketch) {
	l.hash, l.n = [numAnchors]uint64{}, 0
	if len(x.ids) == 0 || !tells(s) {
		return
	}
	for g, v := range s.Anchors {
		if l.hash[g] = pairOf(v, s.Anchors[(g+1)%numAnchors]); l.hash[g] != 0 {
			word, _ := x.bits(l.hash[g])
			prefetch(unsafe.Pointer(&x.filter[word]))
		}
	}
}

// Sift finds out which pairs of the text some sample may have: the filter says of most
// that there is none.
func (x *Samples) Sift(l *Look) {
	if l.n = 0; len(x.ids) == 0 {
		return
	}
	for g, hash := range l.hash {
		l.known[l.n] = uint8(g)
		word, both := x.bits(hash)
		lacks := ^x.filter[word] & both
		l.n += int(((lacks|-lacks)>>63 ^ 1) & min(hash, 1)) // without a branch
	}
	for _, g := range l.known[:l.n] {
		i, _ := x.place(l.hash[g])
		prefetch(unsafe.Pointer(&x.table[i]))
	}
}

// Finish calls visit as Near does. The samples must be those that Begin and Sift have seen,
// and s the same sketch.
func (x *Samples) Finish(l *Look, s *Sketch, visit func(id uint64, similarity float64)) {
	if l.n == 0 || len(x.ids) == 0 {
		return
	}
	var found [mostNear]uint32
	n := 0
	prints := printsOf(&s.Anchors)
	for _, g := range l.known[:l.n] {
		i, tag := x.place(l.hash[g])
		n = x.collect(&found, n, i, tag, binary.LittleEndian.Uint64(prints[g+2:]))
	}
	for _, i := range found[:n] {
		e := &x.all[i]
		same, either := overlap(&s.Bins, &e.bins)
		j := jaccard(same, int(s.Filled)+int(e.filled)-either, either, 1.0/254)
		if e.filled > 0 && j >= nearEnough(s, e) {
			visit(e.id, j)
		}
	}
}

// Near calls visit with the ID of each sample that a text is nearly the same as, by its
// sketch, and the similarity, from 0 to 1; in no particular order, but always the same. Of
// a text that is like very many it names some sixteen. It does not allocate.
func (x *Samples) Near(s *Sketch, visit func(id uint64, similarity float64)) {
	var l Look
	x.Begin(&l, s)
	x.Sift(&l)
	x.Finish(&l, s, visit)
}

// collect adds the samples that have a pair and something near it, and returns how many
// there are.
func (x *Samples) collect(found *[mostNear]uint32, n, i int, tag uint16, near uint64) int {
	for {
		p := &x.table[i]
		for k, t := range p.tags {
			if t == tag && n < len(found) && zeroBytes(near^p.near[k])&nonzero(near)&high != 0 && !slices.Contains(found[:n], p.at[k]) {
				found[n] = p.at[k]
				n++
			}
		}
		if !p.more {
			return n
		}
		i = (i + 1) & (len(x.table) - 1)
	}
}

// nearEnough is the similarity that it takes: more between texts that say little.
func nearEnough(s *Sketch, e *chosen) float64 {
	g := int(min(s.Information, e.says))
	if g >= fullLikely {
		return nearSample
	}
	return min(1, float64(nearSample*fullLikely)/float64(max(g, 1)))
}
