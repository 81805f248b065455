package similarity

import "encoding/binary"

func boolByte(v bool) byte {
	if v {
		return 1
	}
	return 0
}

// A reader takes a snapshot apart; after the first fault it reads zeros.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) bytes(n int) []byte {
	if len(r.data) < n {
		r.bad = true
		r.data = nil
		return make([]byte, n)
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) u8() uint8   { return r.bytes(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.bytes(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.bytes(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.bytes(8)) }

// less reads a number that must be below n.
func (r *reader) less(v, n int) int {
	if v < 0 || v >= n {
		r.bad = true
		return 0
	}
	return v
}
