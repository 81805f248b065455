package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/google/go-cmp/cmp"
)

// jumps are what a clock may do for a moment.
var jumps = []time.Duration{
	10 * time.Minute, 3 * time.Hour, aDay, 8 * aDay, 30 * aDay, 365 * aDay, 3650 * aDay, -3 * time.Hour, -30 * aDay, -365 * aDay,
}

// sanctioned are the accounts of a village that a person or the ladder holds back, and
// may write nothing to a stranger, or nothing at once, for a while.
var sanctioned = []string{"suspended", "until lifted", "blocked", "restricted", "held"}

// A village is a town in which people know each other, and some are sanctioned.
func village(t *testing.T) *town {
	p := policy.Default()
	p.Budget = policy.Budget{PerHour: 5}
	w := newTown(t, policy.Config{Policy: p, Logger: slog.New(slog.DiscardHandler)})
	for i := range 20 {
		w.say("ann", "bea", fmt.Sprint("hello bea, how are you, number ", i))
		w.say("bea", "ann", fmt.Sprint("fine, thanks, and you, number ", i))
		w.say("ann", fmt.Sprint("friend", i), fmt.Sprint("do you come on sunday, friend ", i, "?"))
		w.say(fmt.Sprint("friend", i), "ann", fmt.Sprint("yes, friend ", i, " comes"))
		for _, who := range sanctioned {
			w.say(who, "bea", "good morning from "+who+fmt.Sprint(i))
		}
		w.pass(time.Hour)
	}
	w.offend("offender", 2)
	w.tell(policy.Complaint{From: "bea", Against: "suspended", Category: policy.Fraud})
	s := w.impose(policy.Sanction{Account: "suspended", Kind: policy.Suspension, By: "mod", Until: w.now.Add(30 * aDay)})
	_, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "suspended", Sanction: s.ID})
	w.must(err)
	w.impose(policy.Sanction{Account: "until lifted", Kind: policy.Suspension, By: "mod"})
	w.impose(policy.Sanction{Account: "restricted", Kind: policy.Restriction, PerDay: 1, By: "mod", Until: w.now.Add(10 * aDay)})
	w.must(w.e.Override(t.Context(), policy.Override{Account: "held", Verdict: policy.Hold, By: "mod", Until: w.now.Add(3 * aDay)}))
	w.until("blocked", spam, policy.Block)
	return w
}

// moment is what happens while the clock is wrong.
func moment(w *town) {
	for range 3 {
		w.say("ann", "bea", "are you there")
		w.say("bea", "ann", "I am, are you?")
		for _, who := range sanctioned {
			w.say(who, "victim", "buy my stuff")
		}
		w.say("new", "bea", "I am new here")
		w.say("offender", "bea", "hello again")
		w.pass(20 * time.Second)
	}
	w.tell(policy.Reply{From: "friend3", To: "ann"})
}

