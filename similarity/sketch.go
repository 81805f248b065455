package similarity

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

const (
	numBins    = 128
	numAnchors = 16
)

// A Sketch is a short random sample of the grams of a folded text, enough to
// tell how many of them it shares with another. It keeps no text and cannot be
// turned back into one. Sketches compare only if made with the same key.
//
// The zero Sketch is that of the empty text, similar to nothing. A Sketch is a
// plain value without pointers; == tells whether two are the same.
type Sketch struct {
	// Bins holds the fingerprint, 1 to 255, of the highest-ranked gram of each
	// bin; 0 is an empty bin (one-permutation hashing without densification:
	// Li, Owen and Zhang, One Permutation Hashing, 2012).
	Bins [numBins]uint8
	// Anchors holds for every eight bins the rank of their highest gram, by
	// which an Index looks for candidates; 0 if all eight are empty.
	Anchors [numAnchors]uint32
	// Keys are keyed hashes of the URL hosts and phone numbers in the text, in
	// order of appearance, each once; 0 is none.
	Keys [4]uint64
	// Exact is a keyed hash of the whole folded text; 0 for the empty text.
	Exact uint64
	// Grams is how many different grams the text has: a linear count of 2,048
	// bits, right for short texts and within a few percent up to 10,000; at
	// most 15,615.
	Grams uint16
	// Information is how much the text says, in grams of an alphabet: Grams,
	// where a Chinese character counts for three letters, and one of kana, Thai,
	// Hebrew, Arabic, or a script of India for one and a half. Translations of one
	// text are about as long by it, whatever their script.
	Information uint16
	// Common is how much of the Information is what everybody writes, and was kept
	// all the same; see [Hasher.SketchWithout].
	Common uint16
	// Filled is how many of the Bins are not empty.
	Filled uint8
	// Obfuscation counts what was done to make the text look different.
	Obfuscation Obfuscation
}

// finishBoth makes a sketch of the grams that were not left out, and in whole, if that is
// not nil, one of all, where they are the smaller part or always is set. It returns how
// many were left out.
func (s *scratch) finishBoth(dst, whole *Sketch, always bool) (left int) {
	kept, common := s.grams(), uint16(0)
	if s.any {
		left = s.left.grams()
		back := s.putBack(s.least(kept+left) - kept)
		kept, left = kept+back, left-back
		common = s.information(back)
	}
	s.finish(dst, kept)
	dst.Information, dst.Common = s.information(kept), common
	switch {
	case whole == nil || left <= kept && !always:
	case !s.any:
		*whole = *dst
	default:
		s.join(&s.left)
		all := s.grams()
		s.finish(whole, all)
		whole.Information, whole.Common = s.information(all), 0
	}
	return left
}

// join adds the grams of another sample.
func (s *sample) join(o *sample) {
	for i, v := range o.bins {
		s.bins[i] = max(s.bins[i], v)
	}
	for i, v := range o.seen {
		s.seen[i] |= v
	}
}

// finish turns the bins into those of a Sketch.
func (s *sample) finish(dst *Sketch, grams int) {
	for g := range numAnchors {
		in, out := (*[8]uint32)(s.bins[g*8:]), (*[8]uint8)(dst.Bins[g*8:]) // without a loop: of every text
		out[0], out[1], out[2], out[3] = uint8(in[0]), uint8(in[1]), uint8(in[2]), uint8(in[3])
		out[4], out[5], out[6], out[7] = uint8(in[4]), uint8(in[5]), uint8(in[6]), uint8(in[7])
		dst.Anchors[g] = max(max(max(in[0], in[1]), max(in[2], in[3])), max(max(in[4], in[5]), max(in[6], in[7])))
	}
	dst.Filled = filledBins(&dst.Bins)
	dst.Grams = uint16(grams)
}

// Whatever is boilerplate, one in three of what a text says is kept, up to mostKept. So
// what says 90 counts in full, and less than 72 for nothing across senders; and copies
// are alike that differ in a name and a place. With more, mail merges whose senders have
// words in common would be alike: at 64 recall falls, at 48 it does not.
const (
	leastKept = 3
	mostKept  = 48
)

