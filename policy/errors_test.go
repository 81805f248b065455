package policy

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// Sentinels are to branch on; what is returned says what it is about, and names
// nobody.
func TestErrorsSayWhat(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	e, err := New(Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx := t.Context()
	impose := func() (Sanction, error) {
		return e.Impose(ctx, Sanction{Account: "ann", Kind: Block, By: "mod"})
	}
	s, err := impose()
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.Appeal(ctx, Appeal{Account: "ann", Sanction: s.ID})
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
	check(err, ErrNotFound, "nothing is remembered")
	_, err = e.Appeal(ctx, Appeal{Account: "ann", Sanction: "1f"})
	check(err, ErrNotFound, "no such sanction")
	_, err = e.Appeal(ctx, Appeal{Account: "ann", Sanction: s.ID})
	check(err, ErrConflict, "is open")
	check(e.Resolve(ctx, "ann", "1f", Ruling{Outcome: Upheld, By: "mod"}), ErrNotFound, "no such appeal")
	if err := e.Resolve(ctx, "ann", a.ID, Ruling{Outcome: Upheld, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	check(e.Resolve(ctx, "ann", a.ID, Ruling{Outcome: Reduced, By: "mod"}), ErrSettled, "ruled on otherwise")
	_, err = e.Appeal(ctx, Appeal{Account: "ann", Sanction: s.ID})
	check(err, ErrSettled, "was ruled on")
	check(e.Lift(ctx, "ann", "1f", Lifting{By: "mod"}), ErrNotFound, "no such sanction")
	if err := e.Lift(ctx, "ann", s.ID, Lifting{By: "mod"}); err != nil {
		t.Fatal(err)
	}
	check(e.Lift(ctx, "ann", s.ID, Lifting{By: "other"}), ErrSettled, "somebody else")
	check(e.ClearOverride(ctx, "ann"), ErrNotFound, "no standing order")
	check(e.Record(ctx, Retraction{Sender: "ann", Message: "m"}), ErrNotFound, "not remembered")
	check(e.Record(ctx, Review{Account: "ann", Complaint: "c", By: "mod"}), ErrNotFound, "no such complaint")
	for err = nil; err == nil; {
		_, err = impose()
	}
	check(err, ErrConflict, "Lift one")
	now = now.Add(Default().Appeals.Within.D())
	stands, err := e.Account(ctx, "ann")
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Appeal(ctx, Appeal{Account: "ann", Sanction: stands.Standing[0].ID})
	check(err, ErrNotFound, "appeals.within")
}
