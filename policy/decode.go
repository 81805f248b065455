package policy

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cespare/xxhash/v2"
)

// Sizes of encoded entries, in bytes.
const (
	contactSize  = 6 + 4 + 1
	approachSize = 6 + 4 + 2 + 4 + 3*2
	printSize    = 3*4 + 8 + 4 + 2 + 1
)

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
