package limiter

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// The binary form, version 1. The zero Windows is its first byte alone.
//
//	1 byte   bits 0–3: which rings count anything, finest first
//	         bit 4: something was refused
//	         bit 5: wide
//	         bits 6–7: version, 1
//	6 bytes  newest time in milliseconds since 1970, little endian
//	ring…    1, 2, 3 and 2 bytes, little endian: which sub-buckets count
//	         anything; bit 0 is the open one, then the bytes of ring.go
//	         wide only: 1 byte, the scale
//	         wide only, for each bit set: the open one as a uvarint, another
//	         as its byte
//	narrow   for each bit set in all rings, in units of 4 bits: the number of
//	         its byte in common, or 15 and the low and the high half of the
//	         byte; the first unit in the low half of a byte; a last unused
//	         half is 0
//	refused  the 44 bits of refused.go as a uvarint
//
// It is narrow if all rings are fine and no open count is over 255. A state
// has one form only, and the decoder refuses every other.
const (
	codecVersion = 1 << 6
	codecWide    = 1 << 5
	codecRefused = 1 << 4

	codecMost = 1 + 6 + 8 + 3*64/2 + 7 // bytes, if all is narrow and nothing common
)

// common are the bytes that a sub-bucket usually has. Numbers are from 1, so
// that nothing common is 0.
var common = [rare]byte{0, 0x01, 0x10, 0x11, 0x02, 0x20, 0x12, 0x21, 0x22, 0x03, 0x30, 0x04, 0x40, 0x05, 0x06}

// rare is the number of all other bytes.
const rare = 15

// numbers is the opposite of common.
var numbers = func() (n [256]byte) {
	for i := range n {
		n[i] = rare
	}
	for i, x := range common {
		n[x] = byte(i)
	}
	return n
}()

var errBinary = errors.New("limiter: malformed binary Windows")

// AppendBinary appends the binary form of w: 1 byte if it is the zero value, some 20
// for a dozen events in a few days, never more than 118. It does not fail.
// Equal values have equal bytes.
func (w Windows) AppendBinary(b []byte) ([]byte, error) {
	head := len(b)
	b = append(b, codecVersion)
	if w == (Windows{}) {
		return b, nil
	}
	newest := w.clock & clockMask
	b = append(b, byte(newest), byte(newest>>8), byte(newest>>16), byte(newest>>24), byte(newest>>32), byte(newest>>40))

	var present [rings]uint32
	for r := range rings {
		p := w.presence(r)
		present[r] = p
		if p != 0 {
			b[head] |= 1 << r
		}
	}
	if w.narrow() {
		b = w.appendNarrow(b, &present)
	} else {
		b[head] |= codecWide
		b = w.appendWide(b, &present)
	}
	if f := w.refusals(); f != 0 {
		b[head] |= codecRefused
		b = binary.AppendUvarint(b, f)
	}
	return b, nil
}

// presence has a bit for every sub-bucket of ring r that counts anything: bit
// 0 for the open one.
func (w *Windows) presence(r int) uint32 {
	c := w.ring(r)
	var p uint32
	for i, x := range c {
		if x == 0 {
			continue
		}
		if i == len(c)-1 {
			x &= cellsMask
		}
		p |= nonzero(x) << (8 * i)
	}
	p <<= 1
	if w.open[r]&openMask != 0 {
		p |= 1
	}
	return p
}

// nonzero has a bit for every byte of x that is not 0.
func nonzero(x uint64) uint32 {
	x = (x&^highBits + ^uint64(highBits) | x) & highBits
	return uint32(x >> 7 * 0x0102040810204080 >> 56)
}

// narrow reports whether w has the narrow form.
func (w *Windows) narrow() bool {
	scales := (w.cells[0] | w.cells[2] | w.cells[5] | w.cells[7]) & scaleMask
	opens := (w.open[0] | w.open[1] | w.open[2] | w.open[3]) & openMask
	return scales == 0 && opens <= 255
}

