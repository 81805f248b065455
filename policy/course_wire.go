package policy

import (
	"math"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// How a course and a sanction are written and read; see encode.go for the form.

func putSanction(b []byte, s *sanction) []byte {
	b = wire.Put16(append(wire.Put64(b, s.id), byte(s.kind), byte(s.scope)), s.perDay)
	b = wire.Put32(wire.Put32(wire.Put32(b, s.from), s.until), s.review)
	b = wire.PutString(wire.PutString(wire.PutString(b, s.policy), s.message), s.by)
	b = append(b, byte(s.n))
	for i := range s.n {
		q := &s.reasons[i]
		k := codeIndex(q.Code)
		b = append(b, k)
		if k == 0 {
			b = wire.PutString(b, q.Code)
		}
		b = wire.Put32(wire.Put32(b, math.Float32bits(float32(q.Value))), math.Float32bits(float32(q.Limit)))
		b = wire.Put32(wire.Put32(wire.Put32(b, math.Float32bits(float32(q.Share))), uint32(q.N)), uint32(q.K))
	}
	b = wire.PutString(b, s.origin)
	b = wire.Put32(b, s.lifted.at)
	if s.lifted.at != 0 {
		b = wire.PutString(wire.PutString(b, s.lifted.by), s.lifted.note)
	}
	b = wire.Put64(b, s.appeal.id)
	if s.appeal.id != 0 {
		b = wire.Put32(append(wire.Put32(b, s.appeal.at), byte(s.appeal.outcome), s.appeal.pending), s.appeal.ruled)
		b = wire.PutString(wire.PutString(b, s.appeal.by), s.appeal.note)
	}
	return b
}

// Parts of a course that are there.
const (
	courseIncident = 1 << iota
	courseWarned
	courseReleased
	courseMark
	courseStruck
	courseFound
	courseStay
	courseBlame
)

func putCourse(b []byte, c *course) []byte {
	var parts byte
	if c.opened != 0 {
		parts |= courseIncident
	}
	if c.warned != 0 {
		parts |= courseWarned
	}
	if c.released != 0 {
		parts |= courseReleased
	}
	if c.mark.at != 0 {
		parts |= courseMark
	}
	if c.struck {
		parts |= courseStruck
	}
	if c.found {
		parts |= courseFound
	}
	if c.stay.kind != 0 {
		parts |= courseStay
	}
	if c.blame != ([maxTexts]uint32{}) {
		parts |= courseBlame
	}
	b = wire.Put32(append(b, parts, byte(c.n), byte(c.nTaints)), c.policy)
	b = wire.Put32(wire.Put32(b, c.halfLife), math.Float32bits(c.forget))
	for i := range c.n {
		s := &c.strikes[i]
		b = wire.Put32(wire.Put32(wire.Put32(b, s.at), math.Float32bits(s.mass)), s.id)
		b = wire.Put32(wire.Put32(wire.Put32(b, s.wasAt), math.Float32bits(s.wasMass)), s.wasID)
	}
	for i := range c.nTaints {
		b = wire.Put32(wire.Put64(b, c.taints[i].cluster), c.taints[i].id)
	}
	if parts&courseIncident != 0 {
		b = wire.Put32(wire.Put32(b, c.opened), c.acted)
	}
	if parts&courseWarned != 0 {
		b = wire.Put16(wire.Put32(b, c.warned), c.ignored)
	}
	if parts&courseReleased != 0 {
		b = wire.Put32(wire.Put32(b, c.released), c.probe)
	}
	if parts&courseMark != 0 {
		b = putMark(b, &c.mark)
	}
	if parts&courseStay != 0 {
		b = wire.Put32(wire.Put16(append(b, byte(c.stay.kind), byte(c.stay.scope)), c.stay.perDay), c.stay.until)
	}
	if parts&courseBlame != 0 {
		for _, id := range c.blame {
			b = wire.Put32(b, id)
		}
	}
	return b
}

func putMark(b []byte, m *mark) []byte {
	b = wire.Put32(b, m.at)
	b = wire.PutDecayed(wire.PutDecayed(wire.PutDecayed(wire.PutDecayed(b, m.fanFast), m.fanSlow), m.reached), m.complained)
	b = wire.PutSized(b, func(b []byte) []byte { b, _ = m.replies.AppendBinary(b); return b })
	var set byte
	for i := range m.texts {
		if m.texts[i].slow.Sum != 0 {
			set |= 1 << i
		}
	}
	b = append(b, set)
	for i := range m.texts {
		if set>>i&1 != 0 {
			b = wire.Put16(wire.PutDecayed(wire.PutDecayed(b, m.texts[i].fast), m.texts[i].slow), m.texts[i].cold)
		}
	}
	return b
}

func readSanction(d *wire.Reader) (s sanction) {
	s.id, s.kind, s.scope, s.perDay = d.U64(), Kind(d.U8()), Scope(d.U8()), d.U16()
	s.from, s.until, s.review = d.U32(), d.U32(), d.U32()
	s.policy, s.message, s.by = d.Text(), d.Text(), d.Text()
	n := int(d.U8())
	if d.Bad || n > keptReasons || s.kind == 0 || s.kind > Referral || s.scope > WholeAccount {
		d.Bad = true
		return s
	}
	for range n {
		q := &s.reasons[s.n]
		k := int(d.U8())
		switch {
		case k >= len(builtin):
			d.Bad = true
			return s
		case k == 0:
			q.Code = d.Text()
		default:
			q.Code = builtin[k]
		}
		q.Value, q.Limit, q.Share, q.N, q.K = d.Any32(), d.Any32(), d.Any32(), int(d.U32()), int(d.U32())
		s.n++
	}
	s.origin = d.Text()
	if s.lifted.at = d.U32(); s.lifted.at != 0 {
		s.lifted.by, s.lifted.note = d.Text(), d.Text()
	}
	if s.appeal.id = d.U64(); s.appeal.id != 0 {
		s.appeal.at, s.appeal.outcome, s.appeal.pending, s.appeal.ruled = d.U32(), RulingOutcome(d.U8()), d.U8(), d.U32()
		s.appeal.by, s.appeal.note = d.Text(), d.Text()
		d.Bad = d.Bad || s.appeal.outcome > Overturned
	}
	return s
}

func readCourse(d *wire.Reader, c *course) {
	*c = course{}
	parts := d.U8()
	n, taints := int(d.U8()), int(d.U8())
	c.policy, c.halfLife, c.forget = d.U32(), d.U32(), d.F32()
	if d.Bad || n > maxStrikes || taints > maxTaints {
		d.Bad = true
		return
	}
	for range n {
		c.strikes[c.n] = strike{at: d.U32(), mass: d.F32(), id: d.U32(), wasAt: d.U32(), wasMass: d.F32(), wasID: d.U32()}
		c.n++
	}
	for range taints {
		c.taints[c.nTaints] = taint{cluster: d.U64(), id: d.U32()}
		c.nTaints++
	}
	c.struck, c.found = parts&courseStruck != 0, parts&courseFound != 0
	if parts&courseIncident != 0 {
		c.opened, c.acted = d.U32(), d.U32()
	}
	if parts&courseWarned != 0 {
		c.warned, c.ignored = d.U32(), d.U16()
	}
	if parts&courseReleased != 0 {
		c.released, c.probe = d.U32(), d.U32()
	}
	if parts&courseMark != 0 {
		m := &c.mark
		m.at = d.U32()
		m.fanFast, m.fanSlow, m.reached, m.complained = d.Decayed(), d.Decayed(), d.Decayed(), d.Decayed()
		d.Into(&m.replies, d.Sized())
		set := d.U8()
		for i := range m.texts {
			if set>>i&1 != 0 {
				m.texts[i] = textMark{fast: d.Decayed(), slow: d.Decayed(), cold: d.U16()}
			}
		}
	}
	if parts&courseStay != 0 {
		c.stay = stay{kind: Kind(d.U8()), scope: Scope(d.U8()), perDay: d.U16(), until: d.U32()}
		d.Bad = d.Bad || c.stay.kind > Referral || c.stay.scope > WholeAccount
	}
	if parts&courseBlame != 0 {
		for i := range c.blame {
			c.blame[i] = d.U32()
		}
	}
}
