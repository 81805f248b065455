package policy

import (
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	breakAfter = 5                      // faults in a row
	probeEvery = 100 * time.Millisecond // one call tries whether the store is back
	mostStuck  = 1024                   // calls that never came back
	stuckEvery = time.Minute            // one more, beyond these
)

// A breaker keeps calls from waiting for a store that is away: after some
// faults in a row all but a few fail at once, and the first that goes well lets
// all pass again. It is safe for concurrent use.
type breaker struct {
	faults atomic.Int32 // in a row
	stuck  atomic.Int32 // calls beyond their deadline that are still in the store
	away   atomic.Pointer[error]
	probes *rate.Limiter
	rare   *rate.Limiter
}

func (b *breaker) init() {
	b.probes = rate.NewLimiter(rate.Every(probeEvery), 1)
	b.rare = rate.NewLimiter(rate.Every(stuckEvery), 1)
}

// allow reports whether a call may go to the store; otherwise it returns the
// error that the call fails with.
func (b *breaker) allow(now time.Time) error {
	if b.stuck.Load() >= mostStuck {
		if b.rare.AllowN(now, 1) {
			return nil
		}
	} else if b.faults.Load() < breakAfter || b.probes.AllowN(now, 1) {
		return nil
	}
	if err := b.away.Load(); err != nil {
		return *err
	}
	return errSlow
}

// ok notes a call that went well, in time.
func (b *breaker) ok() {
	if b.faults.Load() != 0 {
		b.faults.Store(0)
	}
}

// fail notes one that did not.
func (b *breaker) fail(err error) {
	refusal := fmt.Errorf("not tried again yet: %w", err)
	b.away.Store(&refusal)
	if b.faults.Add(1) > 1<<20 {
		b.faults.Store(breakAfter)
	}
}
