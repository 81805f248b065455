package policy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math/bits"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// keyer makes keys and hashes that say nothing to whoever does not know the
// Secret. It is safe for concurrent use.
type keyer struct {
	secret []byte
	seed   [32]byte // keys the fast hashes of messages and texts
	pool   sync.Pool
}

// Kinds of records.
const (
	kindAccount  = 'a'
	kindOrigin   = 'o'
	kindReporter = 'r'
	kindGroup    = 'g'
	kindSeed     = 's'
	kindMessage  = 'm'
)

type hmacState struct {
	h   hash.Hash
	sum []byte
	buf []byte
}

func newKeyer(secret []byte) *keyer {
	k := &keyer{secret: append([]byte(nil), secret...)}
	k.pool.New = func() any {
		return &hmacState{h: hmac.New(sha256.New, k.secret), sum: make([]byte, 0, sha256.Size), buf: make([]byte, 0, 1+MaxID)}
	}
	s := k.pool.Get().(*hmacState)
	copy(k.seed[:], s.mac(kindSeed, "seed"))
	k.pool.Put(s)
	return k
}

func (s *hmacState) mac(kind byte, name string) []byte {
	s.h.Reset()
	s.buf = append(append(s.buf[:0], kind), name...)
	s.h.Write(s.buf)
	s.sum = s.h.Sum(s.sum[:0])
	return s.sum
}

// key is the Key of a record.
func (k *keyer) key(kind byte, name string) (key Key) {
	s := k.pool.Get().(*hmacState)
	copy(key[:], s.mac(kind, name))
	k.pool.Put(s)
	return key
}

// person is how a record names another person: 48 bits of that person's Key.
func (k Key) person() uint64 { return binary.LittleEndian.Uint64(k[:]) & (1<<48 - 1) }

// reporterKey is the Key under which what became of a person's complaints is kept.
func (k *keyer) reporterKey(who uint64) Key {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], who)
	return k.key(kindReporter, string(b[:]))
}

// hash32 is a keyed hash of a name: two names collide by chance only, whoever
// chose them.
func (k *keyer) hash32(kind byte, s string) uint32 {
	return uint32(mix(k.universal(s)^uint64(kind)<<56, binary.LittleEndian.Uint64(k.seed[8:])))
}

// content is the keyed hash of recipients and text.
func (k *keyer) content(m *Message) uint32 {
	key := binary.LittleEndian.Uint64(k.seed[24:])
	var sum uint64 // of the recipients: their order means nothing
	for i := range m.Recipients {
		sum += mix(k.universal(m.Recipients[i].ID), key)
	}
	h := mix(sum, key)
	h = mix(h^k.universal(m.Group), key)
	return uint32(mix(h^k.universal(m.Text), key))
}

// universal is a polynomial over the field of 2⁶¹−1, at a secret point (Carter &
// Wegman 1979). Two texts of n bytes collide for at most n/7 of 2⁶¹ points,
// whoever chose them; xxHash, seeded or not, can be made to collide.
func (k *keyer) universal(s string) uint64 {
	const field = 1<<61 - 1
	point := binary.LittleEndian.Uint64(k.seed[:]) % field
	h := uint64(len(s)) + 1
	for len(s) > 0 {
		var word uint64 // 7 bytes
		if len(s) >= 8 {
			word = uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48
			s = s[7:]
		} else {
			n := min(len(s), 7)
			for i := range n {
				word |= uint64(s[i]) << (8 * i)
			}
			s = s[n:]
		}
		hi, lo := bits.Mul64(h, point)
		h = lo&field + (lo>>61 | hi<<3) + word
		h = h&field + h>>61
		if h >= field {
			h -= field
		}
	}
	return h
}

// mix is the finaliser of a keyed hash: two multiplications, the key between
// (after MurmurHash3's fmix64).
func mix(x, key uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= key
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// derive makes an identifier from a key, a message and an ordinal.
func derive(key Key, what string, ordinal uint16) uint64 {
	var b [2]byte
	binary.LittleEndian.PutUint16(b[:], ordinal)
	d := xxhash.New()
	d.Write(key[:])
	d.WriteString(what)
	d.Write(b[:])
	return max(d.Sum64(), 1)
}
