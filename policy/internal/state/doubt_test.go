package state

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// TestAnyClocks has right and wrong clocks take turns at one record, at random, and be
// silent: whatever the right ones decided is there whenever one of them is asked, from
// when until when it was decided, and has ended by its own time.
func TestAnyClocks(t *testing.T) {
	raced.Skip(t)
	for seed := range uint64(200) {
		w := clockWalk{r: rand.New(rand.NewPCG(seed, 29)), now: dawn, record: &Record{}}
		// Silence of over a week, or wrong clocks that follow each other, each by over 30
		// days after the one before: both together make more leaps than a record doubts.
		w.silent = seed%2 == 0
		w.visit(w.now, true)
		for range 60 {
			if w.step(); w.broken != "" {
				t.Fatalf("seed %d: %s\n%s", seed, w.broken, strings.Join(w.history, "\n"))
			}
		}
	}
}

// A clockWalk is a record that clocks go over.
type clockWalk struct {
	r       *rand.Rand
	now     time.Time // by the right clocks
	silent  bool
	record  *Record
	history []string
	broken  string
	n       uint32

	decided []ladder.Entry // by right clocks
	reports []Report
	order   Order
}

const aMinute = time.Minute

// step lets time pass, has wrong clocks come, and then a right one.
func (w *clockWalk) step() {
	const day = 24 * time.Hour
	gaps := []time.Duration{time.Second, aMinute, time.Hour, 5 * time.Hour, day, 3 * day, 6 * day}
	if w.silent {
		gaps = append(gaps, 8*day, 20*day, 40*day, 400*day)
	}
	w.now = w.now.Add(gaps[w.r.IntN(len(gaps))])
	ahead := []time.Duration{3 * time.Hour, 20 * time.Hour, 8 * day, 45 * day, 365 * day, 3650 * day}
	behind := []time.Duration{3 * time.Hour, 20 * time.Hour, 8 * day, 16 * day, 30 * day, 365 * day, 3650 * day}
	most := 4
	if w.silent {
		most, ahead = 2, append(ahead, 5*day, 16*day, 30*day)
	}
	for range w.r.IntN(most) {
		by := ahead[w.r.IntN(len(ahead))]
		if w.r.IntN(2) == 0 {
			by = -behind[w.r.IntN(len(behind))]
		}
		for range 1 + w.r.IntN(3) {
			w.visit(w.now.Add(by), false)
			w.now = w.now.Add(aMinute)
		}
	}
	w.visit(w.now.Add(time.Duration(w.r.IntN(240)-120)*time.Second), true)
}

// visit is an event by a clock, right or not.
func (w *clockWalk) visit(clock time.Time, right bool) {
	r := w.record
	at := r.Begin(clock, clock, 5*time.Minute, &testRules)
	now := stamp.Of(at)
	r.DecayTo(now, &testRules, nil)
	r.Touch(at)
	w.note("%v right %t, judged at %v, leap %v %v", clock, right, at, r.Leap, r.Back)
	if right {
		w.check(now)
	}
	w.n++
	// What sleeps needs room, too, when it wakes.
	sanctions, reports := r.Enforced.Ladder.N, r.Complaints.N
	if old := r.slept(); old != nil {
		sanctions, reports = sanctions+old.Enforced.Ladder.N, reports+old.Complaints.N
	}
	const hour, day = 3600, 86400
	switch w.r.IntN(4) {
	case 0:
		e := ladder.Entry{ID: uint64(w.n), At: now, Until: now + []uint32{2 * hour, day, 10 * day, 30 * day, 200 * day}[w.r.IntN(5)], Kind: ladder.Suspension}
		if w.r.IntN(5) == 0 {
			e.Until = stamp.Forever
		}
		if sanctions > 10 || !r.Enforced.Ladder.Impose(e, &testRules) {
			break
		}
		r.AddDetails(Details{ID: e.ID, By: "mod"})
		if w.note("  imposed %d until %v", e.ID, stamp.Time(e.Until)); right {
			w.decided = append(w.decided, e)
		}
	case 1:
		rep := Report{Who: uint64(w.n), At: now, Weight: 100}
		if reports > 20 {
			break
		}
		r.AddReport(rep)
		if w.note("  complaint %d", rep.Who); right {
			w.reports = append(w.reports, rep)
		}
	case 2:
		if right {
			w.order = Order{Verdict: Hold, Until: now + 3*day}
			r.Order = w.order
		}
	}
	var read Record
	if err := read.Decode(r.Encode(nil)); err != nil {
		w.fail("%v", err)
	}
	w.record = &read
}

func (w *clockWalk) note(format string, args ...any) {
	w.history = append(w.history, fmt.Sprintf(format, args...))
}

func (w *clockWalk) fail(format string, args ...any) {
	if w.broken == "" {
		w.broken = fmt.Sprintf(format, args...)
	}
}

// check compares the record with what right clocks decided. now is the time by one.
func (w *clockWalk) check(now uint32) {
	l := &w.record.Enforced.Ladder
	for _, s := range w.decided {
		e := l.Find(s.ID)
		switch {
		case now >= s.Until && e != nil && e.Stands(now):
			w.fail("%d, which ended at %v, stands", s.ID, stamp.Time(s.Until))
		case now < s.Until && e == nil:
			w.fail("%d, until %v, is lost", s.ID, stamp.Time(s.Until))
		case now < s.Until && (!e.Stands(now) || e.At != s.At || e.Until != s.Until || w.record.DetailsOf(s.ID) == nil):
			w.fail("%d, of %v until %v, is %+v", s.ID, stamp.Time(s.At), stamp.Time(s.Until), e)
		}
	}
	for _, rep := range w.reports {
		found := false
		for _, q := range w.record.Complaints.Reports[:w.record.Complaints.N] {
			found = found || q.Who == rep.Who
		}
		if !found && now < rep.At+complaintsLast {
			w.fail("the complaint %d of %v is lost", rep.Who, stamp.Time(rep.At))
		}
	}
	if got, want := w.record.Order.At(now), w.order.At(now); got != want {
		w.fail("the order says %d, want %d", got, want)
	}
}
