package state

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// busy is the account that a record must have room for: 400 people a month, half of
// whom answer, 32 who have not yet and more who gave way, 8 texts, 16 recent
// messages, 4 people with turns, all windows in use, 8 entries in the ladder, the
// last of which stands, with reasons, a baseline, and marks on its texts.
func busy(t *testing.T) *Record {
	f := newFiller(1, 11, 1)
	r := &Record{Name: "7d3f0c52-9f5e-4a4c-8f3a-6d1f8f6a2b11", Newest: dawn.UnixMilli(), Born: stamp.Of(dawn) - 400*day, Class: "page"}
	f.fillPeople(r)
	for i := range r.NTurns { // a dozen turns in a week
		w := &r.Turns[i].Turns
		*w = limiter.Windows{}
		for k := range 12 {
			w.Add(dawn.Add(time.Duration(k-12)*14*time.Hour), 1)
		}
	}
	for i := range r.Recent.N { // most scores are those of some evidence
		p := &r.Recent.At[i]
		p.Verdict, p.Retry, p.People, p.Flags, p.Score = Allow, 0, 1, 0, float64(i)/32
	}
	r.Contacts, r.Pending, r.Evicted, r.Complaints = Contacts{}, Pending{}, Evicted{}, Complaints{}
	r.RefusedBy, r.Refuses = Refusals{}, Refusals{}
	r.Messages, r.People, r.Channels, r.Channel = f.windows(), f.windows(), f.windows(), 7
	r.Reached, r.Complained, r.FanFast, r.FanSlow, r.Replies = f.decayed(), f.decayed(), f.decayed(), f.decayed(), f.responses()
	for i := range 60 {
		r.Rhythm.AddCoarse(dawn.Add(time.Duration(i*i)*17*time.Second), 0)
	}
	for i := range MaxTexts {
		r.Texts.Ring[i] = f.text()
		r.Texts.Ring[i].Cluster, r.Texts.Ring[i].Beside = f.Uint64(), f.Uint64()
		r.Texts.N++
	}
	for i := range 400 {
		at := dawn.Add(time.Duration(i-400) * 30 * 24 * time.Hour / 400)
		k := Contact{Who: f.who(), First: stamp.Of(at), Flags: WasStranger}
		r.Contacts.Put(stamp.Of(at), k)
		a := r.Wait(at, Attempt{Who: k.Who, Asked: k.First, Slot: uint8(i % MaxTexts), Flags: WasDelivered | WasAsked, Fan: WeightUnit})
		a.BeginTurn(k.First, 1)
		if i%2 == 0 {
			r.Answer(k.Who, at.Add(time.Minute), 1, false)
		}
	}
	s, now := &r.Enforced.Ladder, stamp.Of(dawn)-30*day
	for s.N < 8 {
		s.Advance(now, &testRules)
		res := s.Decide(ladder.Finding{Act: true}, now, &testRules, ladder.Granted, f.Uint64())
		if res.Entry != nil {
			s.Replace(res.Entry)
			r.AddDetails(Details{
				ID: res.Entry.ID, Review: now, NReasons: MaxReasons, Reasons: [MaxReasons]Reason{{Index: 1}, {Index: 2}, {Index: 3}, {Code: "host.classifier.romance"}},
				Policy: "default@9154f62fe7e11c4c", Message: "0d2f4a88-3c55-4a0e-9a57-0f6f3e4f8d21", Origin: "0123456789abcdef",
			})
		}
		if now += 3 * day; res.Entry != nil && s.N < 8 { // one stands
			s.Lift(res.Entry, now-day)
		}
	}
	e := &s.Log[s.N-1]
	e.Until, e.At, e.Cluster = stamp.Of(dawn)+7*day, stamp.Of(dawn)-hour, 9
	r.SetBaseline(&r.Enforced, e.At)
	for i := range MaxTexts {
		r.Enforced.SanctionedBy[i] = uint32(e.ID)
	}
	for i := range 60 { // SetBaseline began it anew
		r.Rhythm.AddCoarse(dawn.Add(time.Duration(i*i)*17*time.Second), 0)
	}
	r.Release(r.Overflow()) // as the engine does, into the file
	if !s.Standing(stamp.Of(dawn)) || s.N != 8 || r.Pending.N != MaxPending || r.Evicted.empty() || r.Contacts.contacts.n == 0 || r.Contacts.approached.n == 0 || r.NTurns != MaxTurns || r.Recent.N != MaxRecent {
		t.Fatalf("the busy account lacks something: %d entries, %d pending, %d with turns, %d recent", s.N, r.Pending.N, r.NTurns, r.Recent.N)
	}
	return r
}

// TestBudget: the busy account's record sheds nothing.
func TestBudget(t *testing.T) {
	r := busy(t)
	b := r.encode(nil)
	sizes := sectionSizes(b)
	var names []string
	for name := range sizes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return sizes[b] - sizes[a] })
	for _, name := range names {
		t.Logf("%-12s %5d bytes", name, sizes[name])
	}
	t.Logf("%-12s %5d bytes of %d", "in all", len(b), MaxSize)
	if len(b) > MaxSize {
		t.Errorf("%d bytes are more than %d: something would be shed", len(b), MaxSize)
	}
	well := *r
	for i := range uint32(30) {
		well.Enforced.Ladder.Conduct.Answer(stamp.Of(dawn)-i*day, byte(i))
	}
	if n := len(well.encode(nil)) - len(b); n > 13 {
		t.Errorf("a month of good conduct takes %d bytes", n)
	}
	f := newFiller(2, 11, 1)
	refused := *r
	for len(refused.encode(nil)) <= MaxSize && refused.RefusedBy.N < MaxRefusedBy {
		refused.RefusedBy.Put(Refusal{Who: f.who(), At: f.sec()}, MaxRefusedBy, true)
	}
	t.Logf("and %d people who refuse it have room", refused.RefusedBy.N-1)
	reports := -1
	for ; len(r.encode(nil)) <= MaxSize && reports < MaxReports; reports++ {
		r.AddReport(Report{Who: f.who(), At: f.sec(), Weight: 100})
	}
	t.Logf("and %d complaints have room", reports)
}

// TestFileSize: a file keeps to its size by dropping the oldest.
func TestFileSize(t *testing.T) {
	f := newFiller(3, 11, 1)
	var r Record
	r.Touch(dawn)
	for i := range 40 {
		d := f.details(uint64(i + 1))
		r.File([]Details{d}, func(uint64) bool { return true })
	}
	b := r.Encode(nil)
	var got Record
	if err := got.Decode(b); err != nil || len(b) > MaxFile || len(b) < MaxFile-1000 {
		t.Fatalf("%d bytes: %v", len(b), err)
	}
	for i, d := range got.Filed {
		if want := uint64(40 - len(got.Filed) + i + 1); d.ID != want {
			t.Errorf("details %d are of sanction %d, want %d", i, d.ID, want)
		}
	}
	if len(got.Filed) < 10 {
		t.Errorf("only %d details in %d bytes: %s", len(got.Filed), len(b), fmt.Sprint(sectionSizes(b)))
	}
}
