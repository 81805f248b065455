package state

import (
	"encoding/binary"
	"math"

	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/similarity"
)

// Parts of an encoded text that are left out.
const (
	textRefIsLast = 1 << iota
	textMeanIsLast
	textNoCluster
)

func putTexts(r *Record, b []byte) []byte {
	for i := range r.Texts.N {
		e := &r.Texts.Ring[i]
		parts := wire.Bits(e.Fast.Ref == e.Last, e.Mean == e.Last, e.Cluster == 0)
		b, _ = e.Sketch.AppendBinary(append(b, parts))
		b = wire.Put32(b, e.Last)
		if parts&textRefIsLast == 0 {
			b = wire.Put32(b, e.Fast.Ref)
		}
		if parts&textMeanIsLast == 0 {
			b = wire.Put32(b, e.Mean)
		}
		if parts&textNoCluster == 0 {
			b = wire.Put64(b, e.Cluster)
		}
		b = putFloat(putFloat(b, e.Fast.Sum), e.Slow.Sum)
		for _, n := range [...]uint16{e.Asked, e.Answered, e.People, e.Strangers} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return b
}

// putBeside puts, of the texts with which something came, the place and the cluster of
// that: a section of its own, or an earlier release could not read the texts.
func putBeside(r *Record, b []byte) []byte {
	for i := range r.Texts.N {
		if c := r.Texts.Ring[i].Beside; c != 0 {
			b = wire.Put64(append(b, byte(i)), c)
		}
	}
	return b
}

func getBeside(r *Record, d *wire.Reader) {
	for len(d.B) > 0 && !d.Bad {
		i, c := int(d.U8()), d.U64()
		d.Bad = d.Bad || i >= MaxTexts
		if i < r.Texts.N { // an earlier release may have dropped it
			r.Texts.Ring[i].Beside = c
		}
	}
}

func putFloat(b []byte, v float64) []byte { return wire.Put32(b, math.Float32bits(float32(v))) }

func getTexts(r *Record, d *wire.Reader) {
	for len(d.B) > 0 && !d.Bad && r.Texts.N < MaxTexts {
		e := &r.Texts.Ring[r.Texts.N]
		*e = Text{}
		parts := d.U8()
		d.Into(&e.Sketch, d.Take(similarity.CompactSize))
		e.Last = d.U32()
		e.Fast.Ref, e.Mean = e.Last, e.Last
		if parts&textRefIsLast == 0 {
			e.Fast.Ref = d.U32()
		}
		if parts&textMeanIsLast == 0 {
			e.Mean = d.U32()
		}
		if parts&textNoCluster == 0 {
			e.Cluster = d.U64()
		}
		e.Slow.Ref = e.Fast.Ref
		e.Fast.Sum, e.Slow.Sum = float64(d.F32()), float64(d.F32())
		e.Asked, e.Answered, e.People, e.Strangers = d.Count(), d.Count(), d.Count(), d.Count()
		r.Texts.N++
	}
}

func putEnforced(r *Record, b []byte) []byte { return putTrack(b, &r.Enforced) }
func getEnforced(r *Record, d *wire.Reader)  { getTrack(d, &r.Enforced) }

func putShadows(r *Record, b []byte) []byte {
	for i := range r.NShadows {
		b = wire.PutSized(b, func(b []byte) []byte { return putTrack(b, &r.Shadows[i]) })
	}
	return b
}

func getShadows(r *Record, d *wire.Reader) {
	for len(d.B) > 0 && !d.Bad && r.NShadows < MaxShadows {
		s := wire.Reader{B: d.Sized()}
		getTrack(&s, &r.Shadows[r.NShadows])
		d.Bad = d.Bad || s.Bad || len(s.B) > 0 || r.Shadows[r.NShadows].blank()
		r.NShadows++
	}
}

// Parts of a track that are there.
const (
	trackPolicy = 1 << iota
	trackLadder
	trackBaseline
	trackSanctionedBy
	allTrackParts = 1<<iota - 1
)

func putTrack(b []byte, t *Track) []byte {
	if t.blank() {
		return b
	}
	parts := wire.Bits(t.Policy != 0, !t.Ladder.Blank() || t.Ladder.Confirmed, !t.Baseline.blank(), t.SanctionedBy != ([MaxTexts]uint32{}))
	b = append(b, parts)
	if parts&trackPolicy != 0 {
		b = wire.Put32(b, t.Policy)
	}
	if parts&trackLadder != 0 {
		b = wire.PutSized(b, func(b []byte) []byte { b, _ = t.Ladder.AppendBinary(b); return b })
	}
	if parts&trackBaseline != 0 {
		b = putBaseline(b, &t.Baseline)
	}
	if parts&trackSanctionedBy != 0 {
		for _, id := range t.SanctionedBy {
			b = wire.Put32(b, id)
		}
	}
	return b
}

func getTrack(d *wire.Reader, t *Track) {
	*t = Track{}
	parts := d.U8()
	d.Bad = d.Bad || parts > allTrackParts
	if parts&trackPolicy != 0 {
		t.Policy = d.U32()
	}
	if parts&trackLadder != 0 {
		s := wire.Reader{B: d.Sized()}
		t.Ladder.Read(&s)
		d.Bad = d.Bad || s.Bad || len(s.B) > 0
	}
	if parts&trackBaseline != 0 {
		getBaseline(d, &t.Baseline)
	}
	if parts&trackSanctionedBy != 0 {
		for i := range t.SanctionedBy {
			t.SanctionedBy[i] = d.U32()
		}
	}
}

func putBaseline(b []byte, m *Baseline) []byte {
	b = wire.Put32(b, m.At)
	b = wire.PutDecayed(wire.PutDecayed(wire.PutDecayed(wire.PutDecayed(b, m.FanFast), m.FanSlow), m.Reached), m.Complained)
	b = wire.PutSized(b, func(b []byte) []byte { b, _ = m.Replies.AppendBinary(b); return b })
	var set byte
	for i := range m.Texts {
		if t := &m.Texts[i]; t.Slow.Sum != 0 || t.Fast.Sum != 0 {
			set |= 1 << i
		}
	}
	b = append(b, set)
	for i := range m.Texts {
		if t := &m.Texts[i]; set>>i&1 != 0 {
			// As exactly as a record keeps the sums that it was taken of.
			b = wire.Put16(putFloat(putFloat(wire.Put32(b, t.Fast.Ref), t.Fast.Sum), t.Slow.Sum), t.Strangers)
		}
	}
	return b
}

func getBaseline(d *wire.Reader, m *Baseline) {
	m.At = d.U32()
	m.FanFast, m.FanSlow, m.Reached, m.Complained = d.Decayed(), d.Decayed(), d.Decayed(), d.Decayed()
	d.Into(&m.Replies, d.Sized())
	set := d.U8()
	for i := range m.Texts {
		if set>>i&1 != 0 {
			t := &m.Texts[i]
			t.Fast.Ref = d.U32()
			t.Slow.Ref = t.Fast.Ref
			t.Fast.Sum, t.Slow.Sum, t.Strangers = float64(d.F32()), float64(d.F32()), d.U16()
		}
	}
}

func putDetails(r *Record, b []byte) []byte { return putAll(b, r.Details) }
func getDetails(r *Record, d *wire.Reader)  { r.Details = getAll(d, r.Details) }

func putAll(b []byte, all []Details) []byte {
	for i := range all {
		b = wire.PutSized(b, func(b []byte) []byte { return putDetail(b, &all[i]) })
	}
	return b
}

func getAll(d *wire.Reader, all []Details) []Details {
	for len(d.B) > 0 && !d.Bad {
		s := wire.Reader{B: d.Sized()}
		all = append(all, getDetail(&s))
		d.Bad = d.Bad || s.Bad || len(s.B) > 0
	}
	return all
}

func putDetail(b []byte, s *Details) []byte {
	b = wire.Put32(wire.Put64(b, s.ID), s.Review)
	b = wire.PutString(wire.PutString(wire.PutString(b, s.Policy), s.Message), s.By)
	b = append(b, byte(s.NReasons))
	for i := range s.NReasons {
		q := &s.Reasons[i]
		b = append(b, q.Index)
		if q.Index == 0 {
			b = wire.PutString(b, q.Code)
		}
		b = wire.Put32(wire.Put32(b, math.Float32bits(q.Value)), math.Float32bits(q.Limit))
		b = wire.Put32(wire.Put32(wire.Put32(b, math.Float32bits(q.Share)), uint32(q.N)), uint32(q.K))
	}
	b = wire.PutString(wire.PutString(wire.PutString(b, s.Origin), s.EndedBy), s.Note)
	a := &s.Appeal
	b = wire.Put64(b, a.ID)
	if a.ID != 0 {
		b = wire.Put32(wire.Put32(b, a.At), a.Ruled)
		b = wire.PutString(wire.PutString(append(b, wire.Bits(a.Pending)), a.By), a.Note)
	}
	return b
}

func getDetail(d *wire.Reader) (s Details) {
	s.ID, s.Review = d.U64(), d.U32()
	s.Policy, s.Message, s.By = d.Text(), d.Text(), d.Text()
	n := int(d.U8())
	if d.Bad || n > MaxReasons {
		d.Bad = true
		return s
	}
	for i := range n {
		q := &s.Reasons[i]
		if q.Index = d.U8(); q.Index == 0 {
			q.Code = d.Text()
		}
		q.Value, q.Limit, q.Share = float32(d.Any32()), float32(d.Any32()), float32(d.Any32())
		q.N, q.K = int32(d.U32()), int32(d.U32())
		d.Bad = d.Bad || q.N < 0 || q.K < 0
	}
	s.NReasons = n
	s.Origin, s.EndedBy, s.Note = d.Text(), d.Text(), d.Text()
	a := &s.Appeal
	if a.ID = d.U64(); a.ID != 0 {
		a.At, a.Ruled = d.U32(), d.U32()
		a.Pending = d.U8() != 0
		a.By, a.Note = d.Text(), d.Text()
	}
	return s
}

func putOrdinal(r *Record, b []byte) []byte {
	if r.Ordinal == 0 {
		return b
	}
	return wire.Put16(b, r.Ordinal)
}

func getOrdinal(r *Record, d *wire.Reader) { r.Ordinal = d.U16() }

func putOrder(r *Record, b []byte) []byte {
	o := &r.Order
	if o.Verdict == 0 {
		return b
	}
	return wire.PutString(wire.PutString(wire.Put32(append(b, byte(o.Verdict)), o.Until), o.By), o.Note)
}

func getOrder(r *Record, d *wire.Reader) {
	r.Order = Order{Verdict: Verdict(d.U8()), Until: d.U32(), By: d.Text(), Note: d.Text()}
}
