package guard_test

import (
	"context"
	"iter"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/guard"
)

// A guarded is a policy.Store behind a guard.
type guarded struct {
	*guard.Guard
	store   policy.Store
	timeout time.Duration
}

func newGuarded(store policy.Store, timeout time.Duration) *guarded {
	return &guarded{guard.New(outside{store}, guard.Config{
		Enforces: func([]byte) bool { return false },
		Fault:    func(op string, err error) error { return &policy.FaultError{Op: op, Err: err} },
		Record:   policy.ErrRecord, Overload: policy.ErrOverload,
	}), store, timeout}
}

func (g *guarded) call() *guard.Call { return &guard.Call{Deadline: time.Now().Add(g.timeout)} }

func inner(fn func([]byte) (policy.Record, error)) func([]byte) (guard.Record, error) {
	return func(old []byte) (guard.Record, error) {
		r, err := fn(old)
		return guard.Record(r), err
	}
}

func (g *guarded) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	return g.Guard.Update(ctx, g.call(), key, inner(fn))
}

func (g *guarded) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	return g.Guard.View(ctx, g.call(), key, fn)
}

func (g *guarded) All(ctx context.Context) iter.Seq2[policy.Entry, error] {
	return guard.All(ctx, g.Guard, func(ctx context.Context) iter.Seq2[policy.Entry, error] { return g.store.All(ctx, false) })
}

// reusing returns an Update that reuses one call, as an engine does.
func (g *guarded) reusing() func(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	c := g.call()
	return func(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
		if c.Lost {
			c = g.call()
		}
		c.Deadline = time.Now().Add(g.timeout)
		return g.Guard.Update(ctx, c, key, inner(fn))
	}
}

// outside is a policy.Store as a guard sees it.
type outside struct{ store policy.Store }

func (o outside) Bind(fn func([]byte) (guard.Record, error)) func(context.Context, guard.Key) error {
	return func(ctx context.Context, key guard.Key) error {
		return o.store.Update(ctx, key, func(old []byte) (policy.Record, error) {
			r, err := fn(old)
			return policy.Record(r), err
		})
	}
}

func (o outside) View(ctx context.Context, key guard.Key, fn func([]byte) error) error {
	return o.store.View(ctx, key, fn)
}
