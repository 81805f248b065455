package policy

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cespare/xxhash/v2"
	"github.com/decorum-go/decorum/scoring"
)

// A reader takes an encoded record apart. The first fault sticks.
type reader struct {
	b   []byte
	bad bool
}

func (d *reader) take(n int) []byte {
	if d.bad || n < 0 || n > len(d.b) {
		d.bad = true
		return nil
	}
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

// fixed is take of what is there.
func (d *reader) fixed(n int) []byte {
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

func get16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func get32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func get48(b []byte) uint64 { return uint64(get32(b)) | uint64(get16(b[4:]))<<32 }

// Sizes of encoded entries, in bytes.
const (
	contactSize  = 6 + 4 + 1
	approachSize = 6 + 4 + 2 + 4 + 3*2
	printSize    = 3*4 + 8 + 4 + 2 + 1
)

func (d *reader) u8() uint8 {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *reader) u16() uint16 {
	if b := d.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (d *reader) u32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *reader) u48() uint64 {
	if b := d.take(6); b != nil {
		return uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint16(b[4:]))<<32
	}
	return 0
}

func (d *reader) u64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// f32 and f64 read numbers that must be finite and not negative.
func (d *reader) f32() float32 {
	v := math.Float32frombits(d.u32())
	if !(v >= 0 && v <= math.MaxFloat32) {
		d.bad = true
		return 0
	}
	return v
}

func (d *reader) f64() float64 {
	v := math.Float64frombits(d.u64())
	if !(v >= 0 && v <= math.MaxFloat64) {
		d.bad = true
		return 0
	}
	return v
}

// any32 reads a number that must be finite.
func (d *reader) any32() float64 {
	v := float64(math.Float32frombits(d.u32()))
	if v-v != 0 {
		d.bad = true
		return 0
	}
	return v
}

func (d *reader) string() string { return string(d.take(int(d.u8()))) }

func (d *reader) decayed() scoring.Decayed { return scoring.Decayed{Ref: d.u32(), Sum: d.f64()} }

func (d *reader) sized() []byte {
	n, k := binary.Uvarint(d.b)
	if k <= 0 || n > uint64(len(d.b)) {
		d.bad = true
		return nil
	}
	d.b = d.b[k:]
	return d.take(int(n))
}

// count reads a uvarint of at most 65,535.
func (d *reader) count() uint16 {
	n, k := binary.Uvarint(d.b)
	if d.bad || k <= 0 || n > math.MaxUint16 {
		d.bad = true
		return 0
	}
	d.b = d.b[k:]
	return uint16(n)
}

// binaryReader is what leaves decode themselves.
type binaryReader interface{ UnmarshalBinary([]byte) error }

func (d *reader) into(v binaryReader, b []byte) {
	if !d.bad && v.UnmarshalBinary(b) != nil {
		d.bad = true
	}
}

// decode replaces r by what data holds; no data is an empty record. data is
// untrusted. On error r is empty.
func (r *record) decode(data []byte) error { return r.decodeOnly(data, ^uint32(0)) }

// decodeOnly reads only the sections whose tags are set in want.
func (r *record) decodeOnly(data []byte, want uint32) error {
	r.reset()
	if len(data) == 0 {
		return nil
	}
	if err := r.parse(data, want); err != nil {
		r.reset()
		return err
	}
	return nil
}

func (r *record) parse(data []byte, want uint32) error {
	switch {
	case data[0] != recordVersion:
		return fmt.Errorf("%w: major version %d, this program reads %d", ErrRecord, data[0], recordVersion)
	case len(data) < headerSize || len(data) > 4*maxRecord:
		return fmt.Errorf("%w: %d bytes", ErrRecord, len(data))
	case binary.LittleEndian.Uint32(data[1:]) != uint32(xxhash.Sum64(data[5:])):
		return fmt.Errorf("%w: the checksum does not agree", ErrRecord)
	}
	d := reader{b: data[5:]}
	r.newest, r.born = int64(d.u48()), d.u32()
	prev := byte(0)
	for len(d.b) > 0 {
		whole := d.b
		tag := d.u8()
		body := d.sized()
		if d.bad {
			return fmt.Errorf("%w: cut short in section %d", ErrRecord, tag)
		}
		if tag > lastTag {
			r.unknown = append(r.unknown, whole[:len(whole)-len(d.b)]...)
			continue
		}
		if want>>tag&1 == 0 {
			continue
		}
		s := reader{b: body}
		if tag <= prev || !r.section(tag, &s) || s.bad || len(s.b) > 0 {
			return fmt.Errorf("%w: section %d is malformed", ErrRecord, tag)
		}
		prev = tag
	}
	return nil
}

// section reads one section; it reports false for a tag that never was.
func (r *record) section(tag byte, d *reader) bool {
	switch tag {
	case tagName:
		r.name = string(d.take(len(d.b)))
	case tagMessages:
		d.into(&r.messages, d.take(len(d.b)))
	case tagPeople:
		d.into(&r.people, d.take(len(d.b)))
	case tagChannel:
		r.channel = d.u32()
		d.into(&r.channels, d.take(len(d.b)))
	case tagPersons:
		for len(d.b) > 0 && !d.bad && r.nPersons < maxPersons {
			p := &r.persons[r.nPersons]
			p.who = d.u48()
			d.into(&p.turns, d.sized())
			r.nPersons++
		}
	case tagContacts:
		for len(d.b) >= contactSize && r.contacts.n < maxContacts {
			b := d.fixed(contactSize)
			r.contacts.at[r.contacts.n] = contact{who: get48(b), first: get32(b[6:]), flags: b[10] & (hasTie | wasCold | isKin)}
			r.contacts.n++
		}
	case tagGenerations:
		r.getGenerations(d)
	case tagOpen:
		for len(d.b) >= approachSize && r.open.n < maxOpen {
			b := d.fixed(approachSize)
			r.open.at[r.open.n] = approach{
				who: get48(b), asked: get32(b[6:]), last: get16(b[10:]), turns: b[12], slot: b[13], slots: b[14], flags: b[15],
				fan: get16(b[16:]), text: get16(b[18:]), slow: get16(b[20:]),
			}
			r.open.n++
		}
	case tagSums:
		r.reached = d.decayed()
		if len(d.b) > 0 {
			r.fanFast, r.fanSlow = d.decayed(), d.decayed()
		}
	case tagReplies:
		d.into(&r.replies, d.take(len(d.b)))
	case tagRhythm:
		d.into(&r.rhythm, d.take(len(d.b)))
	case tagTexts:
		for len(d.b) > 0 && !d.bad && r.texts.n < maxTexts {
			r.getText(d)
		}
	case tagPrints:
		for len(d.b) >= printSize && !d.bad && r.prints.n < maxPrints {
			r.getPrint(d)
		}
	case tagComplaints:
		for len(d.b) > 0 && !d.bad && r.complaints.n < maxReports {
			r.complaints.at[r.complaints.n] = report{who: d.u48(), at: d.u32(), id: d.u16(), msg: d.u16(), weight: d.u8(), about: d.u8()}
			r.complaints.n++
		}
	case tagCourse:
		d.course(&r.course)
	case tagShadows:
		for len(d.b) > 0 && !d.bad && r.nShadows < maxShadows {
			s := reader{b: d.sized()}
			s.course(&r.shadows[r.nShadows])
			d.bad = d.bad || s.bad || len(s.b) > 0
			r.nShadows++
		}
	case tagSanctions:
		for len(d.b) > 0 && !d.bad && len(r.sanctions) < maxStanding {
			s := reader{b: d.sized()}
			r.sanctions = append(r.sanctions, s.sanction())
			d.bad = d.bad || s.bad || len(s.b) > 0
		}
	case tagOrder:
		r.order = order{verdict: Verdict(d.u8()), until: d.u32(), by: d.string(), note: d.string()}
	case tagReporter:
		r.reporter = reporter{all: d.u16(), agreed: d.u16()}
		for i := range r.reporter.seen {
			r.reporter.seen[i] = d.u32()
		}
	case tagOrigin:
		for len(d.b) > 0 && !d.bad && r.origin.n < maxOrigin {
			r.origin.at[r.origin.n] = guilt{who: d.u48(), at: d.u32(), mass: d.f32()}
			r.origin.n++
		}
	case tagOrdinal:
		r.ordinal = d.u16()
	case tagComplained:
		r.complained = d.decayed()
	case tagLate:
		for i := 0; len(d.b) > 0 && !d.bad && i < len(r.late); i++ {
			g := &r.late[i]
			g.n, g.weight, g.asked = d.u32(), d.u32(), d.u32()
			for k := range g.who {
				g.who[k] = d.u64()
			}
		}
	case tagOrigins:
		copy(r.origins.last[:], d.take(len(r.origins.last)))
		for i := 0; len(d.b) > 0 && i < len(r.origins.before); i++ {
			r.origins.before[i] = d.u32()
		}
	case tagProof:
		copy(r.proof[:], d.take(len(r.proof)))
	case tagClass:
		r.kind = d.class()
	default:
		return false
	}
	return true
}

func (r *record) getGenerations(d *reader) {
	for i := range r.contacts.gen {
		g := &r.contacts.gen[i]
		if g.from = d.u32(); g.from == 0 {
			continue
		}
		b := d.take(8 * (len(g.cold) + len(g.tied)))
		if d.bad {
			g.from = 0
			return
		}
		for k := range g.cold {
			g.cold[k] = binary.LittleEndian.Uint64(b[8*k:])
		}
		b = b[8*len(g.cold):]
		for k := range g.tied {
			g.tied[k] = binary.LittleEndian.Uint64(b[8*k:])
		}
	}
}

func (r *record) getText(d *reader) {
	e := &r.texts.at[r.texts.n]
	*e = text{}
	parts := d.u8()
	d.into(&e.sketch, d.take(sketchSize))
	e.last = d.u32()
	e.fast.Ref, e.mean = e.last, e.last
	if parts&textRefIsLast == 0 {
		e.fast.Ref = d.u32()
	}
	if parts&textMeanIsLast == 0 {
		e.mean = d.u32()
	}
	if parts&textNoCluster == 0 {
		e.cluster = d.u64()
	}
	e.slow.Ref = e.fast.Ref
	e.fast.Sum, e.slow.Sum = float64(d.f32()), float64(d.f32())
	e.asked, e.answered, e.people, e.cold = d.count(), d.count(), d.count(), d.count()
	r.texts.n++
}

func (r *record) getPrint(d *reader) {
	b := d.fixed(printSize)
	v := get32(b[20:])
	p := &r.prints.at[r.prints.n]
	*p = print{
		id: get32(b), content: get32(b[4:]), at: get32(b[8:]), score: math.Float64frombits(binary.LittleEndian.Uint64(b[12:])),
		retry: v & retryMask, verdict: Verdict(v >> 24), people: get16(b[24:]), flags: b[26],
	}
	d.bad = d.bad || p.verdict > Reject || !(p.score >= 0 && p.score <= math.MaxFloat64)
	r.prints.n++
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

// class reads a class without copying the names that every policy knows.
func (d *reader) class() Class {
	switch b := d.take(len(d.b)); string(b) {
	case string(Page):
		return Page
	case string(Service):
		return Service
	default:
		return Class(b)
	}
}
