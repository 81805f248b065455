package state

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
)

// Origins is where an account's messages came from lately. Somebody who writes from
// one of them may be the same person.
type Origins struct {
	Last   Key                // the newest; zero: none
	before [maxEarlier]uint32 // hashes of those before it, newest first; 0: none
}

const maxEarlier = 3

// originHash is how a record keeps an origin that is not the newest.
func originHash(k Key) uint32 { return max(binary.LittleEndian.Uint32(k[:]), 1) }

// See notes that a message came from an origin; a zero one is none.
func (o *Origins) See(origin Key) {
	if origin == (Key{}) || origin == o.Last {
		return
	}
	if o.Last != (Key{}) {
		hash := originHash(origin)
		k := 0
		for k < len(o.before)-1 && o.before[k] != hash {
			k++
		}
		copy(o.before[1:k+1], o.before[:k])
		o.before[0] = originHash(o.Last)
	}
	o.Last = origin
}

// Has reports whether an origin is one of them; a zero one is not.
func (o *Origins) Has(origin Key) bool {
	switch {
	case origin == (Key{}) || o.Last == (Key{}):
		return false
	case origin == o.Last:
		return true
	}
	return slices.Contains(o.before[:], originHash(origin))
}

// OriginStrikes holds what is known of the accounts behind one origin: a record of
// its own.
type OriginStrikes struct {
	N  int
	At [maxOrigin]OriginStrike
}

const maxOrigin = 8

// An OriginStrike is the strike mass of one account of the origin when it was
// sanctioned.
type OriginStrike struct {
	Who  uint64
	At   uint32
	Mass float32
}

// Set replaces what is known of an account; a mass of 0 removes it.
func (o *OriginStrikes) Set(s OriginStrike) {
	all := slices.DeleteFunc(o.At[:o.N], func(old OriginStrike) bool { return old.Who == s.Who })
	if s.Mass > 0 {
		if len(all) == maxOrigin {
			all = slices.Delete(all, 0, 1)
		}
		all = append(all, s)
	}
	o.N = len(all)
}

// Mass is the largest strike mass at a time on an account other than who.
func (o *OriginStrikes) Mass(who uint64, now uint32, half time.Duration) (most float64) {
	for i := range o.N {
		if s := &o.At[i]; s.Who != who {
			most = math.Max(most, float64(s.Mass)*scoring.HalfLife(stamp.Since(s.At, now), half))
		}
	}
	return most
}
