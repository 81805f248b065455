package limiter

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

var errBinary = errors.New("limiter: malformed binary Windows")

// UnmarshalBinary sets w to what [Windows.AppendBinary] appended. It refuses
// everything that AppendBinary cannot have written, bytes that follow it included,
// and then leaves w as it was.
func (w *Windows) UnmarshalBinary(b []byte) error {
	var d Windows
	if len(b) == 1 && b[0] == codecVersion { // the zero value, which has no other form
		*w = d
		return nil
	}
	if len(b) < 7 || b[0]>>6 != codecVersion>>6 && b[0]>>6 != codecMonth>>6 {
		return errBinary
	}
	head := b[0]
	d.clock = uint64(b[1]) | uint64(b[2])<<8 | uint64(b[3])<<16 | uint64(b[4])<<24 | uint64(b[5])<<32 | uint64(b[6])<<40
	if d.clock > maxMillis {
		return errBinary
	}
	b = b[7:]
	var ok bool
	if head&codecWide == 0 {
		b, ok = d.readNarrow(b, head)
	} else {
		b, ok = d.readWide(b, head)
	}
	if ok && head&codecRefused != 0 {
		b, ok = d.readRefused(b)
	}
	if ok && head>>6 == codecMonth>>6 {
		d.month, b, ok = readMonth(b)
	}
	if !ok || len(b) != 0 || d.isNew() {
		return errBinary
	}
	*w = d
	return nil
}

// readPresence reads the bits of ring r, which are not all 0: a byte a word.
func readPresence(b []byte, r int) (p uint32, rest []byte, ok bool) {
	n := 2
	switch r {
	case minuteRing:
		n = 1
	case dayRing:
		n = 3
	}
	if len(b) < n {
		return 0, b, false
	}
	for i, x := range b[:n] {
		p |= uint32(x) << (8 * i)
	}
	return p, b[n:], p != 0
}

// readNarrow reads the presence of all rings and then their units. A unit is
// refused where a shorter one says the same: a number of 0 says nothing, and a rare
// byte must not be a common one.
func (w *short) readNarrow(b []byte, head byte) (rest []byte, ok bool) {
	var present [rings]uint32
	for r := range rings {
		if head>>r&1 == 0 {
			continue
		}
		if present[r], b, ok = readPresence(b, r); !ok {
			return b, false
		}
	}
	at := 0 // in halves of a byte
	for r, p := range present {
		c := w.ring(r)
		for ; p != 0; p &= p - 1 {
			if at/2 >= len(b) {
				return b, false
			}
			number := b[at/2] >> (at % 2 * 4) & 15
			at++
			if number == 0 {
				return b, false
			}
			var x byte
			if number != rare {
				x = common[number]
			} else {
				if (at+1)/2 >= len(b) {
					return b, false
				}
				x = b[at/2]>>(at%2*4)&15 | b[(at+1)/2]>>((at+1)%2*4)<<4
				at += 2
				if numbers[x] != rare {
					return b, false
				}
			}
			if k := bits.TrailingZeros32(p); k == 0 {
				w.open[r] = uint32(x)
			} else {
				c[(k-1)/8] |= uint64(x) << (8 * ((k - 1) % 8))
			}
		}
	}
	if at%2 != 0 && b[at/2]>>4 != 0 {
		return b, false
	}
	return b[(at+1)/2:], true
}

// readWide reads ring by ring. What would fit the narrow form is refused.
func (w *short) readWide(b []byte, head byte) (rest []byte, ok bool) {
	for r := range rings {
		if head>>r&1 == 0 {
			continue
		}
		if b, ok = w.readWideRing(b, r); !ok {
			return b, false
		}
	}
	return b, !w.narrow()
}

// readWideRing reads one ring, of which it refuses what the rules of ring.go would
// have kept in a finer scale.
func (w *short) readWideRing(b []byte, r int) (rest []byte, ok bool) {
	p, b, ok := readPresence(b, r)
	if !ok || len(b) == 0 || b[0] > maxExponent+coarse {
		return b, false
	}
	s := uint64(b[0])
	e := max(s, coarse) - coarse
	b = b[1:]
	if p&1 != 0 {
		if w.open[r], b, ok = readOpen(b); !ok {
			return b, false
		}
	}
	p >>= 1
	if len(b) < bits.OnesCount32(p) {
		return b, false
	}
	c := w.ring(r)
	var most uint64
	for ; p != 0; p &= p - 1 {
		k := bits.TrailingZeros32(p)
		x := uint64(b[0])
		if x == 0 || x<<e > maxClosed {
			return b, false
		}
		most = max(most, x)
		c[k/8] |= x << (8 * (k % 8))
		b = b[1:]
	}
	if e != 0 && most < 128 || s == coarse && most <= maxHalf && w.open[r] <= maxHalf {
		return b, false
	}
	c[len(c)-1] |= s << scaleShift
	return b, true
}

// readOpen reads the count of an open sub-bucket, which is not 0.
func readOpen(b []byte) (open uint32, rest []byte, ok bool) {
	x, n := uvarint(b)
	if n == 0 || x == 0 || x > openMask {
		return 0, b, false
	}
	return uint32(x), b[n:], true
}

// readRefused reads the count of refused tries, which is not 0.
func (w *short) readRefused(b []byte) (rest []byte, ok bool) {
	f, n := uvarint(b)
	if n == 0 || f == 0 || f >= 1<<44 || joinRefusals(refusedCounts(f)) != f {
		return b, false
	}
	w.setRefusals(f)
	return b[n:], true
}

// uvarint is binary.Uvarint for the shortest form only; n is 0 for another.
func uvarint(b []byte) (x uint64, n int) {
	x, n = binary.Uvarint(b)
	if n <= 0 || n > 1 && b[n-1] == 0 {
		return 0, 0
	}
	return x, n
}
