package state

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// The form of a record, from the inside: that it is read as it was written, keeps
// to its size, and that no bytes harm the program that reads them. What a host sees
// of it is tested in package policy.

// same reports the first field in which two records differ.
func same(x, y *Record) string {
	a, b := reflect.ValueOf(*x), reflect.ValueOf(*y)
	for i := range a.NumField() {
		f := a.Type().Field(i).Name
		if f == "reader" {
			continue
		}
		// In words: an empty slice is like none, and what is beyond a count is
		// nothing, but it must be nothing on both sides.
		if p, q := fmt.Sprintf("%#v", a.Field(i)), fmt.Sprintf("%#v", b.Field(i)); p != q && a.Field(i).Kind() != reflect.Slice || a.Field(i).Kind() == reflect.Slice && fmt.Sprint(a.Field(i)) != fmt.Sprint(b.Field(i)) {
			return fmt.Sprintf("%s is\n%s, and\n%s", f, p, q)
		}
	}
	return ""
}

// TestRoundTrip: what is encoded is what is decoded, field by field, into a new
// record and into one that was used before.
func TestRoundTrip(t *testing.T) {
	raced.Skip(t)
	used := &Record{}
	for seed := range uint64(200) {
		r := newFiller(seed, 1, .4).record()

		b := r.encode(nil)
		var got Record
		if err := got.Decode(b); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if again := got.encode(nil); !bytes.Equal(again, b) {
			t.Fatalf("seed %d: encoded again it is %d bytes, first %d", seed, len(again), len(b))
		}
		if d := same(r, &got); d != "" {
			t.Fatalf("seed %d: what was written and read back: %s", seed, d)
		}
		if err := used.Decode(b); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if again := used.encode(nil); !bytes.Equal(again, b) {
			t.Fatalf("seed %d: read into a record that was used it is %d bytes, not %d", seed, len(again), len(b))
		}
	}
}

// TestReset: of what was in a record nothing is left after Reset that a method
// could see, whatever it was.
func TestReset(t *testing.T) {
	for seed := range uint64(100) {
		r := newFiller(seed, 3, .5).record()
		// A ladder that faded leaves the marks of its texts.
		if seed%2 == 0 {
			r.Enforced.Ladder, r.Enforced.Baseline, r.Enforced.SanctionedBy = ladder.State{}, Baseline{}, [MaxTexts]uint32{1, 2, 3}
		}
		r.Reset()
		if r.Enforced != (Track{}) {
			t.Fatalf("seed %d: the enforced track is\n%+v after Reset", seed, r.Enforced)
		}
		if r.Contacts.Count() != 0 || !r.Evicted.empty() || r.Origins != (Origins{}) || r.Channel != 0 || r.NTurns+r.NShadows+len(r.Details) != 0 {
			t.Fatalf("seed %d: something is left after Reset", seed)
		}
		if b := r.encode(nil); len(b) != headerSize {
			t.Fatalf("seed %d: %d bytes after Reset: %v", seed, len(b), sectionSizes(b))
		}
	}
}

// TestCap: with everything at its maximum a record sheds what it can do without,
// keeps to 4,096 bytes, and loses nothing that a sanction rests on.
func TestCap(t *testing.T) {
	for seed := range uint64(20) {
		f := newFiller(seed, 2, 1)
		r := f.account()
		s := &r.Enforced.Ladder
		if seed%2 == 0 { // all that it can have at once stand
			for i := range s.N {
				if e := &s.Log[i]; e.Kind != 0 {
					e.Ended, e.Until, e.Outcome = 0, stamp.Forever, 0
				}
			}
		}
		raw := len(r.encode(nil))
		if raw <= MaxSize {
			t.Fatalf("seed %d: %d bytes need no shedding; the test shows nothing", seed, raw)
		}
		log, reports, reviews := *s, r.Complaints, map[uint64]uint32{}
		for i := range r.Details {
			if d := &r.Details[i]; !r.past(d) {
				reviews[d.ID] = d.Review
			}
		}
		b := r.Encode(nil)
		if len(b) > MaxSize {
			t.Errorf("seed %d: %d bytes, from %d", seed, len(b), raw)
		}
		var got Record
		if err := got.Decode(b); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		log.Conduct = got.Enforced.Ladder.Conduct // which gives way before anything that stands
		if got.Enforced.Ladder != log || got.Complaints != reports || got.Name != r.Name {
			t.Errorf("seed %d: entries of the ladder, complaints or the name were shed", seed)
		}
		for id, review := range reviews {
			if e, d := got.Find(id); e == nil || d == nil || d.Review != review {
				t.Errorf("seed %d: of the sanction %x, which stands, the details are gone", seed, id)
			}
		}
		if again := got.Encode(nil); !bytes.Equal(again, b) {
			t.Errorf("seed %d: what was shed once is shed again", seed)
		}
	}
}

