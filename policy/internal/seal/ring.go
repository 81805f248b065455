package seal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/decorum-go/decorum/policy/internal/state"
)

// A phase is how far the change of a Secret is.
type phase uint8

const (
	whole    phase = iota // every record lies under the newest Secret
	changing              // some still lie under the one before
	cleaning              // none does; markers are being removed
)

// A ring says which Secrets a store is under. It never changes.
type ring struct {
	cur   *Secret // the newest; nil: records lie under their own keys, unsealed
	prev  *Secret // where records still lie, while changing; nil: under their own keys
	phase phase
	past  []Key // proofs of the Secrets before; the last one is that of prev
	first []byte
}

const maxPast = 64 // Secrets before

// Errors of Secrets. policy wraps them in its own.
var (
	ErrUnknown  = errors.New("none of the Secrets is the one that the store is under")
	ErrOlder    = errors.New("records still lie under an older Secret, which is not configured: keep it until Rekey is done")
	ErrChanging = errors.New("records still lie under an older Secret: Rekey must be done first")
	ErrMalform  = errors.New("the record of the Secrets is malformed")
)

// The form of a ring, in the record whose proof is that of the newest Secret: phase, 1
// where the older one is the first (whose records are not sealed), number of past proofs,
// each, nonce, and the first Secret, wrapped under the newest.
func (r *ring) encode() []byte {
	plain := byte(0)
	if r.prev == nil {
		plain = 1
	}
	b := []byte{byte(r.phase), plain, byte(len(r.past))}
	for _, p := range r.past {
		b = append(b, p[:]...)
	}
	n := len(b)
	b = append(b, make([]byte, 12)...)
	rand.Read(b[n:])
	return seals(r.cur.wrap, "first").Seal(b, b[n:], r.first, b[:n])
}

// read reads what the record of the proof says; known are the Secrets that are
// configured, newest first.
func read(known []*Secret, rec *state.Record) (*ring, error) {
	if len(rec.Ring) == 0 {
		for _, s := range known {
			if s.Plain == rec.Proof {
				return &ring{first: s.Raw}, nil
			}
		}
		return nil, ErrUnknown
	}
	b := rec.Ring
	if !formed(b) {
		return nil, ErrMalform
	}
	r := &ring{phase: phase(b[0])}
	n := 3
	for range b[2] {
		r.past = append(r.past, Key(b[n:]))
		n += 16
	}
	if r.cur = proven(known, rec.Proof); r.cur == nil {
		return nil, ErrUnknown
	}
	first, err := seals(r.cur.wrap, "first").Open(nil, b[n:n+12], b[n+12:], b[:n])
	if err != nil {
		return nil, ErrMalform
	}
	r.first = first
	if b[1] == 1 || r.phase == whole || len(r.past) == 0 {
		return r, nil
	}
	if r.prev = proven(known, r.past[len(r.past)-1]); r.prev == nil && r.phase == changing {
		return nil, ErrOlder
	}
	return r, nil
}

func formed(b []byte) bool {
	return len(b) >= 3 && len(b) >= 3+16*int(b[2])+12 && b[0] <= byte(cleaning) && b[1] <= 1
}

// proven is the Secret that a proof is of; nil: it is not known.
func proven(known []*Secret, proof Key) *Secret {
	if i := slices.IndexFunc(known, func(s *Secret) bool { return s.Proof == proof }); i >= 0 {
		return known[i]
	}
	return nil
}

// next is the ring of a store once the newest of the Secrets is that of the store, too;
// nil: it is, or was.
func (r *ring) next(known []*Secret) (*ring, error) {
	newest := known[0]
	was := known[slices.IndexFunc(known, func(s *Secret) bool {
		return r.cur == s || r.cur == nil && string(s.Raw) == string(r.first)
	})]
	switch {
	case was == newest || slices.Contains(r.past, newest.Proof):
		return nil, nil
	case r.phase != whole:
		return nil, ErrChanging
	case len(r.past) == maxPast:
		return nil, fmt.Errorf("the Secret was changed %d times", maxPast)
	}
	return &ring{cur: newest, prev: r.cur, phase: changing, past: append(slices.Clone(r.past), was.Proof), first: r.first}, nil
}

// waits says whether no change is under way, and one of the Secrets is neither that of the
// store nor was.
func (r *ring) waits(known []*Secret) bool {
	return r.phase == whole && slices.ContainsFunc(known, func(s *Secret) bool {
		return s != r.cur && string(s.Raw) != string(r.first) && !slices.Contains(r.past, s.Proof)
	})
}

// at is where a record belongs now.
func (r *ring) at(key Key, prefix int) Key { return r.cur.at(key, prefix) }
