package ladder

import (
	"math"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// The binary form of a log, little endian:
//
//	parts (1), number of entries (1), half-life (4) and forget (4) as applied last,
//	people approached since the Warning (2), if any,
//	what is carried: when (4), mass (4), if any,
//	entries, each its length (1) and content, oldest first
//
// An entry is
//
//	flags (2), kind and scope (4 bits each), what it has (1), when (4),
//	then what it has: ID (8), end (4), early end (4), mass (4), plain mass (4),
//	messages a day (2), cluster (8), outcome (1); with the flag Pledged the length of
//	the pledge (4), with Later after how long the sender was told (4); when it was decided before it was moved (4), if it was
//
// and up to 8 bytes that a newer version appended, which are carried through.
const (
	hasOpen = 1 << iota
	hasConfirmed
	hasIgnored
	hasCarried
	allParts = 1<<iota - 1
)

const (
	entryID = 1 << iota
	entryUntil
	entryEnded
	entryMass
	entryPlain
	entryPerDay
	entryCluster
	entryOutcome
)

// AppendBinary appends the log. The error is always nil.
func (s *State) AppendBinary(b []byte) ([]byte, error) {
	parts := wire.Bits(s.Open, s.Confirmed, s.Ignored != 0, s.Carried != 0)
	b = wire.Put32(append(b, parts, byte(s.N)), s.halfLife)
	b = wire.Put32(b, math.Float32bits(s.forget))
	if parts&hasIgnored != 0 {
		b = wire.Put16(b, s.Ignored)
	}
	if parts&hasCarried != 0 {
		b = wire.Put32(wire.Put32(b, s.CarriedAt), math.Float32bits(s.Carried))
	}
	for i := range s.N {
		at := len(b)
		b = s.Log[i].append(append(b, 0))
		b[at] = byte(len(b) - at - 1)
	}
	return b, nil
}

// parts says what an entry has.
func (e *Entry) parts() byte {
	return wire.Bits(e.ID != 0, e.Until != 0, e.Ended != 0, e.Mass != 0, e.Plain != e.Mass, e.PerDay != 0, e.Cluster != 0, e.Outcome != 0)
}

func (e *Entry) append(b []byte) []byte {
	has := e.parts()
	b = append(wire.Put16(b, uint16(e.Flags)), byte(e.Kind)|byte(e.Scope)<<4, has)
	b = wire.Put32(b, e.At)
	if has&entryID != 0 {
		b = wire.Put64(b, e.ID)
	}
	if has&entryUntil != 0 {
		b = wire.Put32(b, e.Until)
	}
	if has&entryEnded != 0 {
		b = wire.Put32(b, e.Ended)
	}
	if has&entryMass != 0 {
		b = wire.Put32(b, math.Float32bits(e.Mass))
	}
	if has&entryPlain != 0 {
		b = wire.Put32(b, math.Float32bits(e.Plain))
	}
	if has&entryPerDay != 0 {
		b = wire.Put16(b, e.PerDay)
	}
	if has&entryCluster != 0 {
		b = wire.Put64(b, e.Cluster)
	}
	if has&entryOutcome != 0 {
		b = append(b, byte(e.Outcome))
	}
	if e.Flags&(Pledged|Later) != 0 {
		b = wire.Put32(b, e.Span)
	}
	if e.Was != 0 || e.nRest > 0 {
		b = wire.Put32(b, e.Was)
	}
	return append(b, e.rest[:e.nRest]...)
}

// Read replaces s by what AppendBinary wrote, all that is left in d. It marks d
// bad where that is malformed.
func (s *State) Read(d *wire.Reader) {
	*s = State{}
	parts, n := d.U8(), int(d.U8())
	d.Bad = d.Bad || parts > allParts || n > MaxEntries // of a newer version, or damaged
	s.halfLife, s.forget = d.U32(), d.F32()
	s.Open, s.Confirmed = parts&hasOpen != 0, parts&hasConfirmed != 0
	if parts&hasIgnored != 0 {
		s.Ignored = d.U16()
		d.Bad = d.Bad || s.Ignored == 0
	}
	if parts&hasCarried != 0 {
		s.CarriedAt, s.Carried = d.U32(), d.F32()
		d.Bad = d.Bad || s.Carried == 0
	}
	for i := 0; i < n && !d.Bad; i++ {
		e := wire.Reader{B: d.Take(int(d.U8()))}
		s.Log[i].read(&e)
		d.Bad = d.Bad || e.Bad
		s.N++
	}
	d.Bad = d.Bad || len(d.B) > 0
}

func (e *Entry) read(d *wire.Reader) {
	e.Flags = Flags(d.U16())
	what, has := d.U8(), d.U8()
	e.Kind, e.Scope, e.At = Kind(what&15), Scope(what>>4), d.U32()
	if has&entryID != 0 {
		e.ID = d.U64()
	}
	if has&entryUntil != 0 {
		e.Until = d.U32()
	}
	if has&entryEnded != 0 {
		e.Ended = d.U32()
	}
	if has&entryMass != 0 {
		e.Mass = d.F32()
	}
	e.Plain = e.Mass
	if has&entryPlain != 0 {
		e.Plain = d.F32()
	}
	if has&entryPerDay != 0 {
		e.PerDay = d.U16()
	}
	if has&entryCluster != 0 {
		e.Cluster = d.U64()
	}
	if has&entryOutcome != 0 {
		e.Outcome = Outcome(d.U8())
	}
	if e.Flags&(Pledged|Later) != 0 {
		e.Span = d.U32()
	}
	// A part that is there and says nothing is damage: one log has one form.
	if e.parts() != has || !e.possible() {
		d.Bad = true
		return
	}
	e.readRest(d)
}

// readRest reads what was appended to an entry since its first form.
func (e *Entry) readRest(d *wire.Reader) {
	if len(d.B) == 0 {
		return
	}
	e.Was = d.U32()
	if len(d.B) > len(e.rest) || e.Was == 0 && len(d.B) == 0 {
		d.Bad = true
		return
	}
	e.nRest = uint8(copy(e.rest[:], d.Take(len(d.B))))
}

// possible reports whether an entry says nothing that this version does not know.
func (e *Entry) possible() bool {
	return e.Kind <= LastKind && e.Scope <= LastScope && e.Outcome <= LastOutcome && (e.Flags&Pledged == 0 || e.Span != 0) &&
		e.Flags&(Pledged|Later) != Pledged|Later
}