// least is how many of a text's grams are kept in any case.
func (s *scratch) least(grams int) int {
	says := int(s.information(grams))
	return grams * min(says/leastKept, mostKept) / max(says, 1)
}

// grams is how many different grams are in the sample.
func (s *sample) grams() int {
	used := 0
	for _, w := range s.seen {
		used += bits.OnesCount64(w)
	}
	return int(linearCount(used, seenBits))
}

// putBack takes about n of the grams that were left out after all, those of the highest
// rank, so that two texts that leave out the same take back the same. It returns how
// many there are.
func (s *scratch) putBack(n int) (back int) {
	if n <= 0 {
		return 0
	}
	var ranked [256]uint8 // bins by the upper bits of their rank
	for _, v := range s.left.bins {
		ranked[v>>24]++
	}
	least := len(ranked)
	for sum := 0; least > 1 && sum < n; sum += int(ranked[least]) {
		least--
	}
	for b, v := range s.left.bins {
		if int(v>>24) >= least {
			s.bins[b] = max(s.bins[b], v)
			back++
		}
	}
	return back
}

// linearCount estimates how many different things set used of size bits
// (Whang, Vander-Zanden and Taylor, 1990): -size·ln(1 - used/size), rounded.
func linearCount(used, size int) uint16 {
	if used >= size {
		used = size - 1
	}
	n := int(float64(-float64(size)*ln(float64(size-used)/float64(size))) + 0.5)
	return uint16(min(n, 1<<16-1))
}

// ln is the natural logarithm of x in (0, 1], to eight digits, the same bits on
// every machine: the conversions forbid fused operations.
func ln(x float64) float64 {
	const ln2 = 0.693147180559945309417
	e := 0
	for x < 0.75 {
		x *= 2
		e++
	}
	// ln(x) = 2 atanh(z), z = (x-1)/(x+1), at most 0.2
	z := (x - 1) / (x + 1)
	zz := float64(z * z)
	sum := 1.0/7 + float64(zz*(1.0/9))
	sum = 1.0/5 + float64(zz*sum)
	sum = 1.0/3 + float64(zz*sum)
	sum = 1 + float64(zz*sum)
	return float64(2*float64(z*sum)) - float64(float64(e)*ln2)
}

const (
	low7 = 0x7f7f7f7f7f7f7f7f
	high = 0x8080808080808080
	ones = 0x0101010101010101
)

// Eight bytes are compared at a time in one word (Warren, "Hacker's Delight", 6-1).

// zeroBytes sets the top bit of every byte of x that is zero, and no other.
func zeroBytes(x uint64) uint64 { return ^((x&low7 + low7) | x | low7) }

// nonzero sets the top bit of every byte of x that is not zero, and clears it
// in every other; the other bits mean nothing.
func nonzero(x uint64) uint64 { return (x&low7 + low7) | x }

// overlap counts the bins that agree and those that either has.
func overlap(s, o *[numBins]uint8) (match, either int) {
	var differ, any uint64 // eight counts of up to 16 each
	for i := 0; i <= numBins-16; i += 16 {
		x0 := binary.LittleEndian.Uint64(s[i : i+8])
		y0 := binary.LittleEndian.Uint64(o[i : i+8])
		x1 := binary.LittleEndian.Uint64(s[i+8 : i+16])
		y1 := binary.LittleEndian.Uint64(o[i+8 : i+16])
		differ += nonzero(x0^y0)&high>>7 + nonzero(x1^y1)&high>>7
		any += nonzero(x0|y0)&high>>7 + nonzero(x1|y1)&high>>7
	}
	either = int(any * ones >> 56)
	return either - int(differ*ones>>56), either
}

// filledBins counts the bins that are not empty.
func filledBins(s *[numBins]uint8) uint8 {
	var filled uint64 // eight counts of up to 16 each
	for i := 0; i <= numBins-8; i += 8 {
		filled += nonzero(binary.LittleEndian.Uint64(s[i:i+8])) & high >> 7
	}
	return uint8(filled * ones >> 56)
}

// Jaccard estimates how many grams two texts share out of all that either has,
// from 0 to 1, without bias: agreement by chance is taken out. The standard
// error is at most 0.045, less for long texts and near 0 and 1.
func (s *Sketch) Jaccard(o *Sketch) float64 {
	match, either := overlap(&s.Bins, &o.Bins)
	return jaccard(match, int(s.Filled)+int(o.Filled)-either, either, 1.0/254)
}

