package boltstore

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestSameDecisions(t *testing.T) {
	for name, cfg := range map[string]Config{
		"in memory": {},
		"on disk":   {MaxCached: 1, Flush: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Decisions(t, func(t *testing.T) policy.Store { return opened(t, cfg) })
		})
	}
}

func TestSameAfterRestarts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "records.db")
	storetest.Restarts(t, func(t *testing.T) storetest.Closer {
		s, err := Open(path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