// TestWrongClock: a clock that is wrong for a moment and right a minute later defers
// nobody, frees nobody, and takes no sanction, strike, complaint, appeal, order or contact
// away.
func TestWrongClock(t *testing.T) {
	raced.Skip(t)
	var ways [][]time.Duration
	for _, jump := range jumps {
		ways = append(ways, []time.Duration{jump})
	}
	// And one that is wrong several times before it is right.
	ways = append(ways, []time.Duration{365 * aDay, 3650 * aDay}, []time.Duration{30 * aDay, 365 * aDay, 3650 * aDay, 20 * aDay},
		[]time.Duration{365 * aDay, -30 * aDay}, []time.Duration{-30 * aDay, -365 * aDay}, []time.Duration{-365 * aDay, 365 * aDay}, []time.Duration{3 * time.Hour, 365 * aDay, -3 * time.Hour})
	for _, way := range ways {
		t.Run(fmt.Sprint(way), func(t *testing.T) {
			w, twin := village(t), village(t)
			good := w.now
			for _, jump := range way {
				w.now = good.Add(jump)
				moment(w)
			}
			w.tell(policy.Complaint{From: "bea", Against: "new"})
			w.now, twin.now = good.Add(time.Minute), good.Add(time.Minute)
			var listed, want []string
			for _, x := range []struct {
				w   *town
				ids *[]string
			}{{w, &listed}, {twin, &want}} {
				for s, err := range x.w.e.Sanctions(t.Context()) {
					x.w.must(err)
					*x.ids = append(*x.ids, s.ID)
				}
				slices.Sort(*x.ids)
			}
			if diff := cmp.Diff(want, listed); diff != "" {
				t.Errorf("sanctions that stand (-without +with): %s", diff)
			}
			for i := range 60 { // one in four minutes
				for who, to := range map[string]string{"ann": "bea", "bea": "ann", "new": "friend1"} {
					if d := w.say(who, to, fmt.Sprint("message number ", i)); !d.Delivered() {
						t.Fatalf("message %d of %s: %v, again after %v", i, who, d.Verdict, d.RetryAfter)
					}
					twin.say(who, to, fmt.Sprint("message number ", i))
				}
				w.pass(4 * time.Minute)
				twin.pass(4 * time.Minute)
			}
			same := func() {
				t.Helper()
				for _, who := range sanctioned {
					if who == "restricted" {
						continue // had a message of the day in the moment
					}
					got, want := w.preview(policy.Message{Sender: who, Recipients: stranger("victim2")}), twin.preview(policy.Message{Sender: who, Recipients: stranger("victim2")})
					if got.Verdict != want.Verdict {
						t.Errorf("%s, %v later: %v, want %v", who, w.now.Sub(good), got.Verdict, want.Verdict)
					}
				}
				for _, who := range append(sanctioned, "ann", "bea", "offender") {
					got, want := w.account(who), twin.account(who)
					if diff := cmp.Diff(want.Standing, got.Standing); diff != "" {
						t.Errorf("what stands against %s (-without +with): %s", who, diff)
					}
					if diff := cmp.Diff(want.Override, got.Override); diff != "" {
						t.Errorf("the order on %s: %s", who, diff)
					}
					if len(got.Offences) != len(want.Offences) || math.Abs(got.Strikes-want.Strikes) > .01 || len(got.Complaints) != len(want.Complaints) || got.Probation != want.Probation {
						t.Errorf("%s has %d offences, %v strikes, %d complaints, probation %v; want %d, %v, %d, %v",
							who, len(got.Offences), got.Strikes, len(got.Complaints), got.Probation, len(want.Offences), want.Strikes, len(want.Complaints), want.Probation)
					}
				}
			}
			same()
			for range 40 { // to the end of every sanction that has one
				w.pass(aDay)
				twin.pass(aDay)
				for _, who := range sanctioned { // trying keeps the records busy
					m := policy.Message{Sender: who, Recipients: policy.To("bea"), Reply: true}
					w.send(m)
					twin.send(m)
				}
				same()
			}
			// Whoever was a contact still is one.
			w.impose(policy.Sanction{Account: "ann", Kind: policy.Block, Scope: policy.Outreach, By: "mod", Until: w.now.Add(aDay)})
			for i := range 20 {
				if d := w.say("ann", fmt.Sprint("friend", i), "are you still there?"); !d.Delivered() {
					t.Errorf("friend%d is no contact any more: %v", i, d.Verdict)
				}
			}
		})
	}
}

// TestWrongClockErasure: an account that is forgotten while the clock is wrong stays
// suspended.
func TestWrongClockErasure(t *testing.T) {
	for _, jump := range jumps {
		w := village(t)
		good := w.now
		w.now = good.Add(jump)
		w.forget("suspended")
		w.now = good.Add(time.Minute)
		if d := w.say("suspended", "victim", "buy my stuff"); d.Verdict != policy.Reject {
			t.Errorf("forgotten while the clock was off by %v: %v", jump, d.Verdict)
		}
	}
}

