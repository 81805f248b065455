package policy_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func engineOn(store policy.Store, secret string) (*policy.Engine, error) {
	return policy.New(policy.Config{Store: store, Secret: []byte(secret), Timeout: timeout})
}

// Another Secret on a store that is in use is refused, and changes nothing.
func TestAnotherSecret(t *testing.T) {
	store := storetest.NewFaulty(policy.NewMemory(0))
	e, err := engineOn(store, "one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	before := contents(t, store)
	if _, err := engineOn(store, "two"); !errors.Is(err, policy.ErrSecret) {
		t.Errorf("another Secret: %v, want ErrSecret", err)
	}
	if diff := cmp.Diff(before, contents(t, store)); diff != "" {
		t.Errorf("a refused engine has changed the store:\n%s", diff)
	}
	again, err := engineOn(store, "one")
	if err != nil {
		t.Fatal(err)
	}
	d, err := again.Evaluate(t.Context(), policy.Message{Sender: "sam", Recipients: policy.To("bea")})
	if err != nil || d.Verdict != policy.Reject {
		t.Errorf("under the same Secret: %v, %v", d.Verdict, err)
	}
	listed := 0
	for _, err := range again.Sanctions(t.Context()) {
		if err != nil {
			t.Error(err)
		}
		listed++
	}
	if listed != 1 {
		t.Errorf("%d sanctions are listed, want 1", listed)
	}
}

// A store that was away at the start, or that came back as another one, is
// looked at before anything in it is used.
func TestAnotherSecretLater(t *testing.T) {
	used := policy.NewMemory(0)
	if _, err := engineOn(storetest.NewFaulty(used), "one"); err != nil {
		t.Fatal(err)
	}
	store := storetest.NewFaulty(used)
	store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
	e, err := engineOn(store, "two") // begins all the same
	if err != nil {
		t.Fatal(err)
	}
	before := contents(t, used)
	store.Heal()
	for i := range 20 {
		d, err := e.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint("sender", i), Recipients: policy.To("bea")})
		if fault, ok := errors.AsType[*policy.FaultError](err); !ok || !errors.Is(fault, policy.ErrSecret) || !d.Degraded {
			t.Fatalf("message %d: %v, degraded %v; want ErrSecret", i, err, d.Degraded)
		}
	}
	for _, err := range e.Sanctions(t.Context()) {
		if !errors.Is(err, policy.ErrSecret) {
			t.Errorf("a listing: %v, want ErrSecret", err)
		}
	}
	if diff := cmp.Diff(before, contents(t, used)); diff != "" {
		t.Errorf("the store was changed:\n%s", diff)
	}
}

// swapped is a store that is replaced by another one.
type swapped struct {
	mu sync.Mutex
	policy.Store
}

func (s *swapped) now() policy.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store
}

func (s *swapped) put(store policy.Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Store = store
}

func (s *swapped) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	return s.now().Update(ctx, key, fn)
}

func (s *swapped) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	return s.now().View(ctx, key, fn)
}

// A store that was away and comes back with somebody else's records is refused;
// one that comes back empty is, until somebody accepts it.
func TestAnotherStoreComesBack(t *testing.T) {
	foreign := policy.NewMemory(0)
	if _, err := engineOn(storetest.NewFaulty(foreign), "two"); err != nil {
		t.Fatal(err)
	}
	away := storetest.NewFaulty(policy.NewMemory(0))
	away.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
	empty := policy.NewMemory(0)
	for _, test := range []struct {
		name  string
		store *policy.Memory
		want  error
	}{{"another's", foreign, policy.ErrSecret}, {"empty", empty, policy.ErrEmptied}} {
		t.Run(test.name, func(t *testing.T) {
			s := &swapped{Store: storetest.NewFaulty(policy.NewMemory(0))}
			e, err := engineOn(s, "one")
			if err != nil {
				t.Fatal(err)
			}
			send := func() error {
				_, err := e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea")})
				return err
			}
			if err := send(); err != nil {
				t.Fatal(err)
			}
			s.put(away)
			for range 10 {
				if send() == nil {
					t.Fatal("the store is away")
				}
			}
			s.put(storetest.NewFaulty(test.store))
			for range 100 { // probes are paced
				if err = send(); err == nil || errors.Is(err, test.want) {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if _, err := e.AcceptEmptied(t.Context()); test.store == empty && err != nil || test.store == foreign && !errors.Is(err, policy.ErrSecret) {
				t.Errorf("accepted: %v", err)
			}
		})
	}
	if _, err := engineOn(storetest.NewFaulty(empty), "two"); !errors.Is(err, policy.ErrSecret) {
		t.Errorf("no proof was left in the empty store: %v", err)
	}
}

// Of engines that start at one time on an empty store, those of one Secret do.
func TestSecretsAtOnce(t *testing.T) {
	for range 50 {
		store := storetest.NewFaulty(policy.NewMemory(0))
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { // however long it takes: one that is too slow would begin without the store
				_, errs[i] = policy.New(policy.Config{Store: store, Secret: fmt.Append(nil, "secret", i%2), Timeout: time.Minute})
			})
		}
		wg.Wait()
		var refused [2]int
		for i, err := range errs {
			if err != nil && !errors.Is(err, policy.ErrSecret) {
				t.Fatal(err)
			}
			if err != nil {
				refused[i%2]++
			}
		}
		if refused != [2]int{0, 4} && refused != [2]int{4, 0} {
			t.Fatalf("refused %v, want all of one Secret and none of the other", refused)
		}
	}
}

// A proof that is damaged, of a newer version, or no proof at all is refused,
// never replaced.
func TestDamagedProof(t *testing.T) {
	other := policy.NewMemory(0)
	e, err := policy.New(policy.Config{Store: other})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea"), Reply: true}); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"damaged": func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"newer":   func(b []byte) []byte { b[0]++; return b },
		"another's": func([]byte) []byte {
			for _, data := range contents(t, other) {
				return []byte(data)
			}
			return nil
		},
	} {
		store := policy.NewMemory(0)
		if _, err := engineOn(storetest.NewFaulty(store), "one"); err != nil {
			t.Fatal(err)
		}
		for key, data := range contents(t, store) {
			b := damage([]byte(data))
			if err := store.Update(t.Context(), key, func([]byte) (policy.Record, error) { return policy.Record{Data: b, Pinned: true}, nil }); err != nil {
				t.Fatal(err)
			}
		}
		before := contents(t, store)
		if _, err := engineOn(storetest.NewFaulty(store), "one"); !errors.Is(err, policy.ErrRecord) {
			t.Errorf("%s: %v, want ErrRecord", name, err)
		}
		if diff := cmp.Diff(before, contents(t, store)); diff != "" {
			t.Errorf("%s: it was replaced:\n%s", name, diff)
		}
	}
}
