package pgstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestSecrets(t *testing.T) {
	needServer(t)
	storetest.Secrets(t, func(t *testing.T) func() policy.Store { return place(t, "") })
}

// TestRekeyLoad: while 20,000 records move, calls are served, and none is a fault. With DECORUM_LONG=1.
func TestRekeyLoad(t *testing.T) {
	needServer(t)
	if os.Getenv("DECORUM_LONG") == "" {
		t.Skip("run with DECORUM_LONG=1: it takes a minute")
	}
	const accounts = 20_000
	s, mem := place(t, "")(), policy.NewMemory(0)
	teacher, err := policy.New(policy.Config{Store: mem, Secret: []byte("one")})
	if err != nil {
		t.Fatal(err)
	}
	for i := range accounts {
		if _, err := teacher.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint("account", i), Recipients: policy.To("bea"), Text: "hi"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range policy.Copy(t.Context(), s, mem, policy.CopyOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var faults, calls atomic.Int64
	e, err := policy.New(policy.Config{
		Store: s, Secrets: []policy.Secret{policy.Secret("two"), policy.Secret("one")}, Timeout: time.Minute, // the machine may have other things to do
		Hooks: policy.Hooks{Fault: func(context.Context, error) { faults.Add(1) }},
	})
	if err != nil {
		t.Fatal(err)
	}
	var done atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !done.Load() {
				d, err := e.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint("account", rand.IntN(accounts)), Recipients: policy.To(fmt.Sprint("account", rand.IntN(accounts))), Text: "hi"})
				if calls.Add(1); err != nil || d.Degraded {
					t.Errorf("degraded: %v", err)
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	began := time.Now()
	var last policy.Progress
	for p, err := range e.Rekey(t.Context()) {
		if last = p; err != nil {
			t.Fatal(err)
		}
	}
	done.Store(true)
	wg.Wait()
	t.Logf("%v: %+v, %d calls meanwhile, %d faults", time.Since(began), last, calls.Load(), faults.Load())
	if faults.Load() > 0 || last.Verified < accounts {
		t.Errorf("%d faults, %d records verified of %d", faults.Load(), last.Verified, accounts)
	}
}
