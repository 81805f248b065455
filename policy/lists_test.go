package policy_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// list is what a filter lists; errors end the test.
func (w *town) list(f policy.SanctionFilter) (all []policy.Sanction) {
	w.Helper()
	for s, err := range w.e.Sanctions(w.Context(), f) {
		w.must(err)
		all = append(all, s)
	}
	return all
}

// oversee makes a town of accounts with sanctions of all kinds, by hand and not,
// standing, ended, lifted, overturned and appealed against, under two policies.
func oversee(t *testing.T, r *rand.Rand) (w *town, names []string) {
	w = newTown(t, policy.Config{})
	other := policy.Default()
	other.Name = "strange"
	for i := range 60 {
		name := fmt.Sprint("account", i)
		names = append(names, name)
		w.pass(time.Duration(r.IntN(100)) * time.Minute)
		if i == 30 {
			w.must(w.e.SetPolicy(other))
		}
		for range 1 + r.IntN(3) {
			s := policy.Sanction{Account: name, Kind: policy.Kind(1 + r.IntN(5)), PerDay: 3, By: []string{"ada", "bob"}[r.IntN(2)]}
			if r.IntN(2) == 0 {
				s.Until = w.now.Add(time.Duration(1+r.IntN(200)) * time.Hour)
			}
			if r.IntN(2) == 0 {
				s.Review = w.now.Add(time.Duration(1+r.IntN(200)) * time.Hour)
			}
			if r.IntN(3) == 0 {
				if d := w.culprit(w.e, name); len(d.Imposed) > 0 {
					s = d.Imposed[0]
				}
			} else {
				s = w.impose(s)
			}
			switch r.IntN(5) {
			case 0:
				if s.ID != "" {
					w.lift(name, s.ID)
				}
			case 1, 2:
				if s.ID != "" {
					a, err := w.e.Appeal(t.Context(), policy.Appeal{Account: name, Sanction: s.ID})
					w.must(err)
					if r.IntN(2) == 0 {
						w.must(w.e.Resolve(t.Context(), name, a.ID, policy.Ruling{Outcome: policy.RulingOutcome(1 + r.IntN(3)), By: "judge"}))
					}
				}
			}
		}
	}
	w.pass(30 * time.Hour)
	return w, names
}

// TestSanctionFilter compares what filters list, whole and in pages, with a look at
// every account.
func TestSanctionFilter(t *testing.T) {
	for seed := range seeds(4, 40) {
		r := rand.New(rand.NewPCG(seed, 18))
		w, names := oversee(t, r)
		var all []policy.Sanction
		for _, name := range names {
			a := w.account(name)
			all = append(append(all, a.Standing...), a.History...)
		}
		slices.SortFunc(all, func(a, b policy.Sanction) int {
			return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID))
		})
		between := all[len(all)/3].From
		found := 0
		for i, f := range []policy.SanctionFilter{
			{}, {State: policy.AnyState}, {State: policy.Ended}, {OpenAppeal: true}, {OpenAppeal: true, State: policy.Ended}, {ReviewBefore: w.now.Add(20 * time.Hour)},
			{Kinds: []policy.Kind{policy.Block, policy.Warning}, State: policy.AnyState}, {Policy: "strange", State: policy.AnyState}, {Policy: all[0].Policy, State: policy.AnyState},
			{From: between, State: policy.AnyState}, {Before: between, State: policy.AnyState}, {By: "ada"}, {Automatic: true, State: policy.AnyState}, {By: "nobody"},
		} {
			var want []policy.Sanction
			for _, s := range all {
				in := s.InForce(w.now)
				name, _, _ := strings.Cut(s.Policy, "@")
				switch open := s.Appeal != nil && s.Appeal.Ruling == nil; {
				case f.State == policy.Ended && in, f.State == policy.InForce && !f.OpenAppeal && !in, f.OpenAppeal && !open,
					!f.ReviewBefore.IsZero() && (s.Review.IsZero() || !s.Review.Before(f.ReviewBefore)), f.Kinds != nil && !slices.Contains(f.Kinds, s.Kind),
					f.Policy != "" && f.Policy != s.Policy && f.Policy != name, s.From.Before(f.From), !f.Before.IsZero() && !s.From.Before(f.Before),
					f.By != "" && f.By != s.By, f.Automatic && s.By != "":
				default:
					want = append(want, s)
				}
			}
			found += len(want)
			if diff := gocmp.Diff(want, w.list(f)); diff != "" {
				t.Fatalf("seed %d, filter %d: %s", seed, i, diff)
			}
			var paged []policy.Sanction
			for f.Limit = 3; ; f.After = paged[len(paged)-1].Cursor() {
				page := w.list(f)
				paged = append(paged, page...)
				if len(page) > 3 {
					t.Fatalf("a page of %d", len(page))
				}
				if len(page) == 0 || len(paged) > len(want) {
					break
				}
			}
			if diff := gocmp.Diff(want, paged); diff != "" {
				t.Fatalf("seed %d, filter %d, in pages: %s", seed, i, diff)
			}
		}
		if found < 100 {
			t.Errorf("seed %d: the filters choose only %d", seed, found)
		}
	}
}

