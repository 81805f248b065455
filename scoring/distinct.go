package scoring

import "math/bits"

// distinctBits is the number of bits of a Distinct.
const distinctBits = 256

// Distinct estimates how many different values were added: linear counting with
// 256 bits (Whang, Vander-Zanden & Taylor, 1990), n̂ = −256 ln(share of bits
// that are 0). Standard error 5% at 200, 7% at 500, and no estimate above
// 1,420 (all bits set). It is a plain value of 32 bytes; the zero value is
// empty. Removing is not possible. It is not safe for concurrent use.
type Distinct struct{ Bits [4]uint64 }

// Add counts a value by its hash, of which any bits may vary. It reports
// whether the value is new: false may be a collision (with probability n/256
// or less), true is certain.
func (d *Distinct) Add(hash uint64) bool {
	i := mix(hash) >> 56
	bit := uint64(1) << (i & 63)
	was := d.Bits[i>>6]
	d.Bits[i>>6] = was | bit
	return was&bit == 0
}

// Count returns the estimate, 0 while empty and 1,420 when full.
func (d *Distinct) Count() float64 {
	ones := 0
	for _, w := range d.Bits {
		ones += bits.OnesCount64(w)
	}
	if ones == 0 {
		return 0
	}
	zeros := max(float64(distinctBits-ones), 1)
	return distinctBits * Log(distinctBits/zeros)
}

// Merge adds what the other has seen.
func (d *Distinct) Merge(other Distinct) {
	for i, w := range other.Bits {
		d.Bits[i] |= w
	}
}

// mix spreads the bits of a hash of which only some may vary (a 48-bit key):
// the finaliser of splitmix64 (Steele, Lea & Flood, 2014).
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
