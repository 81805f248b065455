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
//	version (1), flags (1), keep (8), sum (4), data
//
// The sum is the CRC-32C of all else and, from version 2 on, of the key: a record is
// none under another key.
type value struct {
	data []byte // nil: there is no record
	keep int64  // Unix seconds until which it is kept at least; math.MaxInt64: always
	flag uint8
	bad  error // why the record cannot be read; it is in the file as it is
}

const (
	valueVersion = 2
	valueHeader  = 14
	flagListed   = 1 << 0
	flagPinned   = 1 << 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// valueOf is r without its data. It is kept for a time after it was written, by the
// engine's clock.
func valueOf(r *policy.Record, keep time.Duration) value {
	v := value{keep: math.MaxInt64}
	if !r.Expires.IsZero() {
		v.keep = r.Expires.Unix()
		if !r.Now.IsZero() {
			v.keep = max(v.keep, r.Now.Add(keep).Unix())
		}
	}
	if r.Listed {
		v.flag |= flagListed
	}
	if r.Pinned {
		v.flag |= flagPinned
	}
	return v
}

// append adds the form in the file, under a key, to dst.
func (v *value) append(dst []byte, key policy.Key) []byte {
	at := len(dst)
	dst = append(dst, valueVersion, v.flag)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(v.keep))
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, v.data...)
	binary.LittleEndian.PutUint32(dst[at+10:], sum(key, dst[at:]))
	return dst
}

// sum is the checksum of a value in the file.
func sum(key policy.Key, b []byte) uint32 {
	s := crc32.Checksum(b[:10], castagnoli)
	if b[0] > 1 {
		s = crc32.Update(s, castagnoli, key[:])
	}
	return crc32.Update(s, castagnoli, b[valueHeader:])
}

// parse reads the value under a key. Its data is that of b.
func parse(key policy.Key, b []byte) (value, error) {
	switch {
	case len(b) < valueHeader:
		return value{}, fmt.Errorf("%w: %d bytes are too few", ErrDamaged, len(b))
	case binary.LittleEndian.Uint32(b[10:]) != sum(key, b):
		return value{}, fmt.Errorf("%w: its checksum does not agree", ErrDamaged)
	case b[0] == 0 || b[0] > valueVersion:
		return value{}, fmt.Errorf("%w: a record of version %d, this program reads %d", ErrVersion, b[0], valueVersion)
	}
	return value{data: b[valueHeader:len(b):len(b)], flag: b[1], keep: int64(binary.LittleEndian.Uint64(b[2:]))}, nil
}
