package state

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// TestBegin: whatever a record holds, one that is ahead of the clock is brought back to
// it, once, with every count that has a time; what is not ahead is left alone.
func TestBegin(t *testing.T) {
	raced.Skip(t)
	const skew = 5 * time.Minute
	for seed := range uint64(60) {
		f := newFiller(seed, 2, 1)
		r := &Record{}
		if err := r.Decode(f.account().Encode(nil)); err != nil {
			t.Fatal(err)
		}
		newest := time.UnixMilli(r.Newest)
		before := string(r.encode(nil))
		if at := r.Begin(newest.Add(time.Minute), newest.Add(time.Minute), skew, &testRules); !at.Equal(newest.Add(time.Minute)) || r.Mended != 0 {
			t.Fatalf("seed %d: a minute later it is judged at %v", seed, at)
		}
		leap, back, asleep := r.Leap, r.Back, r.asleep // may be over
		if r.Begin(newest, newest.Add(-skew), skew, &testRules); r.Mended != 0 {
			t.Fatalf("seed %d: within the skew the record is changed", seed)
		}
		var same Record
		if err := same.Decode([]byte(before)); err != nil {
			t.Fatal(err)
		}
		if same.Leap, same.Back, same.asleep = leap, back, asleep; string(same.encode(nil)) != string(r.encode(nil)) {
			t.Fatalf("seed %d: nothing is wrong, and the record is changed", seed)
		}
		for _, back := range []time.Duration{skew + time.Second, 3 * time.Hour, 400 * 24 * time.Hour} {
			clock := time.UnixMilli(r.Newest).Add(-back)
			if at := r.Begin(clock.Add(-time.Minute), clock, skew, &testRules); !at.Equal(clock) || r.Newest != clock.UnixMilli() || r.Mended != -back.Milliseconds() {
				t.Fatalf("seed %d: %v ahead, judged at %v, moved by %d ms", seed, back, at, r.Mended)
			}
			if at, what := r.latestCount(); at.After(clock) {
				t.Fatalf("seed %d: %v ahead, the time of %s is %v after the clock", seed, back, what, at.Sub(clock))
			}
			var again Record
			if err := again.Decode(r.Encode(nil)); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if again.Begin(clock, clock, skew, &testRules); again.Mended != 0 {
				t.Fatalf("seed %d: it is brought back twice", seed)
			}
		}
	}
}

// latestCount is the latest time that stands by a count, and by which.
func (r *Record) latestCount() (at time.Time, what string) {
	note := func(t time.Time, of string) {
		if t.After(at) {
			at, what = t, of
		}
	}
	note(r.Messages.Newest(), "messages")
	note(r.People.Newest(), "people")
	note(r.Channels.Newest(), "channels")
	for i := range r.NTurns {
		note(r.Turns[i].Turns.Newest(), "turns")
	}
	for i := range r.Texts.N {
		e := &r.Texts.Ring[i]
		note(stamp.Time(max(e.Last, e.Mean, e.Fast.Ref, e.Slow.Ref)), "a text")
	}
	for i := range r.Pending.N {
		note(stamp.Time(r.Pending.At[i].Asked), "a contact attempt")
	}
	for i := range r.Recent.N {
		note(stamp.Time(r.Recent.At[i].At), "a recent decision")
	}
	note(stamp.Time(max(r.Born, r.Reached.Ref, r.FanFast.Ref, r.FanSlow.Ref, r.Evicted[0].asked, r.Evicted[1].asked)), "a sum")
	b := &r.Enforced.Baseline
	note(stamp.Time(max(b.FanFast.Ref, b.FanSlow.Ref, b.Reached.Ref, b.Complained.Ref)), "the baseline")
	return at, what
}

