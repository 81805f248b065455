package storetest

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A policy.Auditor keeps acts with records. These checks say nothing of other stores.

func (s *subject) auditor() (policy.Auditor, bool) {
	a, ok := s.store.(policy.Auditor)
	return a, ok
}

// actDay is when acts of these checks are done.
var actDay = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// actOn is an act on the n-th account.
func actOn(n int, what policy.ActKind, by string) policy.Act {
	k := key(n)
	return policy.Act{
		ID: fmt.Sprint("act ", n, what), At: actDay.Add(time.Duration(n) * time.Hour), What: what, By: by, Key: hex.EncodeToString(k[:]), Account: fmt.Sprint("account ", n),
		Tenant: fmt.Sprint("tenant ", n%2), Sanction: "ffffffffffffff51", Message: "a message to account", Why: "because\x00", Detail: "überall", Reasons: []policy.Code{policy.CodeReach, "of the host"},
		Before: policy.Footing{Strikes: .5}, Policy: "default@1f",
		After: policy.Footing{Standing: []policy.Sanction{{ID: "ffffffffffffff51", Kind: policy.Block, Scope: policy.Outreach, From: actDay, Until: actDay.Add(time.Hour)}}, Override: policy.Hold},
	}
}

// lines are acts as an update has them.
func lines(acts ...policy.Act) (all [][]byte) {
	for i := range acts {
		b, err := json.Marshal(&acts[i])
		if err != nil {
			panic(err)
		}
		all = append(all, b)
	}
	return all
}

// acts reads the audit.
func (s *subject) acts(f policy.ActFilter) (all []policy.Act) {
	s.Helper()
	a, _ := s.auditor()
	for x, err := range a.Acts(s.ctx, f) {
		if err != nil {
			s.Fatalf("Acts: %v", err)
		}
		all = append(all, x)
	}
	return all
}

// numbered requires that acts are so many, with all the numbers from 1 on.
func (s *subject) numbered(all []policy.Act, want int) {
	s.Helper()
	if len(all) != want {
		s.Fatalf("%d acts, want %d", len(all), want)
	}
	for i := range all {
		if all[i].N != uint64(i+1) {
			s.Fatalf("act %d has the number %d", i+1, all[i].N)
		}
	}
}

// does updates the record of the n-th account with acts.
func (s *subject) does(n int, data []byte, acts ...policy.Act) {
	s.Helper()
	err := s.store.Update(s.ctx, key(n), func([]byte) (policy.Record, error) {
		return policy.Record{Data: data, Expires: soon(), Durable: true, Acts: lines(acts...)}, nil
	})
	if err != nil {
		s.Fatalf("Update: %v", err)
	}
}

func actsWithRecord(s *subject) {
	if _, ok := s.auditor(); !ok {
		return
	}
	first := actOn(1, policy.ActImposed, "mo")
	s.does(1, []byte("one"), first, actOn(1, policy.ActLifted, "mo"))
	failed := errors.New("no")
	if err := s.store.Update(s.ctx, key(1), func([]byte) (policy.Record, error) {
		return policy.Record{Data: []byte("x"), Acts: lines(first)}, failed
	}); !errors.Is(err, failed) {
		s.Fatalf("Update: %v", err)
	}
	s.does(1, nil, actOn(1, policy.ActReviewed, "mo"))  // deletes
	s.does(2, nil, actOn(2, policy.ActDiscarded, "mo")) // and there was none
	order := policy.Act{ID: "o", At: actDay, What: policy.ActLiftedAll, By: "mo", Why: "an order"}
	s.does(3, []byte("three"), order)
	all := s.acts(policy.ActFilter{})
	s.numbered(all, 5)
	first.N, first.Why = 1, "because\uFFFD"
	if got := all[0]; got.Why != first.Why && got.Why != "because\x00" {
		s.Errorf("why: %q", got.Why)
	} else if got.Why = first.Why; !reflect.DeepEqual(got, first) {
		s.Errorf("read back it is\n%+v, was\n%+v", got, first)
	}
	if got := all[4]; got.Key != "" || got.Account != "" || got.Why != "an order" {
		s.Errorf("an order is\n%+v", got)
	}
}

