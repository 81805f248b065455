package policy

import (
	"context"
	"iter"
	"time"
)

// Guarded is a Store through the guard that an Engine puts around it, so that
// the conformance suite can run on the guard itself.
type Guarded struct {
	g       *guard
	timeout time.Duration
}

// NewGuarded wraps a store as an Engine does.
func NewGuarded(store Store, timeout time.Duration) *Guarded {
	return &Guarded{newGuard(store), timeout}
}

func (s *Guarded) call() *call { return &call{deadline: time.Now().Add(s.timeout)} }

// Update implements Store.
func (s *Guarded) Update(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
	return s.g.update(ctx, s.call(), key, fn)
}

// View implements Store.
func (s *Guarded) View(ctx context.Context, key Key, fn func([]byte) error) error {
	return s.g.view(ctx, s.call(), key, fn)
}

// Delete implements Store.
func (s *Guarded) Delete(ctx context.Context, key Key) error {
	return s.g.delete(ctx, s.call(), key)
}

// All implements Store.
func (s *Guarded) All(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	return s.g.all(ctx, listed)
}

// Reusing returns an Update that reuses one call, as an Engine's space does.
func (s *Guarded) Reusing() func(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
	c := s.call()
	return func(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
		if c.lost {
			c = s.call()
		}
		c.deadline = time.Now().Add(s.timeout)
		return s.g.update(ctx, c, key, fn)
	}
}

// Stuck is how many calls are in the store beyond their deadline.
func (s *Guarded) Stuck() int { return int(s.g.breaker.stuck.Load()) }

// Busy is how many records are being worked on.
func (s *Guarded) Busy() int {
	n := 0
	for i := range s.g.lanes {
		l := &s.g.lanes[i]
		l.mu.Lock()
		n += len(l.nodes)
		l.mu.Unlock()
	}
	return n
}

// Known is how many last known records are held.
func (s *Guarded) Known() int { return s.g.known.mem.Len() }
