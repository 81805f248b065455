package policy_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// pastOf gives an account n sanctions that have ended, each with all that can be
// said of one.
func pastOf(w *town, account string, n int) (all []policy.Sanction) {
	for i := range n {
		s := w.impose(policy.Sanction{
			Account: account, Kind: policy.Block, By: "moderator " + strings.Repeat("m", 50), Message: fmt.Sprint("message ", i),
			Until: w.now.Add(time.Hour), Reasons: []policy.Reason{
				{Code: policy.CodeComplaints, Value: float64(i), N: i}, {Code: policy.CodeDuplicate, Value: 3}, {Code: "host.own", Value: 1}, {Code: policy.CodeYoung},
			},
		})
		all = append(all, s)
		w.pass(2 * time.Hour)
	}
	return all
}

// TestFile: the past of an account that was sanctioned often is told in full,
// though its own record stays small.
func TestFile(t *testing.T) {
	w := newTown(t, policy.Config{})
	lifted := w.impose(policy.Sanction{Account: "sam", Kind: policy.Block, By: "eve"})
	w.must(w.e.Lift(t.Context(), "sam", lifted.ID, policy.Lifting{By: "eve", Note: "a mistake"}))
	was := pastOf(w, "sam", 10)
	w.must(w.e.Lift(t.Context(), "sam", lifted.ID, policy.Lifting{By: "eve"})) // again, from the file
	if n := len(w.raw("sam")); n > 1500 {
		t.Errorf("the record of an account with a long past takes %d bytes", n)
	}
	a := w.account("sam")
	told := map[string]policy.Sanction{}
	for _, s := range a.History {
		told[s.ID] = s
	}
	for i, s := range was {
		if got := told[s.ID]; len(got.Reasons) != 4 || got.By != s.By || got.Message != s.Message || got.Reasons[0].N != i {
			t.Errorf("sanction %d is told as %+v", i, got)
		}
	}
	// The oldest can be appealed against like any other, once, and a ruling stays.
	appeal, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: was[0].ID})
	w.must(err)
	ruling := policy.Ruling{Outcome: policy.Overturned, By: "judge"}
	w.must(w.e.Resolve(t.Context(), "sam", appeal.ID, ruling))
	pastOf(w, "sam", 5) // it goes to the file again
	w.must(w.e.Resolve(t.Context(), "sam", appeal.ID, ruling))
	if _, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: was[0].ID}); err != nil && !errors.Is(err, policy.ErrSettled) && !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("a second appeal: %v", err)
	}
	// A snapshot holds it.
	var b bytes.Buffer
	w.must(w.e.Snapshot(t.Context(), &b))
	o := newTown(t, policy.Config{})
	o.now = w.now
	o.must(o.e.Restore(t.Context(), &b))
	if diff := cmp.Diff(w.account("sam").History, o.account("sam").History); diff != "" {
		t.Errorf("after a move the past is another: %s", diff)
	}
}

// TestForgetFile: what is forgotten leaves no file behind.
func TestForgetFile(t *testing.T) {
	p := policy.Default()
	p.KeepSanctionsOnForget = false
	w := newTown(t, policy.Config{Policy: p})
	pastOf(w, "sam", 10)
	if n := len(w.records()); n != 2 {
		t.Fatalf("%d records; want the account's and its file", n)
	}
	w.must(forget(w.e, t.Context(), "sam"))
	if n := len(w.records()); n != 0 {
		t.Errorf("%d records are left", n)
	}
}
