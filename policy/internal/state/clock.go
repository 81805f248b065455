package state

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// A record has a time of its own, that of its newest event. Whoever writes it may have
// had a wrong clock, and a silence of a year looks like a clock that is a year ahead. So
// what has ended by time is judged to have ended at once, and dropped only when the
// record's time has gone on for a week; and a record whose time is ahead of the clock is
// brought back.

// Grace is how many seconds after its end what ended by time stays in a record.
const Grace = 7 * 24 * 3600

// A Leap is when a record's time went ahead, or back, by more than Grace at once, as long
// as that may have been a wrong clock: for Grace. A clock may be set wrong several times
// before it is right: N more leaps ahead are one with the first. Of a leap back, N says
// that what happened by the other clock moved with it. The zero Leap is none.
type Leap struct {
	From, To uint32
	N        uint8
}

// Up to maxLeaps more leaps, of so many seconds, are one with the first. People who write
// once in two months seem to make them, too.
const (
	maxLeaps    = 3
	anotherLeap = 30 * 24 * 3600
)

// Begin brings the record to an event at t, and returns the time at which that is
// judged: the record's own if that is newer. clock is the time now, and skew how far
// ahead of it a record may be; a zero clock is unknown. A second call for the same event
// changes nothing.
func (r *Record) Begin(t, clock time.Time, skew time.Duration, rules *ladder.Rules) time.Time {
	ms := t.UnixMilli()
	switch gap := ms - r.Newest; {
	case r.Newest == 0:
	case !clock.IsZero() && r.Newest > clock.Add(skew).UnixMilli():
		r.rewind(clock, rules)
	case gap > Grace*1000:
		right := t
		if clock.After(t) {
			right = clock // t is of the past, as what is learnt
		}
		r.leap(stamp.OfMilli(ms), stamp.Of(right), rules)
	case r.Leap != (Leap{}) || r.Back != (Leap{}):
		r.trust(stamp.OfMilli(ms))
	}
	if ms < r.Newest {
		return time.UnixMilli(r.Newest).UTC()
	}
	return t
}

// trust forgets leaps that were no wrong clock, or that nobody undid.
func (r *Record) trust(now uint32) {
	if now >= stamp.After(r.Back.To, Grace) {
		r.Back = Leap{}
	}
	if r.Back == (Leap{}) && now >= stamp.After(r.Leap.To, Grace) {
		r.Leap, r.asleep = Leap{}, nil
	}
}

// leap notes that the record's time goes far ahead, if that is not the way back from
// where a wrong clock was; clock is the time now.
func (r *Record) leap(now, clock uint32, rules *ladder.Rules) {
	newest := stamp.OfMilli(r.Newest)
	if b := r.Back; b != (Leap{}) && newest < stamp.After(b.To, Grace) {
		if stamp.After(clock, Grace) >= b.From {
			// What happened while the clock was behind comes along.
			by := int64(clock) - int64(newest)
			if b.N > 0 { // exactly as far as it was moved when the clock went back
				by = int64(b.From) - int64(b.To)
			}
			r.move(&stamp.Move{From: b.To, To: newest, By: by})
			newest = min(b.From, clock)
			r.mend(max(r.Newest, int64(newest)*1000))
		}
		r.wake(clock, rules)
		if r.Back = (Leap{}); now <= stamp.After(newest, Grace) {
			return
		}
	}
	r.Back = Leap{}
	l := r.Leap
	switch {
	case l != (Leap{}) && l.To == now:
		return // noted already
	case l != (Leap{}) && l.From <= newest && newest < stamp.After(l.To, Grace) && l.N < maxLeaps && now-newest > anotherLeap:
		r.Leap.To = now
		r.Leap.N++
		return
	}
	r.Leap, r.asleep = leapFrom(newest, now, 0), nil
}

// leapFrom is a leap ahead, if it is far enough.
func leapFrom(from, to uint32, n uint8) Leap {
	if to <= stamp.After(from, Grace) {
		return Leap{}
	}
	return Leap{From: from, To: to, N: n}
}

// rewind brings a record back that is ahead of the clock. What was counted is as old as
// it was beside the newest event. The ends of sanctions stay, but for those of the
// time by which the record once was ahead.
func (r *Record) rewind(clock time.Time, rules *ladder.Rules) {
	now, newest := stamp.Of(clock), stamp.OfMilli(r.Newest)
	switch l := r.Leap; {
	case newest-now <= Grace: // ends stay, and so does what is noted
	case l != (Leap{}) && l.From <= stamp.After(now, Grace): // that was a wrong clock
		right := max(now, l.From) // nothing before the leap moves
		r.move(&stamp.Move{From: right + 1, To: stamp.Last, By: int64(right) - int64(newest), Least: l.From})
		// Or this one is: what has moved lies after begin, and would move as far again.
		begin := max(l.From+1, right-min(right, 3*stamp.Day))
		r.Leap, r.Back = leapFrom(l.From, now, l.N), Leap{From: begin + newest - right, To: begin, N: 1}
	default: // this may be one, or those before
		r.Back = Leap{From: max(newest, r.Back.From), To: now}
		for i := -1; i < r.NShadows && l == (Leap{}); i++ {
			r.Track(i).Ladder.Settle(newest)
		}
	}
	if r.wake(now, rules); r.Leap == (Leap{}) {
		r.asleep = nil
	}
	r.rewindCounts(clock, now)
	r.Enforced.Ladder.Reopen(now, rules)
	r.mend(max(clock.UnixMilli(), 1))
}

// mend corrects the record's time.
func (r *Record) mend(to int64) { r.Newest, r.Mended = to, to-r.Newest }

