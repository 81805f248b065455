// Package seal stands at the border of a store whose Secret can be changed. Inside of it
// keys and hashes are made with the first Secret for ever, so that no record, and nobody
// whom a record names, need be hashed anew. Outside, a record lies under a key made of its
// own with the newest Secret, and its data is encrypted with it (AES-256-GCM): without the
// newest Secret the store says nothing, whatever older ones are known.
//
// The record of the proof says which Secret is the newest, holds the first one, wrapped
// under it, and says how far a change is: see ring. While one is under way a record is
// found under the older Secret, and moved as it is used (see move): first its old place is
// taken, by a marker that a process which does not know of the change yet stumbles on and
// that holds what was there; then the new place is filled; then the marker is emptied.
// After any of these steps a crash, or another process, finds what it needs.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
)

// A Key names a record.
type Key = [16]byte

// A Secret is one of a host's own. It is safe for concurrent use.
type Secret struct {
	Proof Key    // of a store whose newest it is, after a change
	Plain Key    // of a store that has seen no change
	Raw   []byte // itself
	id    [4]byte
	place []byte
	data  []byte
	wrap  []byte
	loose []byte // of notes and streams
}

// NewSecret prepares a Secret. label tells uses of one Secret apart; plain is the proof
// of a store that was filled under it, and has seen no change.
func NewSecret(raw []byte, label string, plain Key) *Secret {
	of := func(purpose string) []byte { return mac(raw, "decorum seal ", purpose) }
	s := &Secret{Plain: plain, Raw: append([]byte(nil), raw...), place: of("place"), data: of("data"), wrap: of("wrap"), loose: of("loose")}
	copy(s.id[:], of("id"))
	copy(s.Proof[:], mac(raw, "decorum seal proof ", label))
	return s
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// at is where the record with a key lies; its first prefix bytes stay.
func (s *Secret) at(key Key, prefix int) (at Key) {
	if s == nil {
		return key
	}
	copy(at[copy(at[:prefix], key[:]):], mac(s.place, string(key[:])))
	return at
}

// seals returns the cipher of what is sealed for one place, or under one salt.
func seals(key []byte, salt string) cipher.AEAD {
	b, err := aes.NewCipher(mac(key, salt))
	if err == nil {
		var g cipher.AEAD
		if g, err = cipher.NewGCM(b); err == nil {
			return g
		}
	}
	panic(err) // the length of the key is right
}

// What is sealed begins with a mark, which no record that is not sealed begins with, what
// it is, and under which Secret.
const (
	mark   = 0xd5
	headed = 2 + 4
	nonced = headed + 12
)

// Kinds of what is sealed.
const (
	record  = 1 + iota
	moved   // to the place under a newer Secret; with what was there, until it is there
	deleted // nothing lies here, nor under an older Secret
	note
	stream
)

var (
	errNotSealed = errors.New("it is not what was sealed for this place")
	errOther     = errors.New("it is sealed under a Secret that is not configured")
)

func (s *Secret) head(kind byte) []byte { return append([]byte{mark, kind}, s.id[:]...) }

// seal seals what lies at a place: its key and data; nil: there is none.
func (s *Secret) seal(kind byte, at, key Key, data []byte) []byte {
	b := make([]byte, nonced, nonced+len(key)+1+len(data)+16)
	copy(b, s.head(kind))
	rand.Read(b[headed:])
	some := byte(1)
	if data == nil {
		some = 0
	}
	plain := append(append(append(make([]byte, 0, len(key)+1+len(data)), key[:]...), some), data...)
	return seals(s.data, string(at[:])).Seal(b, b[headed:nonced], plain, b[:headed])
}

// A content is what lies at a place.
type content struct {
	kind byte // 0: nothing; of what is not sealed record
	key  Key
	data []byte
}

func sealed(b []byte) bool { return len(b) > 0 && b[0] == mark }

// open reads what lies at a place, under one of the Secrets. The error wraps nothing: the
// caller says what it means.
func open(known []*Secret, at Key, b []byte) (c content, err error) {
	switch {
	case b == nil:
		return content{}, nil
	case !sealed(b):
		return content{record, at, b}, nil
	case len(b) < nonced:
		return content{}, errNotSealed
	}
	for _, s := range known {
		if s.id != [4]byte(b[2:headed]) {
			continue
		}
		plain, err := seals(s.data, string(at[:])).Open(nil, b[headed:nonced], b[nonced:], b[:headed])
		if err != nil || len(plain) < len(c.key)+1 {
			return content{}, errNotSealed
		}
		c.kind, c.key = b[1], Key(plain)
		if rest := plain[len(c.key):]; rest[0] != 0 {
			c.data = rest[1:]
		}
		return c, nil
	}
	return content{}, errOther
}

// loosely seals a note or a stream.
func (s *Secret) loosely(kind byte, salt [16]byte, data []byte) []byte {
	b := append(s.head(kind), salt[:]...)
	return seals(s.loose, string(salt[:])).Seal(b, make([]byte, 12), data, b[:headed])
}

func openLoose(known []*Secret, kind byte, b []byte) ([]byte, error) {
	if len(b) < headed+16 || b[0] != mark || b[1] != kind {
		return nil, errNotSealed
	}
	for _, s := range known {
		if s.id == [4]byte(b[2:headed]) {
			return seals(s.loose, string(b[headed:headed+16])).Open(nil, make([]byte, 12), b[headed+16:], b[:headed])
		}
	}
	return nil, errOther
}
