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
//	         anything; bit 0 is the open one, then the closed ones, newest first
//	         wide only: 1 byte, the exponent
//	         wide only, for each bit set: the open one as a uvarint, a closed
//	         one as a byte
//	narrow   for each bit set in all rings: count−1 in 4 bits, the first in the
//	         low half of a byte; a last unused half is 0
//	refused  the 44 bits of refused.go as a uvarint
//
// It is narrow if no exponent is set and no count is over 16. A state has one
// form only, and the decoder refuses every other. The longest is 105 bytes.
const (
	codecVersion = 1 << 6
	codecWide    = 1 << 5
	codecRefused = 1 << 4

	narrowMost = 16
)

var errBinary = errors.New("limiter: malformed binary Windows")

// MarshalBinary is [Windows.AppendBinary] to nothing.
func (w Windows) MarshalBinary() ([]byte, error) { return w.AppendBinary(nil) }

// AppendBinary appends the binary form of w: 1 byte if it is the zero value, some 20
// for a dozen events in a few days, never more than 105. It does not fail.
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

// narrow reports whether every count fits the narrow form.
func (w *Windows) narrow() bool {
	for r, open := range w.open {
		if open&openMask > narrowMost || exponent(w.ring(r)) != 0 {
			return false
		}
	}
	// A byte is over 16 if it is 32 or more, or if adding 15 makes it so.
	const overs, carry = 0xe0e0e0e0e0e0e0e0, 0x0f0f0f0f0f0f0f0f
	var over uint64
	for i, x := range w.cells {
		if i == 0 || i == 2 || i == 5 || i == 7 {
			x &= cellsMask
		}
		over |= x | (x&0x1f1f1f1f1f1f1f1f + carry)
	}
	return over&overs == 0
}

func (w *Windows) appendNarrow(b []byte, present *[rings]uint32) []byte {
	var buf [8 + (minuteCells+hourCells+dayCells+weekCells)/2]byte
	n, half := 0, 0
	for r, p := range present {
		if p == 0 {
			continue
		}
		switch r {
		case minuteRing:
			b = append(b, byte(p))
		case dayRing:
			b = append(b, byte(p), byte(p>>8), byte(p>>16))
		default:
			b = append(b, byte(p), byte(p>>8))
		}
		if p&1 != 0 {
			buf[n] |= byte(w.open[r]&openMask-1) << half
			n, half = n+half>>2, half^4
		}
		c := w.ring(r)
		for p >>= 1; p != 0; p &= p - 1 {
			k := bits.TrailingZeros32(p)
			buf[n] |= (byte(c[k/8]>>(8*(k%8))) - 1) << half
			n, half = n+half>>2, half^4
		}
	}
	return append(b, buf[:n+half>>2]...)
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
		b = append(b, byte(exponent(c)))
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
	count := 0
	for r := range rings {
		if head>>r&1 == 0 {
			continue
		}
		if present[r], b, ok = readPresence(b, r); !ok {
			return b, false
		}
		count += bits.OnesCount32(present[r])
	}
	size := (count + 1) / 2
	if len(b) < size || count&1 != 0 && b[size-1]>>4 != 0 {
		return b, false
	}
	n, half := 0, 0
	for r, p := range present {
		if p&1 != 0 {
			d.open[r] = uint32(b[n]>>half&15) + 1
			n, half = n+half>>2, half^4
		}
		c := d.ring(r)
		for p >>= 1; p != 0; p &= p - 1 {
			k := bits.TrailingZeros32(p)
			c[k/8] |= (uint64(b[n]>>half&15) + 1) << (8 * (k % 8))
			n, half = n+half>>2, half^4
		}
	}
	return b[size:], true
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
		e := uint64(b[0])
		b = b[1:]
		if e > maxExponent {
			return b, false
		}
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
		if e != 0 && most < 128 {
			return b, false
		}
		c[len(c)-1] |= e << exponentShift
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
