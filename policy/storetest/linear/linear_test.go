package linear

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/decorum-go/decorum/policy"
)

func TestMemory(t *testing.T) {
	Check(t, 5*time.Microsecond, policy.NewMemory(0))
}

// A flawed store reads and writes in two steps, of which others come in between.
type flawed struct{ *policy.Memory }

func (f flawed) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	var old []byte
	err := f.View(ctx, key, func(data []byte) error {
		if data != nil {
			old = append([]byte{}, data...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	rec, err := fn(old)
	if err != nil {
		return err
	}
	time.Sleep(rand.N(50 * time.Microsecond))
	return f.Memory.Update(ctx, key, func([]byte) (policy.Record, error) { return rec, nil })
}

// A forgetful store does not write what it says that it did, now and then.
type forgetful struct{ *policy.Memory }

func (f forgetful) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	if rand.IntN(20) == 0 {
		return f.View(ctx, key, func(old []byte) error { _, err := fn(old); return err })
	}
	return f.Memory.Update(ctx, key, fn)
}

// TestFinds has Check refuse stores that are not linearizable.
func TestFinds(t *testing.T) {
	for name, store := range map[string]policy.Store{
		"not atomic": flawed{policy.NewMemory(0)},
		"forgetful":  forgetful{policy.NewMemory(0)},
	} {
		if _, _, err := check(300, time.Second, []policy.Store{store}); err == nil {
			t.Errorf("a store that is %s passes", name)
		}
	}
}

// TestRegister has the checker refuse what cannot be: an update that is lost, a
// record that comes back.
func TestRegister(t *testing.T) {
	history := func(all ...did) (h []porcupine.Operation) {
		for i, d := range all {
			h = append(h, porcupine.Operation{ClientId: 0, Output: d, Call: int64(2 * i), Return: int64(2*i + 1)})
		}
		return h
	}
	for _, c := range []struct {
		name string
		want bool
		all  []did
	}{
		{"in order", true, []did{{wrote: 1}, {wrote: 2, saw: 1}, {view: true, saw: 2}, {delete: true}, {view: true}}},
		{"unknown, carried out", true, []did{{wrote: 1}, {wrote: 2, unknown: true}, {view: true, saw: 2}}},
		{"unknown, not carried out", true, []did{{wrote: 1}, {wrote: 2, unknown: true}, {view: true, saw: 1}}},
		{"lost", false, []did{{wrote: 1}, {wrote: 2}}},
		{"forgotten", false, []did{{wrote: 1}, {view: true}}},
		{"back again", false, []did{{wrote: 1}, {delete: true}, {view: true, saw: 1}}},
	} {
		if got := porcupine.CheckOperations(register, history(c.all...)); got != c.want {
			t.Errorf("%s: linearizable is %t, want %t", c.name, got, c.want)
		}
	}
}
