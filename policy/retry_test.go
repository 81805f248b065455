package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestOneIDDeliversOnce: an ID that is tried ever again, by many at a time and one
// after the other, delivers once, whatever else stands or is remembered; with another
// text each time it is a message like any other, and meets the limits.
func TestOneIDDeliversOnce(t *testing.T) {
	w := newTown(t, policy.Config{})
	m := policy.Message{ID: "one", Sender: "sam", Recipients: policy.To("vic"), Text: "hello"}
	var delivered, duplicates atomic.Int64
	try := func() {
		d, err := w.e.Evaluate(t.Context(), m)
		switch {
		case err != nil:
			t.Error(err)
		case d.Delivered():
			delivered.Add(1)
		case d.Verdict == policy.Duplicate && d.First == policy.Allow && d.Repeat && d.Notice() == (policy.Notice{}):
			duplicates.Add(1)
		}
	}
	var all sync.WaitGroup
	for range 64 {
		all.Go(try)
	}
	all.Wait()
	for range 10_000 {
		try()
	}
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "moderator"})
	try()
	if delivered.Load() != 1 || duplicates.Load() != 10_064 {
		t.Errorf("delivered %d times, %d duplicates", delivered.Load(), duplicates.Load())
	}
	if p := w.preview(m); p.Verdict != policy.Duplicate {
		t.Errorf("Preview says %v", p.Verdict)
	}

	// What waits is delivered once it may be, and once only.
	w = newTown(t, policy.Config{})
	var last policy.Decision
	for i := 0; last.Verdict != policy.Defer; i++ {
		m.ID = fmt.Sprint(i)
		last = w.send(m)
	}
	w.pass(last.RetryAfter)
	if first, second := w.send(m), w.send(m); first.Verdict != policy.Allow || second.Verdict != policy.Duplicate {
		t.Errorf("what was deferred is %v, and then %v", first.Verdict, second.Verdict)
	}

	w = newTown(t, policy.Config{})
	n := 0
	for i := range 1000 {
		m.ID, m.Text = "two", fmt.Sprint("hello ", i)
		if d := w.send(m); d.Delivered() {
			n++
		}
	}
	if n > 20 { // the limit of a minute, and of turns to one person
		t.Errorf("%d of 1,000 messages under one ID went out at once", n)
	}
}

// TestRetryOfALongText: what is behind MaxText still makes another message, by its
// length and its end, without all of it being read: what differs in the midst of that
// is taken for a retry, and so is not delivered twice.
func TestRetryOfALongText(t *testing.T) {
	w := newTown(t, policy.Config{})
	long := strings.Repeat("All work and no play. ", 1<<20/22)
	m := policy.Message{ID: "1", Sender: "ann", Recipients: policy.To("bea"), Reply: true, Text: long}
	w.send(m)
	for _, test := range []struct {
		what, text string
		retry      bool
	}{
		{"the same", long, true},
		{"another beginning", "B" + long[1:], false},
		{"another byte before MaxText", long[:policy.MaxText-1] + "!" + long[policy.MaxText:], false},
		{"another end", long[:len(long)-1] + "!", false},
		{"another length", long + " ", false},
		{"cut to MaxText", long[:policy.MaxText], false},
		{"a byte more than MaxText", long[:policy.MaxText+1], false},
		{"other bytes where nobody looks", long[:len(long)/2] + "!" + long[len(long)/2+1:], true},
	} {
		m.Text = test.text
		if d := w.preview(m); d.Repeat != test.retry {
			t.Errorf("%s: a retry %v, want %v", test.what, d.Repeat, test.retry)
		}
	}
}

// BenchmarkLongText is a message of 100 MB with an ID.
func BenchmarkLongText(b *testing.B) {
	w := newTown(b, policy.Config{})
	m := policy.Message{ID: "1", Sender: "ann", Recipients: policy.To("bea"), Reply: true, Text: strings.Repeat("a", 100<<20)}
	for b.Loop() {
		w.preview(m)
	}
}

// TestRetryAfterAnOutage: a message that was deferred while the store was away goes
// out once, at the time that its sender was told, whether the store is back by then or
// not, however it was away, and whether it then knows the message or not. Nobody has
// to try for ever.
func TestRetryAfterAnOutage(t *testing.T) {
	for name, fault := range ways {
		for _, back := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", back ", back), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := newOutage(t, policy.Config{})
					defer time.Sleep(time.Second) // what is stuck ends
					defer o.store.Heal()
					for i := range 20 { // the limit of a minute
						o.send(policy.Message{ID: fmt.Sprint(i), Sender: "ann", Recipients: policy.To("bea"), Reply: true}, false)
					}
					o.store.Break(storetest.Always(fault))
					m := policy.Message{ID: "m", Sender: "ann", Recipients: policy.To("bea"), Reply: true}
					d, _ := o.Evaluate(t.Context(), m)
					if d.Verdict != policy.Defer || d.RetryAfter <= 0 || !d.Degraded {
						t.Fatalf("%v, again after %v, degraded %v", d.Verdict, d.RetryAfter, d.Degraded)
					}
					if back {
						o.store.Heal()
					}
					var went []int
					for i := range 5 {
						time.Sleep(d.RetryAfter)
						if d, _ := o.Evaluate(t.Context(), m); d.Delivered() {
							went = append(went, i)
						} else if d.Verdict != policy.Duplicate && i > 0 {
							t.Errorf("try %d: %v, again after %v", i, d.Verdict, d.RetryAfter)
						}
					}
					if !slices.Equal(went, []int{0}) {
						t.Errorf("it went out at tries %d, want the first alone", went)
					}
				})
			})
		}
	}
}

