package policy

import (
	"encoding/binary"
	"math"

	"github.com/cespare/xxhash/v2"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// An encoded record is
//
//	major version (1 byte), sum (4 bytes: low half of the xxHash64 of what
//	follows), newest event (6 bytes, Unix milliseconds), first event (4 bytes),
//	then sections: tag (1 byte), length (uvarint), content
//
// in rising order of tags, little endian. A section that is empty is left out;
// one that is unknown is carried through unread, so that versions can be mixed
// during a rollout. Only a new major version is refused.
const (
	recordVersion = 1
	headerSize    = 15
)

// Tags of sections. Append only; never reuse one.
const (
	tagName = 1 + iota
	tagMessages
	tagPeople
	tagChannel
	tagPersons
	tagContacts
	tagGenerations
	tagOpen
	tagSums
	tagReplies
	tagRhythm
	tagTexts
	tagPrints
	tagComplaints
	tagCourse
	tagShadows
	tagSanctions
	tagOrder
	tagReporter
	tagOrigin
	tagOrdinal
	tagClass
	tagComplained
	tagLate
	tagProof
	tagOrigins
	lastTag = tagOrigins
)

func (r *record) encode(b []byte) []byte {
	start := len(b)
	b = append(b, recordVersion, 0, 0, 0, 0)
	b = wire.Put48(b, uint64(r.newest))
	b = wire.Put32(b, r.born)

	if r.name != "" {
		b = putSection(b, tagName, func(b []byte) []byte { return append(b, r.name...) })
	}
	b = r.putWindows(b)
	if r.contacts.n > 0 {
		b = putSection(b, tagContacts, r.putContacts)
	}
	if r.contacts.gen[0].from != 0 || r.contacts.gen[1].from != 0 {
		b = putSection(b, tagGenerations, r.putGenerations)
	}
	if r.open.n > 0 {
		b = putSection(b, tagOpen, r.putOpen)
	}
	if r.reached.Sum != 0 || r.fanFast.Sum != 0 || r.fanSlow.Sum != 0 {
		b = putSection(b, tagSums, func(b []byte) []byte {
			b = wire.PutDecayed(b, r.reached)
			if r.fanFast.Sum != 0 || r.fanSlow.Sum != 0 {
				b = wire.PutDecayed(wire.PutDecayed(b, r.fanFast), r.fanSlow)
			}
			return b
		})
	}
	if r.replies != (scoring.Responses{}) {
		b = putSection(b, tagReplies, func(b []byte) []byte { b, _ = r.replies.AppendBinary(b); return b })
	}
	if r.rhythm != (scoring.Rhythm{}) {
		b = putSection(b, tagRhythm, func(b []byte) []byte { b, _ = r.rhythm.AppendBinary(b); return b })
	}
	if r.texts.n > 0 {
		b = putSection(b, tagTexts, r.putTexts)
	}
	if r.prints.n > 0 {
		b = putSection(b, tagPrints, r.putPrints)
	}
	if r.complaints.n > 0 {
		b = putSection(b, tagComplaints, r.putComplaints)
	}
	if !r.course.blank() {
		b = putSection(b, tagCourse, func(b []byte) []byte { return putCourse(b, &r.course) })
	}
	if r.nShadows > 0 {
		b = putSection(b, tagShadows, func(b []byte) []byte {
			for i := range r.nShadows {
				b = wire.PutSized(b, func(b []byte) []byte { return putCourse(b, &r.shadows[i]) })
			}
			return b
		})
	}
	if len(r.sanctions) > 0 {
		b = putSection(b, tagSanctions, r.putSanctions)
	}
	if r.order.verdict != 0 {
		b = putSection(b, tagOrder, func(b []byte) []byte {
			b = wire.Put32(append(b, byte(r.order.verdict)), r.order.until)
			return wire.PutString(wire.PutString(b, r.order.by), r.order.note)
		})
	}
	if r.reporter != (reporter{}) {
		b = putSection(b, tagReporter, func(b []byte) []byte {
			b = wire.Put16(wire.Put16(b, r.reporter.all), r.reporter.agreed)
			for _, t := range r.reporter.seen {
				b = wire.Put32(b, t)
			}
			return b
		})
	}
	if r.origin.n > 0 {
		b = putSection(b, tagOrigin, r.putOrigin)
	}
	if r.ordinal > 0 {
		b = putSection(b, tagOrdinal, func(b []byte) []byte { return wire.Put16(b, r.ordinal) })
	}
	if r.kind != "" {
		b = putSection(b, tagClass, func(b []byte) []byte { return append(b, r.kind...) })
	}
	if r.complained.Sum != 0 {
		b = putSection(b, tagComplained, func(b []byte) []byte { return wire.PutDecayed(b, r.complained) })
	}
	if !r.late.empty() {
		b = putSection(b, tagLate, r.putLate)
	}
	if r.proof != (Key{}) {
		b = putSection(b, tagProof, func(b []byte) []byte { return append(b, r.proof[:]...) })
	}
	if r.origins != (origins{}) {
		b = putSection(b, tagOrigins, func(b []byte) []byte {
			b = append(b, r.origins.last[:]...)
			for _, o := range r.origins.before {
				if o != 0 {
					b = wire.Put32(b, o)
				}
			}
			return b
		})
	}
	b = append(b, r.unknown...)
	binary.LittleEndian.PutUint32(b[start+1:], uint32(xxhash.Sum64(b[start+5:])))
	return b
}

func (r *record) putWindows(b []byte) []byte {
	if !r.messages.IsZero() {
		b = putSection(b, tagMessages, func(b []byte) []byte { b, _ = r.messages.AppendBinary(b); return b })
	}
	if !r.people.IsZero() {
		b = putSection(b, tagPeople, func(b []byte) []byte { b, _ = r.people.AppendBinary(b); return b })
	}
	if !r.channels.IsZero() {
		b = putSection(b, tagChannel, func(b []byte) []byte { b, _ = r.channels.AppendBinary(wire.Put32(b, r.channel)); return b })
	}
	if r.nPersons > 0 {
		b = putSection(b, tagPersons, func(b []byte) []byte {
			for i := range r.nPersons {
				p := &r.persons[i]
				b = wire.Put48(b, p.who)
				b = wire.PutSized(b, func(b []byte) []byte { b, _ = p.turns.AppendBinary(b); return b })
			}
			return b
		})
	}
	return b
}

func (r *record) putContacts(b []byte) []byte {
	for i := range r.contacts.n {
		c := &r.contacts.at[i]
		b = append(wire.Put32(wire.Put48(b, c.who), c.first), c.flags)
	}
	return b
}

func (r *record) putGenerations(b []byte) []byte {
	for i := range r.contacts.gen {
		g := &r.contacts.gen[i]
		b = wire.Put32(b, g.from)
		if g.from == 0 {
			continue
		}
		for _, w := range g.cold {
			b = wire.Put64(b, w)
		}
		for _, w := range g.tied {
			b = wire.Put64(b, w)
		}
	}
	return b
}

func (r *record) putOpen(b []byte) []byte {
	for i := range r.open.n {
		a := &r.open.at[i]
		b = wire.Put16(wire.Put32(wire.Put48(b, a.who), a.asked), a.last)
		b = append(b, a.turns, a.slot, a.slots, a.flags)
		b = wire.Put16(wire.Put16(wire.Put16(b, a.fan), a.text), a.slow)
	}
	return b
}

func (r *record) putLate(b []byte) []byte {
	for i := range r.late {
		g := &r.late[i]
		if *g == (lateOnes{}) {
			break // the newest is never empty beside an older one
		}
		b = wire.Put32(wire.Put32(wire.Put32(b, g.n), g.weight), g.asked)
		for _, w := range g.who {
			b = wire.Put64(b, w)
		}
	}
	return b
}

// Times of a text that are the newest one's own.
const (
	textRefIsLast = 1 << iota
	textMeanIsLast
	textNoCluster
)

func (r *record) putTexts(b []byte) []byte {
	for i := range r.texts.n {
		e := &r.texts.at[i]
		var parts byte
		if e.fast.Ref == e.last {
			parts |= textRefIsLast
		}
		if e.mean == e.last {
			parts |= textMeanIsLast
		}
		if e.cluster == 0 {
			parts |= textNoCluster
		}
		b, _ = e.sketch.AppendBinary(append(b, parts))
		b = wire.Put32(b, e.last)
		if parts&textRefIsLast == 0 {
			b = wire.Put32(b, e.fast.Ref)
		}
		if parts&textMeanIsLast == 0 {
			b = wire.Put32(b, e.mean)
		}
		if parts&textNoCluster == 0 {
			b = wire.Put64(b, e.cluster)
		}
		b = wire.Put32(wire.Put32(b, math.Float32bits(float32(e.fast.Sum))), math.Float32bits(float32(e.slow.Sum)))
		for _, n := range [...]uint16{e.asked, e.answered, e.people, e.cold} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return b
}

func (r *record) putPrints(b []byte) []byte {
	for i := range r.prints.n {
		p := &r.prints.at[i]
		b = wire.Put32(wire.Put32(wire.Put32(b, p.id), p.content), p.at)
		b = wire.Put64(b, math.Float64bits(p.score))
		b = wire.Put32(b, p.retry|uint32(p.verdict)<<24)
		b = append(wire.Put16(b, p.people), p.flags)
	}
	return b
}

func (r *record) putComplaints(b []byte) []byte {
	for i := range r.complaints.n {
		c := &r.complaints.at[i]
		b = append(wire.Put16(wire.Put16(wire.Put32(wire.Put48(b, c.who), c.at), c.id), c.msg), c.weight, c.about)
	}
	return b
}

func (r *record) putSanctions(b []byte) []byte {
	for i := range r.sanctions {
		b = wire.PutSized(b, func(b []byte) []byte { return putSanction(b, &r.sanctions[i]) })
	}
	return b
}

func (r *record) putOrigin(b []byte) []byte {
	for i := range r.origin.n {
		e := &r.origin.at[i]
		b = wire.Put32(wire.Put32(wire.Put48(b, e.who), e.at), math.Float32bits(e.mass))
	}
	return b
}

// putSection appends a section. fn does not escape: the closure is free.
func putSection(b []byte, tag byte, fn func([]byte) []byte) []byte {
	return wire.PutSized(append(b, tag), fn)
}
