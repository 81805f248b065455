package policy_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestSecrets: the Secret of a store outside the process is changed while it is used.
func TestSecrets(t *testing.T) {
	t.Parallel()
	storetest.Secrets(t, func(t *testing.T) func() policy.Store {
		store := storetest.NewFaulty(policy.NewMemory(0))
		return func() policy.Store { return store }
	})
}

// sealedOn makes an engine with Secrets on an outside store.
func sealedOn(store policy.Store, tenant string, secrets ...string) (*policy.Engine, error) {
	cfg := policy.Config{Store: store, Tenant: tenant, Timeout: time.Minute}
	for _, s := range secrets {
		cfg.Secrets = append(cfg.Secrets, policy.Secret(s))
	}
	return policy.New(cfg)
}

func rekey(ctx context.Context, e *policy.Engine) (last policy.Progress, err error) {
	for last, err = range e.Rekey(ctx) {
	}
	return last, err
}

// filledStore holds a suspended account and 40 others, under a Secret.
func filledStore(t *testing.T, tenant, secret string) *storetest.Faulty {
	t.Helper()
	store := storetest.NewFaulty(policy.NewMemory(0))
	e, err := policy.New(policy.Config{Store: store, Tenant: tenant, Secret: []byte(secret), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, e)
	return store
}

func fill(t *testing.T, e *policy.Engine) {
	t.Helper()
	_, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Suspension, Review: time.Now().Add(time.Hour), By: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if _, err := e.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint("account", i), Recipients: policy.To("bea"), Text: "hi"}); err != nil {
			t.Fatal(err)
		}
	}
}

func suspended(t *testing.T, e *policy.Engine) {
	t.Helper()
	d, err := e.Evaluate(t.Context(), policy.Message{Sender: "mallory", Recipients: policy.To("bea"), Text: "hi"})
	if err != nil || d.Verdict != policy.Reject {
		t.Errorf("suspended before: %v, %v", d.Verdict, err)
	}
	a, err := e.Account(t.Context(), "account7")
	if err != nil || a.First.IsZero() {
		t.Errorf("an account from before: %+v, %v", a, err)
	}
	n := 0
	for s, err := range e.Sanctions(t.Context()) {
		if n++; err != nil || s.Account != "mallory" {
			t.Error(s, err)
		}
	}
	if n != 1 {
		t.Errorf("%d sanctions listed", n)
	}
}

