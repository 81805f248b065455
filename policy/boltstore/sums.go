package boltstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"

	"github.com/decorum-go/decorum/policy"
)

// A tally is how many keys there are, and a sum over them that says which: it does not
// depend on their order, and can be carried on when one comes or goes.
type tally struct{ n, sum uint64 }

func (t *tally) add(key policy.Key) {
	t.n++
	t.sum += mix(key)
}

func (t *tally) remove(key policy.Key) {
	t.n--
	t.sum -= mix(key)
}

// mix is a hash of a key, so that keys of a test, which are not uniform, will do.
func mix(key policy.Key) uint64 {
	hi, lo := bits.Mul64(
		binary.LittleEndian.Uint64(key[:8])^0x9e3779b97f4a7c15,
		binary.LittleEndian.Uint64(key[8:])^0xd1b54a32d192ed03)
	hi, lo = bits.Mul64(hi^lo^0x8cb92ba72f3d8dd7, 0xaaaaaaaaaaaaaaab)
	return hi ^ lo
}

// tallies are those of the buckets. They are in the meta bucket as
//
//	records: count (8), sum (8), listed: the same, CRC-32C of these (4)
type tallies struct{ records, listed tally }

const talliesSize = 36

func (t *tallies) append(b []byte) []byte {
	at := len(b)
	for _, v := range []uint64{t.records.n, t.records.sum, t.listed.n, t.listed.sum} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[at:], castagnoli))
}

func parseTallies(b []byte) (t tallies, err error) {
	if len(b) != talliesSize || binary.LittleEndian.Uint32(b[32:]) != crc32.Checksum(b[:32], castagnoli) {
		return t, fmt.Errorf("%w: what the file says of its keys cannot be read", ErrFormat)
	}
	n := binary.LittleEndian
	return tallies{tally{n.Uint64(b), n.Uint64(b[8:])}, tally{n.Uint64(b[16:]), n.Uint64(b[24:])}}, nil
}
