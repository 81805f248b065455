package policy_test

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/storetest"
)

// The guard is itself a store, as far as its callers can tell.
func TestGuardConforms(t *testing.T) {
	storetest.Run(t, func(*testing.T) policy.Store {
		return policy.NewGuarded(policy.NewMemory(0), time.Minute)
	})
}

// A call of an outside store costs a context and a goroutine, and now and then a
// node (the race detector empties pools at random).
func TestGuardAllocates(t *testing.T) {
	update := policy.NewGuarded(near{policy.NewMemory(0)}, time.Minute).Reusing()
	data := make([]byte, 400)
	fn := func([]byte) (policy.Record, error) { return policy.Record{Data: data}, nil }
	n := testing.AllocsPerRun(2000, func() {
		if err := update(t.Context(), policy.Key{7}, fn); err != nil {
			t.Fatal(err)
		}
	})
	if n > 2 && !raced.On() {
		t.Errorf("%v allocations a call, want 2", n)
	}
}
