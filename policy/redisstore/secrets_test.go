package redisstore

import (
	"fmt"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestSecrets(t *testing.T) {
	needServer(t)
	storetest.Secrets(t, func(t *testing.T) func() policy.Store {
		cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
		return func() policy.Store { return open(t, shared, cfg) }
	})
}
