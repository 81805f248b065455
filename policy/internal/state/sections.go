package state

import (
	"math"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/wire"
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
	tagIncarnation
	tagBatches
	tagApproached
	tagLeap
	tagAsleep
	tagTurnedAway
	tagEchoes
	tagAudience
	tagTold
	tagGone
	tagQueue
	tagOriginSeen
	tagRefusedBy
	tagRefuses
	tagMonths
	tagBeside
	tagMid
	tagCopied
	tagCleared
	tagFull
	tagInbox
	tagRequests
	tagBank
	tagRing
	tagConduct
	tagOwed
	tagTally
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
	tagIncarnation:   {"incarnation", putIncarnation, getIncarnation},
	tagBatches:       {"batches", putBatches, getBatches},
	tagApproached:    {"approached", putApproached, getApproached},
	tagLeap:          {"leap", putLeap, getLeap},
	tagAsleep:        {"asleep", putAsleep, getAsleep},
	tagTurnedAway:    {"turned away", putTurnedAway, getTurnedAway},
	tagEchoes:        {"echoes", putEchoes, getEchoes},
	tagAudience:      {"audience", putAudience, getAudience},
	tagTold:          {"told", putTold, getTold},
	tagGone:          {"gone", putGone, getGone},
	tagQueue:         {"queue", putQueue, getQueue},
	tagOriginSeen:    {"origin seen", putOriginSeen, getOriginSeen},
	tagRefusedBy:     {"refused by", putRefusedBy, getRefusedBy},
	tagRefuses:       {"refuses", putRefuses, getRefuses},
	tagMonths:        {"months", putMonths, getMonths},
	tagBeside:        {"beside", putBeside, getBeside},
	tagMid:           {"mid of a leap", putMid, getMid},
	tagCopied:        {"copied", putCopied, getCopied},
	tagCleared:       {"cleared", putCleared, getCleared},
	tagFull:          {"full", putFull, getFull},
	tagInbox:         {"inbox", putInbox, getInbox},
	tagRequests:      {"requests", putRequests, getRequests},
	tagBank:          {"bank", putBank, getBank},
	tagRing:          {"ring", putRing, getRing},
	tagConduct:       {"conduct", putConduct, getConduct},
	tagOwed:          {"owed", putOwed, getOwed},
	tagTally:         {"tally", putTally, getTally},
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
	case "staff":
		r.Class = "staff"
	default:
		r.Class = string(b)
	}
}

func putMessages(r *Record, b []byte) []byte { return putWindows(b, &r.Messages) }
func getMessages(r *Record, d *wire.Reader)  { d.Into(&r.Messages, d.Take(len(d.B))) }
func putPeople(r *Record, b []byte) []byte   { return putWindows(b, &r.People) }
func getPeople(r *Record, d *wire.Reader)    { d.Into(&r.People, d.Take(len(d.B))) }

func putWindows(b []byte, w *limiter.Windows) []byte {
	if w.IsZero() {
		return b
	}
	if w.HasMonth() { // see months.go
		short := *w
		short.DropMonth()
		w = &short
	}
	b, _ = w.AppendBinary(b)
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

// Parts of an encoded decision, above its verdict. A score that is left out is that
// of the one before: of most it is the score of no evidence.
const (
	recentRetry = 1 << (3 + iota)
	recentPeople
	recentFlags
	recentScore

	recentVerdict = recentRetry - 1
)

const recentLeast = 1 + 3*4

func putRecent(r *Record, b []byte) []byte {
	score := 0.
	for i := range r.Recent.N {
		p := &r.Recent.At[i]
		what := len(b)
		b = wire.Put32(wire.Put32(wire.Put32(append(b, byte(p.Verdict)), p.ID), p.Content), p.At)
		if p.Retry != 0 {
			b = wire.Put32(b, p.Retry)
			b[what] |= recentRetry
		}
		if p.People != 0 {
			b = wire.Put16(b, p.People)
			b[what] |= recentPeople
		}
		if p.Flags != 0 {
			b = append(b, byte(p.Flags))
			b[what] |= recentFlags
		}
		if p.Score != score {
			b = wire.Put64(b, math.Float64bits(p.Score))
			b[what] |= recentScore
		}
		score = p.Score
	}
	return b
}

func getRecent(r *Record, d *wire.Reader) {
	score := 0.
	for len(d.B) >= recentLeast && !d.Bad && r.Recent.N < MaxRecent {
		b := d.Fixed(recentLeast)
		what := b[0]
		p := &r.Recent.At[r.Recent.N]
		*p = RecentDecision{Verdict: Verdict(what & recentVerdict), ID: wire.Get32(b[1:]), Content: wire.Get32(b[5:]), At: wire.Get32(b[9:])}
		if what&recentRetry != 0 {
			p.Retry = min(d.U32(), maxRetry)
		}
		if what&recentPeople != 0 {
			p.People = d.U16()
		}
		if what&recentFlags != 0 {
			p.Flags = RecentFlags(d.U8())
		}
		if what&recentScore != 0 {
			score = d.F64()
		}
		p.Score = score
		d.Bad = d.Bad || p.Verdict > Reject
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

func putBank(r *Record, b []byte) []byte { return append(b, r.Bank...) }

func getBank(r *Record, d *wire.Reader) {
	d.Bad = len(d.B) < 4 // its edition
	r.Bank = append(r.Bank[:0], d.Take(len(d.B))...)
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

func putProof(r *Record, b []byte) []byte {
	if r.Proof == (Key{}) {
		return b
	}
	return append(b, r.Proof[:]...)
}

func getProof(r *Record, d *wire.Reader) { copy(r.Proof[:], d.Take(len(r.Proof))) }

func putIncarnation(r *Record, b []byte) []byte {
	if r.Incarnation == (Incarnation{}) {
		return b
	}
	return wire.Put64(wire.Put64(b, r.Incarnation.ID), r.Incarnation.After)
}

func getIncarnation(r *Record, d *wire.Reader) {
	r.Incarnation = Incarnation{ID: d.U64(), After: d.U64()}
}
