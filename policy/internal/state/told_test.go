package state

import (
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// tellAll tells of people, and reports whether anything changed.
func (p *people) tellAll(who []uint64) (changed bool) {
	for _, who := range who {
		changed = p.r.Tell(who, stamp.Time(p.now)) || changed
	}
	return changed
}

func (p *people) some(n int) []uint64 {
	all := make([]uint64, n)
	for i := range all {
		all[i] = p.f.who()
	}
	return all
}

// strange is how many of these are no contacts.
func (p *people) strange(all []uint64) (n int) {
	for _, who := range all {
		if p.r.Contacts.Lookup(who).Flags&IsContact == 0 {
			n++
		}
	}
	return n
}

// TestTell: the last 400 of whom the host told are contacts, for 60 days, and for 90 at
// most; they were never written to. 200,000 make the record no longer, and take no
// place of anybody who was met.
func TestTell(t *testing.T) {
	raced.Skip(t)
	p := newPeople(1)
	p.r.Touch(dawn)
	for range 400 {
		p.now += hour
		p.meet(p.f.who(), true)
	}
	told := p.some(SureTold)
	if few := told[:100]; !p.tellAll(few) || p.tellAll(few) {
		t.Error("the first time tells nothing, or the second something")
	}
	for range 3 {
		p.tellAll(told)
	}
	p.store(t)
	if n := p.r.Contacts.told.people; n > SureTold {
		t.Errorf("%d told, of %d", n, SureTold)
	}
	if n := p.strange(told); n > 0 || p.missed(400) > 0 {
		t.Errorf("%d told are no contacts, %d who were met", n, p.missed(400))
	}
	if k := p.r.Contacts.Lookup(told[7]); k.First != 0 || k.Flags&WasStranger != 0 {
		t.Errorf("somebody who was never written to is %+v", k)
	}
	contact, _ := p.mistaken()
	if t.Logf("%.3f%% of strangers are taken for contacts", 100*contact); contact > .0084 {
		t.Errorf("%.3f%% of strangers are taken for contacts", 100*contact)
	}
	before := len(p.r.encode(nil))
	many := p.some(200_000)
	for chunk := range slices.Chunk(many, 10_000) {
		p.tellAll(chunk)
		p.store(t)
	}
	if n, missed := p.strange(many[len(many)-SureTold:]), p.missed(400); n > 0 || missed > 0 {
		t.Errorf("after 200,000 %d of the last 400 told are strangers, and %d of those who were met", n, missed)
	}
	if after := len(p.r.encode(nil)); after > before+200 || after > MaxSize {
		t.Errorf("%d bytes after 200,000, %d before", after, before)
	}
	last := many[len(many)-SureTold:]
	from := p.now
	for p.now < from+60*day {
		p.now += day
		p.r.Contacts.age(p.now)
	}
	if n := p.strange(last); n > 0 {
		t.Errorf("%d are strangers after 60 days", n)
	}
	again := last[:50]
	if !p.tellAll(again) {
		t.Error("who will soon be forgotten is not told again")
	}
	p.now += 45 * day
	p.r.Contacts.age(p.now)
	if n, kept := p.strange(last[50:]), p.strange(again); n < 340 || kept > 0 {
		t.Errorf("after 105 days %d of 350 are strangers; of those who were told of again %d of 50", n, kept)
	}
}

// TestTellAnswers: an approach that waits is answered by what the host tells, whether it
// waits among the last ones or gave way to them; and who is told of and then written to
// is met.
func TestTellAnswers(t *testing.T) {
	p := newPeople(2)
	all := p.some(60)
	at := stamp.Time(p.now)
	for _, who := range all {
		p.meet(who, false)
		p.r.Replies.Add(at, 1)
		p.r.FanSlow.Add(at, 1, FanSlowHalf)
		a := p.r.Wait(at, Attempt{Who: who, Asked: p.now, Slot: NoSlot, Flags: WasDelivered | WasAsked, Fan: WeightUnit})
		a.BeginTurn(p.now, 1)
	}
	p.now += hour
	p.tellAll(all)
	if got, _ := p.r.Replies.Counts(stamp.Time(p.now)); got < 57 || p.r.Pending.N != 0 || p.r.FanSlow.At(at, FanSlowHalf) > 3 {
		t.Errorf("%v of 60 answered, %d wait, %v unanswered", got, p.r.Pending.N, p.r.FanSlow.At(at, FanSlowHalf))
	}
	if n := p.strange(all); n > 0 {
		t.Errorf("%d of 60 are strangers", n)
	}
	p.r = Record{}
	stranger := p.f.who()
	p.meet(stranger, false) // and not waited for
	p.tellAll([]uint64{stranger})
	if k := p.r.Contacts.Lookup(stranger); k.Flags&IsContact == 0 || k.First == 0 || p.r.Contacts.told.n > 0 {
		t.Errorf("who was approached is %+v", k)
	}
}

// TestTellSlept: what the host told while a record slept stays when it wakes.
func TestTellSlept(t *testing.T) {
	var r Record
	r.Touch(dawn)
	r.Tell(1, dawn)
	sleeping := r.encode(nil)
	var now Record
	now.Touch(dawn.Add(time.Hour))
	now.Tell(2, dawn.Add(time.Hour))
	now.asleep = sleeping
	now.wake(stamp.Of(dawn)+2*hour, &testRules)
	if now.Contacts.Lookup(2).Flags&IsContact == 0 {
		t.Error("forgotten")
	}
}
