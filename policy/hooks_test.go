package policy_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// TestLogLifted: the line about a sanction that ended says when, whether by hand, and
// what a ruling decided.
func TestLogLifted(t *testing.T) {
	var log bytes.Buffer
	w := newTown(t, policy.Config{Hooks: policy.LogHooks(slog.New(slog.NewTextHandler(&log, nil)))})
	lifted := func() string {
		t.Helper()
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, "msg=lifted") {
				log.Reset()
				return line
			}
		}
		t.Fatalf("no line: %s", log.String())
		return ""
	}
	impose := func() policy.Sanction {
		t.Helper()
		s, err := w.e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mo"})
		w.must(err)
		return s
	}
	at := " lifted=" + w.now.UTC().Format("2006-01-02T15:04:05.000Z07:00") + " "
	w.must(w.e.Lift(t.Context(), "sam", impose().ID, policy.Lifting{By: "lee"}))
	if line := lifted(); !strings.Contains(line, at) || !strings.Contains(line, "lifted_by_hand=true") || strings.Contains(line, "outcome") {
		t.Error(line)
	}
	appeal, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: impose().ID})
	w.must(err)
	w.must(w.e.Resolve(t.Context(), "sam", appeal.ID, policy.Ruling{Outcome: policy.Reduced, By: "lee"}))
	if line := lifted(); !strings.Contains(line, at) || !strings.Contains(line, "lifted_by_hand=true outcome=reduced") || strings.Contains(line, "lee") {
		t.Error(line)
	}
}
