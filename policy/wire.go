package policy

import (
	"encoding/binary"
	"math"

	"github.com/decorum-go/decorum/scoring"
)

// A reader takes an encoded record apart. The first fault sticks.
type reader struct {
	b   []byte
	bad bool
}

func (d *reader) take(n int) []byte {
	if d.bad || n < 0 || n > len(d.b) {
		d.bad = true
		return nil
	}
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

// fixed is take of what is there.
func (d *reader) fixed(n int) []byte {
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

func get16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }

func get32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

func get48(b []byte) uint64 { return uint64(get32(b)) | uint64(get16(b[4:]))<<32 }

func (d *reader) u8() uint8 {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *reader) u16() uint16 {
	if b := d.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (d *reader) u32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *reader) u48() uint64 {
	if b := d.take(6); b != nil {
		return get48(b)
	}
	return 0
}

func (d *reader) u64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// f32 and f64 read numbers that must be finite and not negative.
func (d *reader) f32() float32 {
	v := math.Float32frombits(d.u32())
	if !(v >= 0 && v <= math.MaxFloat32) {
		d.bad = true
		return 0
	}
	return v
}

func (d *reader) f64() float64 {
	v := math.Float64frombits(d.u64())
	if !(v >= 0 && v <= math.MaxFloat64) {
		d.bad = true
		return 0
	}
	return v
}

// any32 reads a number that must be finite.
func (d *reader) any32() float64 {
	v := float64(math.Float32frombits(d.u32()))
	if v-v != 0 {
		d.bad = true
		return 0
	}
	return v
}

func (d *reader) string() string { return string(d.take(int(d.u8()))) }

func (d *reader) decayed() scoring.Decayed { return scoring.Decayed{Ref: d.u32(), Sum: d.f64()} }

func (d *reader) sized() []byte {
	n, k := binary.Uvarint(d.b)
	if k <= 0 || n > uint64(len(d.b)) {
		d.bad = true
		return nil
	}
	d.b = d.b[k:]
	return d.take(int(n))
}

// count reads a uvarint of at most 65,535.
func (d *reader) count() uint16 {
	n, k := binary.Uvarint(d.b)
	if d.bad || k <= 0 || n > math.MaxUint16 {
		d.bad = true
		return 0
	}
	d.b = d.b[k:]
	return uint16(n)
}

// binaryReader is what leaves decode themselves.
type binaryReader interface{ UnmarshalBinary([]byte) error }

func (d *reader) into(v binaryReader, b []byte) {
	if !d.bad && v.UnmarshalBinary(b) != nil {
		d.bad = true
	}
}

// putSized appends what fn appends, with its length in front.
func putSized(b []byte, fn func([]byte) []byte) []byte {
	at := len(b)
	b = fn(append(b, 0, 0))
	n := len(b) - at - 2
	b[at], b[at+1] = byte(n)|0x80, byte(n>>7) // a uvarint of always two bytes: n < 16,384
	return b
}

func putString(b []byte, s string) []byte {
	s = clip(s, 255)
	return append(append(b, byte(len(s))), s...)
}

func putDecayed(b []byte, d scoring.Decayed) []byte {
	return put64(put32(b, d.Ref), math.Float64bits(d.Sum))
}

func put16(b []byte, v uint16) []byte { return binary.LittleEndian.AppendUint16(b, v) }

func put32(b []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(b, v) }

func put64(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }

func put48(b []byte, v uint64) []byte { return put16(put32(b, uint32(v)), uint16(v>>32)) }