// TestShedShadowsFirst: two records that differ in shadows alone are the same but
// for these when they are too long, with and without something else shed.
func TestShedShadowsFirst(t *testing.T) {
	shed, forShadows := 0, 0
	for seed := range uint64(80) {
		f := newFiller(seed, 6, .35+.16*float64(seed%5))
		r := f.account()
		f.share = 1
		for i := range MaxShadows { // as long as they can be
			r.Shadows[i] = f.track(uint32(i + 1))
		}
		r.NShadows = MaxShadows
		plain := *r
		plain.NShadows, plain.Shadows = 0, [MaxShadows]Track{}
		plain.Details = append([]Details(nil), r.Details...)
		if len(plain.encode(nil)) > MaxSize {
			shed++
		} else if len(r.encode(nil)) > MaxSize {
			forShadows++
		}
		var a, b Record
		if err := errors.Join(a.Decode(r.Encode(nil)), b.Decode(plain.Encode(nil))); err != nil {
			t.Fatal(err)
		}
		a.NShadows, a.Shadows = 0, [MaxShadows]Track{}
		if x, y := a.encode(nil), b.encode(nil); !bytes.Equal(x, y) {
			t.Errorf("seed %d: beside shadows %d bytes are kept, without them %d", seed, len(x), len(y))
		}
	}
	if shed < 10 || forShadows < 10 {
		t.Errorf("%d records shed without shadows, %d for these alone: the test shows little", shed, forShadows)
	}
}

// TestUnknownSections: what a newer minor version appended is carried through.
func TestUnknownSections(t *testing.T) {
	b := newFiller(1, 9, .2).record().encode(nil)
	extra := append([]byte{200, 5}, "hello"...)
	extra = append(append(extra, 255, 0), 201, 2, 0xff, 0xfe)
	b = reseal(append(b, extra...))
	var r Record
	if err := r.Decode(b); err != nil {
		t.Fatal(err)
	}
	if again := r.Encode(nil); !bytes.Equal(again, b) {
		t.Errorf("encoded again: …%x, want …%x", again[len(again)-len(extra):], extra)
	}
	if err := r.DecodeOnly(b, OnlySanctions); err != nil {
		t.Error(err)
	}
	if got := sectionSizes(b)["unknown"]; got != len(extra) {
		t.Errorf("sectionSizes counts %d bytes as unknown", got)
	}
}

// TestRefused: what is no record, or one of a newer version, is refused by name.
func TestRefused(t *testing.T) {
	good := newFiller(1, 9, .2).record().encode(nil)
	newer := append([]byte{good[0] + 1}, good[1:]...)
	var r Record
	var m *Malformed
	if err := r.Decode(newer); !errors.As(err, &m) || m.Got != version+1 || m.Want != version || !r.Empty() {
		t.Errorf("a newer major version: %v, %+v", err, m)
	}
	for want, b := range map[string][]byte{
		"too short or too long":           good[:headerSize-1],
		"the checksum does not agree":     append(bytes.Clone(good), 0),
		"cut short":                       reseal(append(bytes.Clone(good), 200, 9)),
		"section proof is malformed":      reseal(append(header(), tagProof, 2, 1, 1)),
		"section messages is malformed":   reseal(append(header(), tagOrdinal, 2, 1, 1, tagMessages, 0)), // not in order
		"section enforced is malformed":   reseal(append(header(), tagEnforced, 2, trackBaseline, 1)),
		"section ordinal is malformed":    reseal(append(header(), tagOrdinal, 3, 1, 1, 1)),
		"another major version":           newer,
		"section reporter is malformed":   reseal(append(header(), tagReporter, 1, 1)),
		"section texts is malformed":      reseal(append(header(), tagTexts, 1, 0)),
		"section contacts is malformed":   reseal(append(header(), tagContacts, 3, 1, 2, 3)),
		"section details is malformed":    reseal(append(header(), tagDetails, 1, 9)),
		"section shadows is malformed":    reseal(append(header(), tagShadows, 2, 1, 255)),
		"section evicted is malformed":    reseal(append(header(), tagEvicted, 1, 1)),
		"section recent is malformed":     reseal(append(header(), tagRecent, 1, 1)),
		"section pending is malformed":    reseal(append(header(), tagPending, 1, 1)),
		"section turns is malformed":      reseal(append(header(), tagTurns, 1, 1)),
		"section order is malformed":      reseal(append(header(), tagOrder, 1, 1)),
		"section rhythm is malformed":     reseal(append(header(), tagRhythm, 1, 1)),
		"section sums is malformed":       reseal(append(header(), tagSums, 1, 1)),
		"section complaints is malformed": reseal(append(header(), tagComplaints, 1, 1)),
	} {
		if err := r.Decode(b); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if !r.Empty() || len(r.unknown) > 0 {
			t.Errorf("%s: the record is not empty", want)
		}
	}
}

