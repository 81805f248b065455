package policy

import "math"

// How a course and a sanction are written and read; see encode.go for the form.

func putSanction(b []byte, s *sanction) []byte {
	b = put16(append(put64(b, s.id), byte(s.kind), byte(s.scope)), s.perDay)
	b = put32(put32(put32(b, s.from), s.until), s.review)
	b = putString(putString(putString(b, s.policy), s.message), s.by)
	b = append(b, byte(s.n))
	for i := range s.n {
		q := &s.reasons[i]
		k := codeIndex(q.Code)
		b = append(b, k)
		if k == 0 {
			b = putString(b, q.Code)
		}
		b = put32(put32(b, math.Float32bits(float32(q.Value))), math.Float32bits(float32(q.Limit)))
		b = put32(put32(put32(b, math.Float32bits(float32(q.Share))), uint32(q.N)), uint32(q.K))
	}
	b = putString(b, s.origin)
	b = put32(b, s.lifted.at)
	if s.lifted.at != 0 {
		b = putString(putString(b, s.lifted.by), s.lifted.note)
	}
	b = put64(b, s.appeal.id)
	if s.appeal.id != 0 {
		b = put32(append(put32(b, s.appeal.at), byte(s.appeal.outcome), s.appeal.pending), s.appeal.ruled)
		b = putString(putString(b, s.appeal.by), s.appeal.note)
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
	b = put32(append(b, parts, byte(c.n), byte(c.nTaints)), c.policy)
	b = put32(put32(b, c.halfLife), math.Float32bits(c.forget))
	for i := range c.n {
		s := &c.strikes[i]
		b = put32(put32(put32(b, s.at), math.Float32bits(s.mass)), s.id)
		b = put32(put32(put32(b, s.wasAt), math.Float32bits(s.wasMass)), s.wasID)
	}
	for i := range c.nTaints {
		b = put32(put64(b, c.taints[i].cluster), c.taints[i].id)
	}
	if parts&courseIncident != 0 {
		b = put32(put32(b, c.opened), c.acted)
	}
	if parts&courseWarned != 0 {
		b = put16(put32(b, c.warned), c.ignored)
	}
	if parts&courseReleased != 0 {
		b = put32(put32(b, c.released), c.probe)
	}
	if parts&courseMark != 0 {
		b = putMark(b, &c.mark)
	}
	if parts&courseStay != 0 {
		b = put32(put16(append(b, byte(c.stay.kind), byte(c.stay.scope)), c.stay.perDay), c.stay.until)
	}
	if parts&courseBlame != 0 {
		for _, id := range c.blame {
			b = put32(b, id)
		}
	}
	return b
}

func putMark(b []byte, m *mark) []byte {
	b = put32(b, m.at)
	b = putDecayed(putDecayed(putDecayed(putDecayed(b, m.fanFast), m.fanSlow), m.reached), m.complained)
	b = putSized(b, func(b []byte) []byte { b, _ = m.replies.AppendBinary(b); return b })
	var set byte
	for i := range m.texts {
		if m.texts[i].slow.Sum != 0 {
			set |= 1 << i
		}
	}
	b = append(b, set)
	for i := range m.texts {
		if set>>i&1 != 0 {
			b = put16(putDecayed(putDecayed(b, m.texts[i].fast), m.texts[i].slow), m.texts[i].cold)
		}
	}
	return b
}

func (d *reader) sanction() (s sanction) {
	s.id, s.kind, s.scope, s.perDay = d.u64(), Kind(d.u8()), Scope(d.u8()), d.u16()
	s.from, s.until, s.review = d.u32(), d.u32(), d.u32()
	s.policy, s.message, s.by = d.string(), d.string(), d.string()
	n := int(d.u8())
	if d.bad || n > keptReasons || s.kind == 0 || s.kind > Referral || s.scope > WholeAccount {
		d.bad = true
		return s
	}
	for range n {
		q := &s.reasons[s.n]
		k := int(d.u8())
		switch {
		case k >= len(builtin):
			d.bad = true
			return s
		case k == 0:
			q.Code = d.string()
		default:
			q.Code = builtin[k]
		}
		q.Value, q.Limit, q.Share, q.N, q.K = d.any32(), d.any32(), d.any32(), int(d.u32()), int(d.u32())
		s.n++
	}
	s.origin = d.string()
	if s.lifted.at = d.u32(); s.lifted.at != 0 {
		s.lifted.by, s.lifted.note = d.string(), d.string()
	}
	if s.appeal.id = d.u64(); s.appeal.id != 0 {
		s.appeal.at, s.appeal.outcome, s.appeal.pending, s.appeal.ruled = d.u32(), RulingOutcome(d.u8()), d.u8(), d.u32()
		s.appeal.by, s.appeal.note = d.string(), d.string()
		d.bad = d.bad || s.appeal.outcome > Overturned
	}
	return s
}

func (d *reader) course(c *course) {
	*c = course{}
	parts := d.u8()
	n, taints := int(d.u8()), int(d.u8())
	c.policy, c.halfLife, c.forget = d.u32(), d.u32(), d.f32()
	if d.bad || n > maxStrikes || taints > maxTaints {
		d.bad = true
		return
	}
	for range n {
		c.strikes[c.n] = strike{at: d.u32(), mass: d.f32(), id: d.u32(), wasAt: d.u32(), wasMass: d.f32(), wasID: d.u32()}
		c.n++
	}
	for range taints {
		c.taints[c.nTaints] = taint{cluster: d.u64(), id: d.u32()}
		c.nTaints++
	}
	c.struck, c.found = parts&courseStruck != 0, parts&courseFound != 0
	if parts&courseIncident != 0 {
		c.opened, c.acted = d.u32(), d.u32()
	}
	if parts&courseWarned != 0 {
		c.warned, c.ignored = d.u32(), d.u16()
	}
	if parts&courseReleased != 0 {
		c.released, c.probe = d.u32(), d.u32()
	}
	if parts&courseMark != 0 {
		m := &c.mark
		m.at = d.u32()
		m.fanFast, m.fanSlow, m.reached, m.complained = d.decayed(), d.decayed(), d.decayed(), d.decayed()
		d.into(&m.replies, d.sized())
		set := d.u8()
		for i := range m.texts {
			if set>>i&1 != 0 {
				m.texts[i] = textMark{fast: d.decayed(), slow: d.decayed(), cold: d.u16()}
			}
		}
	}
	if parts&courseStay != 0 {
		c.stay = stay{kind: Kind(d.u8()), scope: Scope(d.u8()), perDay: d.u16(), until: d.u32()}
		d.bad = d.bad || c.stay.kind > Referral || c.stay.scope > WholeAccount
	}
	if parts&courseBlame != 0 {
		for i := range c.blame {
			c.blame[i] = d.u32()
		}
	}
}
