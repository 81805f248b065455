package policy_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// tenantOn makes the engine of a tenant, whose time stands still.
func tenantOn(t *testing.T, store policy.Store, tenant string, now *time.Time) *policy.Engine {
	t.Helper()
	e, err := policy.New(policy.Config{
		Store: store, Secret: []byte("of all tenants"), Tenant: tenant, Timeout: time.Minute, Now: func() time.Time { return *now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// liveTenant plays some hours of a tenant, one step at each call, with spam, complaints,
// sanctions by hand, reviews and forgetting, and yields what is decided.
func liveTenant(t *testing.T, e *policy.Engine, seed uint64, now *time.Time) func() string {
	r := rand.New(rand.NewPCG(seed, 1))
	return func() string {
		ctx := t.Context()
		who, whom := fmt.Sprint("account", r.IntN(12)), fmt.Sprint("account", r.IntN(40))
		switch r.IntN(14) {
		case 0:
			s, err := e.Impose(ctx, policy.Sanction{Account: who, Kind: policy.Block, Scope: policy.Outreach, Until: now.Add(time.Hour), By: "ann"})
			return fmt.Sprint(s, err)
		case 1:
			left, err := e.Forget(ctx, who)
			return fmt.Sprint(left, err)
		case 2:
			return fmt.Sprint(e.Record(ctx, policy.Complaint{From: whom, Against: who, Category: policy.Spam}))
		case 3:
			var all []string
			for s, err := range e.Sanctions(ctx, policy.SanctionFilter{State: policy.AnyState}) {
				all = append(all, fmt.Sprint(s, err))
			}
			return fmt.Sprint(all)
		default:
			d, err := e.Evaluate(ctx, policy.Message{
				ID: fmt.Sprint("m", r.Uint64()), Sender: who, Recipients: policy.To(whom), Origin: fmt.Sprint("origin", r.IntN(3)),
				Text: fmt.Sprintf("Hello number %d, we have looked at your profile and think that you could earn a lot more with our method.", r.IntN(3)),
			})
			return fmt.Sprint(d, err)
		}
	}
}

// TestTenantsApart: what is decided for a tenant, listed and exported is the same as if
// its store were its own, while others of the same names do other things beside it.
func TestTenantsApart(t *testing.T) {
	for name, open := range map[string]func() policy.Store{
		"memory":  func() policy.Store { return policy.NewMemory(0) },
		"outside": func() policy.Store { return storetest.NewFaulty(policy.NewMemory(0)) },
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
			shared := open()
			var together, alone []func() string
			for i := range 4 {
				tenant := fmt.Sprint("tenant", i)
				together = append(together, liveTenant(t, tenantOn(t, shared, tenant, &now), uint64(i), &now))
				alone = append(alone, liveTenant(t, tenantOn(t, open(), tenant, &now), uint64(i), &now))
			}
			imposed := 0
			for step := range 400 {
				now = now.Add(time.Minute)
				for i := range together {
					got, want := together[i](), alone[i]()
					if got != want {
						t.Fatalf("step %d of tenant %d: beside others\n%s\nalone\n%s", step, i, got, want)
					}
					imposed += bytes.Count([]byte(got), []byte("block"))
				}
			}
			if imposed == 0 {
				t.Error("nobody was blocked: the test shows nothing")
			}
		})
	}
}

// TestTenantsSeeNothing: sanctions, names, the brake, known texts and Forget of one tenant are nothing
// to another.
func TestTenantsSeeNothing(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	store := storetest.NewFaulty(policy.NewMemory(0))
	a, b := tenantOn(t, store, "a", &now), tenantOn(t, store, "b", &now)
	ctx := t.Context()
	if _, err := a.Impose(ctx, policy.Sanction{Account: "mallory", Kind: policy.Suspension, Review: now.Add(time.Hour), By: "ann"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Brake(ctx, "ann", "a test"); err != nil {
		t.Fatal(err)
	}
	known := "We have looked at your profile and think that you could earn a lot more with our method, write back today."
	if _, err := a.SetText(ctx, policy.TextRule{Text: known, Action: policy.TextReject, By: "ann", Note: "a scam"}); err != nil {
		t.Fatal(err)
	}
	again := tenantOn(t, store, "a", &now) // another process
	count := func(e *policy.Engine) (n int) {
		for _, err := range e.Sanctions(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	if x, y, z := count(a), count(b), count(again); x != 1 || y != 0 || z != 1 {
		t.Errorf("listed %d, %d of the other, %d after a start", x, y, z)
	}
	if h, err := b.Health(ctx); err != nil || h.Brake != nil {
		t.Errorf("the brake of another tenant: %+v, %v", h.Brake, err)
	}
	if h, err := again.Health(ctx); err != nil || h.Brake == nil {
		t.Errorf("the own brake: %+v, %v", h.Brake, err)
	}
	texts := func(e *policy.Engine) (n int) {
		for _, err := range e.Texts(ctx) {
			if err != nil {
				t.Error(err)
			}
			n++
		}
		d, err := e.Evaluate(ctx, policy.Message{Sender: "cid", Recipients: policy.To("dan"), Text: known})
		if err != nil || (d.Verdict == policy.Reject) != (n > 0) {
			t.Errorf("%d known texts, and one of them: %v, %v", n, d.Verdict, err)
		}
		return n
	}
	if x, y := texts(again), texts(b); x != 1 || y != 0 {
		t.Errorf("%d known texts, %d of the other", x, y)
	}
	if n, err := b.LiftAll(ctx, policy.SanctionFilter{Everybody: true}, policy.Lifting{By: "eve"}); n != 0 || err != nil {
		t.Errorf("lifted %d of another tenant, %v", n, err)
	}
	if _, err := b.Forget(ctx, "mallory"); err != nil {
		t.Error(err)
	}
	if _, err := b.Export(ctx, "mallory"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("export from another tenant: %v", err)
	}
	d, err := again.Evaluate(ctx, policy.Message{Sender: "mallory", Recipients: policy.To("bea")})
	if err != nil || d.Verdict != policy.Reject {
		t.Errorf("suspended in the own: %v, %v", d.Verdict, err)
	}
	if d, err := b.Evaluate(ctx, policy.Message{Sender: "mallory", Recipients: policy.To("bea")}); err != nil || d.Verdict != policy.Allow {
		t.Errorf("suspended in another: %v, %v", d.Verdict, err)
	}
}

// TestTenantRefused: what a tenant must not be is a named error.
func TestTenantRefused(t *testing.T) {
	for _, tenant := range []string{" a", "a b", "é", "a\n", string(bytes.Repeat([]byte("a"), 129))} {
		_, err := policy.New(policy.Config{Secret: []byte("s"), Tenant: tenant})
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != "config.tenant" {
			t.Errorf("%q: %v", tenant, err)
		}
	}
	if _, err := policy.New(policy.Config{Tenant: "a"}); err == nil {
		t.Error("without a Secret")
	}
	for _, first := range []string{"", "a"} {
		for name, store := range map[string]policy.Store{"memory": policy.NewMemory(0), "outside": storetest.NewFaulty(policy.NewMemory(0))} {
			cfg := policy.Config{Store: store, Secret: []byte("s"), Tenant: first}
			e, err := policy.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Warning, By: "ann"}); err != nil {
				t.Fatal(err)
			}
			if cfg.Tenant = "a"; first == "a" {
				cfg.Tenant = ""
			}
			if _, err := policy.New(cfg); !errors.Is(err, policy.ErrSecret) {
				t.Errorf("%s: tenant %q after %q: %v", name, cfg.Tenant, first, err)
			}
		}
	}
}

// TestTenantSnapshot: a snapshot is of one tenant, is restored for that one, and leaves
// the others as they are.
func TestTenantSnapshot(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	old, store := policy.NewMemory(0), policy.NewMemory(0)
	names := func(e *policy.Engine) (all []string) {
		for s, err := range e.Sanctions(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s.Account)
		}
		slices.Sort(all)
		return all
	}
	impose := func(e *policy.Engine, who ...string) {
		for _, who := range who {
			if _, err := e.Impose(t.Context(), policy.Sanction{Account: who, Kind: policy.Suspension, Review: now.Add(time.Hour), By: "ann"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var snap bytes.Buffer
	a := tenantOn(t, old, "a", &now)
	impose(a, "ann", "bea")
	impose(tenantOn(t, old, "b", &now), "eve")
	if err := a.Snapshot(t.Context(), &snap); err != nil {
		t.Fatal(err)
	}
	a, b := tenantOn(t, store, "a", &now), tenantOn(t, store, "b", &now)
	impose(a, "cid")
	impose(b, "dan")
	if err := b.Restore(t.Context(), bytes.NewReader(snap.Bytes())); !errors.Is(err, policy.ErrSnapshot) {
		t.Errorf("restored for another tenant: %v", err)
	}
	if err := a.Restore(t.Context(), &snap); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"ann", "bea"}, {"dan"}}, [][]string{names(a), names(b)}); diff != "" {
		t.Error(diff)
	}
}

// TestTenantsMemory: an engine that nobody uses takes less than 100 KB, over a Memory and
// over an outside store, and no goroutine.
func TestTenantsMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	now := time.Now()
	for name, store := range map[string]policy.Store{"memory": policy.NewMemory(0), "outside": storetest.NewFaulty(policy.NewMemory(0))} {
		const n = 200
		engines := make([]*policy.Engine, n)
		before, goroutines := heap(), runtime.NumGoroutine()
		for i := range engines {
			engines[i] = tenantOn(t, store, fmt.Sprint("tenant", i), &now)
		}
		each := (int(heap()) - int(before)) / n
		t.Logf("%s: %d bytes a tenant", name, each)
		if each > 100_000 {
			t.Errorf("%s: a tenant takes %d bytes, more than 100,000", name, each)
		}
		if more := runtime.NumGoroutine() - goroutines; more > 5 {
			t.Errorf("%s: %d goroutines for %d tenants", name, more, n)
		}
		runtime.KeepAlive(engines)
	}
}
