package pgstore

import (
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestSecrets(t *testing.T) {
	needServer(t)
	storetest.Secrets(t, func(t *testing.T) func() policy.Store { return place(t, "") })
}
