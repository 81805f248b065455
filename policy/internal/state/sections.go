package state

import (
	"encoding/binary"
	"math"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// Tags of sections, from 1. Append only; never reuse one.
const (
	_ = iota
	tagName
	tagClass
	tagMessages
	tagPeople
	tagChannels
	tagTurns
	tagContacts
	tagGenerations
	tagPending
	tagEvicted
	tagOrigins
	tagSums
	tagComplained
	tagReplies
	tagRhythm
	tagTexts
	tagRecent
	tagComplaints
	tagEnforced
	tagShadows
	tagDetails
	tagOrdinal
	tagOrder
	tagReporter
	tagOriginStrikes
	tagProof
	tagFiled
)

// A section is one part of an encoded record. put appends it, nothing if it is
// empty; get reads what is left in d into an empty record, and leaves or marks as
// bad what is malformed.
type section struct {
	name string
	put  func(r *Record, b []byte) []byte
	get  func(r *Record, d *wire.Reader)
}

// sections is the form of a record: what stands at a tag is that section.
var sections = [...]section{
	tagName:          {"name", putName, getName},
	tagClass:         {"class", putClass, getClass},
	tagMessages:      {"messages", putMessages, getMessages},
	tagPeople:        {"people", putPeople, getPeople},
	tagChannels:      {"channels", putChannels, getChannels},
	tagTurns:         {"turns", putTurns, getTurns},
	tagContacts:      {"contacts", putContacts, getContacts},
	tagGenerations:   {"generations", putGenerations, getGenerations},
	tagPending:       {"pending", putPending, getPending},
	tagEvicted:       {"evicted", putEvicted, getEvicted},
	tagOrigins:       {"origins", putOrigins, getOrigins},
	tagSums:          {"sums", putSums, getSums},
	tagComplained:    {"complained", putComplained, getComplained},
	tagReplies:       {"replies", putReplies, getReplies},
	tagRhythm:        {"rhythm", putRhythm, getRhythm},
	tagTexts:         {"texts", putTexts, getTexts},
	tagRecent:        {"recent", putRecent, getRecent},
	tagComplaints:    {"complaints", putComplaints, getComplaints},
	tagEnforced:      {"enforced", putEnforced, getEnforced},
	tagShadows:       {"shadows", putShadows, getShadows},
	tagDetails:       {"details", putDetails, getDetails},
	tagOrdinal:       {"ordinal", putOrdinal, getOrdinal},
	tagOrder:         {"order", putOrder, getOrder},
	tagReporter:      {"reporter", putReporter, getReporter},
	tagOriginStrikes: {"origin strikes", putOriginStrikes, getOriginStrikes},
	tagProof:         {"proof", putProof, getProof},
	tagFiled:         {"filed", putFiled, getFiled},
}

func putName(r *Record, b []byte) []byte  { return append(b, r.Name...) }
func getName(r *Record, d *wire.Reader)   { r.Name = string(d.Take(len(d.B))) }
func putClass(r *Record, b []byte) []byte { return append(b, r.Class...) }

// getClass reads a class without copying the names that every policy knows.
func getClass(r *Record, d *wire.Reader) {
	switch b := d.Take(len(d.B)); string(b) {
	case "page":
		r.Class = "page"
	case "service":
		r.Class = "service"
	default:
		r.Class = string(b)
	}
}

func putMessages(r *Record, b []byte) []byte { return putWindows(b, &r.Messages) }
func getMessages(r *Record, d *wire.Reader)  { d.Into(&r.Messages, d.Take(len(d.B))) }
func putPeople(r *Record, b []byte) []byte   { return putWindows(b, &r.People) }
func getPeople(r *Record, d *wire.Reader)    { d.Into(&r.People, d.Take(len(d.B))) }

func putWindows(b []byte, w *limiter.Windows) []byte {
	if !w.IsZero() {
		b, _ = w.AppendBinary(b)
	}
	return b
}

func putChannels(r *Record, b []byte) []byte {
	if r.Channels.IsZero() {
		return b
	}
	return putWindows(wire.Put32(b, r.Channel), &r.Channels)
}

func getChannels(r *Record, d *wire.Reader) {
	r.Channel = d.U32()
	d.Into(&r.Channels, d.Take(len(d.B)))
}

func putTurns(r *Record, b []byte) []byte {
	for i := range r.NTurns {
		t := &r.Turns[i]
		if t.Turns.IsZero() {
			continue // what counts nothing has no form
		}
		b = wire.PutSized(wire.Put48(b, t.Who), func(b []byte) []byte { return putWindows(b, &t.Turns) })
	}
	return b
}

func getTurns(r *Record, d *wire.Reader) {
	for len(d.B) > 0 && !d.Bad && r.NTurns < MaxTurns {
		t := &r.Turns[r.NTurns]
		*t = TurnCounts{Who: d.U48()}
		d.Into(&t.Turns, d.Sized())
		r.NTurns++
	}
}

const contactSize = 6 + 4 + 1

func putContacts(r *Record, b []byte) []byte {
	for i := range r.Contacts.n {
		c := &r.Contacts.at[i]
		b = append(wire.Put32(wire.Put48(b, c.Who), c.First), byte(c.Flags))
	}
	return b
}

func getContacts(r *Record, d *wire.Reader) {
	c := &r.Contacts
	for len(d.B) >= contactSize && c.n < maxContacts {
		b := d.Fixed(contactSize)
		c.at[c.n] = Contact{Who: wire.Get48(b), First: wire.Get32(b[6:]), Flags: ContactFlags(b[10]) & storedFlags}
		c.n++
	}
}

func putGenerations(r *Record, b []byte) []byte {
	if r.Contacts.gen[0].from == 0 && r.Contacts.gen[1].from == 0 {
		return b
	}
	for i := range r.Contacts.gen {
		g := &r.Contacts.gen[i]
		b = wire.Put32(b, g.from)
		if g.from != 0 {
			b = putWords(putWords(b, g.strangers[:]), g.contacts[:])
		}
	}
	return b
}

func getGenerations(r *Record, d *wire.Reader) {
	for i := range r.Contacts.gen {
		g := &r.Contacts.gen[i]
		if g.from = d.U32(); g.from == 0 {
			continue
		}
		getWords(d, g.strangers[:])
		getWords(d, g.contacts[:])
		if d.Bad {
			*g = generation{}
			return
		}
	}
}

func putWords(b []byte, words []uint64) []byte {
	for _, w := range words {
		b = wire.Put64(b, w)
	}
	return b
}

func getWords(d *wire.Reader, words []uint64) {
	b := d.Take(8 * len(words))
	if d.Bad {
		return
	}
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
}

const attemptSize = 6 + 4 + 2 + 4 + 3*2

func putPending(r *Record, b []byte) []byte {
	for i := range r.Pending.N {
		a := &r.Pending.At[i]
		b = wire.Put16(wire.Put32(wire.Put48(b, a.Who), a.Asked), a.Minutes)
		b = append(b, a.Turns, a.Slot, a.Slots, byte(a.Flags))
		b = wire.Put16(wire.Put16(wire.Put16(b, a.Fan), a.Text), a.Slow)
	}
	return b
}

func getPending(r *Record, d *wire.Reader) {
	p := &r.Pending
	for len(d.B) >= attemptSize && p.N < MaxPending {
		b := d.Fixed(attemptSize)
		p.At[p.N] = Attempt{
			Who: wire.Get48(b), Asked: wire.Get32(b[6:]), Minutes: wire.Get16(b[10:]),
			Turns: b[12], Slot: b[13], Slots: b[14], Flags: AttemptFlags(b[15]),
			Fan: wire.Get16(b[16:]), Text: wire.Get16(b[18:]), Slow: wire.Get16(b[20:]),
		}
		p.N++
	}
}

func putEvicted(r *Record, b []byte) []byte {
	for i := range r.Evicted {
		g := &r.Evicted[i]
		if *g == (evictedOnes{}) {
			break // the newest is never empty beside an older one
		}
		b = putWords(wire.Put32(wire.Put32(wire.Put32(b, g.n), g.weight), g.asked), g.who[:])
	}
	return b
}

func getEvicted(r *Record, d *wire.Reader) {
	for i := 0; len(d.B) > 0 && !d.Bad && i < len(r.Evicted); i++ {
		g := &r.Evicted[i]
		g.n, g.weight, g.asked = d.U32(), d.U32(), d.U32()
		getWords(d, g.who[:])
	}
}

func putOrigins(r *Record, b []byte) []byte {
	if r.Origins == (Origins{}) {
		return b
	}
	b = append(b, r.Origins.Last[:]...)
	for _, o := range r.Origins.before {
		if o != 0 {
			b = wire.Put32(b, o)
		}
	}
	return b
}

func getOrigins(r *Record, d *wire.Reader) {
	copy(r.Origins.Last[:], d.Take(len(r.Origins.Last)))
	for i := 0; len(d.B) > 0 && i < len(r.Origins.before); i++ {
		r.Origins.before[i] = d.U32()
	}
}

func putSums(r *Record, b []byte) []byte {
	fan := r.FanFast.Sum != 0 || r.FanSlow.Sum != 0
	if r.Reached.Sum == 0 && !fan {
		return b
	}
	b = wire.PutDecayed(b, r.Reached)
	if fan {
		b = wire.PutDecayed(wire.PutDecayed(b, r.FanFast), r.FanSlow)
	}
	return b
}

func getSums(r *Record, d *wire.Reader) {
	r.Reached = d.Decayed()
	if len(d.B) > 0 {
		r.FanFast, r.FanSlow = d.Decayed(), d.Decayed()
	}
}

func putComplained(r *Record, b []byte) []byte {
	if r.Complained.Sum == 0 {
		return b
	}
	return wire.PutDecayed(b, r.Complained)
}

func getComplained(r *Record, d *wire.Reader) { r.Complained = d.Decayed() }

func putReplies(r *Record, b []byte) []byte {
	if r.Replies != (scoring.Responses{}) {
		b, _ = r.Replies.AppendBinary(b)
	}
	return b
}

func getReplies(r *Record, d *wire.Reader) { d.Into(&r.Replies, d.Take(len(d.B))) }

func putRhythm(r *Record, b []byte) []byte {
	if r.Rhythm != (scoring.Rhythm{}) {
		b, _ = r.Rhythm.AppendBinary(b)
	}
	return b
}

func getRhythm(r *Record, d *wire.Reader) { d.Into(&r.Rhythm, d.Take(len(d.B))) }

const recentSize = 3*4 + 8 + 4 + 2 + 1

func putRecent(r *Record, b []byte) []byte {
	for i := range r.Recent.N {
		p := &r.Recent.At[i]
		b = wire.Put32(wire.Put32(wire.Put32(b, p.ID), p.Content), p.At)
		b = wire.Put64(b, math.Float64bits(p.Score))
		b = wire.Put32(b, p.Retry|uint32(p.Verdict)<<24)
		b = append(wire.Put16(b, p.People), byte(p.Flags))
	}
	return b
}

func getRecent(r *Record, d *wire.Reader) {
	for len(d.B) >= recentSize && !d.Bad && r.Recent.N < MaxRecent {
		b := d.Fixed(recentSize)
		retry := wire.Get32(b[20:])
		p := &r.Recent.At[r.Recent.N]
		*p = RecentDecision{
			ID: wire.Get32(b), Content: wire.Get32(b[4:]), At: wire.Get32(b[8:]), Score: math.Float64frombits(binary.LittleEndian.Uint64(b[12:])),
			Retry: retry & maxRetry, Verdict: Verdict(retry >> 24), People: wire.Get16(b[24:]), Flags: RecentFlags(b[26]),
		}
		d.Bad = d.Bad || p.Verdict > Reject || !(p.Score >= 0 && p.Score <= math.MaxFloat64)
		r.Recent.N++
	}
}

func putComplaints(r *Record, b []byte) []byte {
	for i := range r.Complaints.N {
		c := &r.Complaints.Reports[i]
		b = append(wire.Put16(wire.Put16(wire.Put32(wire.Put48(b, c.Who), c.At), c.ID), c.Message), c.Weight, c.About)
	}
	return b
}

func getComplaints(r *Record, d *wire.Reader) {
	c := &r.Complaints
	for len(d.B) > 0 && !d.Bad && c.N < MaxReports {
		c.Reports[c.N] = Report{Who: d.U48(), At: d.U32(), ID: d.U16(), Message: d.U16(), Weight: d.U8(), About: d.U8()}
		c.N++
	}
}

func putReporter(r *Record, b []byte) []byte {
	if r.Reporter == (Reporter{}) {
		return b
	}
	b = wire.Put16(wire.Put16(b, r.Reporter.all), r.Reporter.agreed)
	for _, t := range r.Reporter.seen {
		b = wire.Put32(b, t)
	}
	return b
}

func getReporter(r *Record, d *wire.Reader) {
	r.Reporter = Reporter{all: d.U16(), agreed: d.U16()}
	for i := range r.Reporter.seen {
		r.Reporter.seen[i] = d.U32()
	}
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

func putProof(r *Record, b []byte) []byte {
	if r.Proof == (Key{}) {
		return b
	}
	return append(b, r.Proof[:]...)
}

func getProof(r *Record, d *wire.Reader) { copy(r.Proof[:], d.Take(len(r.Proof))) }
