package policy

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cespare/xxhash/v2"
	"github.com/decorum-go/decorum/policy/internal/wire"
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
	d := wire.Reader{B: data[5:]}
	r.newest, r.born = int64(d.U48()), d.U32()
	prev := byte(0)
	for len(d.B) > 0 {
		whole := d.B
		tag := d.U8()
		body := d.Sized()
		if d.Bad {
			return fmt.Errorf("%w: cut short in section %d", ErrRecord, tag)
		}
		if tag > lastTag {
			r.unknown = append(r.unknown, whole[:len(whole)-len(d.B)]...)
			continue
		}
		if want>>tag&1 == 0 {
			continue
		}
		s := wire.Reader{B: body}
		if tag <= prev || !r.section(tag, &s) || s.Bad || len(s.B) > 0 {
			return fmt.Errorf("%w: section %d is malformed", ErrRecord, tag)
		}
		prev = tag
	}
	return nil
}

// section reads one section; it reports false for a tag that never was.
func (r *record) section(tag byte, d *wire.Reader) bool {
	switch tag {
	case tagName:
		r.name = string(d.Take(len(d.B)))
	case tagMessages:
		d.Into(&r.messages, d.Take(len(d.B)))
	case tagPeople:
		d.Into(&r.people, d.Take(len(d.B)))
	case tagChannel:
		r.channel = d.U32()
		d.Into(&r.channels, d.Take(len(d.B)))
	case tagPersons:
		for len(d.B) > 0 && !d.Bad && r.nPersons < maxPersons {
			p := &r.persons[r.nPersons]
			p.who = d.U48()
			d.Into(&p.turns, d.Sized())
			r.nPersons++
		}
	case tagContacts:
		for len(d.B) >= contactSize && r.contacts.n < maxContacts {
			b := d.Fixed(contactSize)
			r.contacts.at[r.contacts.n] = contact{who: wire.Get48(b), first: wire.Get32(b[6:]), flags: b[10] & (hasTie | wasCold | isKin)}
			r.contacts.n++
		}
	case tagGenerations:
		r.getGenerations(d)
	case tagOpen:
		for len(d.B) >= approachSize && r.open.n < maxOpen {
			b := d.Fixed(approachSize)
			r.open.at[r.open.n] = approach{
				who: wire.Get48(b), asked: wire.Get32(b[6:]), last: wire.Get16(b[10:]), turns: b[12], slot: b[13], slots: b[14], flags: b[15],
				fan: wire.Get16(b[16:]), text: wire.Get16(b[18:]), slow: wire.Get16(b[20:]),
			}
			r.open.n++
		}
	case tagSums:
		r.reached = d.Decayed()
		if len(d.B) > 0 {
			r.fanFast, r.fanSlow = d.Decayed(), d.Decayed()
		}
	case tagReplies:
		d.Into(&r.replies, d.Take(len(d.B)))
	case tagRhythm:
		d.Into(&r.rhythm, d.Take(len(d.B)))
	case tagTexts:
		for len(d.B) > 0 && !d.Bad && r.texts.n < maxTexts {
			r.getText(d)
		}
	case tagPrints:
		for len(d.B) >= printSize && !d.Bad && r.prints.n < maxPrints {
			r.getPrint(d)
		}
	case tagComplaints:
		for len(d.B) > 0 && !d.Bad && r.complaints.n < maxReports {
			r.complaints.at[r.complaints.n] = report{who: d.U48(), at: d.U32(), id: d.U16(), msg: d.U16(), weight: d.U8(), about: d.U8()}
			r.complaints.n++
		}
	case tagCourse:
		readCourse(d, &r.course)
	case tagShadows:
		for len(d.B) > 0 && !d.Bad && r.nShadows < maxShadows {
			s := wire.Reader{B: d.Sized()}
			readCourse(&s, &r.shadows[r.nShadows])
			d.Bad = d.Bad || s.Bad || len(s.B) > 0
			r.nShadows++
		}
	case tagSanctions:
		for len(d.B) > 0 && !d.Bad && len(r.sanctions) < maxStanding {
			s := wire.Reader{B: d.Sized()}
			r.sanctions = append(r.sanctions, readSanction(&s))
			d.Bad = d.Bad || s.Bad || len(s.B) > 0
		}
	case tagOrder:
		r.order = order{verdict: Verdict(d.U8()), until: d.U32(), by: d.Text(), note: d.Text()}
	case tagReporter:
		r.reporter = reporter{all: d.U16(), agreed: d.U16()}
		for i := range r.reporter.seen {
			r.reporter.seen[i] = d.U32()
		}
	case tagOrigin:
		for len(d.B) > 0 && !d.Bad && r.origin.n < maxOrigin {
			r.origin.at[r.origin.n] = guilt{who: d.U48(), at: d.U32(), mass: d.F32()}
			r.origin.n++
		}
	case tagOrdinal:
		r.ordinal = d.U16()
	case tagComplained:
		r.complained = d.Decayed()
	case tagLate:
		for i := 0; len(d.B) > 0 && !d.Bad && i < len(r.late); i++ {
			g := &r.late[i]
			g.n, g.weight, g.asked = d.U32(), d.U32(), d.U32()
			for k := range g.who {
				g.who[k] = d.U64()
			}
		}
	case tagOrigins:
		copy(r.origins.last[:], d.Take(len(r.origins.last)))
		for i := 0; len(d.B) > 0 && i < len(r.origins.before); i++ {
			r.origins.before[i] = d.U32()
		}
	case tagProof:
		copy(r.proof[:], d.Take(len(r.proof)))
	case tagClass:
		r.kind = readClass(d)
	default:
		return false
	}
	return true
}

