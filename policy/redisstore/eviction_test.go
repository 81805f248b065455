package redisstore

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestEvictionLater has somebody set a policy that drops sanctions after the store
// was opened: calls say so, and a suspended account is rejected, until it is set back.
func TestEvictionLater(t *testing.T) {
	t.Parallel()
	server := own(t, "--maxmemory", "1gb")
	store, allowed := open(t, server, Config{}), open(t, server, Config{Prefix: "allowed", AllowEviction: true})
	var faults atomic.Pointer[error]
	e, err := policy.New(policy.Config{
		Store: store, Secret: []byte("of the eviction test"), Timeout: time.Second,
		Hooks: policy.Hooks{Fault: func(_ context.Context, err error) { faults.Store(&err) }},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Block, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	evaluate := func() (policy.Decision, error) {
		return e.Evaluate(t.Context(), policy.Message{Sender: "mallory", Recipients: policy.To("bea")})
	}
	// until waits until Evaluate fails, or does not, and rejects all the while.
	until := func(fails bool) error {
		for end := time.Now().Add(4 * evictionEvery); ; time.Sleep(20 * time.Millisecond) {
			d, err := evaluate()
			if d.Verdict != policy.Reject || d.Degraded != (err != nil) {
				t.Fatalf("a suspended account: %v, degraded %t, %v", d.Verdict, d.Degraded, err)
			}
			if (err != nil) == fails {
				return err
			}
			if time.Now().After(end) {
				t.Fatalf("after %v: %v", 4*evictionEvery, err)
			}
		}
	}
	if err := until(false); err != nil {
		t.Fatal(err)
	}
	server.do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	err = until(true)
	if !errors.Is(err, ErrEviction) || !strings.Contains(err.Error(), "set noeviction or volatile-ttl") {
		t.Errorf("%v, want ErrEviction and what to do", err)
	}
	if told := faults.Load(); told == nil || !errors.Is(*told, ErrEviction) {
		t.Errorf("Hooks.Fault was told %v, want ErrEviction", told)
	}
	if err := store.append(t.Context(), 1, "x"); !errors.Is(err, ErrEviction) {
		t.Errorf("Update: %v, want ErrEviction", err)
	}
	if err := store.View(t.Context(), policy.Key{1}, func([]byte) error { return nil }); !errors.Is(err, ErrEviction) {
		t.Errorf("View: %v, want ErrEviction", err)
	}
	if err := allowed.append(t.Context(), 1, "x"); err != nil {
		t.Errorf("with AllowEviction: %v", err)
	}
	server.do(t, "CONFIG", "SET", "maxmemory-policy", "volatile-ttl")
	_ = until(false)
}