func (w *Windows) appendNarrow(b []byte, present *[rings]uint32) []byte {
	for r, p := range present {
		if p != 0 {
			b = append(b, byte(p))
			for range len(w.ring(r)) - 1 {
				p >>= 8
				b = append(b, byte(p))
			}
		}
	}
	u := units{b: b}
	for r, p := range present {
		if p&1 != 0 {
			u.append(byte(w.open[r]))
		}
		c := w.ring(r)
		for p >>= 1; p != 0; p &= p - 1 {
			k := bits.TrailingZeros32(p)
			u.append(byte(c[k/8] >> (8 * (k % 8))))
		}
	}
	return u.flush()
}

// units appends units of 4 bits.
type units struct {
	b    []byte
	bits uint64 // not yet appended
	n    int    // how many bits
}

func (u *units) append(x byte) {
	number := numbers[x]
	u.bits |= uint64(number) << u.n
	u.n += 4
	if number == rare {
		u.bits |= uint64(x) << u.n
		u.n += 8
	}
	for ; u.n >= 8; u.n -= 8 {
		u.b = append(u.b, byte(u.bits))
		u.bits >>= 8
	}
}

func (u *units) flush() []byte {
	if u.n != 0 {
		u.b = append(u.b, byte(u.bits))
	}
	return u.b
}

func (w *Windows) appendWide(b []byte, present *[rings]uint32) []byte {
	for r, p := range present {
		if p == 0 {
			continue
		}
		c := w.ring(r)
		for i := range c {
			b = append(b, byte(p>>(8*i)))
		}
		b = append(b, byte(scale(c)))
		if p&1 != 0 {
			b = binary.AppendUvarint(b, uint64(w.open[r]&openMask))
		}
		for p >>= 1; p != 0; p &= p - 1 {
			k := bits.TrailingZeros32(p)
			b = append(b, byte(c[k/8]>>(8*(k%8))))
		}
	}
	return b
}

// UnmarshalBinary sets w to what [Windows.AppendBinary] appended. It refuses
// whatever that cannot have written, bytes that follow it included, and then
// leaves w as it was.
func (w *Windows) UnmarshalBinary(b []byte) error {
	var d Windows
	if len(b) == 0 || b[0]>>6 != codecVersion>>6 {
		return errBinary
	}
	head := b[0]
	if head == codecVersion && len(b) == 1 {
		*w = d
		return nil
	}
	if len(b) < 7 {
		return errBinary
	}
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
	if !ok {
		return errBinary
	}
	if head&codecRefused != 0 {
		f, n := uvarint(b)
		if n == 0 || f == 0 || f >= 1<<44 || joinRefusals(refusedCounts(f)) != f {
			return errBinary
		}
		d.setRefusals(f)
		b = b[n:]
	}
	if len(b) != 0 || d == (Windows{}) {
		return errBinary
	}
	*w = d
	return nil
}

// readPresence reads the bits of one ring, which are not all 0.
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

func (d *Windows) readNarrow(b []byte, head byte) (rest []byte, ok bool) {
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
		c := d.ring(r)
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
				d.open[r] = uint32(x)
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

func (d *Windows) readWide(b []byte, head byte) (rest []byte, ok bool) {
	for r := range rings {
		if head>>r&1 == 0 {
			continue
		}
		var p uint32
		if p, b, ok = readPresence(b, r); !ok || len(b) == 0 {
			return b, false
		}
		s := uint64(b[0])
		b = b[1:]
		if s > maxExponent+coarse {
			return b, false
		}
		e := max(s, coarse) - coarse
		if p&1 != 0 {
			open, n := uvarint(b)
			if n == 0 || open == 0 || open > openMask {
				return b, false
			}
			d.open[r] = uint32(open)
			b = b[n:]
		}
		p >>= 1
		if len(b) < bits.OnesCount32(p) {
			return b, false
		}
		c := d.ring(r)
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
		if e != 0 && most < 128 || s == coarse && most <= maxHalf && d.open[r] <= maxHalf {
			return b, false
		}
		c[len(c)-1] |= s << scaleShift
	}
	return b, !d.narrow()
}

// uvarint is binary.Uvarint for the shortest form only; n is 0 for another.
func uvarint(b []byte) (x uint64, n int) {
	x, n = binary.Uvarint(b)
	if n <= 0 || n > 1 && b[n-1] == 0 {
		return 0, 0
	}
	return x, n
}
