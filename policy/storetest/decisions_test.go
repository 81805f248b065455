package storetest

import (
	"os"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

func TestDecisionsPassPlain(t *testing.T) {
	Decisions(t, func(*testing.T) policy.Store { return newPlain("") })
}

func TestDecisionsFindFlaws(t *testing.T) {
	raced.Skip(t)
	for _, flaw := range []string{"keeps what nil deletes", "keeps old flags", "leaves one out", "writes in spite of an error"} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			finds(t, flaw, "TestDecisionsFlawed")
		})
	}
}

// TestDecisionsFlawed is what TestDecisionsFindFlaws runs.
func TestDecisionsFlawed(t *testing.T) {
	flaw := os.Getenv("STORETEST_FLAW")
	if flaw == "" {
		t.Skip("run by TestDecisionsFindFlaws")
	}
	Decisions(t, func(*testing.T) policy.Store { return newPlain(flaw) })
}

func TestSharedPassesPlain(t *testing.T) {
	Shared(t, func(*testing.T) func() policy.Store {
		s := newPlain("")
		return func() policy.Store { return s }
	})
}

func TestSharedFindsFlaws(t *testing.T) {
	for flaw, check := range map[string]string{
		"shares nothing": "two_processes",
		"keeps no proof": "decisions",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			finds(t, flaw, "TestSharedFlawed/shared/"+check)
		})
	}
}

// TestSharedFlawed is what TestSharedFindsFlaws runs.
func TestSharedFlawed(t *testing.T) {
	flaw := os.Getenv("STORETEST_FLAW")
	if flaw == "" {
		t.Skip("run by TestSharedFindsFlaws")
	}
	Shared(t, func(*testing.T) func() policy.Store {
		s := newPlain(flaw)
		return func() policy.Store {
			if s.is("shares nothing") {
				return newPlain("")
			}
			return s
		}
	})
}
