package boltstore_test

import (
	"path/filepath"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/boltstore"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestSecrets(t *testing.T) {
	storetest.Secrets(t, func(t *testing.T) func() policy.Store {
		s, err := boltstore.Open(filepath.Join(t.TempDir(), "records.db"), boltstore.Config{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return func() policy.Store { return s }
	})
}