// TestSanctionFilterBadInput: what is impossible is named, and nothing is listed.
func TestSanctionFilterBadInput(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Block, By: "ada"})
	for field, f := range map[string]policy.SanctionFilter{
		"state": {State: 3}, "kinds": {Kinds: []policy.Kind{9}}, "automatic": {By: "ada", Automatic: true}, "before": {From: w.now, Before: w.now},
		"limit": {Limit: -1}, "after": {After: "yesterday"}, "from": {From: time.Date(1, 2, 3, 0, 0, 0, 0, time.UTC)}, "by": {By: strings.Repeat("x", 999)},
	} {
		for s, err := range w.e.Sanctions(t.Context(), f) {
			if x, ok := errors.AsType[*policy.FieldError](err); !ok || x.Field != field || s.ID != "" {
				t.Errorf("%s: %v, %v", field, s, err)
			}
		}
		if n, err := w.e.LiftAll(t.Context(), f, policy.Lifting{By: "ada"}); n != 0 || err == nil && field != "limit" && field != "after" {
			t.Errorf("LiftAll, %s: %d, %v", field, n, err)
		}
	}
	for s, err := range w.e.Sanctions(t.Context(), policy.SanctionFilter{}, policy.SanctionFilter{}) {
		if err == nil {
			t.Errorf("of two filters: %v", s)
		}
	}
	for field, call := range map[string]func() (int, error){
		"filter": func() (int, error) {
			return w.e.LiftAll(t.Context(), policy.SanctionFilter{}, policy.Lifting{By: "ada"})
		},
		"by": func() (int, error) {
			return w.e.LiftAll(t.Context(), policy.SanctionFilter{Everybody: true}, policy.Lifting{})
		},
	} {
		if n, err := call(); n != 0 || !strings.Contains(fmt.Sprint(err), field) {
			t.Errorf("%s: %d, %v", field, n, err)
		}
	}
	if n := len(w.list(policy.SanctionFilter{})); n != 1 {
		t.Errorf("%d stand, want 1", n)
	}
	if n, err := w.e.LiftAll(t.Context(), policy.SanctionFilter{Everybody: true}, policy.Lifting{By: "ada"}); n != 1 || err != nil {
		t.Errorf("everybody: %d, %v", n, err)
	}
}