// move moves what people said and decided at certain times.
func (r *Record) move(m *stamp.Move) {
	for i := range r.Details {
		d := &r.Details[i]
		if e := r.Enforced.Ladder.Find(d.ID); e != nil && m.Moves(e.At) && d.Review > e.At {
			d.Review = stamp.After(m.Of(e.At), d.Review-e.At)
		}
		d.Appeal.At, d.Appeal.Ruled = m.Of(d.Appeal.At), m.Of(d.Appeal.Ruled)
	}
	for i := -1; i < r.NShadows; i++ {
		t := r.Track(i)
		t.Ladder.Move(m)
		t.Baseline.At = m.Of(t.Baseline.At)
	}
	for i := range r.Complaints.N {
		c := &r.Complaints.Reports[i]
		c.At = m.Of(c.At)
	}
	r.Complaints.sort()
	r.RefusedBy.each(m.Of)
	r.Refuses.each(m.Of)
	for i := range r.OriginStrikes.N {
		s := &r.OriginStrikes.At[i]
		s.At = m.Of(s.At)
	}
}

// rewindCounts brings counts and evidence back.
func (r *Record) rewindCounts(clock time.Time, now uint32) {
	r.Born = min(r.Born, now)
	for _, w := range r.windows() {
		w.Rewind(clock)
	}
	for i := range r.NTurns {
		r.Turns[i].Turns.Rewind(clock)
	}
	rewindSums(clock, &r.Reached, &r.Complained, &r.FanFast, &r.FanSlow, &r.TurnedAway, &r.Echoes[0].Sent, &r.Echoes[1].Sent)
	r.Audience.rewind(now)
	r.Replies.Rewind(clock)
	r.Rhythm.Rewind(clock)
	for i := range r.Texts.N {
		e := &r.Texts.Ring[i]
		rewindSums(clock, &e.Fast, &e.Slow)
		e.Last, e.Mean = min(e.Last, now), min(e.Mean, now)
	}
	for i := range r.Pending.N {
		a := &r.Pending.At[i]
		a.Asked = min(a.Asked, now)
	}
	for i := range r.Evicted {
		r.Evicted[i].asked = min(r.Evicted[i].asked, now)
	}
	for i := range r.Recent.N {
		p := &r.Recent.At[i]
		p.At = min(p.At, now)
	}
	r.Gone.rewind(now)
	r.RefusedBy.each(func(at uint32) uint32 { return min(at, now) })
	r.Refuses.each(func(at uint32) uint32 { return min(at, now) })
	r.Queue = Queue{}
	for i := -1; i < r.NShadows; i++ {
		b := &r.Track(i).Baseline
		rewindSums(clock, &b.FanFast, &b.FanSlow, &b.Reached, &b.Complained)
		b.Replies.Rewind(clock)
		for k := range b.Texts {
			rewindSums(clock, &b.Texts[k].Fast, &b.Texts[k].Slow)
		}
	}
}

func rewindSums(clock time.Time, all ...*scoring.Decayed) {
	for _, d := range all {
		d.Rewind(clock)
	}
}

// expire empties a record that means nothing any more. What people said and decided, and
// its contacts, sleep without a name as long as that may be a mistake of a clock.
func (r *Record) expire() {
	leap, back, before := r.Leap, r.Back, slices.Clone(r.asleep)
	r.resetCounts()
	r.Leap, r.Back, r.asleep, r.Enforced.SanctionedBy = Leap{}, Leap{}, nil, [MaxTexts]uint32{}
	r.Enforced.Baseline, r.Name = Baseline{At: r.Enforced.Baseline.At}, ""
	past := r.encode(nil)
	r.Reset()
	if r.Back = back; leap != (Leap{}) {
		r.Leap, r.asleep = leap, past
		if Enforces(before) {
			r.asleep = before // that of the first leap
		}
	}
}

// wake brings back what slept, beside what came meanwhile, if its time is not over.
func (r *Record) wake(now uint32, rules *ladder.Rules) {
	if len(r.asleep) == 0 {
		return
	}
	old := new(Record)
	if old.Decode(r.asleep) != nil || old.Expired(now) {
		return
	}
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
	old := new(Record)
	if len(r.asleep) == 0 || old.Decode(r.asleep) != nil || !old.Forget(now, rules) {
		return false
	}
	r.asleep = old.encode(nil)
	return true
}

// gone is the time until which what has ended by then is dropped: Grace ago, and as if a
// leap ahead had not been as long as it may have been a wrong clock.
func (r *Record) gone(now uint32) uint32 {
	now -= min(now, r.Leap.To-r.Leap.From)
	return now - min(now, Grace)
}

func putLeap(r *Record, b []byte) []byte {
	if r.Leap == (Leap{}) && r.Back == (Leap{}) {
		return b
	}
	b = append(wire.Put32(wire.Put32(b, r.Leap.From), r.Leap.To), r.Leap.N)
	if r.Back != (Leap{}) {
		b = append(wire.Put32(wire.Put32(b, r.Back.From), r.Back.To), r.Back.N)
	}
	return b
}

func getLeap(r *Record, d *wire.Reader) {
	r.Leap = Leap{From: d.U32(), To: d.U32(), N: d.U8()}
	d.Bad = d.Bad || r.Leap.To < r.Leap.From
	if len(d.B) > 0 {
		r.Back = Leap{From: d.U32(), To: d.U32(), N: d.U8()}
		d.Bad = d.Bad || r.Back == (Leap{})
	}
}

func putAsleep(r *Record, b []byte) []byte { return append(b, r.asleep...) }
func getAsleep(r *Record, d *wire.Reader)  { r.asleep = append(r.asleep[:0], d.Take(len(d.B))...) }
