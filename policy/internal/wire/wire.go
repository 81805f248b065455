// Package wire appends numbers and texts to a buffer, little-endian, and reads
// them back. It is the form of records, notes and snapshots.
package wire

import (
	"encoding/binary"
	"math"

	"github.com/decorum-go/decorum/scoring"
)

// A Reader takes an encoded value apart, from the front. The first fault
// sticks: after it every read returns zero. The caller looks at Bad once, at
// the end, and before it trusts a length.
type Reader struct {
	B   []byte // what is left to read
	Bad bool   // something was cut short or out of range
}

// Take returns the next n bytes, nil and Bad if there are fewer. They share the
// memory of B.
func (d *Reader) Take(n int) []byte {
	if d.Bad || n < 0 || n > len(d.B) {
		d.Bad = true
		return nil
	}
	return d.Fixed(n)
}

// Fixed is Take for a caller that knows that n bytes are left; it panics where
// they are not.
func (d *Reader) Fixed(n int) []byte {
	b := d.B[:n:n]
	d.B = d.B[n:]
	return b
}

// U8 reads one byte.
func (d *Reader) U8() uint8 {
	if b := d.Take(1); b != nil {
		return b[0]
	}
	return 0
}

// U16 reads two bytes.
func (d *Reader) U16() uint16 {
	if b := d.Take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// U32 reads four bytes.
func (d *Reader) U32() uint32 {
	if b := d.Take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// U48 reads six bytes.
func (d *Reader) U48() uint64 {
	if b := d.Take(6); b != nil {
		return Get48(b)
	}
	return 0
}

// U64 reads eight bytes.
func (d *Reader) U64() uint64 {
	if b := d.Take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// F32 reads a number of four bytes that must be finite and not negative.
func (d *Reader) F32() float32 {
	v := math.Float32frombits(d.U32())
	if !(v >= 0 && v <= math.MaxFloat32) {
		d.Bad = true
		return 0
	}
	return v
}

// F64 reads a number of eight bytes that must be finite and not negative.
func (d *Reader) F64() float64 { return d.positive(math.Float64frombits(d.U64())) }

func (d *Reader) positive(v float64) float64 {
	if !(v >= 0 && v <= math.MaxFloat64) {
		d.Bad = true
		return 0
	}
	return v
}

// Any32 reads a number of four bytes that must be finite.
func (d *Reader) Any32() float64 {
	v := float64(math.Float32frombits(d.U32()))
	if v-v != 0 {
		d.Bad = true
		return 0
	}
	return v
}

// Text reads what PutString appended.
func (d *Reader) Text() string { return string(d.Take(int(d.U8()))) }

// Decayed reads what PutDecayed appended.
func (d *Reader) Decayed() (v scoring.Decayed) {
	if b := d.Take(12); b != nil {
		v = scoring.Decayed{Ref: Get32(b), Sum: d.positive(math.Float64frombits(binary.LittleEndian.Uint64(b[4:])))}
	}
	return v
}

// Sized reads what PutSized appended, without its length. A length of any
// number of bytes will do.
func (d *Reader) Sized() []byte { return d.Take(int(d.uvarint())) }

// uvarint reads a uvarint.
func (d *Reader) uvarint() uint64 {
	if len(d.B) > 0 && d.B[0] < 0x80 { // as most are
		n := d.B[0]
		d.B = d.B[1:]
		return uint64(n)
	}
	n, k := binary.Uvarint(d.B)
	if k <= 0 {
		d.Bad = true
		return 0
	}
	d.B = d.B[k:]
	return n
}

// Count reads a uvarint of at most 65,535.
func (d *Reader) Count() uint16 {
	n := d.uvarint()
	if d.Bad || n > math.MaxUint16 {
		d.Bad = true
		return 0
	}
	return uint16(n)
}

// Into lets v, a type of a leaf, decode b.
func (d *Reader) Into(v interface{ UnmarshalBinary([]byte) error }, b []byte) {
	if !d.Bad && v.UnmarshalBinary(b) != nil {
		d.Bad = true
	}
}

// Get16 is the number in the first two bytes of b.
func Get16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }

// Get32 is the number in the first four bytes of b.
func Get32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// Get48 is the number in the first six bytes of b.
func Get48(b []byte) uint64 { return uint64(Get32(b)) | uint64(Get16(b[4:]))<<32 }

// Bits is a byte of up to eight bits, the first in the lowest: which parts of a value
// are there.
func Bits(set ...bool) (b byte) {
	for i, yes := range set {
		if yes {
			b |= 1 << i
		}
	}
	return b
}

// PutSized appends what fn appends, with its length in front: a uvarint of
// always two bytes, so fn appends less than 16,384.
func PutSized(b []byte, fn func([]byte) []byte) []byte {
	at := len(b)
	b = fn(append(b, 0, 0))
	n := len(b) - at - 2
	b[at], b[at+1] = byte(n)|0x80, byte(n>>7)
	return b
}

// PutString appends a text and, in front, its length in one byte. It cuts a
// text of more than 255 bytes.
func PutString(b []byte, s string) []byte {
	s = Clip(s, 255)
	return append(append(b, byte(len(s))), s...)
}

// PutDecayed appends a sum in 12 bytes.
func PutDecayed(b []byte, d scoring.Decayed) []byte {
	return Put64(Put32(b, d.Ref), math.Float64bits(d.Sum))
}

// Put16 appends a number in two bytes.
func Put16(b []byte, v uint16) []byte { return binary.LittleEndian.AppendUint16(b, v) }

// Put32 appends a number in four bytes.
func Put32(b []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(b, v) }

// Put64 appends a number in eight bytes.
func Put64(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }

// Put48 appends the low 48 bits of a number in six bytes.
func Put48(b []byte, v uint64) []byte { return Put16(Put32(b, uint32(v)), uint16(v>>32)) }

// Clip cuts s to at most n bytes without cutting a rune.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 { // within a rune
		n--
	}
	return s[:n]
}
