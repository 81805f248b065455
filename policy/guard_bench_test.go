package policy_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// A remote is a store at some distance: a round trip to read, another one to
// compare and swap, again on a conflict. It waits by yielding: timers are
// rounded to a millisecond on some systems.
type remote struct {
	mem     *policy.Memory
	trip    time.Duration
	retries atomic.Int64
}

func (r *remote) wait() {
	for end := time.Now().Add(r.trip); time.Now().Before(end); {
		runtime.Gosched()
	}
}

func (r *remote) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	for {
		r.wait()
		var old []byte
		_ = r.mem.View(ctx, key, func(data []byte) error { old = bytes.Clone(data); return nil })
		rec, err := fn(bytes.Clone(old))
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		r.wait()
		swapped := false
		err = r.mem.Update(ctx, key, func(now []byte) (policy.Record, error) {
			swapped = bytes.Equal(now, old)
			if !swapped {
				return policy.Record{}, fmt.Errorf("conflict")
			}
			return rec, nil
		})
		if swapped {
			return err
		}
		r.retries.Add(1)
	}
}

func (r *remote) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	r.wait()
	return r.mem.View(ctx, key, fn)
}

func (r *remote) Delete(ctx context.Context, key policy.Key) error {
	r.wait()
	return r.mem.Delete(ctx, key)
}

func (r *remote) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return r.mem.All(ctx, listed)
}

const trip = 100 * time.Microsecond

// callers runs fn on many goroutines for as long as the benchmark asks, and
// reports the worst call.
func callers(b *testing.B, n int, fn func(caller, i int)) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(n / runtime.GOMAXPROCS(0))
	var id atomic.Int64
	took := make([][]time.Duration, n+1)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		me := int(id.Add(1)) - 1
		for i := 0; pb.Next(); i++ {
			start := time.Now()
			fn(me, i)
			took[me] = append(took[me], time.Since(start))
		}
	})
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(all[len(all)-1].Microseconds()), "worst-µs")
}

// BenchmarkHotKey is 128 callers on one record of 400 bytes, the store a round
// trip of 100 µs away.
func BenchmarkHotKey(b *testing.B) {
	bump := func() func(old []byte) (policy.Record, error) {
		buf := make([]byte, 400)
		return func(old []byte) (policy.Record, error) {
			copy(buf, old)
			buf[0]++
			return policy.Record{Data: buf}, nil
		}
	}
	b.Run("alone", func(b *testing.B) { // without a guard
		store := &remote{mem: policy.NewMemory(0), trip: trip}
		fns := many(128, bump)
		callers(b, 128, func(me, _ int) {
			_ = store.Update(b.Context(), policy.Key{1}, fns[me])
		})
	})
	b.Run("guard", func(b *testing.B) {
		g := policy.NewGuarded(&remote{mem: policy.NewMemory(0), trip: trip}, time.Second)
		fns, calls := many(128, bump), many(128, g.Reusing)
		callers(b, 128, func(me, _ int) {
			if err := calls[me](b.Context(), policy.Key{1}, fns[me]); err != nil {
				b.Error(err)
			}
		})
	})
	b.Run("engine", func(b *testing.B) {
		e := engineOver(b, &remote{mem: policy.NewMemory(0), trip: trip}, policy.Config{Timeout: time.Second})
		to := policy.To("bea")
		callers(b, 128, func(int, int) {
			if _, err := e.Evaluate(b.Context(), policy.Message{Sender: "ann", Recipients: to, Reply: true}); err != nil {
				b.Error(err)
			}
		})
	})
}

