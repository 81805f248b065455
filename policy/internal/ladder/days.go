package ladder

import (
	"math/bits"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// days is a set of days, of which the first has bit 0.
type days [4]uint64

func (d *days) has(i int) bool { return d[i/64]>>(i%64)&1 != 0 }
func (d *days) set(i int)      { d[i/64] |= 1 << (i % 64) }
func (d *days) clear(i int)    { d[i/64] &^= 1 << (i % 64) }
func (d *days) empty() bool    { return *d == days{} }

// later makes every day the one so many days after it; what falls off is lost.
func (d *days) later(n int) {
	words, rest := n/64, n%64
	for i := len(d) - 1; i >= 0; i-- {
		var w uint64
		if k := i - words; k >= 0 {
			w = d[k] << rest
			if k > 0 {
				w |= d[k-1] >> (64 - rest)
			}
		}
		d[i] = w
	}
}

// earlier makes every day the one so many days before it.
func (d *days) earlier(n int) {
	words, rest := n/64, n%64
	for i := range d {
		var w uint64
		if k := i + words; k < len(d) {
			w = d[k] >> rest
			if k+1 < len(d) {
				w |= d[k+1] << (64 - rest)
			}
		}
		d[i] = w
	}
}

// spread adds to every day the n days after it.
func (d *days) spread(n int) {
	for has := 1; n > 0; has *= 2 {
		more := *d
		more.later(min(has, n))
		d.or(&more)
		n -= min(has, n)
	}
}

// next is the first day from one on that is in the set, or is not.
func (d *days) next(i int, in bool) int {
	for ; i < 64*len(d); i++ {
		w := d[i/64]
		if !in {
			w = ^w
		}
		if w >>= i % 64; w != 0 {
			return i + bits.TrailingZeros64(w)
		}
		i |= 63
	}
	return i
}

func (d *days) or(o *days) {
	for i := range d {
		d[i] |= o[i]
	}
}

func (d *days) without(o *days) {
	for i := range d {
		d[i] &^= o[i]
	}
}

// first and last are the first and the last day of a set that is not empty.
func (d *days) first() (i int) {
	for d[i/64] == 0 {
		i += 64
	}
	return i + bits.TrailingZeros64(d[i/64])
}

func (d *days) last() int {
	i := len(d) - 1
	for d[i] == 0 {
		i--
	}
	return 64*i + 63 - bits.LeadingZeros64(d[i])
}

func (d *days) append(b []byte) []byte {
	n := 0
	if !d.empty() {
		n = d.last()/8 + 1
	}
	b = append(b, byte(n))
	for i := range n {
		b = append(b, byte(d[i/8]>>(i%8*8)))
	}
	return b
}

func (d *days) read(r *wire.Reader, n byte) {
	b := r.Take(int(n))
	if len(b) > 8*len(d) || len(b) > 0 && b[len(b)-1] == 0 {
		r.Bad = true
		return
	}
	for i, v := range b {
		d[i/8] |= uint64(v) << (i % 8 * 8)
	}
}