// TestWrongClockSanction: what is imposed by a wrong clock lasts as long as was decided;
// by a clock that was off by up to a week at most that much longer.
func TestWrongClockSanction(t *testing.T) {
	for _, jump := range jumps {
		w := village(t)
		good := w.now
		w.now = good.Add(jump)
		w.impose(policy.Sanction{Account: "ann", Kind: policy.Suspension, By: "mod", Until: w.now.Add(2 * time.Hour)})
		w.now = good.Add(time.Minute)
		if jump < 0 && -jump < 7*aDay {
			continue // it has ended by the time that it names
		}
		if d := w.say("ann", "bea", "hello"); d.Verdict != policy.Reject {
			t.Errorf("a clock off by %v: a minute later %v", jump, d.Verdict)
		}
		w.pass(2*time.Hour + time.Minute)
		if 0 < jump && jump <= 7*aDay {
			w.pass(jump)
		}
		if d := w.say("ann", "bea", "hello"); !d.Delivered() {
			t.Errorf("a clock off by %v: two hours later %v, until %v", jump, d.Verdict, d.Standing)
		}
	}
}

// TestSilence: silence is no wrong clock. After it an account is judged as it was
// before there were any: what had an end has ended, what has none stands.
func TestSilence(t *testing.T) {
	raced.Skip(t)
	for _, silence := range []time.Duration{2 * time.Hour, 3 * aDay, 8 * aDay, 200 * aDay, 1000 * aDay} {
		for _, restart := range []bool{false, true} {
			w := village(t)
			w.pass(silence)
			if restart {
				var b bytes.Buffer
				w.must(w.e.Snapshot(t.Context(), &b))
				now := w.now
				w = newTown(t, policy.Config{})
				w.now = now
				w.must(w.e.Restore(t.Context(), &b))
			}
			for i := range 20 {
				if d := w.say("ann", "bea", fmt.Sprint("good morning, number ", i)); d.Verdict != policy.Allow {
					t.Fatalf("after %v of silence message %d is %v", silence, i, d.Verdict)
				}
				w.pass(time.Minute)
			}
			for who, end := range map[string]time.Duration{"suspended": 30 * aDay, "until lifted": math.MaxInt64, "held": 3 * aDay} {
				d := w.say(who, "bea", "hello "+fmt.Sprint(w.now.Unix()))
				if ended := silence >= end; ended != d.Delivered() {
					t.Errorf("after %v of silence a message of %q is %v", silence, who, d.Verdict)
				}
			}
		}
	}
}

// TestWrongClockSteps: engines whose clocks differ by less than MaxSkew bring nothing
// back, and say nothing; one that is further off says so.
func TestWrongClockSteps(t *testing.T) {
	var faults []error
	store := policy.NewMemory(0)
	hooks := policy.Hooks{Fault: func(_ context.Context, err error) { faults = append(faults, err) }}
	w := newTown(t, policy.Config{Store: store, Hooks: hooks})
	off := 4 * time.Minute
	other, err := policy.New(policy.Config{Store: store, Secret: []byte("town"), Hooks: hooks, Now: func() time.Time { return w.now.Add(off) }})
	w.must(err)
	write := func() {
		for i := range 10 {
			m := policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: fmt.Sprint("hello, number ", i)}
			_, err := other.Evaluate(t.Context(), m)
			w.must(err)
			if d := w.evaluate(m); !d.Delivered() {
				t.Errorf("%v apart: message %d is %v", off, i, d.Verdict)
			}
			w.pass(time.Minute)
		}
	}
	write()
	if len(faults) > 0 {
		t.Errorf("%v apart: %v", off, faults)
	}
	off = time.Hour
	write()
	if len(faults) == 0 {
		t.Fatal("a clock that is an hour ahead of another is not reported")
	}
	if f, ok := errors.AsType[*policy.FaultError](faults[0]); !ok || f.Op != "clock" || !errors.Is(faults[0], policy.ErrClock) {
		t.Errorf("reported: %v", faults[0])
	}
}

