package limiter

import (
	"encoding/binary"
	"math/bits"
)

// The binary form, version 1. The zero Windows is its first byte alone.
//
//	1 byte   bits 0–3: which rings count anything, finest first
//	         bit 4: something was refused
//	         bit 5: wide
//	         bits 6–7: version, 1, or 2 where a month is kept
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
//	month    version 2 only: see month.go
//
// It is narrow if all rings are fine and no open count is over 255: what nearly
// every key is, with one or two messages in a sub-bucket. The units of 4 bits are
// why a dozen events take some 20 bytes and not 40.
//
// A state has one form only, and the decoder refuses every other: equal values
// have equal bytes, and a record that comes back from a store can be compared.
const (
	codecVersion = 1 << 6
	codecMonth   = 2 << 6
	codecWide    = 1 << 5
	codecRefused = 1 << 4

	codecMost = 1 + 6 + 8 + 3*64/2 + 7 + MaxMonth // bytes, if all is narrow and nothing common
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

// AppendBinary appends the binary form of w: 1 byte if it is the zero value, some
// 20 for a dozen events in a few days, never more than 142. It does not fail.
// Equal values have equal bytes.
func (w Windows) AppendBinary(b []byte) ([]byte, error) {
	head := len(b)
	b = append(b, codecVersion)
	if w.isNew() {
		return b, nil
	}
	newest := w.clock & clockMask
	b = append(b, byte(newest), byte(newest>>8), byte(newest>>16), byte(newest>>24), byte(newest>>32), byte(newest>>40))

	present := w.presence()
	for r, p := range present {
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
	if w.month.kept() {
		b[head] += codecMonth - codecVersion
		b = w.month.append(b)
	}
	return b, nil
}

// presence has, for each ring, a bit for every sub-bucket that counts anything: bit
// 0 for the open one.
func (w *short) presence() (p [rings]uint32) {
	c := &w.cells // without a loop: of every record that is written
	p = [rings]uint32{
		minuteRing: nonzero(c[0] & cellsMask),
		hourRing:   nonzero(c[1]) | nonzero(c[2]&cellsMask)<<8,
		dayRing:    nonzero(c[3]) | nonzero(c[4])<<8 | nonzero(c[5]&cellsMask)<<16,
		weekRing:   nonzero(c[6]) | nonzero(c[7]&cellsMask)<<8,
	}
	for r := range p {
		p[r] <<= 1
		if w.open[r]&openMask != 0 {
			p[r] |= 1
		}
	}
	return p
}

// appendPresence appends the bits of ring r: one for the open sub-bucket and one
// less than eight a word, so a byte a word.
func (w *short) appendPresence(b []byte, r int, p uint32) []byte {
	return append(b, byte(p), byte(p>>8), byte(p>>16))[:len(b)+len(w.ring(r))]
}

// nonzero has a bit for every byte of x that is not 0. The product moves the top
// bits of the bytes side by side into the highest byte.
func nonzero(x uint64) uint32 {
	x = (x&^highBits + ^uint64(highBits) | x) & highBits
	return uint32(x >> 7 * 0x0102040810204080 >> 56)
}

// narrow reports whether w has the narrow form.
func (w *short) narrow() bool {
	scales := (w.cells[0] | w.cells[2] | w.cells[5] | w.cells[7]) & scaleMask
	opens := (w.open[0] | w.open[1] | w.open[2] | w.open[3]) & openMask
	return scales == 0 && opens <= 255
}

func (w *short) appendNarrow(b []byte, present *[rings]uint32) []byte {
	for r, p := range present {
		if p != 0 {
			b = w.appendPresence(b, r, p)
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

func (w *short) appendWide(b []byte, present *[rings]uint32) []byte {
	for r, p := range present {
		if p == 0 {
			continue
		}
		c := w.ring(r)
		b = append(w.appendPresence(b, r, p), byte(scale(c)))
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
