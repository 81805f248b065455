package storetest

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"sync"

	"github.com/decorum-go/decorum/policy"
)

// An Audited is a policy.Auditor over a store that is none: it keeps acts in memory, for
// tests of what reads an audit. One update runs at a time.
type Audited struct {
	policy.Store

	mu  sync.Mutex
	log []policy.Act
}

// NewAudited wraps a store.
func NewAudited(s policy.Store) *Audited { return &Audited{Store: s} }

// Update implements policy.Store.
func (s *Audited) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var acts []policy.Act
	err := s.Store.Update(ctx, key, func(old []byte) (policy.Record, error) {
		rec, err := fn(old)
		acts = make([]policy.Act, len(rec.Acts))
		for i, line := range rec.Acts {
			if err == nil {
				err = json.Unmarshal(line, &acts[i])
			}
		}
		return rec, err
	})
	if err != nil {
		return err
	}
	for _, a := range acts {
		for i := range s.log {
			if x := &s.log[i]; a.What == policy.ActForgotten && x.Key == a.Key {
				x.Account, x.Message, x.Why = "", "", ""
			}
		}
		a.N = uint64(len(s.log) + 1)
		s.log = append(s.log, a)
	}
	return nil
}

// Acts implements policy.Auditor.
func (s *Audited) Acts(ctx context.Context, f policy.ActFilter) iter.Seq2[policy.Act, error] {
	return func(yield func(policy.Act, error) bool) {
		s.mu.Lock()
		all := slices.Clone(s.log)
		s.mu.Unlock()
		if f.Newest {
			slices.Reverse(all)
		}
		n := 0
		for i := range all {
			if err := ctx.Err(); err != nil {
				yield(policy.Act{}, err)
				return
			}
			if f.Limit > 0 && n == f.Limit {
				return
			}
			if !chosen(&f, &all[i]) {
				continue
			}
			if n++; !yield(all[i], nil) {
				return
			}
		}
	}
}

// chosen reports whether all that a filter says is so.
func chosen(f *policy.ActFilter, a *policy.Act) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	switch {
	case f.After != 0 && f.Newest && a.N >= f.After, f.After != 0 && !f.Newest && a.N <= f.After:
		return false
	case a.At.Before(f.From), !f.Before.IsZero() && !a.At.Before(f.Before), f.What != 0 && f.What != a.What:
		return false
	}
	return is(f.Key, a.Key) && is(f.Tenant, a.Tenant) && is(f.By, a.By) && (!f.Automatic || a.By == "" && a.What == policy.ActImposed)
}