// TestMachineClock: where the machine's clock has moved, one call is Degraded, imposes
// nothing, and says so.
func TestMachineClock(t *testing.T) {
	for _, moved := range []time.Duration{2 * time.Hour, -2 * time.Hour, 61 * time.Second} {
		var faults []error
		e, err := policy.New(policy.Config{Hooks: policy.Hooks{Fault: func(_ context.Context, err error) { faults = append(faults, err) }}})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		m := func() policy.Message {
			n++
			return policy.Message{Sender: fmt.Sprint("sam", n), Recipients: stranger("bea"), Text: spam, Evidence: damning}
		}
		evaluate := func(degraded bool) {
			t.Helper()
			d, err := e.Evaluate(t.Context(), m())
			if err != nil || d.Degraded != degraded || len(d.Imposed) > 0 == degraded {
				t.Errorf("moved by %v: degraded %t, imposed %v, %v", moved, d.Degraded, d.Imposed, err)
			}
		}
		evaluate(false)
		policy.MoveClock(e, moved)
		evaluate(true)
		if len(faults) != 1 || !errors.Is(faults[0], policy.ErrClock) {
			t.Errorf("moved by %v: reported %v", moved, faults)
		}
		evaluate(false)
		for range 100 { // little by little
			policy.MoveClock(e, moved/140)
			evaluate(false)
		}
		policy.MoveClock(e, moved)
		if d, err := e.Preview(t.Context(), m()); err != nil || !d.Degraded {
			t.Errorf("moved by %v: Preview says %+v, %v", moved, d, err)
		}
		policy.MoveClock(e, moved)
		if err := e.Record(t.Context(), policy.Reply{From: "bea", To: "sam1"}); err != nil {
			t.Error(err)
		}
		if len(faults) != 3 {
			t.Errorf("moved three times by %v: reported %v", moved, faults)
		}
	}
	w := newTown(t, policy.Config{})
	if policy.Watched(w.e) {
		t.Error("a clock of the host's own is compared with the machine's")
	}
}

// TestWrongClockAnswer: somebody who was answered while the clock was wrong is judged by
// what follows as anybody else is.
func TestWrongClockAnswer(t *testing.T) {
	for _, jump := range jumps {
		w := newTown(t, policy.Config{})
		w.say("carl", "x", "Hello, are you the one who sells the boat?")
		good := w.now
		w.now = good.Add(jump)
		w.say("x", "carl", "Yes, it is in the harbour.")
		w.now = good.Add(time.Minute)
		for i := range 5 {
			w.evaluate(policy.Message{Sender: "carl", Recipients: stranger(fmt.Sprint("y", i)), Text: fmt.Sprint("Is the boat number ", i, " for sale?")})
			w.pass(time.Minute)
		}
		if a := w.account("carl"); a.Approached < 4.9 || a.Strangers < 4 {
			t.Errorf("a clock off by %v: %v approached, %v of them lately, want 5", jump, a.Approached, a.Strangers)
		}
	}
}

// TestWrongClockAfterSilence: a silence, and then a clock that goes back behind its
// beginning, are not taken for a clock that was ahead.
func TestWrongClockAfterSilence(t *testing.T) {
	for _, silence := range []time.Duration{40 * aDay, 200 * aDay} {
		w := newTown(t, policy.Config{Logger: slog.New(slog.DiscardHandler)})
		w.say("sam", "bea", "hello bea")
		w.pass(silence)
		s := w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod", Until: w.now.Add(aDay)})
		good := w.now
		w.now = good.Add(-365 * aDay)
		if d := w.say("sam", "bea", "hello again"); d.Verdict != policy.Reject {
			t.Errorf("while the clock is behind: %v", d.Verdict)
		}
		w.now = good.Add(time.Minute)
		if d := w.say("sam", "bea", "hello again"); d.Verdict != policy.Reject || !d.Standing[0].Until.Equal(s.Until) {
			t.Errorf("after %v of silence and a clock a year back: %v, until %v, want %v", silence, d.Verdict, d.Standing, s.Until)
		}
		w.now = s.Until
		if d := w.say("sam", "bea", "hello again"); !d.Delivered() {
			t.Errorf("at the end: %v", d.Verdict)
		}
	}
}

