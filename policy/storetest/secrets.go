package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Secrets checks that the Secret of a store can be changed while two processes use it, as
// docs/stores.md says: no decision, account, list or export is another one than without a
// change, there is no fault, and afterwards nothing lies under the old Secret. open
// returns a handle to one store, the same or another one at each call, as processes have
// it.
func Secrets(t *testing.T, open func(t *testing.T) func() policy.Store) {
	seeds := uint64(1)
	if os.Getenv("DECORUM_LONG") != "" {
		seeds = 10
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { rekeyed(t, open(t), seed) })
	}
}

var oldSecret, newSecret, newestSecret = policy.Secret("the old one"), policy.Secret("the new one"), policy.Secret("the newest one")

// A pair is two engines over one store, as two processes have it.
type pair struct {
	t       *testing.T
	open    func() policy.Store
	engines [2]*policy.Engine
	now     *atomic.Int64
}

// start has process i begin anew, with these Secrets.
func (p *pair) start(i int, secrets ...policy.Secret) {
	p.t.Helper()
	if p.engines[i] != nil {
		if err := p.engines[i].Close(); err != nil {
			p.t.Fatal(err)
		}
	}
	cfg := policy.Config{
		Store: p.open(), Secrets: secrets, Timeout: time.Minute, Now: func() time.Time { return time.Unix(p.now.Load(), 0) },
		Hooks: policy.Hooks{Fault: func(_ context.Context, err error) { p.t.Errorf("a fault: %v", err) }},
	}
	if len(secrets) == 1 && string(secrets[0]) == string(oldSecret) {
		cfg.Secret, cfg.Secrets = secrets[0], nil // as before the change
	}
	e, err := policy.New(cfg)
	if err != nil {
		p.t.Fatal(err)
	}
	p.engines[i] = e
}

// step does one thing, by one of the two, and says what came of it.
func (p *pair) step(r *rand.Rand) string {
	e, ctx := p.engines[r.IntN(2)], p.t.Context()
	now := time.Unix(p.now.Load(), 0)
	who, whom := fmt.Sprint("account", r.IntN(60)), fmt.Sprint("account", r.IntN(90))
	switch r.IntN(16) {
	case 0:
		s, err := e.Impose(ctx, policy.Sanction{Account: who, Kind: policy.Block, Scope: policy.Outreach, Until: now.Add(time.Hour), By: "ann"})
		return fmt.Sprint(s, err)
	case 1:
		left, err := e.Forget(ctx, who)
		return fmt.Sprint(left, err)
	case 2:
		return fmt.Sprint(e.Record(ctx, policy.Complaint{From: whom, Against: who, Category: policy.Spam}))
	case 3:
		return fmt.Sprint(e.Record(ctx, policy.Reply{From: whom, To: who}))
	case 4:
		return p.list(e)
	case 5:
		a, err := e.Account(ctx, who)
		return fmt.Sprintf("%+v %v", a, err)
	case 6:
		return fmt.Sprint(e.Override(ctx, policy.Override{Account: who, Verdict: policy.Hold, By: "ann", Until: now.Add(time.Minute)}))
	}
	d, err := e.Evaluate(ctx, policy.Message{ID: fmt.Sprint("m", r.Uint64()), Sender: who, Recipients: policy.To(whom), Origin: fmt.Sprint("origin", r.IntN(9)), Text: "hi"})
	return fmt.Sprint(d, err)
}

// list is what stands, in one order.
func (p *pair) list(e *policy.Engine) string {
	var all []string
	for s, err := range e.Sanctions(p.t.Context()) {
		all = append(all, fmt.Sprint(s, err))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// end is all that is known in the end.
func (p *pair) end() string {
	var all []string
	for i := range 90 {
		a, err := p.engines[0].Account(p.t.Context(), fmt.Sprint("account", i))
		x, failed := p.engines[1].Export(p.t.Context(), fmt.Sprint("account", i))
		all = append(all, fmt.Sprintf("%d: %+v %v %s %v", i, a, err, x, failed))
	}
	return strings.Join(append(all, p.list(p.engines[0])), "\n")
}

func rekeyed(t *testing.T, open func() policy.Store, seed uint64) {
	now := new(atomic.Int64)
	now.Store(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).Unix())
	shared := NewFaulty(policy.NewMemory(0))
	want := &pair{t: t, open: func() policy.Store { return shared }, now: now}
	got := &pair{t: t, open: open, now: now}
	a, b := rand.New(rand.NewPCG(seed, 7)), rand.New(rand.NewPCG(seed, 7))
	steps := 0
	play := func(n int) {
		t.Helper()
		for range n {
			steps++
			now.Add(30)
			if x, y := want.step(a), got.step(b); x != y {
				t.Fatalf("step %d:\nwithout a change of Secret %s\nwith one %s", steps, x, y)
			}
		}
	}
	start := func(i int, secrets ...policy.Secret) {
		t.Helper()
		want.start(i, oldSecret)
		got.start(i, secrets...)
	}
	change := func(e *policy.Engine) {
		t.Helper()
		var last policy.Progress
		var failed error
		var wg sync.WaitGroup
		var over atomic.Bool
		wg.Go(func() {
			defer over.Store(true)
			for i := 0; !last.Done && failed == nil; i++ {
				for p, err := range e.Rekey(t.Context()) {
					if last, failed = p, err; i == 0 && p.Written > 0 {
						break // and call it again
					}
				}
			}
		})
		for !over.Load() {
			play(1)
		}
		wg.Wait()
		if failed != nil || !last.Done || last.Verified == 0 {
			t.Fatalf("rekey: %+v, %v", last, failed)
		}
	}
	start(0, oldSecret)
	start(1, oldSecret)
	play(400)
	start(0, oldSecret, newSecret)
	start(1, oldSecret, newSecret)
	play(60)
	start(0, newSecret, oldSecret)
	play(200) // the other has not heard of it
	change(got.engines[0])
	play(60)
	start(0, newSecret)
	start(1, newSecret)
	play(60)
	start(0, newSecret, newestSecret)
	start(1, newSecret, newestSecret)
	start(0, newestSecret, newSecret)
	play(60)
	change(got.engines[1])
	start(1, newestSecret)
	start(0, newestSecret)
	play(60)
	if x, y := want.end(), got.end(); x != y {
		t.Errorf("in the end without a change of Secret\n%s\nwith\n%s", x, y)
	}
	outdated(t, open)
	t.Logf("%d steps", steps)
}

// outdated checks that older Secrets are refused.
func outdated(t *testing.T, open func() policy.Store) {
	t.Helper()
	for _, secrets := range [][]policy.Secret{{oldSecret}, {newSecret}, {oldSecret, newSecret}} {
		_, err := policy.New(policy.Config{Store: open(), Secrets: secrets, Timeout: time.Minute})
		if !errors.Is(err, policy.ErrSecret) {
			t.Errorf("with %d older Secrets: %v", len(secrets), err)
		}
	}
	if _, err := policy.New(policy.Config{Store: open(), Secret: newestSecret, Timeout: time.Minute}); !errors.Is(err, policy.ErrSecret) {
		t.Errorf("with the newest Secret as Config.Secret: %v", err)
	}
}
