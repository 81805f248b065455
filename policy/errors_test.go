package policy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Sentinels are to branch on; what is returned says what it is about, and names
// nobody.
func TestErrorsSayWhat(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx := t.Context()
	impose := func() (policy.Sanction, error) {
		return e.Impose(ctx, policy.Sanction{Account: "ann", Kind: policy.Block, By: "mod"})
	}
	s, err := impose()
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: s.ID})
	if err != nil {
		t.Fatal(err)
	}
	check := func(err, want error, words string) {
		t.Helper()
		switch {
		case !errors.Is(err, want):
			t.Errorf("%v, want %v", err, want)
		case !strings.HasPrefix(err.Error(), want.Error()+": ") || !strings.Contains(err.Error(), words):
			t.Errorf("%q does not say %q", err, words)
		case strings.Contains(err.Error(), "ann") || strings.Contains(err.Error(), s.ID):
			t.Errorf("%q names somebody", err)
		}
	}
	_, err = e.Account(ctx, "bea")
	check(err, policy.ErrNotFound, "nothing is remembered")
	_, err = e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: "1f"})
	check(err, policy.ErrNotFound, "no such sanction")
	_, err = e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: s.ID})
	check(err, policy.ErrConflict, "is already open")
	check(e.Resolve(ctx, "ann", "1f", policy.Ruling{Outcome: policy.Upheld, By: "mod"}), policy.ErrNotFound, "no such appeal")
	if err := e.Resolve(ctx, "ann", a.ID, policy.Ruling{Outcome: policy.Upheld, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	check(e.Resolve(ctx, "ann", a.ID, policy.Ruling{Outcome: policy.Reduced, By: "mod"}), policy.ErrSettled, "ruled on otherwise")
	_, err = e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: s.ID})
	check(err, policy.ErrSettled, "was ruled on")
	check(e.Lift(ctx, "ann", "1f", policy.Lifting{By: "mod"}), policy.ErrNotFound, "no such sanction")
	if err := e.Lift(ctx, "ann", s.ID, policy.Lifting{By: "mod"}); err != nil {
		t.Fatal(err)
	}
	check(e.Lift(ctx, "ann", s.ID, policy.Lifting{By: "other"}), policy.ErrSettled, "somebody else")
	check(e.ClearOverride(ctx, "ann"), policy.ErrNotFound, "no standing order")
	check(e.Record(ctx, policy.Retraction{Sender: "ann", Message: "m"}), policy.ErrNotFound, "not remembered")
	check(e.Record(ctx, policy.Review{Account: "ann", Complaint: "c", By: "mod"}), policy.ErrNotFound, "no such complaint")
	for err = nil; err == nil; {
		_, err = impose()
	}
	check(err, policy.ErrConflict, "Lift one")
	stands, err := e.Account(ctx, "ann")
	if err != nil {
		t.Fatal(err)
	}
	past := stands.Standing[0].ID
	if err := e.Lift(ctx, "ann", past, policy.Lifting{By: "mod"}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(policy.Default().Appeals.Within.D())
	_, err = e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: past})
	check(err, policy.ErrNotFound, "appeals.within")
	if _, err := e.Appeal(ctx, policy.Appeal{Account: "ann", Sanction: stands.Standing[1].ID}); err != nil {
		t.Errorf("against one that stands: %v", err)
	}
}