func header() []byte { return new(Record).encode(nil) }

// TestSectionsTable: every section has a name of its own, is written where its tag
// says, and is counted under its name.
func TestSectionsTable(t *testing.T) {
	r := newFiller(1, 2, 1).record()
	b := r.encode(nil)
	sizes, sum := sectionSizes(b), 0
	for _, n := range sizes {
		sum += n
	}
	if sum != len(b) {
		t.Errorf("sections sum up to %d bytes, the record has %d", sum, len(b))
	}
	names := map[string]bool{"": true, "header": true, "unknown": true}
	for tag := 1; tag < len(sections); tag++ {
		s := &sections[tag]
		if names[s.name] {
			t.Errorf("the name %q of section %d is empty, or taken", s.name, tag)
		}
		names[s.name] = true
		if sizes[s.name] == 0 {
			t.Errorf("a full record has no section %q", s.name)
		}
		if got := s.put(new(Record), nil); len(got) > 0 {
			t.Errorf("section %q of an empty record is %x", s.name, got)
		}
	}
	if len(sizes) != len(sections) { // header, and all but the tag 0
		t.Errorf("%d sections are counted, there are %d: %v", len(sizes), len(sections), sizes)
	}
}

// TestDecodeOnly: a part is read as the whole is, and nothing else is.
func TestDecodeOnly(t *testing.T) {
	for seed := range uint64(30) {
		b := newFiller(seed, 8, .5).record().encode(nil)
		var whole Record
		if err := whole.Decode(b); err != nil {
			t.Fatal(err)
		}
		for _, want := range []Sections{OnlySanctions, OnlyPeople, OnlyStanding, 0} {
			var part Record
			if err := part.DecodeOnly(b, want); err != nil {
				t.Fatal(err)
			}
			for tag := 1; tag < len(sections); tag++ {
				all, got := sections[tag].put(&whole, nil), sections[tag].put(&part, nil)
				if want>>tag&1 == 0 {
					all = nil
				}
				if !bytes.Equal(all, got) {
					t.Errorf("seed %d: of %b section %s is %d bytes, want %d", seed, want, sections[tag].name, len(got), len(all))
				}
			}
		}
	}
}

// TestNoTurns: a forged attempt without turns makes no record that is refused.
func TestNoTurns(t *testing.T) {
	r := Record{Newest: dawn.UnixMilli()}
	r.TurnsOf(&Attempt{Who: 7, Flags: WasDelivered}, false)
	if err := new(Record).Decode(r.Encode(nil)); err != nil {
		t.Error(err)
	}
}

// TestProof: the record of the Secret.
func TestProof(t *testing.T) {
	var r Record
	if err := r.Decode(EncodeProof(Key{1, 2, 3}, Incarnation{7, 6}, nil)); err != nil || r.Proof != (Key{1, 2, 3}) || r.Incarnation != (Incarnation{7, 6}) {
		t.Errorf("%v, %x", err, r.Proof)
	}
	var d wire.Reader
	if getProof(&r, &d); !d.Bad {
		t.Error("a proof without content is taken")
	}
}

// TestMergeBank: of a part of the bank of texts the later edition stays, whatever the
// clocks said.
func TestMergeBank(t *testing.T) {
	part := func(edition byte, newest int64) *Record {
		return &Record{Newest: newest, Born: 1, Bank: []byte{edition, 0, 0, 0, 1}}
	}
	clock := dawn
	for _, c := range []struct {
		known, since byte
		want         byte // 0: what was written since is all
	}{{5, 3, 5}, {3, 5, 0}, {3, 3, 0}} {
		got := Merge(part(c.known, 9e12), part(c.since, 1), clock, time.Minute, &testRules)
		if c.want == 0 != (got == nil) || got != nil && got.Bank[0] != c.want {
			t.Errorf("of %d and %d it is %v", c.known, c.since, got)
		}
	}
	if got := Merge(part(2, 1), &Record{}, clock, time.Minute, &testRules); got == nil || got.Bank[0] != 2 {
		t.Errorf("of one alone it is %v", got)
	}
	r := part(1, 1)
	if expires, listed, pinned := r.Meta(); !expires.IsZero() || listed || !pinned || !Enforces(r.Encode(nil)) {
		t.Errorf("expires %v, listed %t, pinned %t", expires, listed, pinned)
	}
	if b := (&Record{Newest: 1, Bank: make([]byte, 15_000)}).Encode(nil); new(Record).Decode(b) != nil {
		t.Errorf("a part of %d bytes is not read back", len(b))
	}
	if new(Record).Decode((&Record{Newest: 1, Bank: []byte{1, 2, 3}}).Encode(nil)) == nil {
		t.Error("a part without an edition is read")
	}
}
