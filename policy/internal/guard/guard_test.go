package guard_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// count is an Update that adds one to a number.
func count(old []byte) (policy.Record, error) {
	var n uint64
	if len(old) == 8 {
		n = binary.LittleEndian.Uint64(old)
	}
	return policy.Record{Data: binary.LittleEndian.AppendUint64(nil, n+1)}, nil
}

func counted(t *testing.T, store *policy.Memory, key policy.Key) (n uint64) {
	t.Helper()
	err := store.View(t.Context(), key, func(data []byte) error {
		if len(data) == 8 {
			n = binary.LittleEndian.Uint64(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var hot = policy.Key{7}

// 128 callers on one record, over a store that runs functions twice, refuses
// and loses: what was confirmed is there, what was not is not.
func TestNoUpdateLost(t *testing.T) {
	mem := policy.NewMemory(0)
	faulty := storetest.NewFaulty(mem)
	faulty.Break(storetest.Sometimes(1, .3,
		storetest.Fault{Kind: storetest.Rerun}, storetest.Fault{Kind: storetest.Rerun}, storetest.Fault{Kind: storetest.Refuse},
		storetest.Fault{Kind: storetest.Lose}, storetest.Fault{Delay: 200 * time.Microsecond}))
	g := newGuarded(faulty, time.Minute)
	var confirmed, refused atomic.Uint64
	var wg sync.WaitGroup
	for range 128 {
		update := g.reusing()
		wg.Go(func() {
			for range 200 {
				switch err := update(t.Context(), hot, count); {
				case err == nil:
					confirmed.Add(1)
				case !errors.Is(err, storetest.ErrFault):
					t.Error(err)
				default:
					refused.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := counted(t, mem, hot); n != confirmed.Load() {
		t.Errorf("the record counts %d updates, %d were confirmed", n, confirmed.Load())
	}
	if confirmed.Load() == 0 || refused.Load() == 0 {
		t.Errorf("%d confirmed, %d refused: the test tested nothing", confirmed.Load(), refused.Load())
	}
	if calls := faulty.Calls(storetest.Update); calls >= 128*200/4 {
		t.Errorf("%d calls of the store for %d updates: they were not combined", calls, 128*200)
	}
	for end := time.Now().Add(10 * time.Second); g.Busy() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d records are being worked on after all is done", g.Busy())
		}
	}
}

// A blocked store holds one round until gate is closed, so that all that comes
// meanwhile is combined.
type blocked struct {
	policy.Store
	gate    chan struct{}
	mu      sync.Mutex
	updates int
	views   int
	recs    []policy.Record
}

func (s *blocked) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	<-s.gate
	return s.Store.Update(ctx, key, func(old []byte) (policy.Record, error) {
		// As after a conflict: the first time on something else.
		_, _ = fn([]byte("another record, that was there a moment ago"))
		rec, err := fn(old)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.updates++
		rec.Data = bytes.Clone(rec.Data)
		s.recs = append(s.recs, rec)
		return rec, err
	})
}

func (s *blocked) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	<-s.gate
	s.mu.Lock()
	s.views++
	s.mu.Unlock()
	return s.Store.View(ctx, key, fn)
}

// One round: each caller gets its own answer, from the last time that its
// function ran; an error of one changes nothing for the others; Durable is
// that of any; a panic reaches the caller that brought it.
func TestRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &blocked{Store: policy.NewMemory(0), gate: make(chan struct{})}
		g := newGuarded(store, time.Minute)
		add := func(s string, durable bool) func([]byte) (policy.Record, error) {
			return func(old []byte) (policy.Record, error) {
				return policy.Record{Data: append(bytes.Clone(old), s...), Durable: durable}, nil
			}
		}
		var wg sync.WaitGroup
		first := make(chan error, 1)
		wg.Go(func() { first <- g.Update(t.Context(), hot, add("a", false)) })
		synctest.Wait() // in the store; what follows queues, in this order
		errMine := errors.New("mine")
		errs := make([]error, 5)
		var seen string
		var panicked any
		for i, fn := range []func() error{
			func() error { return g.Update(t.Context(), hot, add("b", true)) },
			func() error {
				return g.Update(t.Context(), hot, func(old []byte) (policy.Record, error) {
					if string(old) != "ab" {
						return policy.Record{}, nil // would delete, and says that all is well
					}
					return policy.Record{}, errMine
				})
			},
			func() error {
				return g.View(t.Context(), hot, func(data []byte) error { seen = string(data); return nil })
			},
			func() error {
				defer func() { panicked = recover() }()
				return g.Update(t.Context(), hot, func([]byte) (policy.Record, error) { panic("a signal's") })
			},
			func() error { return g.Update(t.Context(), hot, add("c", false)) },
		} {
			wg.Go(func() { errs[i] = fn() })
			synctest.Wait()
		}
		close(store.gate)
		wg.Wait()
		if err := <-first; err != nil {
			t.Error(err)
		}
		if store.updates != 2 {
			t.Errorf("%d updates of the store, want 2: what waited is one", store.updates)
		}
		if errs[0] != nil || errs[1] != errMine || errs[2] != nil || errs[4] != nil {
			t.Errorf("answers %v, want nil, %q, nil, (a panic), nil", errs, errMine)
		}
		if seen != "ab" {
			t.Errorf("a view in the round saw %q, want what those before it made, \"ab\"", seen)
		}
		if panicked != "a signal's" {
			t.Errorf("the caller got the panic %v", panicked)
		}
		if last := store.recs[len(store.recs)-1]; string(last.Data) != "abc" || !last.Durable {
			t.Errorf("kept %q, durable %t; want \"abc\", durable as one of them is", last.Data, last.Durable)
		}
		if store.recs[0].Durable {
			t.Error("a round without a durable call was durable")
		}
		// Views alone are a View.
		for range 3 {
			wg.Go(func() { _ = g.View(t.Context(), hot, func([]byte) error { return nil }) })
		}
		wg.Wait()
		if store.views == 0 || store.updates != 2 {
			t.Errorf("%d views and %d updates; views alone must not update", store.views, store.updates)
		}
	})
}

// A caller comes back at its deadline, whatever the store does; what it left
// there does not happen later; others go on.
func TestDeadline(t *testing.T) {
	for _, stubborn := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			mem := policy.NewMemory(0)
			faulty := storetest.NewFaulty(mem)
			g := newGuarded(faulty, 50*time.Millisecond)
			faulty.Break(storetest.Times(1, storetest.Always(storetest.Fault{Delay: -1, Stubborn: stubborn})))
			start := time.Now()
			err := g.Update(t.Context(), hot, count)
			if took := time.Since(start); took != 50*time.Millisecond {
				t.Errorf("came back after %v, want 50ms", took)
			}
			var fault *policy.FaultError
			if !errors.As(err, &fault) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v, want a FaultError about the deadline", err)
			}
			synctest.Wait()
			if want := map[bool]int{true: 1}[stubborn]; g.Stuck() != want {
				t.Errorf("%d calls stuck, want %d", g.Stuck(), want)
			}
			// The first call is still in the store: the record is not blocked.
			if err := g.Update(t.Context(), hot, count); err != nil {
				t.Error(err)
			}
			faulty.Heal()
			synctest.Wait()
			if n := counted(t, mem, hot); n != 1 {
				t.Errorf("the record counts %d updates, want the one that was confirmed", n)
			}
			if g.Stuck() != 0 || g.Busy() != 0 {
				t.Errorf("%d stuck, %d busy after all is done", g.Stuck(), g.Busy())
			}
		})
	}
}

