package policy_test

import (
	"fmt"
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
