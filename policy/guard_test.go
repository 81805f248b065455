package policy_test

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// The guard is itself a store, as far as its callers can tell.
func TestGuardConforms(t *testing.T) {
	storetest.Run(t, func(*testing.T) policy.Store {
		return policy.NewGuarded(policy.NewMemory(0), time.Minute)
	})
}
