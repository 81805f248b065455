package policy

import (
	"bytes"
	"errors"
	"testing"
	"time"
	"unsafe"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

func TestBreaker(t *testing.T) {
	var b breaker
	b.init()
	now := time.Unix(0, 0)
	passed := func(d time.Duration) (n int) {
		for end := now.Add(d); now.Before(end); now = now.Add(time.Millisecond) {
			if b.allow(now) == nil {
				n++
			}
		}
		return n
	}
	cause := errors.New("no route")
	for range breakAfter - 1 {
		b.fail(cause)
	}
	b.ok() // not in a row
	for range breakAfter - 1 {
		b.fail(cause)
	}
	if n := passed(time.Second); n != 1000 {
		t.Fatalf("%d of 1000 calls passed before the breaker opened", n)
	}
	b.fail(cause)
	b.allow(now)
	if err := b.allow(now); !errors.Is(err, cause) {
		t.Errorf("a refused call fails with %v, which does not say why", err)
	}
	if n := passed(10 * time.Second); n < 95 || n > 101 {
		t.Errorf("%d probes in 10 s, want 100", n)
	}
	b.ok()
	if n := passed(time.Second); n != 1000 {
		t.Errorf("%d of 1000 calls passed after one went well", n)
	}
	// Calls that never come back are bounded, whatever else goes well.
	b.stuck.Store(mostStuck)
	if n := passed(10 * time.Minute); n < 9 || n > 11 {
		t.Errorf("%d calls in 10 minutes with %d stuck, want 10", n, mostStuck)
	}
	b.stuck.Store(mostStuck - 1)
	if n := passed(10 * time.Second); n < 9 || n > 11 {
		t.Errorf("%d calls in 10 seconds with %d stuck, want 10", n, mostStuck-1)
	}
	b.stuck.Store(manyStuck - 1)
	if n := passed(time.Second); n != 1000 {
		t.Errorf("%d of 1000 calls passed once some came back", n)
	}
}

// enforces sees the sections that matter, and survives anything.
func TestEnforces(t *testing.T) {
	store := NewMemory(0)
	e, err := New(Config{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	record := func(name string) (data []byte) {
		err := store.View(t.Context(), e.keys.Key(keys.Account, name), func(b []byte) error { data = bytes.Clone(b); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if _, err := e.Evaluate(t.Context(), Message{Sender: "ann", Recipients: To("bea")}); err != nil {
		t.Fatal(err)
	}
	if state.Enforces(record("ann")) {
		t.Error("a record without sanction or order seems to hold one")
	}
	if _, err := e.Impose(t.Context(), Sanction{Account: "ann", Kind: Block, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	blocked := record("ann")
	if !state.Enforces(blocked) {
		t.Error("a sanction is not seen")
	}
	if err := e.Override(t.Context(), Override{Account: "cleo", Verdict: Hold, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	if !state.Enforces(record("cleo")) {
		t.Error("a standing order is not seen")
	}
	for i := range blocked {
		state.Enforces(blocked[:i]) // must not panic
		damaged := append([]byte(nil), blocked...)
		damaged[i] ^= 0xff
		state.Enforces(damaged)
	}
}

func TestSizeOfWork(t *testing.T) {
	if n := unsafe.Sizeof(work{}); n > 40<<10 {
		t.Errorf("a work takes %d bytes: what breaker.go says of stuck calls is no longer so", n)
	} else {
		t.Log(n)
	}
}
