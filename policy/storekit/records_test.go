package storekit_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestConformance(t *testing.T) {
	t.Run("knowing much", func(t *testing.T) {
		storetest.Shared(t, func(*testing.T) func() policy.Store {
			s := newServer()
			return func() policy.Store { return newStore(s, storekit.Config{}) }
		})
	})
	t.Run("knowing nothing, two at once", func(t *testing.T) {
		storetest.Run(t, func(*testing.T) policy.Store {
			return newStore(newServer(), storekit.Config{MaxKnown: 1, AtOnce: 2})
		})
	})
}

var errIdle = errors.New("fn changes nothing")

// TestRoundTrips counts what the server is asked, which is the point of knowing
// a state.
func TestRoundTrips(t *testing.T) {
	s := newServer()
	a, b := newStore(s, storekit.Config{}), newStore(s, storekit.Config{})
	put := func(s *store, data []byte) func() error {
		return func() error {
			return s.Update(t.Context(), policy.Key{1}, func([]byte) (policy.Record, error) { return policy.Record{Data: data}, nil })
		}
	}
	look := func(s *store) func() error {
		return func() error {
			err := s.Update(t.Context(), policy.Key{1}, func([]byte) (policy.Record, error) { return policy.Record{}, errIdle })
			if err != errIdle {
				return fmt.Errorf("%v, want fn's own error", err)
			}
			return nil
		}
	}
	for _, c := range []struct {
		name        string
		do          func() error
		gets, swaps int
	}{
		{"nothing is known", put(a, []byte("one")), 1, 1},
		{"it is known", put(a, []byte("two")), 0, 1},
		{"it is known, and fn changes nothing", look(a), 1, 0},
		{"another process reads it", look(b), 1, 0},
		{"and writes it", put(b, []byte("three")), 0, 1},
		{"what is known is out of date", put(a, []byte("four")), 0, 2},
		{"so it is for the other one, where fn changes nothing", look(b), 1, 0},
		{"a deletion", put(a, nil), 0, 1},
		{"that there is no record is known", put(a, []byte("five")), 0, 1},
		{"Delete", func() error { return a.Delete(t.Context(), policy.Key{1}) }, 0, 0},
		{"then, too", put(a, []byte("six")), 0, 1},
	} {
		gets, swaps := s.trips()
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		g, w := s.trips()
		if g -= gets; g != c.gets {
			t.Errorf("%s: %d reads, want %d", c.name, g, c.gets)
		}
		if w -= swaps; w != c.swaps {
			t.Errorf("%s: %d swaps, want %d", c.name, w, c.swaps)
		}
	}
}

// FuzzRecords has two processes, which know much or little, do what the bytes
// say, while rows change under them; what fn sees, and what is there afterwards,
// is what a map says.
func FuzzRecords(f *testing.F) {
	f.Add([]byte{0, 0x10, 1, 0x20, 2, 0x30, 3, 0x40})
	f.Add([]byte("write, look, delete, write again, lose, write"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		s := newServer()
		processes := []*store{newStore(s, storekit.Config{}), newStore(s, storekit.Config{MaxKnown: 1, AtOnce: 1})}
		want := make(map[policy.Key][]byte)
		for n := 0; n+1 < len(ops); n += 2 {
			key := policy.Key{ops[n] & 3}
			store := processes[ops[n]>>2&1]
			data := fmt.Append(nil, n)
			var saw []byte
			update := func(r policy.Record, refuse error) {
				err := store.Update(t.Context(), key, func(old []byte) (policy.Record, error) {
					saw = old
					return r, refuse
				})
				if err != refuse {
					t.Fatalf("Update: %v, want %v", err, refuse)
				}
				if !bytes.Equal(saw, want[key]) || (saw == nil) != (want[key] == nil) {
					t.Fatalf("fn saw %q at last, want %q", saw, want[key])
				}
			}
			switch ops[n+1] % 8 {
			case 0, 1, 2:
				update(policy.Record{Data: data}, nil)
				want[key] = data
			case 3:
				update(policy.Record{}, nil)
				delete(want, key)
			case 4:
				update(policy.Record{Data: data}, errIdle)
			case 5:
				if err := store.Delete(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				delete(want, key)
			case 6: // the server loses a row
				delete(s.rows, key)
				delete(want, key)
			case 7: // another version of the program writes it
				s.rows[key] = row{data: data, version: uint64(n)}
				want[key] = data
			}
			err := store.View(t.Context(), key, func(data []byte) error { saw = data; return nil })
			if err != nil || !bytes.Equal(saw, want[key]) || (saw == nil) != (want[key] == nil) {
				t.Fatalf("View shows %q, %v, want %q", saw, err, want[key])
			}
		}
	})
}

// TestUnknownEnd has deadlines pass while the server works: no update that was
// acknowledged is lost, and none counts that was not tried.
func TestUnknownEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.conns, s.takes = make(chan struct{}, 2), func() time.Duration { return 5 * time.Millisecond }
		stores := []*store{newStore(s, storekit.Config{}), newStore(s, storekit.Config{})}
		good, tried := 0, 0
		for i := range 400 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%16)*time.Millisecond)
			tried++
			err := stores[i/20%2].Update(ctx, policy.Key{1}, func(old []byte) (policy.Record, error) {
				return policy.Record{Data: append(old, 'x')}, nil
			})
			cancel()
			switch {
			case err == nil:
				good++
			case !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, storekit.ErrOverload):
				t.Error(err)
			}
		}
		if n := len(s.rows[policy.Key{1}].data); n < good || n > tried || good == 0 || good == tried {
			t.Errorf("%d updates were acknowledged, %d tried; the record counts %d", good, tried, n)
		}
	})
}

