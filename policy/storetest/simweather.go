package storetest

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A weather decides which calls of a store go wrong in a step. It is asked on the
// goroutines of the engines.
type weather struct {
	seed    uint64
	faulty  bool
	differs atomic.Pointer[string] // how the store under test differs

	mu      sync.Mutex // of the rest, that the walk changes
	step    int
	nth     map[Call]int // calls of the step
	trouble int          // percent of its calls that go wrong
	away    bool
	now     time.Time
	hits    map[string]int
}

func (w *weather) begin(step, trouble int, away bool, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step, w.trouble, w.away, w.now, w.nth = step, trouble, away, now, map[Call]int{}
}

func (w *weather) hit(fault string, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hits[fault] += times
}

// gone reports whether the store is away.
func (w *weather) gone() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.away
}

// draw is a number for the n-th such call on the record in the step: not for the n-th
// of all, which may be made side by side.
func (w *weather) draw(c Call) uint64 {
	h := fnv.New64a()
	var b []byte
	for _, x := range []int{w.step, w.nth[c], int(c.Op)} {
		b = binary.LittleEndian.AppendUint64(b, uint64(x))
	}
	h.Write(append(binary.LittleEndian.AppendUint64(b, w.seed), c.Key[:]...))
	x := h.Sum64()
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return x ^ x>>32
}

// stale reports whether an Update begins with an older record, as after a conflict.
func (w *weather) stale(key policy.Key) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	stale := w.faulty && w.draw(Call{Op: All, Key: key})%1000 < 30
	if stale {
		w.hits["a read of an older record, as after a conflict"]++
	}
	return stale
}

// fault decides about a call. Each takes a time of its own, so that calls made side by
// side come in one order.
func (w *weather) fault(c Call) Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.N = 0
	w.nth[c]++
	x := w.draw(c)
	// Stubborn: a client that left at its deadline would race with the engine, which
	// leaves at the same moment.
	f := Fault{Delay: time.Microsecond + time.Duration(x>>20%(1<<19)), Stubborn: true}
	if w.away {
		w.hits["away"]++
		f.Kind, f.Err = Refuse, errAway
		return f
	}
	if int(x%100) >= w.trouble {
		return f
	}
	kinds := []struct {
		name string
		Fault
	}{
		{"an error before the effect", Fault{Kind: Refuse}},
		{"an error, and nothing written", Fault{Kind: Lose}},
		{"an error after the effect", Fault{Kind: Tear}},
		{"run twice", Fault{Kind: Rerun}},
		{"slow", Fault{Delay: simTimeout / 4}},
		{"beyond the deadline", Fault{Delay: 2 * simTimeout}},
		{"beyond the deadline, with an error after the effect", Fault{Kind: Tear, Delay: 3 * simTimeout}},
	}
	k := kinds[x>>8%uint64(len(kinds))]
	w.hits[k.name]++
	k.Delay, k.Stubborn = k.Delay+f.Delay, true
	return k.Fault
}

// compare sees to it that the store under test shows what was written. It may drop
// what has expired.
func (w *weather) compare(key policy.Key, data []byte, rec policy.Record) (expired bool) {
	if same(data, rec.Data) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if data == nil && !rec.Expires.IsZero() && w.now.After(rec.Expires) {
		return true
	}
	broken := fmt.Sprintf("the store: it shows %s for key %x, of which %s was written last", brief(data), key[:4], brief(rec.Data))
	w.differs.CompareAndSwap(nil, &broken)
	return false
}
