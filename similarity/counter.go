package similarity

import (
	"encoding/binary"
	"math/bits"
)

// counterList is up to how many different values a counter is exact.
const counterList = 32

// A counter counts different values: exactly up to counterList of them, from
// there on as a HyperLogLog with 128 registers, standard error 9% (Flajolet
// et al., 2007), linear counting below 320 as they recommend. It is a plain
// value; the zero counter is empty.
type counter struct {
	n    uint8 // values in the list; counterList+1: data are registers
	data [4 * counterList]uint8
	est  uint32 // estimate of the registers
}

// mix64 spreads a value over 64 bits (the finalizer of splitmix64).
func mix64(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hash32 is how values are kept in a counter; never 0.
func hash32(x uint64) uint32 { return max(uint32(mix64(x)>>32), 1) }

func (c *counter) add(h uint32) {
	if c.n > counterList {
		if c.register(h) {
			c.estimate()
		}
		return
	}
	for i := range int(c.n) {
		if binary.LittleEndian.Uint32(c.data[4*i:]) == h {
			return
		}
	}
	if c.n < counterList {
		binary.LittleEndian.PutUint32(c.data[4*int(c.n):], h)
		c.n++
		return
	}
	list := c.data
	c.data = [4 * counterList]uint8{}
	c.n = counterList + 1
	for i := range counterList {
		c.register(binary.LittleEndian.Uint32(list[4*i:]))
	}
	c.register(h)
	c.estimate()
}

// register reports whether h was news.
func (c *counter) register(h uint32) bool {
	r, rank := &c.data[h&127], uint8(bits.LeadingZeros32(h|127))+1
	if rank <= *r {
		return false
	}
	*r = rank
	return true
}

func (c *counter) count() int {
	if c.n <= counterList {
		return int(c.n)
	}
	return int(c.est)
}

// estimate brings est up to date.
func (c *counter) estimate() {
	const m = len(c.data)
	zero, sum := 0, 0.0
	for _, r := range c.data {
		if r == 0 {
			zero++
		}
		sum += 1 / float64(uint64(1)<<r)
	}
	estimate := float64(0.7213/(1+1.079/float64(m))) * float64(m*m) / sum
	if estimate <= 2.5*float64(m) && zero > 0 {
		estimate = float64(-float64(m) * ln(float64(zero)/float64(m)))
	}
	c.est = max(uint32(estimate+0.5), counterList+1)
}

func (c *counter) appendBinary(b []byte) []byte { return append(append(b, c.n), c.data[:]...) }

func (c *counter) read(r *reader) {
	c.n = uint8(r.less(int(r.u8()), counterList+2))
	copy(c.data[:], r.bytes(len(c.data)))
	if c.n > counterList {
		for _, v := range c.data {
			r.less(int(v), 34)
		}
		c.estimate()
	}
}