// actsForgotten: of an account that is forgotten, here while it has no record, nothing in
// the audit names it.
func actsForgotten(s *subject) {
	if _, ok := s.auditor(); !ok {
		return
	}
	first, second := actOn(1, policy.ActImposed, "mo"), actOn(2, policy.ActImposed, "mo")
	s.does(1, []byte("one"), first)
	s.does(2, []byte("two"), second)
	s.does(1, nil)
	s.does(1, nil, policy.Act{ID: "f", At: actDay, What: policy.ActForgotten, Key: first.Key})
	all := s.acts(policy.ActFilter{})
	s.numbered(all, 3)
	for _, a := range []policy.Act{all[0], all[2]} {
		if a.Key != first.Key || a.Account != "" || a.Message != "" || a.Why != "" {
			s.Errorf("after it was forgotten: %+v", a)
		}
	}
	if a := all[1]; a.Account != "account 2" || a.Message == "" {
		s.Errorf("another one is forgotten, too: %+v", a)
	}
	s.does(1, []byte("back"), actOn(1, policy.ActImposed, "mo"))
	if a := s.acts(policy.ActFilter{Key: first.Key, Newest: true}); a[0].Account != "account 1" || a[0].Why == "" || a[1].Why != "" {
		s.Errorf("after it came back: %+v", a[:2])
	}
}

func actsChosen(s *subject) {
	if _, ok := s.auditor(); !ok {
		return
	}
	for n := range 12 {
		a := actOn(n/3, policy.ActImposed+policy.ActKind(n%2), []string{"mo", "", "lee"}[n%3])
		a.At = actDay.Add(time.Duration(n) * time.Hour)
		s.does(n/3, []byte("x"), a)
	}
	third := key(2)
	for _, c := range []struct {
		f    policy.ActFilter
		want []uint64
	}{
		{policy.ActFilter{Key: hex.EncodeToString(third[:])}, []uint64{7, 8, 9}},
		{policy.ActFilter{By: "lee"}, []uint64{3, 6, 9, 12}},
		{policy.ActFilter{By: "nobody"}, nil},
		{policy.ActFilter{Tenant: "tenant 1"}, []uint64{4, 5, 6, 10, 11, 12}},
		{policy.ActFilter{Automatic: true}, []uint64{5, 11}},
		{policy.ActFilter{What: policy.ActLifted, By: "mo"}, []uint64{4, 10}},
		{policy.ActFilter{From: actDay.Add(3 * time.Hour), Before: actDay.Add(5 * time.Hour)}, []uint64{4, 5}},
		{policy.ActFilter{Limit: 3}, []uint64{1, 2, 3}},
		{policy.ActFilter{Limit: 3, After: 3}, []uint64{4, 5, 6}},
		{policy.ActFilter{Limit: 3, After: 11}, []uint64{12}},
		{policy.ActFilter{Limit: 2, Newest: true}, []uint64{12, 11}},
		{policy.ActFilter{Limit: 2, Newest: true, After: 11}, []uint64{10, 9}},
		{policy.ActFilter{Limit: 2, Newest: true, After: 1}, nil},
	} {
		var got []uint64
		for _, a := range s.acts(c.f) {
			got = append(got, a.N)
		}
		if !reflect.DeepEqual(got, c.want) {
			s.Errorf("%+v: %d, want %d", c.f, got, c.want)
		}
	}
}

// actsAtOnce: however often functions run, each update that was made has its act, in the
// order of the updates of its record.
func actsAtOnce(s *subject) {
	if _, ok := s.auditor(); !ok {
		return
	}
	const callers, each, accounts = 8, 12, 3
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				n := (c + i) % accounts
				err := s.store.Update(s.ctx, key(n), func(old []byte) (policy.Record, error) {
					a := actOn(n, policy.ActReviewed, "mo")
					a.Detail = fmt.Sprint(len(old)) // how many there were before
					return policy.Record{Data: append(append([]byte{}, old...), 'x'), Expires: soon(), Durable: true, Acts: lines(a)}, nil
				})
				if err != nil {
					s.Errorf("Update: %v", err)
				}
			}
		})
	}
	wg.Wait()
	all := s.acts(policy.ActFilter{})
	s.numbered(all, callers*each)
	before := map[string]int{}
	for _, a := range all {
		if a.Detail != fmt.Sprint(before[a.Key]) {
			s.Fatalf("act %d on %s follows on %s updates, want %d", a.N, a.Account, a.Detail, before[a.Key])
		}
		before[a.Key]++
	}
}
