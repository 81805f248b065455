package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/google/go-cmp/cmp"
)

const aDay = 24 * time.Hour

// stranger makes a recipient whom the host knows to be one.
func stranger(id string) []policy.Recipient {
	return []policy.Recipient{{ID: id, Relation: policy.Stranger}}
}

// TestBackdated: a host that passes its clients' times as At delivers no more copies
// to strangers than one that does not, by whichever call.
func TestBackdated(t *testing.T) {
	raced.Skip(t)
	evaluate := func(w *town, m policy.Message) policy.Decision { return w.evaluate(m) }
	prepared := func(w *town, m policy.Message) policy.Decision {
		var p policy.Prepared
		w.must(w.e.Prepare(&p, m))
		d, err := w.e.EvaluatePrepared(context.Background(), &p)
		w.must(err)
		return d
	}
	delivered := func(step time.Duration, judge func(*town, policy.Message) policy.Decision) (n int) {
		w := newTown(t, policy.Config{})
		at := w.now.AddDate(-20, 0, 0)
		for i := range 1000 {
			m := policy.Message{ID: fmt.Sprint(i), Sender: "mal", Recipients: stranger(fmt.Sprint("v", i)), Text: spam}
			if step != 0 {
				m.At = at
			}
			if d := judge(w, m); d.Delivered() {
				n++
			}
			at = at.Add(step)
			w.pass(50 * time.Millisecond)
		}
		return n
	}
	most := delivered(0, evaluate)
	if most > 12 {
		t.Errorf("%d of 1000 copies are delivered without an At", most)
	}
	for _, step := range []time.Duration{time.Second, time.Hour, aDay, 400 * time.Hour} {
		for i, judge := range []func(*town, policy.Message) policy.Decision{evaluate, prepared} {
			if n := delivered(step, judge); n > most {
				t.Errorf("a client that steps by %v gets %d copies delivered, want at most %d (call %d)", step, n, most, i)
			}
		}
	}
}

// TestBehind: how far behind each call may be.
func TestBehind(t *testing.T) {
	p := policy.Default()
	p.Appeals.Within = policy.Duration(14 * aDay)
	w := newTown(t, policy.Config{Policy: p})
	ctx := context.Background()
	old := w.now.Add(-50 * aDay)
	least := w.now.Add(-5 * time.Minute)
	m := policy.Message{Sender: "ann", Recipients: policy.To("bea"), At: old}
	if d := w.preview(m); !d.At.Equal(least) {
		t.Errorf("Preview: judged at %v", d.At)
	}
	if d := w.evaluate(m); !d.At.Equal(least) {
		t.Errorf("Evaluate: judged at %v", d.At)
	}
	for back, want := range map[time.Duration]time.Duration{time.Hour: time.Hour, 6 * aDay: 6 * aDay, 300 * aDay: 7 * aDay} {
		m := policy.Message{Sender: fmt.Sprint("queued", back), Recipients: policy.To("bea"), At: w.now.Add(-back), Delayed: true}
		if d := w.evaluate(m); !d.At.Equal(w.now.Add(-want)) {
			t.Errorf("delayed by %v: judged at %v", back, d.At)
		}
	}
	w.must(w.e.Learn(ctx, policy.Message{Sender: "carl", Recipients: policy.To("bea"), At: old}))
	if a := w.account("carl"); !a.First.Equal(old) {
		t.Errorf("Learn: counted at %v", a.First)
	}
	w.tell(policy.Complaint{From: "bea", Against: "ann", At: old})
	if c := w.account("ann").Complaints; len(c) != 1 || c[0].At.Before(least) {
		t.Errorf("Complaint: %+v", c)
	}
	s := w.impose(policy.Sanction{Account: "ann", Kind: policy.Suspension, By: "mod", From: old, Until: w.now.Add(time.Hour)})
	if s.From.Before(least) {
		t.Errorf("Impose: from %v", s.From)
	}
	w.must(w.e.Lift(ctx, "ann", s.ID, policy.Lifting{By: "mod", At: old}))
	if l := w.account("ann").History[0].Lifted; l.At.Before(least) {
		t.Errorf("Lift: at %v", l.At)
	}
	// A letter that lay for a while was in time all the same.
	w.pass(14 * aDay)
	if _, err := w.e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: s.ID}); err == nil {
		t.Error("an appeal after its time is taken")
	}
	a, err := w.e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: s.ID, At: w.now.Add(-aDay)})
	if err != nil || a.At.Before(w.now.Add(-5*time.Minute)) {
		t.Errorf("an appeal that came in yesterday: %+v, %v", a, err)
	}
	w.must(w.e.Resolve(ctx, "ann", a.ID, policy.Ruling{Outcome: policy.Upheld, By: "judge", At: old}))
	if r := w.account("ann").History; len(r) > 0 && r[0].Appeal.Ruling.At.Before(w.now.Add(-5*time.Minute)) {
		t.Errorf("Resolve: at %v", r[0].Appeal.Ruling.At)
	}
}

