package guard

import (
	"errors"
	"testing"
	"time"
)

func TestBreaker(t *testing.T) {
	var b breaker
	b.init()
	now := time.Unix(0, 0)
	passed := func(d time.Duration) (n int) {
		for end := now.Add(d); now.Before(end); now = now.Add(time.Millisecond) {
			if b.allow(now) == nil {
				n++
			}
		}
		return n
	}
	cause := errors.New("no route")
	for range breakAfter - 1 {
		b.fail(cause)
	}
	b.ok() // not in a row
	for range breakAfter - 1 {
		b.fail(cause)
	}
	if n := passed(time.Second); n != 1000 {
		t.Fatalf("%d of 1000 calls passed before the breaker opened", n)
	}
	b.fail(cause)
	b.allow(now)
	if err := b.allow(now); !errors.Is(err, cause) {
		t.Errorf("a refused call fails with %v, which does not say why", err)
	}
	if n := passed(10 * time.Second); n < 95 || n > 101 {
		t.Errorf("%d probes in 10 s, want 100", n)
	}
	b.ok()
	if n := passed(time.Second); n != 1000 {
		t.Errorf("%d of 1000 calls passed after one went well", n)
	}
	// Calls that never come back are bounded, whatever else goes well.
	b.stuck.Store(mostStuck)
	if n := passed(10 * time.Minute); n < 9 || n > 11 {
		t.Errorf("%d calls in 10 minutes with %d stuck, want 10", n, mostStuck)
	}
	b.stuck.Store(mostStuck - 1)
	if n := passed(10 * time.Second); n < 9 || n > 11 {
		t.Errorf("%d calls in 10 seconds with %d stuck, want 10", n, mostStuck-1)
	}
	b.stuck.Store(manyStuck - 1)
	if n := passed(time.Second); n != 1000 {
		t.Errorf("%d of 1000 calls passed once some came back", n)
	}
}