// TestQueueAfterAnOutage: a queue that a client hands over at once, after an outage,
// goes out whole: what a limit defers has turns of its own, so that each message is
// tried twice at most and nobody's patience counts as pressure; and whoever hands it
// over again, because the answers were lost, delivers nothing twice.
func TestQueueAfterAnOutage(t *testing.T) {
	for _, n := range []int{40, 80} {
		w := newTown(t, policy.Config{})
		w.befriend("ann", 8)
		w.pass(25 * time.Hour)
		delivered, tries := map[int]int{}, map[int]int{}
		due := map[int]time.Time{}
		try := func(i int) {
			tries[i]++
			d := w.evaluate(policy.Message{
				ID: fmt.Sprint("q", i), Sender: "ann", Text: fmt.Sprint("word ", i),
				Recipients: []policy.Recipient{{ID: fmt.Sprint("ann friend ", i%8), Relation: policy.Connection}},
			})
			delete(due, i)
			switch {
			case d.Delivered():
				delivered[i]++
			case d.Verdict == policy.Defer && !d.Repeat:
				due[i] = w.now.Add(d.RetryAfter)
			}
			if _, ok := reasonOf(d, policy.CodeRefused); ok || len(d.Imposed) > 0 {
				t.Errorf("%d in the queue, message %d: %v %v", n, i, d.Reasons, d.Imposed)
			}
		}
		handOver := func() {
			for i := range n {
				try(i)
				w.pass(100 * time.Millisecond)
			}
		}
		handOver()
		again := w.now.Add(10 * time.Minute)
		for len(due) > 0 && w.now.Before(again) {
			next := -1
			for i, at := range due {
				if next < 0 || at.Before(due[next]) || at.Equal(due[next]) && i < next {
					next = i
				}
			}
			if at := due[next]; at.After(w.now) {
				w.now = at
			}
			try(next)
		}
		for i, k := range tries {
			if k > 2 {
				t.Errorf("%d in the queue: message %d was tried %d times", n, i, k)
			}
		}
		w.now = again
		handOver()
		for i := range n {
			if delivered[i] != 1 {
				t.Errorf("%d in the queue: message %d was delivered %d times", n, i, delivered[i])
			}
		}
	}
}

// TestRetractedLongAgo: what the host did not deliver is judged anew after a
// Retraction, also where it is not among the last 16.
func TestRetractedLongAgo(t *testing.T) {
	w := newTown(t, policy.Config{})
	send := func(i int) policy.Decision {
		return w.send(policy.Message{ID: fmt.Sprint(i), Sender: "ann", Recipients: policy.To("bea"), Reply: true})
	}
	for i := range 40 {
		send(i)
		w.pass(10 * time.Second)
	}
	if d := send(3); d.Verdict != policy.Duplicate || d.First != policy.Allow || d.Score != 0 {
		t.Errorf("the fourth of 40: %v, at first %v", d.Verdict, d.First)
	}
	w.tell(policy.Retraction{Sender: "ann", Message: "3"})
	if d := send(3); d.Verdict != policy.Allow {
		t.Errorf("retracted, and tried again: %v", d.Verdict)
	}
	if d := send(4); d.Verdict != policy.Duplicate {
		t.Errorf("another one: %v", d.Verdict)
	}
}

// TestTurnsAreNoRhythm: what a limit deferred, and the client tries again on the second
// that it was told, says nothing of a scheduler, and counts once among the copies of a
// text, also where it is not among the last 16 and its recipient must be looked up.
func TestTurnsAreNoRhythm(t *testing.T) {
	const friends = 60
	w := newTown(t, policy.Config{})
	rng := rand.New(rand.NewPCG(1, 1))
	joined := w.now.Add(-12 * time.Hour)
	type turn struct {
		at time.Time
		i  int
	}
	var turns []turn
	for i := range friends {
		turns = append(turns, turn{w.now.Add(time.Duration(i)*40*time.Second + time.Duration(rng.IntN(39_000))*time.Millisecond), i})
	}
	copies, went, again := 0, 0, 0
	for len(turns) > 0 {
		next := turns[0]
		turns = turns[1:]
		w.now = next.at
		d := w.evaluate(policy.Message{
			ID: fmt.Sprint(next.i), Sender: "ann", Joined: joined, Text: "Hi, it is Ann. This is my new number, please save it and tell Ben.",
			Recipients: []policy.Recipient{{ID: fmt.Sprint("friend ", next.i), Relation: policy.Connection}},
		})
		if _, ok := reasonOf(d, policy.CodeClock); ok {
			t.Fatalf("message %d: %v", next.i, d.Reasons)
		}
		if r, ok := reasonOf(d, policy.CodeEcho); ok {
			copies = max(copies, r.N)
		}
		switch {
		case d.Delivered():
			if went++; went == 20 {
				w.tell(policy.Complaint{From: fmt.Sprint("friend ", next.i), Against: "ann", Message: fmt.Sprint(next.i), Category: policy.Spam})
			}
		case d.Verdict == policy.Defer:
			again++
			turns = append(turns, turn{w.now.Add(d.RetryAfter), next.i})
			slices.SortStableFunc(turns, func(a, b turn) int { return a.at.Compare(b.at) })
		default:
			t.Fatalf("message %d: %v %v", next.i, d.Verdict, d.Reasons)
		}
	}
	if went != friends || again < 20 || copies < 40 || copies > friends {
		t.Errorf("%d of %d went out, %d were tried again; %d copies counted", went, friends, again, copies)
	}
}
