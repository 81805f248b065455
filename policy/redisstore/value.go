package redisstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"

	"github.com/decorum-go/decorum/policy"
)

// What is under a record's key is
//
//	version (1), flags (1), nonce (8), sum (4): CRC-32C of all else, data
//
// The first ten bytes name one state of a record among all that it ever has.
const (
	valueVersion = 1
	valueHeader  = 14
	nameLength   = 10
	flagListed   = 1 << 0
	flagPinned   = 1 << 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A value is what is under a record's key; nil: nothing. It is never changed.
type value []byte

func newValue(r *policy.Record) value {
	v := make(value, valueHeader, valueHeader+len(r.Data))
	v[0] = valueVersion
	if r.Listed {
		v[1] |= flagListed
	}
	if r.Pinned {
		v[1] |= flagPinned
	}
	binary.LittleEndian.PutUint64(v[2:], rand.Uint64())
	v = append(v, r.Data...)
	binary.LittleEndian.PutUint32(v[nameLength:], v.sum())
	return v
}

func (v value) sum() uint32 {
	return crc32.Update(crc32.Checksum(v[:nameLength], castagnoli), castagnoli, v[valueHeader:])
}

// check says what is wrong with a value.
func (v value) check() error {
	switch {
	case v == nil:
		return nil
	case len(v) < valueHeader:
		return fmt.Errorf("%w: %d bytes are too few", ErrDamaged, len(v))
	case binary.LittleEndian.Uint32(v[nameLength:]) != v.sum():
		return fmt.Errorf("%w: its checksum does not agree", ErrDamaged)
	case v[0] != valueVersion:
		return fmt.Errorf("%w: a record of version %d, this program reads %d", ErrVersion, v[0], valueVersion)
	}
	return nil
}

// name is what the scripts compare; "" for no record.
func (v value) name() value { return v[:min(len(v), nameLength)] }

// data returns a copy of the record, nil if there is none.
func (v value) data() []byte {
	if v == nil {
		return nil
	}
	return append(make([]byte, 0, len(v)-valueHeader), v[valueHeader:]...)
}

// kept reports whether the record has no time to live.
func (v value) kept() bool { return v != nil && v[1]&(flagListed|flagPinned) != 0 }

func (v value) listed() bool { return v != nil && v[1]&flagListed != 0 }
