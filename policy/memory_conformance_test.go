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
