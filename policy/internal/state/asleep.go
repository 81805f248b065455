package state

import (
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// What means nothing any more by a time that is in doubt sleeps in the record.

// expire empties a record that means nothing any more. What people said and decided, and
// its contacts, sleep without a name as long as that is in doubt.
func (r *Record) expire(now uint32, rules *ladder.Rules) {
	leap, back := r.Leap, r.Back
	if old := r.slept(); old != nil {
		r.join(old, now, rules)
	}
	r.resetCounts()
	r.Leap, r.Back, r.asleep, r.Enforced.SanctionedBy = Leap{}, Leap{}, nil, [MaxTexts]uint32{}
	r.Enforced.Baseline, r.Name = Baseline{At: r.Enforced.Baseline.At}, ""
	past := r.encode(nil)
	if r.Reset(); leap != (Leap{}) {
		r.Leap, r.Back, r.asleep = leap, back, past
	}
}

// slept is what sleeps; nil: nothing.
func (r *Record) slept() *Record {
	if len(r.asleep) == 0 {
		return nil
	}
	if old := new(Record); old.Decode(r.asleep) == nil {
		return old
	}
	return nil
}

// wake brings back what slept, if its time is not over.
func (r *Record) wake(now uint32, rules *ladder.Rules) {
	if old := r.slept(); old != nil && !old.Expired(now) {
		r.join(old, now, rules)
	}
}

// join brings back what slept, beside what came meanwhile.
func (r *Record) join(old *Record, now uint32, rules *ladder.Rules) {
	r.asleep = nil
	for i := range r.Contacts.n {
		old.Contacts.Put(now, r.Contacts.at[i])
	}
	if r.Contacts.told.n > 0 {
		old.Contacts.told = r.Contacts.told
	}
	for i := range r.Complaints.N {
		old.Complaints.add(r.Complaints.Reports[i])
	}
	old.RefusedBy.join(&r.RefusedBy, MaxRefusedBy)
	old.Refuses.join(&r.Refuses, MaxRefuses)
	r.RefusedBy, r.Refuses = old.RefusedBy, old.Refuses
	old.Enforced.Ladder.Join(&r.Enforced.Ladder, rules)
	r.Born, r.Contacts, r.Complaints, r.Ordinal = old.Born, old.Contacts, old.Complaints, max(old.Ordinal, r.Ordinal)
	r.Enforced.Ladder, r.Details = old.Enforced.Ladder, append(old.Details, r.Details...)
	if r.Enforced.Baseline.At == 0 {
		r.Enforced.Baseline.At = old.Enforced.Baseline.At
	}
	if r.Order.Verdict == 0 {
		r.Order = old.Order
	}
}

// forgetAsleep reduces what sleeps to what stands against the account. It reports whether
// that is anything.
func (r *Record) forgetAsleep(now uint32, rules *ladder.Rules) bool {
	old := r.slept()
	if old == nil || !old.Forget(now, rules) {
		return false
	}
	r.asleep = old.encode(nil)
	return true
}

func putAsleep(r *Record, b []byte) []byte { return append(b, r.asleep...) }
func getAsleep(r *Record, d *wire.Reader)  { r.asleep = append(r.asleep[:0], d.Take(len(d.B))...) }
