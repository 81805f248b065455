package policy

import (
	"context"
	"iter"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/keys"
)

// Guarded is a Store through the guard that an Engine puts around it, so that
// the conformance suite can run on the guard itself.
type Guarded struct {
	e       *Engine
	timeout time.Duration
}

// NewGuarded wraps a store as an Engine does, without a Secret to prove.
func NewGuarded(store Store, timeout time.Duration) *Guarded {
	g := guard.New(outside{store, keys.New(nil)}, guard.Config{Enforces: func([]byte) bool { return false }, Fault: newFault, Record: ErrRecord})
	return &Guarded{&Engine{store: store, guard: g, keys: keys.New(nil)}, timeout}
}

func (s *Guarded) work() *work {
	w := &work{}
	w.call.Deadline = time.Now().Add(s.timeout)
	return w
}

// Update implements Store.
func (s *Guarded) Update(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
	return s.e.updateWith(ctx, s.work(), key, fn)
}

// View implements Store.
func (s *Guarded) View(ctx context.Context, key Key, fn func([]byte) error) error {
	return s.e.viewWith(ctx, s.work(), key, fn)
}

// Delete implements Store.
func (s *Guarded) Delete(ctx context.Context, key Key) error {
	return s.e.deleteWith(ctx, s.work(), key)
}

// All implements Store.
func (s *Guarded) All(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	return s.e.all(ctx, listed)
}

// Reusing returns an Update that reuses one work, as an Engine does.
func (s *Guarded) Reusing() func(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
	w := s.work()
	return func(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
		if w.call.Lost {
			w = s.work()
		}
		w.call.Deadline = time.Now().Add(s.timeout)
		return s.e.updateWith(ctx, w, key, fn)
	}
}