// The caller's context ends a call at once, and is no fault of the store; but
// a store that does not come back is noticed nevertheless.
func TestCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faulty := storetest.NewFaulty(policy.NewMemory(0))
		g := newGuarded(faulty, 50*time.Millisecond)
		faulty.Break(storetest.Always(storetest.Fault{Delay: -1, Stubborn: true}))
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			start := time.Now()
			err := g.Update(ctx, hot, count)
			cancel()
			if took := time.Since(start); took != 10*time.Millisecond || err != context.DeadlineExceeded {
				t.Errorf("%v after %v, want the context's error after 10ms", err, took)
			}
			time.Sleep(45 * time.Millisecond)
			synctest.Wait()
		}
		if g.Stuck() != 5 {
			t.Errorf("%d calls stuck, want 5", g.Stuck())
		}
		_ = g.Update(t.Context(), hot, count) // the first probe
		start := time.Now()
		if err := g.Update(t.Context(), hot, count); err == nil || time.Since(start) != 0 {
			t.Errorf("%v after %v: the store is away, want a fault at once", err, time.Since(start))
		}
		faulty.Heal()
	})
}

// What is remembered is bounded.
func TestKnownIsBounded(t *testing.T) {
	g := newGuarded(policy.NewMemory(0), time.Minute)
	for i := range uint32(20_000) {
		var key policy.Key
		binary.LittleEndian.PutUint32(key[:], i*2654435761)
		if err := g.Update(t.Context(), key, count); err != nil {
			t.Fatal(err)
		}
	}
	if n := g.Known(); n != 1<<14 {
		t.Errorf("%d last known records, want %d", n, 1<<14)
	}
}

// A store that refuses one record as damaged, or calls for want of time, is not
// away: other calls go on.
func TestNotAway(t *testing.T) {
	for _, cause := range []error{policy.ErrRecord, policy.ErrOverload} {
		synctest.Test(t, func(t *testing.T) {
			faulty := storetest.NewFaulty(policy.NewMemory(0))
			g := newGuarded(faulty, time.Minute)
			bad := policy.Key{1}
			faulty.Break(func(c storetest.Call) storetest.Fault {
				if c.Key != bad {
					return storetest.Fault{}
				}
				return storetest.Fault{Kind: storetest.Refuse, Err: fmt.Errorf("page 7: %w", cause), Delay: 40 * time.Millisecond}
			})
			for range 20 {
				if err := g.Update(t.Context(), bad, count); !errors.Is(err, cause) {
					t.Fatalf("what is refused: %v", err)
				}
			}
			for range 20 {
				if err := g.Update(t.Context(), hot, count); err != nil {
					t.Fatalf("another record: %v", err)
				}
			}
		})
	}
}
