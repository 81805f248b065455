package guard_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// A store that panics, or breaks its contract, fails; the process goes on.
func TestBrokenStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &broken{Store: policy.NewMemory(0)}
		g := newGuarded(store, time.Second)
		for _, how := range []func(){
			func() { panic("a driver's") },
			nil, // never calls fn, and says that all is well
		} {
			store.how = how
			var fault *policy.FaultError
			if err := g.Update(t.Context(), hot, count); !errors.As(err, &fault) || fault.Op != "update" {
				t.Errorf("the error is %v, want a FaultError", err)
			}
			if err := g.View(t.Context(), hot, func([]byte) error { return nil }); !errors.As(err, &fault) || fault.Op != "view" {
				t.Errorf("the error is %v, want a FaultError", err)
			}
		}
		for _, err := range g.All(t.Context()) {
			if err == nil {
				t.Error("the panic of All was lost")
			}
		}
	})
}

type broken struct {
	policy.Store
	how func()
}

func (s *broken) fail() {
	if s.how != nil {
		s.how()
	}
}

func (s *broken) Update(context.Context, policy.Key, func([]byte) (policy.Record, error)) error {
	s.fail()
	return nil
}

func (s *broken) View(context.Context, policy.Key, func([]byte) error) error {
	s.fail()
	return nil
}

func (s *broken) All(context.Context, bool) iter.Seq2[policy.Entry, error] {
	return func(func(policy.Entry, error) bool) { panic("a driver's") }
}

// An iteration ends with its context, whatever the store does.
func TestAllEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faulty := storetest.NewFaulty(policy.NewMemory(0))
		g := newGuarded(faulty, time.Second)
		faulty.Break(storetest.Always(storetest.Fault{Delay: -1, Stubborn: true}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		n := 0
		for _, err := range g.All(ctx) {
			if n++; err != context.DeadlineExceeded {
				t.Error(err)
			}
		}
		if n != 1 {
			t.Errorf("%d items, want the error", n)
		}
		faulty.Heal()
	})
}