// BenchmarkColdKeys is the same for 200,000 accounts.
func BenchmarkColdKeys(b *testing.B) {
	run := func(b *testing.B, e *policy.Engine, n int) {
		ids := make([]string, 200_000)
		for i := range ids {
			ids[i] = fmt.Sprint("account", i)
		}
		to := policy.To("bea")
		callers(b, n, func(me, i int) {
			if _, err := e.Evaluate(b.Context(), policy.Message{Sender: ids[(me*1571+i*7919)%len(ids)], Recipients: to, Reply: true}); err != nil {
				b.Error(err)
			}
		})
	}
	b.Run("memory", func(b *testing.B) { run(b, engineOver(b, policy.NewMemory(0), policy.Config{}), 128) })
	b.Run("near", func(b *testing.B) { // what the guard costs
		run(b, engineOver(b, near{policy.NewMemory(0)}, policy.Config{Timeout: time.Second}), 2)
	})
	b.Run("remote", func(b *testing.B) {
		run(b, engineOver(b, &remote{mem: policy.NewMemory(0), trip: trip}, policy.Config{Timeout: time.Second}), 128)
	})
}

// BenchmarkAway is 128 callers whose store freezes for two seconds and keeps no
// deadline: the worst Evaluate against the timeout of 50 ms and against the worst
// bare timer of 50 ms, and how long after the store is back decisions are still
// degraded.
func BenchmarkAway(b *testing.B) {
	var worst, worstAway, timer, back time.Duration
	var calls, away int64
	for b.Loop() {
		faulty := storetest.NewFaulty(policy.NewMemory(0))
		e := engineOver(b, faulty, policy.Config{Timeout: timeout})
		var healed, last, slowest, slowestAway, jitter, n, degraded atomic.Int64
		most := func(v *atomic.Int64, x int64) {
			for old := v.Load(); x > old && !v.CompareAndSwap(old, x); old = v.Load() {
			}
		}
		done := make(chan struct{})
		var wg sync.WaitGroup
		for g := range 128 {
			wg.Go(func() {
				to := policy.To("bea", "cleo")
				for i := 0; ; i++ {
					select {
					case <-done:
						return
					default:
					}
					start := time.Now()
					d, _ := e.Evaluate(b.Context(), policy.Message{Sender: fmt.Sprint("sender", g, "-", i%1000), Recipients: to})
					took := time.Since(start)
					most(&slowest, int64(took))
					n.Add(1)
					if d.Degraded {
						most(&slowestAway, int64(took))
						degraded.Add(1)
						most(&last, time.Now().UnixNano())
					}
					time.Sleep(5 * time.Millisecond)
				}
			})
		}
		for range 16 { // what a timer alone is late on this machine
			wg.Go(func() {
				for start := time.Now(); time.Since(start) < 3*time.Second; {
					at := time.Now()
					time.Sleep(timeout)
					most(&jitter, int64(time.Since(at)))
				}
			})
		}
		time.Sleep(300 * time.Millisecond)
		faulty.Break(storetest.Always(storetest.Fault{Delay: -1, Stubborn: true}))
		time.Sleep(2 * time.Second)
		healed.Store(time.Now().UnixNano())
		faulty.Heal()
		time.Sleep(700 * time.Millisecond)
		close(done)
		wg.Wait()
		worst, worstAway = max(worst, time.Duration(slowest.Load())), max(worstAway, time.Duration(slowestAway.Load()))
		timer = max(timer, time.Duration(jitter.Load()))
		back = max(back, time.Duration(last.Load()-healed.Load()))
		calls += n.Load()
		away += degraded.Load()
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
	b.ReportMetric(float64(worstAway.Microseconds())/1000, "worst-degraded-ms")
	b.ReportMetric(float64(timer.Microseconds())/1000, "worst-timer-ms")
	b.ReportMetric(float64(back.Microseconds())/1000, "normal-after-ms")
	b.ReportMetric(float64(calls)/float64(b.N), "calls")
	b.ReportMetric(float64(away)/float64(b.N), "degraded")
}

// near is an outside store that takes no time.
type near struct{ policy.Store }

func many[T any](n int, make func() T) []T {
	all := []T{}
	for range n {
		all = append(all, make())
	}
	return all
}

func engineOver(t testing.TB, store policy.Store, cfg policy.Config) *policy.Engine {
	t.Helper()
	cfg.Store, cfg.Secret = store, []byte("a secret of the tests")
	e, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
