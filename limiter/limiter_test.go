package limiter

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestLimiterFlood fills the table with 20 times as many one-hit keys as it
// has room for, while limited senders go on trying and ordinary ones go on
// writing.
func TestLimiterFlood(t *testing.T) {
	limits := []Limit{{20, time.Minute}, {50, time.Hour}, {200, 24 * time.Hour}}
	l := New[uint64](4096, limits...)
	capacity := l.Stats().Cap
	const limited, ordinary = 40, 40 // keys from 1, from 1000
	now := start
	for key := range uint64(limited) {
		for i := 0; l.Take(now.Add(time.Duration(i)*5*time.Second), 1+key, 1).OK; i++ {
		}
	}
	now = now.Add(5 * time.Minute)
	for i := range 20 * capacity {
		now = now.Add(10 * time.Millisecond)
		if !l.Take(now, uint64(1_000_000+i), 1).OK {
			t.Fatalf("a new key was refused after %d", i)
		}
		if i%100 == 0 {
			if key := 1 + rand.Uint64N(limited); l.Take(now, key, 1).OK {
				t.Fatalf("the flood freed limited key %d after %d", key, i)
			}
		}
		if i%2000 == 0 { // 80 in 27 minutes, from 40 keys
			if key := 1000 + uint64(i/2000)%ordinary; !l.Take(now, key, 1).OK {
				t.Fatalf("ordinary key %d was refused after %d", key, i)
			}
		}
	}
	st := l.Stats()
	t.Logf("%+v", st)
	if st.Len > st.Cap || st.Evicted == 0 || st.Freed != 0 {
		t.Errorf("%+v", st)
	}
}

// TestLimiterSparesLimited gives half of the room to limited keys: then
// others must make room, wherever the limited ones lie.
func TestLimiterSparesLimited(t *testing.T) {
	l := New[uint64](4096, Limit{10, time.Hour})
	capacity := uint64(l.Stats().Cap)
	for key := range capacity / 2 {
		if !l.Take(start, key, 10).OK {
			t.Fatalf("key %d was refused", key)
		}
	}
	now := start.Add(time.Minute)
	for key := range 5 * capacity {
		l.Take(now, 1<<40+key, 1)
	}
	for key := range capacity / 2 {
		if l.Check(now, key, 1).OK {
			t.Fatalf("limited key %d was freed: %+v", key, l.Stats())
		}
	}
	if st := l.Stats(); st.Freed != 0 {
		t.Errorf("%+v", st)
	}
}

// TestLimiterHoldsItsSize: next to nothing is lost before the table is full.
func TestLimiterHoldsItsSize(t *testing.T) {
	alone(t)
	for _, size := range []int{-1, 0, 1, 7, 100, 1000, 10_000, 100_000} {
		l := New[uint64](size, Limit{10, time.Hour})
		n := max(size, 1)
		for key := range uint64(n) {
			l.Take(start, key, 1)
		}
		st := l.Stats()
		if st.Cap < n || st.Cap > n*9/8+16 {
			t.Errorf("size %d: room for %d", size, st.Cap)
		}
		if st.Len+int(st.Evicted) != n || int(st.Evicted) > n/50 {
			t.Errorf("size %d: %+v", size, st)
		}
		now := start.Add(2 * time.Hour) // all has decayed
		for key := range 3*uint64(n) + 200 {
			if !l.Take(now, 1<<32+key, 10).OK {
				t.Fatalf("size %d: key refused", size)
			}
		}
		if st := l.Stats(); st.Len > st.Cap || st.Len < st.Cap*99/100 {
			t.Errorf("size %d, filled: %+v", size, st)
		}
	}
}