// TestSecretsRefused: Secrets that cannot be, or are not those of the store, are named,
// and nothing has changed.
func TestSecretsRefused(t *testing.T) {
	store := filledStore(t, "", "one")
	for name, secrets := range map[string][]string{
		"config.secrets[1]": {"two", ""}, "config.secrets[2]": {"two", "one", "two"},
		"config.secrets[0]": {strings.Repeat("x", 1025), "one"}, "config.secrets": {"1", "2", "3", "4", "5", "6", "7", "8", "one"},
	} {
		_, err := sealedOn(store, "", secrets...)
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, cfg := range map[string]policy.Config{
		"a Memory": {Secrets: []policy.Secret{policy.Secret("one")}},
		"both":     {Store: store, Secret: []byte("one"), Secrets: []policy.Secret{policy.Secret("one")}},
	} {
		_, err := policy.New(cfg)
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != "config.secrets" {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := contents(t, store)
	for _, secrets := range [][]string{{"two"}, {"two", "three"}} {
		if _, err := sealedOn(store, "", secrets...); !errors.Is(err, policy.ErrSecret) {
			t.Errorf("%q: %v", secrets, err)
		}
	}
	if diff := cmp.Diff(before, contents(t, store)); diff != "" {
		t.Error(diff)
	}
	e, err := sealedOn(store, "", "two", "one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sealedOn(store, "", "three", "two", "one"); !errors.Is(err, policy.ErrChanging) {
		t.Errorf("a third one before Rekey: %v", err)
	}
	suspended(t, e)
	plain, err := policy.New(policy.Config{Store: filledStore(t, "", "one"), Secret: []byte("one"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	_, err = rekey(t.Context(), plain)
	if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != "config.secrets" {
		t.Errorf("Rekey of an engine of one Secret: %v", err)
	}
	early, err := sealedOn(filledStore(t, "", "one"), "", "one", "two")
	if err != nil {
		t.Fatal(err)
	}
	p, err := rekey(t.Context(), early)
	if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != "config.secrets" || p.Done {
		t.Errorf("Rekey in step 1: %+v, %v", p, err)
	}
	away := filledStore(t, "", "one")
	away.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
	_, err = sealedOn(away, "", "two", "one")
	if _, ok := errors.AsType[*policy.FaultError](err); !ok {
		t.Errorf("a store that is away: %v", err)
	}
	for _, s := range []string{fmt.Sprint(policy.Secret("hidden")), fmt.Sprintf("%#v %x %s %q", policy.Secret("hidden"), policy.Secret("hidden"), policy.Secret("hidden"), policy.Secret("hidden"))} {
		if strings.Contains(s, "hidden") {
			t.Errorf("it prints: %s", s)
		}
	}
}

// TestSecretsOld: with the old Secret, an engine that is running does nothing more once it
// was changed: it frees nobody, and makes no second record.
func TestSecretsOld(t *testing.T) {
	store := filledStore(t, "", "one")
	old, err := policy.New(policy.Config{Store: store, Secret: []byte("one"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	suspended(t, old)
	e, err := sealedOn(store, "", "two", "one")
	if err != nil {
		t.Fatal(err)
	}
	suspended(t, e)
	for _, secret := range []string{"one", "two"} {
		if _, err := policy.New(policy.Config{Store: store, Secret: []byte(secret)}); !errors.Is(err, policy.ErrSecret) || !strings.Contains(err.Error(), "Config.Secrets") {
			t.Errorf("Config.Secret %s: %v", secret, err)
		}
	}
	d, err := old.Evaluate(t.Context(), policy.Message{Sender: "mallory", Recipients: policy.To("bea"), Text: "hi"})
	if d.Delivered() || err == nil {
		t.Errorf("an engine of the old Secret: %v, %v", d.Verdict, err)
	}
	suspended(t, e)
}

// TestRekeyStray: what a process that was left at the old Secret writes after Rekey keeps
// no later one from being done, under that Secret or a third. An account that was new to it
// is known then, and so is what a person ordered there; nobody else loses anything.
func TestRekeyStray(t *testing.T) {
	t.Parallel()
	for _, later := range [][]string{{"two", "one"}, {"three", "two"}} {
		store := filledStore(t, "", "one")
		old, err := policy.New(policy.Config{Store: store, Secret: []byte("one"), Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		e, err := sealedOn(store, "", "two", "one")
		if err != nil {
			t.Fatal(err)
		}
		if p, err := rekey(t.Context(), e); err != nil || !p.Done {
			t.Fatal(p, err)
		}
		n := len(contents(t, store))
		for _, who := range []string{"one more", "mallory"} {
			if _, err := old.Evaluate(t.Context(), policy.Message{Sender: who, Recipients: policy.To("bea"), Text: "hi"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := old.Impose(t.Context(), policy.Sanction{Account: "account8", Kind: policy.Suspension, Review: time.Now().Add(time.Hour), By: "ann"}); err != nil {
			t.Fatal(err)
		}
		if e, err = sealedOn(store, "", later...); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if p, err := rekey(t.Context(), e); err != nil || !p.Done {
				t.Fatalf("%q: %+v, %v", later, p, err)
			}
		}
		if e, err = sealedOn(store, "", later[0]); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"mallory", "account8"} {
			d, err := e.Evaluate(t.Context(), policy.Message{Sender: who, Recipients: policy.To("bea"), Text: "hi"})
			if err != nil || d.Verdict != policy.Reject {
				t.Errorf("%s, who is suspended: %v, %v", who, d.Verdict, err)
			}
		}
		for _, who := range []string{"one more", "account7", "account8"} {
			if a, err := e.Account(t.Context(), who); err != nil || a.First.IsZero() {
				t.Errorf("%s: %+v, %v", who, a, err)
			}
		}
		if got := len(contents(t, store)); got != n+1 {
			t.Errorf("%d records, want %d", got, n+1)
		}
	}
}

// TestRekeyFaults: a store that fails now and then makes Rekey end, and whoever calls it
// again loses nothing.
func TestRekeyFaults(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		store := filledStore(t, "", "one")
		e, err := sealedOn(store, "", "two", "one")
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 3))
		var mu sync.Mutex
		failing := true
		store.Break(func(storetest.Call) storetest.Fault {
			mu.Lock()
			defer mu.Unlock()
			if failing && r.IntN(40) == 0 {
				return storetest.Fault{Kind: []storetest.Kind{storetest.Refuse, storetest.Lose}[r.IntN(2)]}
			}
			return storetest.Fault{}
		})
		faults := 0
		for range 200 {
			p, err := rekey(t.Context(), e)
			if err == nil && p.Done {
				break
			}
			if f, ok := errors.AsType[*policy.FaultError](err); !ok || f.Op != "rekey" {
				t.Fatalf("%+v, %v", p, err)
			}
			if faults++; faults > 10 {
				mu.Lock()
				failing = false
				mu.Unlock()
			}
		}
		if faults == 0 {
			t.Error("nothing failed: the test shows nothing")
		}
		store.Break(nil)
		if e, err = sealedOn(store, "", "two"); err != nil {
			t.Fatal(err)
		}
		suspended(t, e)
	}
}

// TestRekeyTenants: one tenant changes the Secret for all, and none sees another's.
func TestRekeyTenants(t *testing.T) {
	t.Parallel()
	store := filledStore(t, "a", "one")
	b, err := policy.New(policy.Config{Store: store, Tenant: "b", Secret: []byte("one"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, b)
	a, err := sealedOn(store, "a", "two", "one")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := rekey(t.Context(), a); err != nil || !p.Done || p.Written < 80 || p.Verified < 80 {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, tenant := range []string{"a", "b"} {
		e, err := sealedOn(store, tenant, "two")
		if err != nil {
			t.Fatal(err)
		}
		suspended(t, e)
	}
	if _, err := sealedOn(store, "", "two"); !errors.Is(err, policy.ErrSecret) {
		t.Errorf("without a tenant: %v", err)
	}
}

// TestRekeyCopy: what was rekeyed is copied as it is, and found with the same Secret; a
// Memory refuses it.
func TestRekeyCopy(t *testing.T) {
	t.Parallel()
	store := filledStore(t, "", "one")
	e, err := sealedOn(store, "", "two", "one")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // again is nothing more
		if p, err := rekey(t.Context(), e); err != nil || !p.Done {
			t.Fatal(p, err)
		}
	}
	third, err := sealedOn(store, "", "two", "one", "three")
	if err != nil {
		t.Fatal(err)
	}
	_, err = rekey(t.Context(), third)
	if _, ok := errors.AsType[*policy.FieldError](err); !ok {
		t.Errorf("Rekey with a new one last: %v", err)
	}
	to := storetest.NewFaulty(policy.NewMemory(0))
	for _, err := range policy.Copy(t.Context(), to, store, policy.CopyOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if e, err = sealedOn(to, "", "two"); err != nil {
		t.Fatal(err)
	}
	suspended(t, e)
	var last error
	for _, err := range policy.Copy(t.Context(), policy.NewMemory(0), store, policy.CopyOptions{}) {
		last = err
	}
	if !errors.Is(last, policy.ErrSecret) {
		t.Errorf("into a Memory: %v", last)
	}
}

// TestRekeyedSaysNothing: with the old Secret and the store nobody finds an account, or
// whom it knows.
func TestRekeyedSaysNothing(t *testing.T) {
	t.Parallel()
	store := filledStore(t, "", "one")
	before := contents(t, store)
	e, err := sealedOn(store, "", "two", "one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rekey(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	after := contents(t, store)
	kept := 0
	for key, data := range before {
		if _, there := after[key]; there {
			kept++
		}
		for _, now := range after {
			if len(data) > 40 && strings.Contains(now, data[20:36]) {
				t.Fatalf("a part of record %x is there as it was", key)
			}
		}
	}
	if kept != 1 || len(after) != len(before) { // the proof
		t.Errorf("%d keys are as they were, %d records of %d", kept, len(after), len(before))
	}
	for _, data := range after {
		if strings.Contains(data, "mallory") {
			t.Error("a name is in the clear")
		}
	}
}

// TestRekeyedEmptied: a store that was rekeyed, and is emptied, is used no more until
// somebody accepts it; then what is known is in it, sealed, under the same Secret.
func TestRekeyedEmptied(t *testing.T) {
	t.Parallel()
	s := &swapped{Store: filledStore(t, "", "one")}
	e, err := sealedOn(s, "", "two", "one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rekey(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	suspended(t, e)
	empty := storetest.NewFaulty(policy.NewMemory(0))
	s.put(empty)
	d, err := e.Evaluate(t.Context(), policy.Message{Sender: "mallory", Recipients: policy.To("bea"), Text: "hi"})
	if !errors.Is(err, policy.ErrEmptied) || d.Verdict != policy.Reject {
		t.Errorf("emptied: %v, %v", d.Verdict, err)
	}
	if n, err := e.AcceptEmptied(t.Context()); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	for _, data := range contents(t, empty) {
		if strings.Contains(data, "mallory") {
			t.Error("a name is in the clear")
		}
	}
	again, err := sealedOn(empty, "", "two")
	if err != nil {
		t.Fatal(err)
	}
	d, err = again.Evaluate(t.Context(), policy.Message{Sender: "mallory", Recipients: policy.To("bea"), Text: "hi"})
	if err != nil || d.Verdict != policy.Reject {
		t.Errorf("accepted: %v, %v", d.Verdict, err)
	}
}
