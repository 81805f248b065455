package guard

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
	fails := func(n int, over time.Duration) { // n times, the last one so much later
		for i := range n {
			if i == n-1 {
				now = now.Add(over)
			}
			b.fail(now, cause)
		}
	}
	fails(breakAfter-1, breakFor)
	b.ok() // not in a row
	fails(breakAfter-1, breakFor)
	b.ok()
	fails(256, breakFor-time.Millisecond) // calls that a pause of the machine makes late at once
	if n := passed(time.Second); n != 1000 {
		t.Fatalf("%d of 1000 calls passed before the breaker opened", n)
	}
	b.fail(now, cause)
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

// TestBreakerPause has callers come back at once while the store is away: they are
// held up, but for the first, so that the call that tries gets the machine.
func TestBreakerPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b breaker
		b.init()
		for range breakAfter {
			b.fail(time.Now(), errors.New("no route"))
			time.Sleep(breakFor)
		}
		const callers = 256
		var refused atomic.Int32
		var wg sync.WaitGroup
		end := time.Now().Add(time.Second)
		for range callers {
			wg.Go(func() {
				for time.Now().Before(end) {
					if b.allow(time.Now()) != nil {
						refused.Add(1)
						b.pause(t.Context(), 5*time.Millisecond)
					}
				}
			})
		}
		wg.Wait()
		tries := int32(time.Second / probeEvery)
		most := tries*mostAtOnce + callers*int32(time.Second/(5*time.Millisecond)+1)
		if n := refused.Load(); n < tries*mostAtOnce || n > most {
			t.Errorf("%d calls were refused in a second, want %d to %d", n, tries*mostAtOnce, most)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		b.refused.Store(mostAtOnce)
		if b.pause(ctx, time.Hour); time.Since(began) > 0 {
			t.Error("a pause outlasts its context")
		}
	})
}
