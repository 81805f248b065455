package redisstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// What is under a record's key, a value, is
//
//	version (1), flags (1), nonce (8), sum (4): CRC-32C of all else, data
const (
	valueVersion = 1
	valueHeader  = 14
	nameLength   = 10
	flagListed   = 1 << 0
	flagPinned   = 1 << 1
)

// A name is the first ten bytes of a value. It names one state of a record among
// all that it ever has.
type name [nameLength]byte

// kept reports whether the record has no time to live.
func (n *name) kept() bool { return n[1]&(flagListed|flagPinned) != 0 }

func (n *name) listed() bool { return n[1]&flagListed != 0 }

// A state is a value whose form was checked.
type state = storekit.State[name]

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// newValue makes a value of a record. Nobody changes it.
func newValue(r *policy.Record) []byte {
	v := make([]byte, valueHeader, valueHeader+len(r.Data))
	v[0] = valueVersion
	if r.Listed {
		v[1] |= flagListed
	}
	if r.Pinned {
		v[1] |= flagPinned
	}
	binary.LittleEndian.PutUint64(v[2:], rand.Uint64())
	v = append(v, r.Data...)
	binary.LittleEndian.PutUint32(v[nameLength:], sum(v))
	return v
}

func sum(v []byte) uint32 {
	return crc32.Update(crc32.Checksum(v[:nameLength], castagnoli), castagnoli, v[valueHeader:])
}

// stateOf is the state that a value of ours says.
func stateOf(v []byte) state {
	return state{Data: v[valueHeader:len(v):len(v)], Version: name(v)}
}

// parse reads what is under a key.
func parse(key policy.Key, v []byte) (state, error) {
	switch {
	case len(v) < valueHeader:
		return state{}, fmt.Errorf("%w: %d bytes are too few: key %x", ErrDamaged, len(v), key)
	case binary.LittleEndian.Uint32(v[nameLength:]) != sum(v):
		return state{}, fmt.Errorf("%w: its checksum does not agree: key %x", ErrDamaged, key)
	case v[0] != valueVersion:
		return state{}, fmt.Errorf("%w: a record of version %d, this program reads %d: key %x", ErrVersion, v[0], valueVersion, key)
	}
	return stateOf(v), nil
}