func (r *record) getGenerations(d *wire.Reader) {
	for i := range r.contacts.gen {
		g := &r.contacts.gen[i]
		if g.from = d.U32(); g.from == 0 {
			continue
		}
		b := d.Take(8 * (len(g.cold) + len(g.tied)))
		if d.Bad {
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

func (r *record) getText(d *wire.Reader) {
	e := &r.texts.at[r.texts.n]
	*e = text{}
	parts := d.U8()
	d.Into(&e.sketch, d.Take(sketchSize))
	e.last = d.U32()
	e.fast.Ref, e.mean = e.last, e.last
	if parts&textRefIsLast == 0 {
		e.fast.Ref = d.U32()
	}
	if parts&textMeanIsLast == 0 {
		e.mean = d.U32()
	}
	if parts&textNoCluster == 0 {
		e.cluster = d.U64()
	}
	e.slow.Ref = e.fast.Ref
	e.fast.Sum, e.slow.Sum = float64(d.F32()), float64(d.F32())
	e.asked, e.answered, e.people, e.cold = d.Count(), d.Count(), d.Count(), d.Count()
	r.texts.n++
}

func (r *record) getPrint(d *wire.Reader) {
	b := d.Fixed(printSize)
	v := wire.Get32(b[20:])
	p := &r.prints.at[r.prints.n]
	*p = print{
		id: wire.Get32(b), content: wire.Get32(b[4:]), at: wire.Get32(b[8:]), score: math.Float64frombits(binary.LittleEndian.Uint64(b[12:])),
		retry: v & retryMask, verdict: Verdict(v >> 24), people: wire.Get16(b[24:]), flags: b[26],
	}
	d.Bad = d.Bad || p.verdict > Reject || !(p.score >= 0 && p.score <= math.MaxFloat64)
	r.prints.n++
}

// readClass reads a class without copying the names that every policy knows.
func readClass(d *wire.Reader) Class {
	switch b := d.Take(len(d.B)); string(b) {
	case string(Page):
		return Page
	case string(Service):
		return Service
	default:
		return Class(b)
	}
}
