package guard

import (
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	breakAfter = 5                      // faults in a row
	probeEvery = 100 * time.Millisecond // one call tries whether the store is back

	// Calls that the store has not given back keep some 50 KB each.
	manyStuck = 1024        // from here on
	manyEvery = time.Second // one call tries
	mostStuck = 8192
	mostEvery = time.Minute
)

// A breaker keeps calls from waiting for a store that is away: after some
// faults in a row all but a few fail at once, and the first that goes well lets
// all pass again. It is safe for concurrent use.
type breaker struct {
	faults atomic.Int32 // in a row
	stuck  atomic.Int32 // calls beyond their deadline that are still in the store
	away   atomic.Pointer[error]
	probes *rate.Limiter
	many   *rate.Limiter
	most   *rate.Limiter
}

func (b *breaker) init() {
	b.probes = rate.NewLimiter(rate.Every(probeEvery), 1)
	b.many = rate.NewLimiter(rate.Every(manyEvery), 1)
	b.most = rate.NewLimiter(rate.Every(mostEvery), 1)
}

// allow reports whether a call may go to the store; otherwise it returns the
// error that the call fails with.
func (b *breaker) allow(now time.Time) error {
	var pass bool
	switch stuck := b.stuck.Load(); {
	case stuck >= mostStuck:
		pass = b.most.AllowN(now, 1)
	case stuck >= manyStuck:
		pass = b.many.AllowN(now, 1)
	default:
		pass = b.faults.Load() < breakAfter || b.probes.AllowN(now, 1)
	}
	if pass {
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
