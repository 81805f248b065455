package pgstore

import (
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestNotesConform: see storetest.Notes.
func TestNotesConform(t *testing.T) {
	needServer(t)
	t.Parallel()
	storetest.Notes(t, func(t *testing.T) func() policy.Store {
		cfg := Config{Prefix: newPrefix()}
		return func() policy.Store {
			s := open(t, shared.url(), cfg)
			t.Cleanup(func() {
				if n := s.Stats().Notes; n.Dropped+n.Missed+n.Refused+n.Again > 0 {
					t.Errorf("%+v", n)
				}
			})
			return s
		}
	})
}
