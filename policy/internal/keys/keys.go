// Package keys makes the keys of records and the hashes of names and texts, all
// keyed with the host's Secret.
package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math/bits"
	"sync"
)

// A Keyer makes keys and hashes that say nothing without the Secret. It is safe
// for concurrent use. Use New.
type Keyer struct {
	secret []byte
	seed   [32]byte      // keys the fast hashes of messages and texts
	inbox  [16]byte      // tells the key of an inbox from that of its account
	tally  [4][16]byte   // likewise, of what is counted by an account, or an origin
	tenant [TagSize]byte // ends the keys of a tenant; zero: there is none
	pool   sync.Pool
}

// TagSize is how much of each key says whose it is: of a million tenants two share it by
// chance once in some hundred times.
const TagSize = 6

// Kinds of records, and of what else is hashed: one name has another key as
// each of them.
const (
	Account  = 'a'
	Origin   = 'o'
	Reporter = 'r'
	File     = 'f'
	Group    = 'g'
	Brake    = 'b'
	Text     = 't'
	Orders   = 'd'
	Counted  = 'c'
	Seed     = 's'
	Message  = 'm'
	Tenant   = 't'
)

// An hmacState is a pooled HMAC with what it writes to.
type hmacState struct {
	h   hash.Hash
	sum []byte
	buf []byte
}

// New returns a Keyer with a copy of the Secret.
func New(secret []byte) *Keyer {
	k := &Keyer{secret: append([]byte(nil), secret...)}
	k.pool.New = func() any {
		return &hmacState{h: hmac.New(sha256.New, k.secret), sum: make([]byte, 0, sha256.Size), buf: make([]byte, 0, 256)}
	}
	s := k.pool.Get().(*hmacState)
	copy(k.seed[:], s.mac(Seed, "seed"))
	copy(k.inbox[:], s.mac(Seed, "inbox"))
	for by := range k.tally {
		copy(k.tally[by][:], s.mac(Seed, "tally"+string(rune('0'+by))))
	}
	k.pool.Put(s)
	return k
}

// Of returns the Keyer of one tenant, under a secret of its own that is made of that of
// k; k itself for "". Keys of two tenants differ, and so does all else.
func (k *Keyer) Of(tenant string) *Keyer {
	if tenant == "" {
		return k
	}
	s := k.pool.Get().(*hmacState)
	t := New(s.mac(Tenant, tenant))
	k.pool.Put(s)
	s = t.pool.Get().(*hmacState)
	copy(t.tenant[:], s.mac(Seed, "tenant"))
	t.tenant[0] |= 1
	t.pool.Put(s)
	clear(t.inbox[16-TagSize:])
	for by := range t.tally {
		clear(t.tally[by][16-TagSize:])
	}
	return t
}

// Place is where a store has a record: under its key, or, of a tenant, with what says so
// first, so that the records of one lie together.
func (k *Keyer) Place(key [16]byte) (at [16]byte) {
	if k.tenant == [TagSize]byte{} {
		return key
	}
	copy(at[copy(at[:], key[16-TagSize:]):], key[:])
	return at
}

// Placed is the key of a place, and whether it is one of the tenant's.
func (k *Keyer) Placed(at [16]byte) (key [16]byte, ours bool) {
	if k.tenant == [TagSize]byte{} {
		return at, true
	}
	copy(key[copy(key[:], at[TagSize:]):], at[:])
	return key, [TagSize]byte(at[:]) == k.tenant
}

// Prefix is what the places of a tenant begin with; nil: there is none.
func (k *Keyer) Prefix() []byte {
	if k.tenant == [TagSize]byte{} {
		return nil
	}
	return k.tenant[:]
}

func (s *hmacState) mac(kind byte, name string) []byte {
	return s.sumOf(append(append(s.buf[:0], kind), name...))
}

// sumOf is the HMAC of a buffer, which is kept.
func (s *hmacState) sumOf(b []byte) []byte {
	s.buf = b
	s.h.Reset()
	s.h.Write(b)
	s.sum = s.h.Sum(s.sum[:0])
	return s.sum
}

// Key is the key of a record: HMAC-SHA-256 (RFC 2104) over its kind and name, cut
// to 128 bits.
func (k *Keyer) Key(kind byte, name string) (key [16]byte) {
	s := k.pool.Get().(*hmacState)
	copy(key[:], s.mac(kind, name))
	return k.pooled(s, key)
}

// KeyOf is Key of a name in bytes.
func (k *Keyer) KeyOf(kind byte, name []byte) (key [16]byte) {
	s := k.pool.Get().(*hmacState)
	copy(key[:], s.sumOf(append(append(s.buf[:0], kind), name...)))
	return k.pooled(s, key)
}

// pooled gives an HMAC back, and ends the key that it made.
func (k *Keyer) pooled(s *hmacState, key [16]byte) [16]byte {
	k.pool.Put(s)
	if k.tenant != [TagSize]byte{} {
		copy(key[16-TagSize:], k.tenant[:])
	}
	return key
}

// Person is how a record names another person: 48 bits of that person's key.
func Person(k [16]byte) uint64 { return binary.LittleEndian.Uint64(k[:]) & (1<<48 - 1) }

// Inbox is the key of the record of what an account gets, beside its own.
func (k *Keyer) Inbox(account [16]byte) [16]byte {
	for i := range account {
		account[i] ^= k.inbox[i]
	}
	return account
}

// Tally is the key of what is counted by something that has a key: by is what it is to the
// message, up to 3.
func (k *Keyer) Tally(of [16]byte, by int) [16]byte {
	for i := range of {
		of[i] ^= k.tally[by][i]
	}
	return of
}

// Reporter is the key under which what became of a person's complaints is kept.
func (k *Keyer) Reporter(who uint64) [16]byte {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], who)
	return k.Key(Reporter, string(b[:]))
}

// Hash32 is a keyed hash of a name: two names collide by chance only, even if
// they were chosen to.
func (k *Keyer) Hash32(kind byte, s string) uint32 {
	return uint32(Mix(k.universal(s)^uint64(kind)<<56, binary.LittleEndian.Uint64(k.seed[8:])))
}

// Member is the part of one recipient in the sum that Content takes.
func (k *Keyer) Member(name string) uint64 {
	return Mix(k.universal(name), binary.LittleEndian.Uint64(k.seed[24:]))
}

// Content is the keyed hash of a message: of the sum of its recipients' parts,
// whose order means nothing, its group and its text.
func (k *Keyer) Content(members uint64, group, text string) uint32 {
	key := binary.LittleEndian.Uint64(k.seed[24:])
	h := Mix(members, key)
	h = Mix(h^k.universal(group), key)
	return uint32(Mix(h^k.universal(text), key))
}

// Seed is what hashes of texts are keyed with. It must not be changed.
func (k *Keyer) Seed() []byte { return k.seed[:] }

// universal is a polynomial over the field of 2⁶¹−1, at a secret point (Carter &
// Wegman 1979). Two texts of n bytes collide for at most n/7 of 2⁶¹ points,
// and it does not help to choose them; xxHash, seeded or not, can be made to collide.
func (k *Keyer) universal(s string) uint64 {
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

// Mix is the finaliser of a keyed hash: two multiplications, the key between
// (after MurmurHash3's fmix64).
func Mix(x, key uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= key
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