// TestLiftAll: after a bad policy everything that it imposed goes, as if it had not
// been, on accounts with and without a past, whatever happens on the way; nothing else
// does.
func TestLiftAll(t *testing.T) {
	n := int(seeds(300, 10_000))
	p := policy.Default()
	p.Budget.PerHour = n + 10
	bad := policy.Default()
	bad.Name, bad.Budget.PerHour = "bad", n+10
	store := storetest.NewFaulty(policy.NewMemory(0))
	lifted := 0
	w := newTown(t, policy.Config{Policy: p, Store: store, Timeout: time.Minute, Hooks: policy.Hooks{Lifted: func(_ context.Context, s *policy.Sanction) {
		if lifted++; s.Lifted == nil || s.Lifted.By != "ada" {
			t.Errorf("the hook is told of %+v", s)
		}
	}}})
	names := crowd(n)
	past := names[:n/10]
	for _, name := range past { // under the good one
		w.culprit(w.e, name)
	}
	w.pass(40 * 24 * time.Hour)
	before := map[string][]any{}
	ladder := func(name string) []any {
		a, err := w.e.Account(t.Context(), name)
		if errors.Is(err, policy.ErrNotFound) {
			return nil
		}
		w.must(err)
		var history []string
		for _, s := range a.History {
			if s.Policy != bad.Name && !strings.HasPrefix(s.Policy, "bad@") {
				history = append(history, s.ID)
			}
		}
		return []any{len(a.Offences), len(a.Standing), history, a.Strikes > 0}
	}
	for _, name := range names {
		before[name] = ladder(name)
	}
	w.must(w.e.SetPolicy(bad))
	from := w.now
	for _, name := range names {
		w.culprit(w.e, name)
	}
	w.pass(2 * time.Hour)
	w.must(w.e.SetPolicy(p))
	good := w.culprit(w.e, "a real culprit")
	f := policy.SanctionFilter{Policy: "bad", From: from}
	dry, err := w.e.LiftAll(t.Context(), f, policy.Lifting{By: "ada", DryRun: true})
	if dry != n || err != nil || len(w.list(f)) != n {
		t.Fatalf("a dry run: %d, %v, and %d stand; want %d", dry, err, len(w.list(f)), n)
	}
	calls := 0 // the store goes away in the middle
	store.Break(func(c storetest.Call) storetest.Fault {
		if calls++; calls > 6*n/3 {
			return storetest.Fault{Kind: storetest.Kind(2 + calls%3)}
		}
		return storetest.Fault{}
	})
	first, err := w.e.LiftAll(t.Context(), f, policy.Lifting{By: "ada", Note: "the policy was wrong"})
	if first == 0 || first == n || err == nil {
		t.Fatalf("with a store that goes away: %d, %v", first, err)
	}
	store.Heal()
	time.Sleep(1100 * time.Millisecond) // until the engine looks again
	second, err := w.e.LiftAll(t.Context(), f, policy.Lifting{By: "ada", Note: "the policy was wrong"})
	if rest := n - first - second; err != nil || rest < 0 || rest > 1 { // of one the answer was lost
		t.Fatalf("again: %d and %d of %d, %v", first, second, n, err)
	}
	if lifted < n-1 || len(w.list(f)) != 0 {
		t.Errorf("the hook was told of %d, %d stand", lifted, len(w.list(f)))
	}
	for _, name := range names {
		if diff := gocmp.Diff(before[name], ladder(name)); diff != "" && before[name] != nil {
			t.Fatalf("%s: %s", name, diff)
		}
		if a := w.account(name); before[name] == nil && (len(a.Offences) > 0 || a.Strikes > 0 || len(a.Standing) > 0) {
			t.Fatalf("%s: %v", name, a)
		}
	}
	if a := w.account("a real culprit"); len(a.Standing) != 1 || a.Standing[0].ID != good.Imposed[0].ID {
		t.Errorf("what the good policy imposed: %v", a.Standing)
	}
	if again, err := w.e.LiftAll(t.Context(), f, policy.Lifting{By: "ada"}); again != 0 || err != nil {
		t.Errorf("a third time: %d, %v", again, err)
	}
	if d := w.culprit(w.e, names[n-1]); len(d.Imposed) != 1 || d.Imposed[0].Kind != policy.Block || d.Imposed[0].Until.Sub(w.now) != 24*time.Hour {
		t.Errorf("an offence after it brings %v, want a first block", d.Imposed)
	}
}
