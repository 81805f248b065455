package limiter

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// zipf are keys as services see them: few write a lot.
func zipf(keys uint64) []uint64 {
	rng := rand.New(rand.NewPCG(1, 9))
	z := rand.NewZipf(rng, 1.1, 10, keys-1)
	draws := make([]uint64, 1<<20)
	for i := range draws {
		draws[i] = z.Uint64() * 0x9e3779b97f4a7c15 // spread
	}
	return draws
}

// BenchmarkLimiterTake is the bar of 60 ns: 3 windows, 1,000 keys, in cache.
// The clock moves by a millisecond a try.
func BenchmarkLimiterTake(b *testing.B) {
	b.Run("uint64", func(b *testing.B) {
		l := New[uint64](1000, threeLimits...)
		now, i := start, uint64(0)
		for b.Loop() {
			now = now.Add(time.Millisecond)
			l.Take(now, i%1000, 1)
			i++
		}
	})
	b.Run("string", func(b *testing.B) {
		l := New[string](1000, threeLimits...)
		var names [1000]string
		for i := range names {
			names[i] = fmt.Sprintf("account-%06d", i)
		}
		now, i := start, 0
		for b.Loop() {
			now = now.Add(time.Millisecond)
			l.Take(now, names[i%1000], 1)
			i++
		}
	})
	// Nothing is refused: what most keys see most of the time.
	b.Run("admitted", func(b *testing.B) {
		l := New[uint64](1000, Limit{MaxN, time.Minute}, Limit{MaxN, time.Hour}, Limit{MaxN, 24 * time.Hour})
		now, i := start, uint64(0)
		for b.Loop() {
			now = now.Add(time.Millisecond)
			l.Take(now, i%1000, 1)
			i++
		}
	})
	b.Run("parallel", func(b *testing.B) {
		l := New[uint64](1000, threeLimits...)
		var seed atomic.Uint64
		b.RunParallel(func(pb *testing.PB) {
			now, i := start, seed.Add(1)*500
			for pb.Next() {
				now = now.Add(time.Millisecond)
				l.Take(now, i%1000, 1)
				i++
			}
		})
	})
}

// BenchmarkLimiterZipf is the bar of 250 ns: 3 windows, 1M keys by Zipf.
func BenchmarkLimiterZipf(b *testing.B) {
	l := New[uint64](1_000_000, threeLimits...)
	for key := range uint64(1_000_000) {
		l.Take(start, key*0x9e3779b97f4a7c15, 1)
	}
	draws := zipf(1_000_000)
	now, i := start, 0
	for b.Loop() {
		now = now.Add(time.Millisecond)
		l.Take(now, draws[i%len(draws)], 1)
		i++
	}
}

// BenchmarkLimiterUniform is the same with no key more frequent than others:
// every try misses the caches.
func BenchmarkLimiterUniform(b *testing.B) {
	l := New[uint64](1_000_000, threeLimits...)
	for key := range uint64(1_000_000) {
		l.Take(start, key, 1)
	}
	rng := rand.New(rand.NewPCG(2, 9))
	now := start
	for b.Loop() {
		now = now.Add(time.Millisecond)
		l.Take(now, rng.Uint64N(1_000_000), 1)
	}
}

// BenchmarkLimiterFlood is a try with a key never seen, in a full table.
func BenchmarkLimiterFlood(b *testing.B) {
	l := New[uint64](100_000, threeLimits...)
	for key := range uint64(300_000) {
		l.Take(start, key, 1)
	}
	now, key := start, uint64(1<<40)
	for b.Loop() {
		now = now.Add(time.Microsecond)
		l.Take(now, key, 1)
		key++
	}
}

// BenchmarkGC is a full collection with 1M keys live; the bar is 5 ms.
func BenchmarkGC(b *testing.B) {
	l := New[uint64](1_000_000, threeLimits...)
	for key := range uint64(1_000_000) {
		l.Take(start, key, 1)
	}
	for b.Loop() {
		runtime.GC()
	}
	runtime.KeepAlive(l)
}
