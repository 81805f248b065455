package policy_test

import (
	"testing"

	"github.com/decorum-go/decorum/policy"
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
