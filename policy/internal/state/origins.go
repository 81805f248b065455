package state

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
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
// its own. It begins with the first that is sanctioned for what it did itself.
type OriginStrikes struct {
	N     int
	At    [maxOrigin]OriginStrike
	NSeen int
	Seen  [maxBehind]uint32 // hashes of the others that wrote from it since
}

const (
	maxOrigin = 8
	maxBehind = 3 * maxOrigin // Share is 0 with so many
)

// An OriginStrike is the strike mass of one account of the origin when it was
// sanctioned.
type OriginStrike struct {
	Who  uint64
	At   uint32
	Mass float32
}

// See notes that an account wrote from the origin, and reports whether that was not
// known, and can be.
func (o *OriginStrikes) See(who uint64) bool {
	if o.N == 0 || o.NSeen == maxBehind || o.knows(who) {
		return false
	}
	o.Seen[o.NSeen] = uint32(who)
	o.NSeen++
	return true
}

// knows reports whether the account is among those behind the origin.
func (o *OriginStrikes) knows(who uint64) bool {
	return o.struck(who) || slices.Contains(o.Seen[:o.NSeen], uint32(who))
}

func (o *OriginStrikes) struck(who uint64) bool {
	return slices.ContainsFunc(o.At[:o.N], func(s OriginStrike) bool { return s.Who == who })
}

// Share is how much of the strikes of others is held against an account: all of it
// where two accounts or fewer, itself among them, are known for each of those, and
// nothing from three on. One address of many people says nothing of any of them.
func (o *OriginStrikes) Share(who uint64) float64 {
	struck, seen := o.N, o.NSeen
	if o.struck(who) {
		struck--
	} else if !o.knows(who) {
		seen++
	}
	if struck == 0 {
		return 0
	}
	return max(0, min(1, 3-float64(seen)/float64(struck)))
}

// Set replaces what is known of an account; a mass of 0 says that it is one of the
// others.
func (o *OriginStrikes) Set(s OriginStrike) {
	was := o.struck(s.Who)
	all := slices.DeleteFunc(o.At[:o.N], func(old OriginStrike) bool { return old.Who == s.Who })
	if s.Mass > 0 {
		if len(all) == maxOrigin {
			all = slices.Delete(all, 0, 1)
		}
		all = append(all, s)
		o.NSeen = len(slices.DeleteFunc(o.Seen[:o.NSeen], func(h uint32) bool { return h == uint32(s.Who) }))
	}
	if o.N = len(all); was && s.Mass <= 0 {
		o.See(s.Who)
	}
}

// Mass is the largest strike mass at a time on an account other than who, and when that
// one was sanctioned.
func (o *OriginStrikes) Mass(who uint64, now uint32, half time.Duration) (most float64, since uint32) {
	for i := range o.N {
		s := &o.At[i]
		if m := float64(s.Mass) * scoring.HalfLife(stamp.Since(s.At, now), half); s.Who != who && m > most {
			most, since = m, s.At
		}
	}
	return most, since
}

func putOriginStrikes(r *Record, b []byte) []byte {
	for i := range r.OriginStrikes.N {
		s := &r.OriginStrikes.At[i]
		b = wire.Put32(wire.Put32(wire.Put48(b, s.Who), s.At), math.Float32bits(s.Mass))
	}
	return b
}

func getOriginStrikes(r *Record, d *wire.Reader) {
	o := &r.OriginStrikes
	for len(d.B) > 0 && !d.Bad && o.N < maxOrigin {
		o.At[o.N] = OriginStrike{Who: d.U48(), At: d.U32(), Mass: d.F32()}
		o.N++
	}
}

func putOriginSeen(r *Record, b []byte) []byte {
	for _, h := range r.OriginStrikes.Seen[:r.OriginStrikes.NSeen] {
		b = wire.Put32(b, h)
	}
	return b
}

func getOriginSeen(r *Record, d *wire.Reader) {
	o := &r.OriginStrikes
	for len(d.B) > 0 && !d.Bad && o.NSeen < maxBehind {
		o.Seen[o.NSeen] = d.U32()
		o.NSeen++
	}
}
