package policy_test

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// outside is a store that the engine takes for one outside the process.
type outside struct{ policy.Store }

// A store behind the guard decides as one in the process does.
func TestGuardChangesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		acts := makeHistory(seed, 400, seed%2 == 0)
		want := newTown(t, policy.Config{Store: policy.NewMemory(0)})
		got := newTown(t, policy.Config{Store: outside{policy.NewMemory(0)}, Timeout: time.Minute})
		differ(t, "through the guard", run(t, want.e, &want.now, acts), run(t, got.e, &got.now, acts))
	}
}

// Two engines over one outside store decide as one, campaign index apart.
func TestTwoGuardsOneStore(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		acts := makeHistory(seed, 400, false)
		one := newTown(t, policy.Config{Store: policy.NewMemory(0)})
		want := run(t, one.e, &one.now, acts)
		store := outside{policy.NewMemory(0)}
		two := []*town{
			newTown(t, policy.Config{Store: store, Timeout: time.Minute}),
			newTown(t, policy.Config{Store: store, Timeout: time.Minute}),
		}
		var got []string
		for i := range acts {
			w := two[(uint64(i)+seed*uint64(i/3))%2]
			got = append(got, run(t, w.e, &w.now, acts[i:i+1])...)
		}
		differ(t, "two engines", want, got)
	}
}
