package policy_test

import (
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestMemoryConforms(t *testing.T) {
	t.Run("one shard", func(t *testing.T) {
		storetest.Run(t, func(*testing.T) policy.Store { return policy.NewMemory(4000) })
	})
	t.Run("many shards", func(t *testing.T) {
		storetest.Run(t, func(*testing.T) policy.Store { return policy.NewMemory(0) })
	})
}

// An engine decides the same over a Memory and over a store outside of it.
func TestMemoryDecides(t *testing.T) {
	storetest.Decisions(t, func(*testing.T) policy.Store { return storetest.NewFaulty(policy.NewMemory(0)) })
}

// Engines over it, under all faults, keep what they acknowledged.
func TestMemorySimulated(t *testing.T) {
	storetest.Simulate(t, storetest.Simulation{Seeds: 8, Open: func(*testing.T) policy.Store { return policy.NewMemory(4000) }})
}

// A bound of nothing is the default.
func TestMemoryDefault(t *testing.T) {
	raced.Skip(t)
	m := policy.NewMemory(-1)
	put := func([]byte) (policy.Record, error) { return policy.Record{Data: []byte{1}}, nil }
	for i := range uint32(1<<20 + 3) {
		if err := m.Update(t.Context(), policy.Key{byte(i), byte(i >> 8), byte(i >> 16)}, put); err != nil {
			t.Fatal(err)
		}
	}
	if st := m.Stats(); st.Records != 1<<20 || st.Evictions != 3 {
		t.Errorf("Stats() = %+v, want 1<<20 records, 3 evicted", st)
	}
}
