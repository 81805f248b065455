package guard

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	breakAfter = 5                      // faults in a row, and
	breakFor   = 100 * time.Millisecond // of time from the first to the last: a pause of the machine makes all calls late at once
	probeEvery = 100 * time.Millisecond // one call tries whether the store is back
	mostAtOnce = 1024                   // calls fail at once between two that try

	// Calls that the store has not given back keep some 50 KB each.
	manyStuck = 1024        // from here on
	manyEvery = time.Second // one call tries
	mostStuck = 8192
	mostEvery = time.Minute
)

// A breaker keeps calls from waiting for a store that is away: after some
// faults in a row, and some time, all but a few fail at once, and the first that
// goes well lets all pass again. It is safe for concurrent use.
type breaker struct {
	faults  atomic.Int32 // in a row
	since   atomic.Int64 // when the first of them was, in Unix nanoseconds
	last    atomic.Int64 // and the last
	refused atomic.Int32 // since one tried
	stuck   atomic.Int32 // calls beyond their deadline that are still in the store
	away    atomic.Pointer[error]
	probes  *rate.Limiter
	many    *rate.Limiter
	most    *rate.Limiter
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
		pass = !b.open() || b.probes.AllowN(now, 1)
	}
	if pass {
		if b.refused.Load() != 0 {
			b.refused.Store(0)
		}
		return nil
	}
	if err := b.away.Load(); err != nil {
		return *err
	}
	return errSlow
}

// pause holds up one of very many calls that are refused: callers who come back at
// once would keep the machine from the call that tries.
func (b *breaker) pause(ctx context.Context, d time.Duration) {
	if b.refused.Add(1) <= mostAtOnce {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// ok notes a call that went well, in time.
func (b *breaker) ok() {
	if b.faults.Load() != 0 {
		b.faults.Store(0)
	}
}

// fail notes one that did not.
func (b *breaker) fail(now time.Time, err error) {
	refusal := fmt.Errorf("not tried again yet: %w", err)
	b.away.Store(&refusal)
	b.last.Store(now.UnixNano())
	switch n := b.faults.Add(1); {
	case n == 1:
		b.since.Store(now.UnixNano())
	case n > 1<<20:
		b.faults.Store(breakAfter)
	}
}

// Away is since when calls of the store have failed, with the first fault; zero: they
// do not, or hardly.
func (g *Guard) Away() (since time.Time) {
	if b := &g.breaker; b.open() {
		since = time.Unix(0, b.since.Load())
	}
	return since
}

// open reports whether the store is away.
func (b *breaker) open() bool {
	return b.faults.Load() >= breakAfter && b.last.Load()-b.since.Load() >= int64(breakFor)
}