// TestClockBehindAfterSilence: the end of what is imposed after a silence stays where a
// clock is some hours behind.
func TestClockBehindAfterSilence(t *testing.T) {
	w := newTown(t, policy.Config{Logger: slog.New(slog.DiscardHandler)})
	w.say("sam", "bea", "hello bea")
	w.pass(8 * aDay)
	w.say("sam", "bea", "here I am again")
	s := w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod", Until: w.now.Add(9 * time.Hour)})
	good := w.now
	w.now = good.Add(-8 * time.Hour)
	w.say("sam", "bea", "hello again")
	w.now = s.Until.Add(-time.Second)
	if d := w.say("sam", "bea", "hello again"); d.Verdict != policy.Reject || !d.Standing[0].Until.Equal(s.Until) {
		t.Errorf("a second before its end: %v, %v", d.Verdict, d.Standing)
	}
}

// TestClockToAndFro: where a clock goes to and fro nobody can say which time is right,
// and what was imposed by either stands when it is that time again.
func TestClockToAndFro(t *testing.T) {
	w := newTown(t, policy.Config{Logger: slog.New(slog.DiscardHandler)})
	good := w.now
	var s policy.Sanction
	for i := range 3 {
		w.now = good.Add(-365 * aDay).Add(time.Duration(i) * time.Minute)
		w.say("sam", "bea", "hello bea")
		w.now = good.Add(time.Duration(i) * time.Minute)
		if i == 0 {
			s = w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod", Until: w.now.Add(47 * aDay)})
		}
		if d := w.say("sam", "bea", "hello again"); d.Verdict != policy.Reject || !d.Standing[0].Until.Equal(s.Until) {
			t.Errorf("the %d. time: %v, %v, want until %v", i, d.Verdict, d.Standing, s.Until)
		}
	}
}

// TestClockAheadAgain: a clock that is a year ahead again and again, for one call, frees
// nobody, and what was imposed in between lasts as long as was decided, not a year longer.
func TestClockAheadAgain(t *testing.T) {
	w := newTown(t, policy.Config{Logger: slog.New(slog.DiscardHandler)})
	good := w.now
	long := w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod", Until: good.Add(15 * aDay)})
	var short policy.Sanction
	for i := range 5 {
		w.now = good.Add(time.Duration(i) * 34 * time.Minute)
		if d := w.say("sam", "bea", "hello bea"); d.Verdict != policy.Reject || !d.Standing[0].Until.Equal(long.Until) {
			t.Errorf("the %d. time: %v, %v, want until %v", i, d.Verdict, d.Standing, long.Until)
		}
		if i == 1 {
			short = w.impose(policy.Sanction{Account: "sam", Kind: policy.Restriction, Scope: policy.Messaging, PerDay: 1, By: "mod", Until: w.now.Add(aDay)})
		}
		if a := w.account("sam"); i > 0 && (len(a.Standing) != 2 || !a.Standing[1].Until.Equal(short.Until)) {
			t.Errorf("the %d. time stands %v, want %v, too", i, a.Standing, short)
		}
		w.now = w.now.Add(365 * aDay)
		w.say("sam", "bea", "hello again")
	}
	w.now = long.Until
	if d := w.say("sam", "bea", "hello at last"); !d.Delivered() {
		t.Errorf("at the end: %v, %v", d.Verdict, d.Standing)
	}
}

// TestClocksWithinSkew: what a clock that is ahead within MaxSkew imposes after a silence
// is not taken for that of one that was a year ahead.
func TestClocksWithinSkew(t *testing.T) {
	w := newTown(t, policy.Config{Logger: slog.New(slog.DiscardHandler)})
	w.say("sam", "bea", "hello bea")
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Restriction, Scope: policy.Messaging, PerDay: 9, By: "mod"}) // and nothing sleeps
	w.pass(40 * aDay)
	good := w.now
	w.now = good.Add(80 * time.Second)
	s := w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod", Until: w.now.Add(7 * aDay)})
	w.now = good.Add(365 * aDay)
	w.say("sam", "bea", "hello again")
	w.now = good
	if d := w.say("sam", "bea", "hello again"); d.Verdict != policy.Reject || len(d.Standing) != 2 {
		t.Errorf("%v, %v, want %v, too", d.Verdict, d.Standing, s)
	}
}
