package policy_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/decorum-go/decorum/policy"
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