// TestGrace: what ended by time is judged to have ended, and stays in the record until a
// week of the record's time has gone by, however far the clock leaps.
func TestGrace(t *testing.T) {
	at := func(d time.Duration) time.Time { return dawn.Add(d) }
	fresh := func() *Record {
		r := &Record{}
		r.Touch(dawn)
		id := NewID(Key{1}, "", 0, 0)
		r.Enforced.Ladder.Impose(ladder.Entry{ID: id, At: stamp.Of(dawn), Until: stamp.Of(dawn) + 30*day, Kind: ladder.Suspension}, &testRules)
		r.AddDetails(Details{ID: id, By: "mod"})
		r.Order = Order{Verdict: Hold, Until: stamp.Of(dawn) + hour}
		r.AddReport(Report{Who: 5, At: stamp.Of(dawn), Weight: 100})
		return r
	}
	begin := func(r *Record, now time.Time) *Record {
		r.Begin(now, now, time.Minute, &testRules)
		r.DecayTo(stamp.Of(now), &testRules, nil)
		r.Touch(now)
		var read Record
		if err := read.Decode(r.Encode(nil)); err != nil {
			t.Fatal(err)
		}
		return &read
	}
	for _, leap := range []time.Duration{2 * time.Hour, 6 * 24 * time.Hour, 29 * 24 * time.Hour, 31 * 24 * time.Hour, 365 * 24 * time.Hour, 5000 * 24 * time.Hour} {
		r := fresh()
		for i := range 5 { // days of a wrong clock
			r = begin(r, at(leap+time.Duration(i)*24*time.Hour))
			if leap > 30*24*time.Hour && r.Enforced.Ladder.Standing(stamp.OfMilli(r.Newest)) {
				t.Errorf("a leap of %v: it still stands", leap)
			}
			if r.Order.At(stamp.OfMilli(r.Newest)) != 0 {
				t.Errorf("a leap of %v: the order still stands", leap)
			}
		}
		if _, listed, pinned := r.Meta(); !listed || !pinned {
			t.Errorf("a leap of %v: listed %t, pinned %t", leap, listed, pinned)
		}
		r = begin(r, at(time.Minute))
		if s := &r.Enforced.Ladder; !s.Standing(stamp.Of(dawn)) || s.Log[0].Until != stamp.Of(dawn)+30*day || len(r.Details) != 1 || r.Complaints.N != 1 || r.Complaints.Reports[0].At != stamp.Of(dawn) {
			t.Errorf("a leap of %v: afterwards %+v, %d details, %d complaints", leap, s.Log[0], len(r.Details), r.Complaints.N)
		}
		if leap < 7*24*time.Hour && r.Order.At(stamp.Of(dawn)) != Hold && leap+5*24*time.Hour < 7*24*time.Hour {
			t.Errorf("a leap of %v: the order is gone", leap)
		}
	}
	// Silence: after it what has ended goes, a week later.
	r := begin(fresh(), at(400*24*time.Hour))
	r = begin(r, at(404*24*time.Hour))
	if len(r.asleep) == 0 {
		t.Error("it went within four days")
	}
	if r = begin(r, at(408*24*time.Hour)); len(r.asleep) > 0 || r.Leap != (Leap{}) || r.Enforced.Ladder.N > 0 {
		t.Error("it is still there eight days after the silence")
	}
	// And at any time what a store is told includes the week.
	r = &Record{}
	r.Touch(dawn)
	if expires, _, _ := r.Meta(); expires.Before(r.Expires().Add(Grace * time.Second)) {
		t.Errorf("a store may drop it at %v", expires)
	}
}

// TestLeapBehindAnother: a leap ahead of a record that went back from a wrong clock, and
// keeps a leap of that one, which lies ahead, is a leap of its own. The simulation found a
// record that could not be read any more.
func TestLeapBehindAnother(t *testing.T) {
	start := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
	year := start.AddDate(1, 0, 0)
	r := &Record{Newest: start.UnixMilli(), Born: stamp.Of(start), Class: "member", Leap: Leap{From: stamp.Of(year), To: stamp.Of(year) + 10*stamp.Day}}
	later := start.AddDate(0, 0, 40)
	r.Begin(later, later, time.Minute, &testRules)
	r.Newest = later.UnixMilli()
	if got, want := r.Leap, (Leap{From: stamp.Of(start), Mid: stamp.Of(start), To: stamp.Of(later)}); got != want {
		t.Errorf("the leap is %v, want %v", got, want)
	}
	if err := new(Record).Decode(r.Encode(nil)); err != nil {
		t.Error(err)
	}
}

// TestLearntAfterAClockBehind: what happened while a clock was a year behind comes along as
// soon as the clock is right, also where the first event is history that is learnt. The
// simulation found a warning that did not stand.
func TestLearntAfterAClockBehind(t *testing.T) {
	right := time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC)
	behind := right.AddDate(-1, 0, 0)
	r := &Record{Newest: behind.UnixMilli(), Born: stamp.Of(right), Back: Leap{From: stamp.Of(right), Mid: stamp.Of(right), To: stamp.Of(behind)}}
	r.Enforced.Ladder.N = 1
	r.Enforced.Ladder.Log[0] = ladder.Entry{ID: 1, At: stamp.Of(behind), Until: stamp.Of(behind) + 7*stamp.Day, Kind: ladder.Warning}
	r.Begin(right.AddDate(0, 0, -36), right.Add(time.Hour), time.Minute, &testRules)
	if e := &r.Enforced.Ladder.Log[0]; e.At < stamp.Of(right) || e.Until != e.At+7*stamp.Day || r.Newest < right.UnixMilli() {
		t.Errorf("it is of %v until %v, the record of %v", stamp.Time(e.At), stamp.Time(e.Until), time.UnixMilli(r.Newest).UTC())
	}
}