// TestOverload has far more callers than the server can serve in time: most of
// what it can do it does for callers that still wait. Without an order none of
// them gets an answer in time.
func TestOverload(t *testing.T) {
	for _, c := range []struct {
		callers, keys int
		takes         time.Duration // a call at the server, on average
		pause         time.Duration // of the server, ten times a second
		least         float64       // of what the server can do
	}{
		{4, 4, 7 * time.Millisecond, 0, 0.9},
		{16, 16, 7 * time.Millisecond, 0, 0.9},
		{64, 8, 500 * time.Microsecond, 0, 0.9},
		{64, 8, 7 * time.Millisecond, 0, 0.8},
		{64, 8, 20 * time.Millisecond, 0, 0.7},
		{256, 8, 7 * time.Millisecond, 0, 0.8},
		{256, 256, 500 * time.Microsecond, 0, 0.9},
		{256, 256, 7 * time.Millisecond, 0, 0.8},
		{256, 256, 20 * time.Millisecond, 0, 0.7},
		{16, 16, 5 * time.Millisecond, 30 * time.Millisecond, 0.8},
		{256, 8, 5 * time.Millisecond, 30 * time.Millisecond, 0.86},
		{256, 256, 5 * time.Millisecond, 30 * time.Millisecond, 0.86},
	} {
		t.Run(fmt.Sprintf("%d callers, %d keys, %v, pauses of %v", c.callers, c.keys, c.takes, c.pause), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { overload(t, c.callers, c.keys, c.takes, c.pause, c.least) })
		})
	}
}

func overload(t *testing.T, callers, keys int, takes, pause time.Duration, least float64) {
	const conns, deadline, span, every = 4, 50 * time.Millisecond, 2 * time.Second, 100 * time.Millisecond
	s, began := newServer(), time.Now()
	s.conns = make(chan struct{}, conns)
	s.takes = func() time.Duration { // half of it always, and now and then much more
		work := takes/2 + time.Duration(rand.ExpFloat64()*float64(takes/2))
		took := time.Duration(0)
		for at := time.Since(began) % every; work > 0; at = 0 {
			rest := max(0, pause-at)
			part := min(work, every-max(at, pause))
			work, took = work-part, took+rest+part
		}
		return took
	}
	store := newStore(s, storekit.Config{AtOnce: conns})
	var good, refused, late atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(span)
	for w := range callers {
		var key policy.Key
		binary.BigEndian.PutUint64(key[:], uint64(w%keys+1)*0x9e3779b97f4a7c15)
		wg.Go(func() {
			for time.Now().Before(end) {
				ctx, cancel := context.WithTimeout(t.Context(), deadline)
				began := time.Now()
				err := store.Update(ctx, key, func([]byte) (policy.Record, error) { return policy.Record{Data: []byte("x")}, nil })
				cancel()
				switch took := time.Since(began); {
				case errors.Is(err, storekit.ErrOverload):
					refused.Add(1)
				case err == nil && took <= deadline:
					good.Add(1)
				default:
					late.Add(1)
				}
			}
		})
	}
	wg.Wait()
	served := float64(good.Load()) / (conns * span.Seconds() / takes.Seconds() * (1 - pause.Seconds()/every.Seconds()))
	t.Logf("%d acknowledged, %.0f%% of what the server can do; %d refused, %d too late", good.Load(), 100*served, refused.Load(), late.Load())
	if served < least {
		t.Errorf("%.0f%% of what the server can do were acknowledged, want %.0f%%", 100*served, 100*least)
	}
}

// TestSilent has more callers than a server has connections, while it is slow and
// while it answers nobody: only the first is load.
func TestSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const conns, deadline = 4, 50 * time.Millisecond
		var takes atomic.Int64
		s := newServer()
		s.conns, s.takes = make(chan struct{}, conns), func() time.Duration { return time.Duration(takes.Load()) }
		store := newStore(s, storekit.Config{AtOnce: conns})
		for _, c := range []struct {
			takes  time.Duration
			silent bool
		}{{5 * time.Millisecond, false}, {time.Second, true}, {5 * time.Millisecond, false}} {
			takes.Store(int64(c.takes))
			var overload, silent int
			var mu sync.Mutex // guards both
			var wg sync.WaitGroup
			time.Sleep(2 * deadline)
			end := time.Now().Add(time.Second)
			for w := range 64 {
				wg.Go(func() {
					for time.Now().Before(end) {
						ctx, cancel := context.WithTimeout(t.Context(), deadline)
						err := store.Update(ctx, policy.Key{byte(w)}, func([]byte) (policy.Record, error) { return policy.Record{Data: []byte("x")}, nil })
						cancel()
						mu.Lock()
						switch {
						case errors.Is(err, policy.ErrOverload):
							overload++
						case errors.Is(err, context.DeadlineExceeded):
							silent++
						}
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			if few, many := min(overload, silent), max(overload, silent); many < 100 || few > 64 || c.silent != (silent == many) {
				t.Errorf("calls of %v: %d refused as load, %d as an outage", c.takes, overload, silent)
			}
		}
	})
}
