//go:build !race

// The race detector empties pools at random.

package policy_test

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A call of an outside store costs a context and a goroutine, and now and then a
// node.
func TestGuardAllocates(t *testing.T) {
	update := policy.NewGuarded(near{policy.NewMemory(0)}, time.Minute).Reusing()
	data := make([]byte, 400)
	fn := func([]byte) (policy.Record, error) { return policy.Record{Data: data}, nil }
	n := testing.AllocsPerRun(2000, func() {
		if err := update(t.Context(), policy.Key{7}, fn); err != nil {
			t.Fatal(err)
		}
	})
	if n > 2 {
		t.Errorf("%v allocations a call, want 2", n)
	}
}
