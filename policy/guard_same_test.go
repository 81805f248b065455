package policy

import (
	"errors"
	"testing"
	"time"
	"unsafe"
)

// outside is a store that the engine takes for one outside the process.
type outside struct{ Store }

// A store behind the guard decides as one in the process does.
func TestGuardChangesNothing(t *testing.T) {
	for seed := range uint64(4) {
		acts := makeHistory(seed, 400, seed%2 == 0)
		want := newTown(t, Config{Store: NewMemory(0)})
		got := newTown(t, Config{Store: outside{NewMemory(0)}, Timeout: time.Minute})
		differ(t, "through the guard", run(t, want.e, &want.now, acts), run(t, got.e, &got.now, acts))
	}
}

// Two engines over one outside store decide as one, campaign index apart.
func TestTwoGuardsOneStore(t *testing.T) {
	for seed := range uint64(4) {
		acts := makeHistory(seed, 400, false)
		one := newTown(t, Config{Store: NewMemory(0)})
		want := run(t, one.e, &one.now, acts)
		store := outside{NewMemory(0)}
		two := []*town{
			newTown(t, Config{Store: store, Timeout: time.Minute}),
			newTown(t, Config{Store: store, Timeout: time.Minute}),
		}
		var got []string
		for i := range acts {
			w := two[(uint64(i)+seed*uint64(i/3))%2]
			got = append(got, run(t, w.e, &w.now, acts[i:i+1])...)
		}
		differ(t, "two engines", want, got)
	}
}

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
	w := newTown(t, Config{})
	w.say("ann", "bea", "hello")
	plain := w.raw("ann")
	if enforces(plain) {
		t.Error("a record without sanction or order seems to hold one")
	}
	if _, err := w.e.Impose(t.Context(), Sanction{Account: "ann", Kind: Block, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	blocked := w.raw("ann")
	if !enforces(blocked) {
		t.Error("a sanction is not seen")
	}
	if err := w.e.Override(t.Context(), Override{Account: "cleo", Verdict: Hold, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	if !enforces(w.raw("cleo")) {
		t.Error("a standing order is not seen")
	}
	for i := range blocked {
		enforces(blocked[:i]) // must not panic
		damaged := append([]byte(nil), blocked...)
		damaged[i] ^= 0xff
		enforces(damaged)
	}
}

func TestSizeOfASpace(t *testing.T) {
	if n := unsafe.Sizeof(space{}); n > 40<<10 {
		t.Errorf("a space takes %d bytes: what breaker.go says of stuck calls is no longer so", n)
	} else {
		t.Log(n)
	}
}
