package similarity

import (
	"encoding/binary"
	"errors"
)

// A Compact is a Sketch in 74 bytes, for a sender's own last texts: the
// fingerprints are cut to four bits and what only an Index needs is left out.
//
// The zero Compact is that of the empty text. A Compact is a plain value
// without pointers; == tells whether two are the same.
type Compact struct {
	Bins  [numBins / 2]uint8 // two fingerprints a byte, 1 to 15; 0 is empty; the even bin in the low half
	Exact uint64             // that of the Sketch
	Grams uint16             // that of the Sketch
}

// CompactSize is the length of a Compact in binary form, in bytes.
const CompactSize = numBins/2 + 2 + 8

// narrow cuts eight fingerprints of 1 to 255 to 1 to 15, and leaves 0.
func narrow(x uint64) uint64 {
	// (v-1) mod 15 + 1 is v mod 15 with 15 for 0, that is, hexadecimal digits
	// added up as in casting out nines.
	const nibbles = 0x0f0f0f0f0f0f0f0f
	sum := x&nibbles + x>>4&nibbles // up to 30
	carry := sum >> 4 & ones        // 16 and above
	sum = sum&nibbles + carry       // up to 15, 0 only for 0
	return sum
}

// Compact returns the short form of s.
func (s *Sketch) Compact() Compact {
	c := Compact{Exact: s.Exact, Grams: s.Grams}
	for i := 0; i < numBins; i += 8 {
		x := narrow(binary.LittleEndian.Uint64(s.Bins[i:]))
		x = (x | x>>4) & 0x00ff00ff00ff00ff
		x = (x | x>>8) & 0x0000ffff0000ffff
		binary.LittleEndian.PutUint32(c.Bins[i/2:], uint32(x|x>>16))
	}
	return c
}

// Jaccard estimates what [Sketch.Jaccard] does, from the short form of one of
// the two: without bias, with a standard error of at most 0.05.
func (c *Compact) Jaccard(s *Sketch) float64 {
	var differ, any, filled uint64
	for i := 0; i <= numBins-8; i += 8 {
		x := narrow(binary.LittleEndian.Uint64(s.Bins[i : i+8]))
		y := widen(binary.LittleEndian.Uint32(c.Bins[i/2 : i/2+4]))
		differ += nonzero(x^y) & high >> 7
		any += nonzero(x|y) & high >> 7
		filled += nonzero(y) & high >> 7
	}
	either := int(any * ones >> 56)
	both := int(filled*ones>>56) + int(s.Filled) - either
	return jaccard(either-int(differ*ones>>56), both, either, 1.0/14)
}

// JaccardCompact is Jaccard of the sketch that o is the short form of. For one text
// against several it is the faster way.
func (c *Compact) JaccardCompact(o *Compact) float64 {
	var differ, any, all uint64 // sixteen counts of up to 8 each
	for i := 0; i <= len(c.Bins)-8; i += 8 {
		x := binary.LittleEndian.Uint64(c.Bins[i : i+8])
		y := binary.LittleEndian.Uint64(o.Bins[i : i+8])
		in, on := filledHalves(x), filledHalves(y)
		differ += filledHalves(x ^ y)
		any += in | on
		all += in & on
	}
	either := sumHalves(any)
	return jaccard(either-sumHalves(differ), sumHalves(all), either, 1.0/14)
}

// filledHalves sets the lowest bit of every half of a byte that is not 0, and no other.
func filledHalves(x uint64) uint64 {
	x |= x >> 1
	return (x | x>>2) & (ones | ones<<4)
}

// sumHalves adds up the halves of all bytes.
func sumHalves(x uint64) int { return int((x&(15*ones) + x>>4&(15*ones)) * ones >> 56) }

// widen is what narrow makes of eight fingerprints, from eight half bytes.
func widen(c uint32) uint64 {
	y := uint64(c)
	y = (y | y<<16) & 0x0000ffff0000ffff
	y = (y | y<<8) & 0x00ff00ff00ff00ff
	return (y | y<<4) & 0x0f0f0f0f0f0f0f0f
}

// Same reports whether the text of s has the same normal form.
func (c *Compact) Same(s *Sketch) bool {
	return c.Exact == s.Exact && c.Exact != 0 && *c == s.Compact()
}

var errCompact = errors.New("similarity: malformed compact sketch")

// AppendBinary appends the CompactSize bytes of c. It never fails.
func (c Compact) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, c.Bins[:]...)
	b = binary.LittleEndian.AppendUint16(b, c.Grams)
	return binary.LittleEndian.AppendUint64(b, c.Exact), nil
}

// UnmarshalBinary reads what AppendBinary wrote. On error c is unchanged.
func (c *Compact) UnmarshalBinary(data []byte) error {
	if len(data) != CompactSize {
		return errCompact
	}
	copy(c.Bins[:], data)
	c.Grams = binary.LittleEndian.Uint16(data[numBins/2:])
	c.Exact = binary.LittleEndian.Uint64(data[numBins/2+2:])
	return nil
}