// TestHistoryIntoALiveAccount: history of an account that is in use, or that is told in
// reverse, is refused, and counts nothing: not as of now either.
func TestHistoryIntoALiveAccount(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("ann", "bea", "good morning")
	before := w.account("ann")
	letter := func(i int) policy.Message {
		return policy.Message{
			ID: fmt.Sprint(i), Sender: "ann", Recipients: []policy.Recipient{{ID: fmt.Sprint("stranger", i), Relation: policy.Stranger}},
			Text: "I read your notice and would like to see the flat", At: w.now.Add(time.Duration(i-120) * aDay),
		}
	}
	for i := range 111 {
		if err := w.e.Learn(t.Context(), letter(i)); !errors.Is(err, policy.ErrHistory) {
			t.Fatalf("letter %d: %v", i, err)
		}
	}
	if diff := cmp.Diff(before, w.account("ann")); diff != "" {
		t.Errorf("what was refused changed something: %s", diff)
	}
	if d := w.say("ann", "carl", "good evening"); d.Verdict != policy.Allow || len(d.Reasons) > 0 {
		t.Errorf("the next message: %v %v", d.Verdict, d.Reasons)
	}

	w = newTown(t, policy.Config{})
	learned := 0
	for i := range 111 { // the newest first
		switch err := w.e.Learn(t.Context(), letter(110-i)); {
		case err == nil:
			learned++
		case !errors.Is(err, policy.ErrHistory):
			t.Fatal(err)
		}
	}
	if a := w.account("ann"); learned != 1 || a.Approached > 1 || a.Last.After(w.now.Add(-9*aDay)) {
		t.Errorf("in reverse: %d learned, %+v", learned, a)
	}

	w = newTown(t, policy.Config{})
	for i := range 111 {
		m := letter(i)
		w.must(w.e.Learn(t.Context(), m))
		m.ID, m.At = m.ID+" to another host", m.At.Add(-4*time.Minute) // a log that is merged of two
		w.must(w.e.Learn(t.Context(), m))
	}
	if a := w.account("ann"); !a.First.Equal(w.now.Add(-120*aDay)) || a.Last.After(w.now.Add(-9*aDay)) {
		t.Errorf("in order: from %v to %v", a.First, a.Last)
	}
	if d := w.say("ann", "carl", "good evening"); d.Verdict != policy.Allow {
		t.Errorf("after it was learned: %v %v", d.Verdict, d.Reasons)
	}
}

// TestMaxDelay: a host whose At is its own may be further behind.
func TestMaxDelay(t *testing.T) {
	w := newTown(t, policy.Config{MaxDelay: 30 * aDay})
	at := w.now.Add(-29 * aDay)
	if d := w.evaluate(policy.Message{Sender: "ann", Recipients: policy.To("bea"), At: at}); !d.At.Equal(at) {
		t.Errorf("judged at %v, want %v", d.At, at)
	}
}

// TestLearnAhead: history that lies ahead is refused, by the name of the field, and counts
// nothing: not as of now either.
func TestLearnAhead(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{Sender: "ann", Recipients: stranger("bea")}
	for _, by := range []time.Duration{6 * time.Minute, aDay, 3650 * aDay} {
		m.At = w.now.Add(by)
		var f *policy.FieldError
		if err := w.e.Learn(t.Context(), m); !errors.As(err, &f) || f.Field != "at" || !strings.Contains(f.Problem, by.String()) {
			t.Errorf("%v ahead: %v", by, err)
		}
	}
	m.At = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := w.e.Learn(t.Context(), m); err == nil {
		t.Error("in the year 9999: no error")
	}
	if _, err := w.e.Account(t.Context(), "ann"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("what was refused is known: %v", err)
	}
	for _, at := range []time.Time{{}, w.now.Add(4 * time.Minute)} {
		m.At = at
		w.must(w.e.Learn(t.Context(), m))
	}
}

// TestJoinedAhead: an account that is yet to be created is one of now, and by more than a
// day, which is no time zone, the log says so.
func TestJoinedAhead(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Minute, 14 * time.Hour, 400 * aDay} {
		var log bytes.Buffer
		w := newTown(t, policy.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		twin := newTown(t, policy.Config{})
		for i := range 40 {
			m := policy.Message{Sender: "ann", Recipients: stranger(fmt.Sprint("bea", i)), Joined: w.now}
			want := twin.evaluate(m)
			m.Joined = w.now.Add(ahead)
			if diff := cmp.Diff(want, w.evaluate(m)); diff != "" {
				t.Fatalf("%v ahead, message %d (-now +ahead): %s", ahead, i, diff)
			}
		}
		if n := strings.Count(log.String(), "Joined of a message lies ahead"); n != map[bool]int{true: 1}[ahead > aDay] {
			t.Errorf("%v ahead: the log says %q", ahead, log.String())
		}
	}
}