// jaccard corrects for agreement by chance: of the bins that both have and whose
// grams differ, one in 255 (of a Compact, in 15) agrees all the same, which is one
// in 254 (14) of those that are seen to differ. Without that, unrelated texts would
// seem to have something in common, the more the longer they are.
func jaccard(match, both, either int, chance float64) float64 {
	if either == 0 {
		return 0
	}
	j := (float64(match) - float64(float64(max(both-match, 0))*chance)) / float64(either)
	return min(max(j, 0), 1)
}

// Containment estimates the share of the grams of s that o has too, from 0 to
// 1: high if s is a part of o, however much longer o is.
func (s *Sketch) Containment(o *Sketch) float64 {
	if s.Grams == 0 || o.Grams == 0 {
		return 0
	}
	j := s.Jaccard(o)
	// |A∩B| = J/(1+J) · (|A|+|B|)
	common := float64(j/(1+j)) * float64(int(s.Grams)+int(o.Grams))
	return min(common/float64(s.Grams), 1)
}

// Same reports whether two texts have the same normal form. Equal hashes alone
// do not make it so: xxhash can be made to collide, keyed bins cannot.
func (s *Sketch) Same(o *Sketch) bool {
	return s.Exact == o.Exact && s.Exact != 0 && s.Bins == o.Bins
}

// A sketch in binary form. Where Information is not Grams, or some of it is Common, it
// is of the second version: these two are behind the rest.
const (
	sketchVersion = 1
	sketchSize    = 1 + numBins + 4*numAnchors + 8*4 + 8 + 2 + 5
	saysVersion   = 2
	saysSize      = sketchSize + 4
)

var errSketch = errors.New("similarity: malformed sketch")

// AppendBinary appends the sketch in a form that later versions read. It never fails.
func (s Sketch) AppendBinary(b []byte) ([]byte, error) {
	version := byte(sketchVersion)
	if s.says() {
		version = saysVersion
	}
	b = append(b, version)
	b = append(b, s.Bins[:]...)
	for _, a := range s.Anchors {
		b = binary.LittleEndian.AppendUint32(b, a)
	}
	for _, k := range s.Keys {
		b = binary.LittleEndian.AppendUint64(b, k)
	}
	b = binary.LittleEndian.AppendUint64(b, s.Exact)
	b = binary.LittleEndian.AppendUint16(b, s.Grams)
	o := s.Obfuscation
	b = append(b, o.Hidden, o.Mixed, o.Styled, o.Stacked, o.Leet)
	if version == saysVersion {
		b = binary.LittleEndian.AppendUint16(b, s.Information)
		b = binary.LittleEndian.AppendUint16(b, s.Common)
	}
	return b, nil
}

// says reports whether the sketch needs the second version.
func (s *Sketch) says() bool { return s.Information != s.Grams || s.Common != 0 }

// UnmarshalBinary reads what AppendBinary wrote. On error s is unchanged.
func (s *Sketch) UnmarshalBinary(data []byte) error {
	says := len(data) == saysSize && data[0] == saysVersion
	if !says && (len(data) != sketchSize || data[0] != sketchVersion) {
		return errSketch
	}
	le := binary.LittleEndian
	var o Sketch
	data = data[1:]
	data = data[copy(o.Bins[:], data):]
	o.Filled = filledBins(&o.Bins)
	for i := range o.Anchors {
		o.Anchors[i] = le.Uint32(data)
		data = data[4:]
	}
	for i := range o.Keys {
		o.Keys[i] = le.Uint64(data)
		data = data[8:]
	}
	o.Exact, o.Grams = le.Uint64(data), le.Uint16(data[8:])
	data = data[10:]
	o.Obfuscation = Obfuscation{data[0], data[1], data[2], data[3], data[4]}
	if o.Information = o.Grams; says {
		o.Information, o.Common = le.Uint16(data[5:]), le.Uint16(data[7:])
	}
	if says && !o.says() { // there is one form of each
		return errSketch
	}
	*s = o
	return nil
}
