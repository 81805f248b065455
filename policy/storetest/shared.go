package storetest

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Shared checks a store that many processes share: it is Run with one process
// and with two that take turns, and Decisions. place makes room for a set of
// records and returns what opens a store on them, as each process does; it also
// sees to it that they are closed. The three run in parallel.
func Shared(t *testing.T, place func(t *testing.T) (open func() policy.Store)) {
	one := func(t *testing.T) policy.Store { return place(t)() }
	t.Run("shared", func(t *testing.T) { // returns when those within have ended
		for name, check := range map[string]func(t *testing.T){
			"one process": func(t *testing.T) { Run(t, one) },
			"two processes": func(t *testing.T) {
				Run(t, func(t *testing.T) policy.Store {
					open := place(t)
					return Alternating(open(), open())
				})
			},
			"decisions": func(t *testing.T) { Decisions(t, one) },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				check(t)
			})
		}
	})
}

// Alternating returns a store that sends each call to the next of some stores on
// the same records: each of them knows only some of what happens to a record.
func Alternating(stores ...policy.Store) policy.Store {
	a := &alternating{stores: stores}
	for _, s := range stores {
		if _, ok := s.(policy.Auditor); !ok {
			return a
		}
	}
	return &alternatingAuditor{a}
}

type alternatingAuditor struct{ *alternating }

// Acts implements policy.Auditor.
func (a *alternatingAuditor) Acts(ctx context.Context, f policy.ActFilter) iter.Seq2[policy.Act, error] {
	return a.next().(policy.Auditor).Acts(ctx, f)
}

type alternating struct {
	calls  atomic.Int64
	stores []policy.Store
}

func (a *alternating) next() policy.Store {
	return a.stores[int(a.calls.Add(1))%len(a.stores)]
}

// Update implements policy.Store.
func (a *alternating) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	return a.next().Update(ctx, key, fn)
}

// View implements policy.Store.
func (a *alternating) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	return a.next().View(ctx, key, fn)
}

// Delete implements policy.Store.
func (a *alternating) Delete(ctx context.Context, key policy.Key) error {
	return a.next().Delete(ctx, key)
}

// All implements policy.Store.
func (a *alternating) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return a.next().All(ctx, listed)
}

// refusesSecret requires that an engine with another Secret than the one of the
// records is refused.
func refusesSecret(t *testing.T, store policy.Store) {
	t.Helper()
	e, err := policy.New(policy.Config{Store: store, Secret: []byte("of somebody else"), Timeout: time.Minute})
	if err == nil {
		_ = e.Close()
	}
	if !errors.Is(err, policy.ErrSecret) {
		t.Errorf("an engine with another Secret: %v, want ErrSecret", err)
	}
}
