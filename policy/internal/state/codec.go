package state

import (
	"encoding/binary"
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// An account has a record of what it is judged by, of at most MaxSize bytes, and a file
// of its past sanctions, of at most MaxFile (see file.go). What it receives has a record
// of its own, too (see inbox.go). Reporters, origins and the proof of the Secret have
// records of the same form with other sections.
//
// An encoded record is
//
//	major version (1 byte), sum (4 bytes: low half of the xxHash64 of what
//	follows), newest event (6 bytes, Unix milliseconds), first event (4 bytes),
//	then sections: tag (1 byte), length (uvarint), content
//
// in rising order of tags, little endian. A section that is empty is left out; one
// that is unknown is carried through unread, so that versions can be mixed during a
// rollout. Only a new major version is refused.
const (
	version    = 2
	headerSize = 15
)

// Malformed says why data is no record.
type Malformed struct {
	Problem   string
	Got, Want int // of a version; 0: it is not about one
}

// Error implements error.
func (m *Malformed) Error() string { return m.Problem }

// Encode appends the encoded record. A record that would pass MaxSize sheds what it
// can best do without, and so never does; likewise a file, and MaxFile. A part of the
// bank of texts is as long as its owner made it, less than 16,384 bytes.
func (r *Record) Encode(b []byte) []byte {
	start := len(b)
	for round := 0; ; round++ {
		b = r.encode(b[:start])
		switch {
		case len(r.Filed) > 0 && len(b)-start > MaxFile:
			r.Filed = r.Filed[1:] // the oldest
		case len(r.Filed)+len(r.Bank)+len(r.Tally) > 0 || len(b)-start <= MaxSize || !r.shed(round):
			return b
		}
	}
}

func (r *Record) encode(b []byte) []byte {
	start := len(b)
	b = append(b, version, 0, 0, 0, 0)
	b = wire.Put32(wire.Put48(b, uint64(r.Newest)), r.Born)
	for rest := allSections &^ r.absent(); rest != 0; rest &= rest - 1 {
		tag := bits.TrailingZeros64(uint64(rest))
		at := len(b)
		b = sections[tag].put(r, append(b, byte(tag), 0)) // most lengths need one byte
		switch n := len(b) - at - 2; {
		case n == 0:
			b = b[:at]
		case n < 0x80:
			b[at+1] = byte(n)
		default: // two are enough: sections are shorter than 16,384 bytes
			b = append(b, 0)
			copy(b[at+3:], b[at+2:])
			b[at+1], b[at+2] = byte(n)|0x80, byte(n>>7)
		}
	}
	b = append(b, r.unknown...)
	binary.LittleEndian.PutUint32(b[start+1:], uint32(xxhash.Sum64(b[start+5:])))
	return b
}

// absent is the sections that most records don't have and this one has not, so that
// a record is written in the time that it takes, not in that of all that there could
// be. Of the others put finds out.
func (r *Record) absent() Sections {
	return absentIf(r.neverActedOn(), 1<<tagName|1<<tagEnforced|1<<tagShadows|1<<tagDetails|1<<tagOrdinal|1<<tagOrder|1<<tagConduct) |
		absentIf(r.onlyAccount(), 1<<tagReporter|1<<tagOriginStrikes|1<<tagOriginSeen|1<<tagFiled|1<<tagProof|1<<tagIncarnation|1<<tagCopied|1<<tagBank|1<<tagRing|1<<tagTally) |
		absentIf(r.Complaints.N == 0 && r.Complained.Sum == 0, 1<<tagComplaints|1<<tagComplained) |
		absentIf(r.Echoes[0].mini == 0 && r.Echoes[1].mini == 0, 1<<tagEchoes) |
		absentIf(r.Audience.since == 0, 1<<tagAudience) |
		absentIf(r.Contacts.told.n == 0, 1<<tagTold) |
		absentIf(r.RefusedBy.N+r.Refuses.N == 0, 1<<tagRefusedBy|1<<tagRefuses) |
		absentIf(r.TurnedAway.Sum == 0 && r.Cleared.Sum == 0, 1<<tagTurnedAway|1<<tagCleared) |
		absentIf(!r.months(), 1<<tagMonths) |
		absentIf(!r.Requests.Used(), 1<<tagRequests) |
		absentIf(len(r.Owed) == 0, 1<<tagOwed) |
		absentIf(r.Full == (Full{}) && !r.Inbox.Used(), 1<<tagFull|1<<tagInbox) |
		absentIf(r.Gone.N == 0 && r.Queue.N == 0, 1<<tagGone|1<<tagQueue) |
		absentIf(!r.Contacts.gen.any(), 1<<tagGenerations) |
		absentIf(r.Contacts.contacts.n+r.Contacts.approached.n == 0, 1<<tagBatches|1<<tagApproached) |
		absentIf(r.Leap == (Leap{}) && r.Back == (Leap{}), 1<<tagLeap|1<<tagMid|1<<tagAsleep) |
		absentIf(r.Class == "" && r.NTurns == 0 && r.Channels.IsZero(), 1<<tagClass|1<<tagTurns|1<<tagChannels)
}

func absentIf(none bool, s Sections) Sections {
	if none {
		return s
	}
	return 0
}

// neverActedOn reports whether nobody, a shadow policy either, has done anything about
// the account.
func (r *Record) neverActedOn() bool {
	return len(r.Details) == 0 && r.Enforced.blank() && r.NShadows == 0 && r.Ordinal == 0 && r.Order.Verdict == 0 && r.Name == "" && !r.Enforced.Ladder.Conduct.Any()
}

// onlyAccount reports whether the record is of an account, and of nothing else that
// has the form of one.
func (r *Record) onlyAccount() bool {
	return r.Reporter == (Reporter{}) && r.OriginStrikes.N == 0 && len(r.Filed) == 0 && r.Proof == (Key{}) && r.Copied == (Copied{}) && len(r.Bank) == 0 && r.Ring == nil && len(r.Tally) == 0
}

// Decode replaces r by what data holds; no data is an empty record. data is
// untrusted. On error, a *Malformed, r is empty.
func (r *Record) Decode(data []byte) error { return r.DecodeOnly(data, ^Sections(0)) }

// Sections is a set of sections.
type Sections uint64

// Sets of sections that are read by themselves.
const (
	allSections   = Sections(1<<len(sections) - 2)
	OnlySanctions = Sections(1<<tagName | 1<<tagEnforced | 1<<tagDetails | 1<<tagLeap | 1<<tagMid | 1<<tagAsleep)
	OnlyOwed      = Sections(1 << tagOwed)
	OnlyPeople    = Sections(1<<tagContacts | 1<<tagGenerations | 1<<tagBatches | 1<<tagApproached | 1<<tagTold | 1<<tagPending | 1<<tagTurnedAway | 1<<tagEvicted | 1<<tagOrigins | 1<<tagLeap | 1<<tagMid | 1<<tagRefuses | 1<<tagFull | 1<<tagClass)
	OnlyTally     = Sections(1 << tagTally)
	OnlyStanding  = Sections(1<<tagEnforced | 1<<tagConduct | 1<<tagOrigins | 1<<tagRefuses | 1<<tagClass | 1<<tagTurnedAway | 1<<tagFull)
)

// DecodeOnly reads only some sections.
func (r *Record) DecodeOnly(data []byte, want Sections) error {
	r.Reset()
	if len(data) == 0 {
		return nil
	}
	err := r.parse(data, want)
	r.reader = wire.Reader{} // it keeps nothing of data
	if err != nil {
		r.Reset()
	}
	return err
}

func (r *Record) parse(data []byte, want Sections) error {
	switch {
	case data[0] != version:
		return &Malformed{Problem: "another major version", Got: int(data[0]), Want: version}
	case len(data) < headerSize || len(data) > 4*MaxSize:
		return &Malformed{Problem: "too short or too long"}
	case binary.LittleEndian.Uint32(data[1:]) != uint32(xxhash.Sum64(data[5:])):
		return &Malformed{Problem: "the checksum does not agree"}
	}
	r.Newest, r.Born = int64(wire.Get48(data[5:])), wire.Get32(data[11:])
	prev := byte(0)
	for rest := data[headerSize:]; len(rest) > 0; {
		whole := rest
		tag, body, behind, ok := firstOf(rest)
		switch rest = behind; {
		case !ok:
			return &Malformed{Problem: "cut short"}
		case int(tag) >= len(sections):
			r.unknown = append(r.unknown, whole[:len(whole)-len(rest)]...)
			continue
		case want>>tag&1 == 0:
			continue
		}
		s := &r.reader // in the record, or it would be allocated
		*s = wire.Reader{B: body}
		if tag > prev {
			sections[tag].get(r, s)
		}
		if tag <= prev || s.Bad || len(s.B) > 0 {
			return &Malformed{Problem: "section " + sections[tag].name + " is malformed"}
		}
		prev = tag
	}
	return nil
}

// firstOf takes the first of one or more encoded sections off. Where it is cut short, it
// is not ok, and nothing is behind it.
func firstOf(b []byte) (tag byte, body, rest []byte, ok bool) {
	n, k := uint64(0), 1
	if len(b) > 1 && b[1] < 0x80 { // as most lengths
		n = uint64(b[1])
	} else {
		n, k = binary.Uvarint(b[1:])
	}
	if k <= 0 || n > uint64(len(b)-1-k) {
		return b[0], nil, nil, false
	}
	at, end := 1+k, 1+k+int(n)
	return b[0], b[at:end:end], b[end:], true
}

// Enforces reports whether an encoded record holds sanctions or a standing order,
// in force or past, or known texts, without reading it.
func Enforces(data []byte) bool {
	if len(data) < headerSize {
		return false
	}
	for rest := data[headerSize:]; len(rest) > 0; {
		var tag byte
		if tag, _, rest, _ = firstOf(rest); tag == tagDetails || tag == tagOrder || tag == tagAsleep || tag == tagBank {
			return true
		}
	}
	return false
}

// proofVersion is the form in which the proof of the Secret is kept.
const proofVersion = 1

// EncodeProof makes the record that holds the proof of a Secret, and what follows from
// earlier ones: nil, there were none.
func EncodeProof(proof Key, in Incarnation, ring []byte) []byte {
	r := Record{Newest: proofVersion, Proof: proof, Incarnation: in, Ring: ring}
	return r.Encode(nil)
}

func putRing(r *Record, b []byte) []byte { return append(b, r.Ring...) }

func getRing(r *Record, d *wire.Reader) {
	b := d.Take(len(d.B))
	d.Bad = d.Bad || len(b) == 0
	r.Ring = append([]byte(nil), b...)
}
