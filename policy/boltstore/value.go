package boltstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A value is a record as the store keeps it. In the file it is
//
//	version (1), flags (1), keep (8), sum (4): CRC-32C of all else, data
type value struct {
	data []byte // nil: there is no record
	keep int64  // Unix seconds until which it is kept at least; math.MaxInt64: always
	flag uint8
	bad  error // why the record cannot be read; it is in the file as it is
}

const (
	valueVersion = 1
	valueHeader  = 14
	flagListed   = 1 << 0
	flagPinned   = 1 << 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// valueOf is r without its data. now and keep are the machine's.
func valueOf(r *policy.Record, now time.Time, keep time.Duration) value {
	v := value{keep: math.MaxInt64}
	if !r.Expires.IsZero() {
		v.keep = max(r.Expires.Unix(), now.Add(keep).Unix())
	}
	if r.Listed {
		v.flag |= flagListed
	}
	if r.Pinned {
		v.flag |= flagPinned
	}
	return v
}

// append adds the form in the file to dst.
func (v *value) append(dst []byte) []byte {
	at := len(dst)
	dst = append(dst, valueVersion, v.flag)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(v.keep))
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, v.data...)
	binary.LittleEndian.PutUint32(dst[at+10:], sum(dst[at:]))
	return dst
}

// sum is the checksum of a value in the file: of all but itself.
func sum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:10], castagnoli), castagnoli, b[valueHeader:])
}

// parse reads a value. Its data is that of b.
func parse(b []byte) (value, error) {
	switch {
	case len(b) < valueHeader:
		return value{}, fmt.Errorf("%w: %d bytes are too few", ErrDamaged, len(b))
	case binary.LittleEndian.Uint32(b[10:]) != sum(b):
		return value{}, fmt.Errorf("%w: its checksum does not agree", ErrDamaged)
	case b[0] != valueVersion:
		return value{}, fmt.Errorf("%w: a record of version %d, this program reads %d", ErrVersion, b[0], valueVersion)
	}
	return value{data: b[valueHeader:len(b):len(b)], flag: b[1], keep: int64(binary.LittleEndian.Uint64(b[2:]))}, nil
}
