// Package linear checks that a policy.Store is linearizable (Herlihy and Wing
// 1990): whatever callers do at once, and whichever of them give up, there is an
// order in which what all of them saw makes sense. It is a module of its own, for
// it needs a checker (porcupine) that package storetest does without.
//
//	func TestLinearizable(t *testing.T) {
//		linear.Check(t, time.Millisecond, mystore.New(…))
//	}
package linear

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/decorum-go/decorum/policy"
)

var histories = flag.Int("histories", 300, "how many histories linear.Check records")

// Check records, with so many histories (-histories), what four callers see of one
// record at once, some with a deadline that passes, and requires that there is an
// order in which all of it makes sense. Several stores are those of several
// processes on the same records. patience is the longest deadline: the shorter of
// them must pass in the midst of a call, or Check fails.
func Check(t *testing.T, patience time.Duration, stores ...policy.Store) {
	t.Helper()
	calls, unknown, err := check(*histories, patience, stores)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d histories of %d calls, %d of them with an unknown end: all linearizable", *histories, calls, unknown)
	if unknown == 0 {
		t.Error("no call's end was unknown: the deadlines are too long")
	}
}

func check(histories int, patience time.Duration, stores []policy.Store) (calls, unknown int, err error) {
	for h := range histories {
		var key policy.Key
		binary.BigEndian.PutUint64(key[:], uint64(h+1)*0x9e3779b97f4a7c15)
		history := record(key, patience, stores)
		for _, op := range history {
			if calls++; op.Output.(did).unknown {
				unknown++
			}
		}
		if got := porcupine.CheckOperationsTimeout(register, history, 10*time.Second); got != porcupine.Ok {
			return calls, unknown, fmt.Errorf("linear: history %d is %v: %+v", h, got, history)
		}
	}
	return calls, unknown, nil
}

// record has four callers at work on one record.
func record(key policy.Key, patience time.Duration, stores []policy.Store) (history []porcupine.Operation) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for client := range 4 {
		wg.Go(func() {
			store := stores[client%len(stores)]
			for i := range 5 {
				from := time.Since(began)
				d := call(store, key, patience, uint64(client*100+i+1))
				op := porcupine.Operation{ClientId: client, Output: d, Call: int64(from), Return: int64(time.Since(began))}
				if d.unknown {
					op.Return = int64(time.Hour)
					op.ClientId = 4 + client*100 + i // nobody waits for it
				}
				mu.Lock()
				history = append(history, op)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return history
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

var errIdle = errors.New("fn changes nothing")

// call makes a call at random, one in five with a deadline. number names what it
// writes.
func call(store policy.Store, key policy.Key, patience time.Duration, number uint64) (d did) {
	ctx := context.Background()
	if rand.IntN(5) == 0 {
		c, cancel := context.WithTimeout(ctx, rand.N(patience))
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
