package policy

import (
	"bytes"
	"testing"
	"unsafe"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Enforces sees the sections that matter, and survives anything.
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
	if n := unsafe.Sizeof(work{}); n > 43<<10 {
		t.Errorf("a work takes %d bytes: what policy/internal/guard says of stuck calls is no longer so", n)
	} else {
		t.Log(n)
	}
}