// TestLimiterIsItsWindows compares a table that is never full with a map.
func TestLimiterIsItsWindows(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	l := New[int](4000, threeLimits...)
	m := map[int]*Windows{}
	now := start
	for range 200_000 {
		now = now.Add(time.Duration(rng.ExpFloat64() * float64(50*time.Millisecond)))
		key, n := int(float64(2000)*rng.Float64()*rng.Float64()), 1+rng.IntN(3)
		w := m[key]
		if w == nil {
			w = new(Windows)
		}
		switch rng.IntN(8) {
		case 0:
			if got, want := l.Check(now, key, n), w.Check(now, threeLimits, n); got != want {
				t.Fatalf("Check: %+v, want %+v", got, want)
			}
		case 1:
			l.Refund(now, key, n)
			w.Refund(now, n)
		case 2:
			var o Windows
			o.Add(now, n)
			l.Merge(key, o)
			w.Merge(&o)
			m[key] = w
		default:
			if got, want := l.Take(now, key, n), w.Take(now, threeLimits, n); got != want {
				t.Fatalf("Take: %+v, want %+v", got, want)
			}
			m[key] = w
		}
		if got := l.Windows(key); got != *w {
			t.Fatalf("Windows of %d: %+v, want %+v", key, got, *w)
		}
	}
	if st := l.Stats(); st.Len != len(m) || st.Evicted != 0 {
		t.Errorf("%+v, want Len %d", st, len(m))
	}
}

// TestLimiterConcurrent: however many take at once, the limit holds.
func TestLimiterConcurrent(t *testing.T) {
	const keys, limit, each = 3, 5000, 20_000
	l := New[string](64, Limit{limit, time.Hour}, Limit{MaxN, 24 * time.Hour})
	var admitted [keys]atomic.Int64
	names := [keys]string{"a", "b", "c"}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 8))
			for i := range each {
				key, n := rng.IntN(keys), 1+rng.IntN(2)
				now := start.Add(time.Duration(i) * time.Millisecond)
				switch rng.IntN(10) {
				case 0:
					l.Check(now, names[key], n)
				case 1:
					l.Stats()
				default:
					if l.Take(now, names[key], n).OK {
						admitted[key].Add(int64(n))
					}
				}
			}
		})
	}
	wg.Wait()
	for key := range keys {
		if got := admitted[key].Load(); got != limit {
			t.Errorf("key %d: %d admitted of %d", key, got, limit)
		}
	}
}

func TestLimiterZero(t *testing.T) {
	var l Limiter[string]
	if !l.Allow("a") || !l.Check(start, "a", 1).OK || l.Len() != 0 || l.Windows("a") != (Windows{}) {
		t.Error("the zero Limiter does not allow everything and remember nothing")
	}
	l.Refund(start, "a", 1)
	l.Merge("a", Windows{})
}

func TestLimiterAllow(t *testing.T) {
	l := New[string](1, Limit{2, time.Hour})
	for i, want := range []bool{true, true, false} {
		if got := l.Allow("a"); got != want {
			t.Errorf("try %d: %v, want %v", i, got, want)
		}
	}
	if !l.Allow("b") || l.Len() != 2 {
		t.Errorf("b was refused, or %d keys are not 2", l.Len())
	}
	if w := l.Windows("a"); w.Refused(time.Now(), time.Hour) != 1 {
		t.Error("the refused try was not counted")
	}
}

func TestNoAllocations(t *testing.T) {
	now := start
	l := New[string](1000, threeLimits...)
	names := []string{"a", "b", "c", "d", "e"}
	var w Windows
	buf := make([]byte, 0, 200)
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(time.Second)
		name := names[i%len(names)]
		i++
		l.Take(now, name, 1)
		l.Check(now, name, 1)
		l.Refund(now, name, 1)
		l.Stats()
		w.Take(now, threeLimits, 1)
		w.Count(now, time.Hour)
		o := l.Windows(name)
		w.Merge(&o)
		b, _ := w.AppendBinary(buf)
		if err := o.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestMemoryPerKey is the bar of 96 bytes for a key with all its windows.
func TestMemoryPerKey(t *testing.T) {
	alone(t)
	const size = 1_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := New[uint64](size, threeLimits...)
	for key := range uint64(size) {
		l.Take(start, key, 1)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	per := float64(after.HeapAlloc-before.HeapAlloc) / float64(l.Len())
	t.Logf("%.1f bytes a key; %+v", per, l.Stats())
	if per > 96 {
		t.Errorf("%.1f bytes a key, want 96 at most", per)
	}
	runtime.KeepAlive(l)
}
