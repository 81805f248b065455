package pgstore

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/decorum-go/decorum/policy"
)

var histories = flag.Int("histories", 300, "how many histories TestLinearizable records")

// TestLinearizable records what several callers of two processes see of one
// record at once, some with a deadline that passes, and checks that there is an
// order in which all of it makes sense (Herlihy and Wing 1990).
func TestLinearizable(t *testing.T) {
	a := opened(t)
	b := open(t, shared.url()+"&synchronous_commit=off", Config{Prefix: a.cfg.Prefix, MaxKnown: 500})
	linearizable(t, a, b)
}

// A did is one call of a history: what it was to do, what it saw, how it ended.
type did struct {
	view, delete bool
	wrote        uint64 // by an Update; 0: it refused
	saw          uint64 // 0: no record
	unknown      bool   // it may have been carried out, now or later, or not
}

// register is a record as all should see it: the number written last.
var register = (&porcupine.NondeterministicModel{
	Init: func() []any { return []any{uint64(0)} },
	Step: func(state, _, output any) []any {
		d := output.(did)
		after := d.wrote
		switch {
		case d.view, d.wrote == 0 && !d.delete:
			after = state.(uint64)
		case d.delete:
			after = 0
		}
		switch {
		case d.unknown && after != state:
			return []any{state, after}
		case d.unknown || d.delete || state == d.saw:
			return []any{after}
		}
		return nil
	},
}).ToModel()

func linearizable(t *testing.T, stores ...policy.Store) {
	t.Helper()
	unknown, calls := 0, 0
	for h := range *histories {
		var key policy.Key
		binary.BigEndian.PutUint64(key[:], uint64(h+1)*0x9e3779b97f4a7c15)
		var mu sync.Mutex
		var history []porcupine.Operation
		var wg sync.WaitGroup
		began := time.Now()
		for client := range 4 {
			wg.Go(func() {
				store := stores[client%len(stores)]
				for i := range 5 {
					from := time.Since(began)
					d := call(store, key, uint64(client*100+i+1))
					op := porcupine.Operation{ClientId: client, Output: d, Call: int64(from), Return: int64(time.Since(began))}
					if d.unknown {
						op.Return = int64(time.Hour)
						op.ClientId = 4 + client*100 + i // nobody waits for it
					}
					mu.Lock()
					history = append(history, op)
					if calls++; d.unknown {
						unknown++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if got := porcupine.CheckOperationsTimeout(register, history, 10*time.Second); got != porcupine.Ok {
			t.Fatalf("history %d is %v: %+v", h, got, history)
		}
	}
	t.Logf("%d histories of %d calls, %d of them with an unknown end: all linearizable", *histories, calls, unknown)
	if unknown == 0 {
		t.Error("no call's end was unknown: the deadlines are too long")
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

var errIdle = errors.New("fn changes nothing")

// call makes a call at random. number names what it writes.
func call(store policy.Store, key policy.Key, number uint64) (d did) {
	ctx := context.Background()
	if rand.IntN(5) == 0 {
		c, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(1500))*time.Microsecond)
		defer cancel()
		ctx = c
	}
	see := func(data []byte) {
		if d.saw = 0; data != nil {
			d.saw = binary.BigEndian.Uint64(data)
		}
	}
	var err error
	switch rand.IntN(8) {
	case 0, 1:
		d.view = true
		err = store.View(ctx, key, func(data []byte) error { see(data); return nil })
	case 2:
		d.delete = true
		err = store.Delete(ctx, key)
	case 3:
		err = store.Update(ctx, key, func(old []byte) (policy.Record, error) { see(old); return policy.Record{}, errIdle })
		if err == errIdle {
			err = nil
		}
	default:
		d.wrote = number
		r := policy.Record{Data: binary.BigEndian.AppendUint64(nil, number), Durable: rand.IntN(2) == 0, Listed: rand.IntN(2) == 0}
		err = store.Update(ctx, key, func(old []byte) (policy.Record, error) { see(old); return r, nil })
	}
	d.unknown = err != nil
	return d
}
