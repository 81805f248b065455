package limiter

import (
	"hash/maphash"
	"time"
)

// A Limiter keeps a [Windows] for each of many keys and holds them all to the
// same limits. It is safe for concurrent use, runs no goroutine, and after
// [New] allocates nothing and never grows. The zero Limiter has no limits and
// no room: it allows everything and remembers nothing.
//
// Of a key it keeps a hash only, of 64 bits and different in every process;
// two keys of the same hash would share their counts. Nothing in it is a
// pointer, so garbage collection does not scan it. While its counts are small, a key
// that is refused remembers until when: refusing it costs less than admitting it.
//
// # When it is full
//
// A new key is always let in. It takes the place of one of some that could make
// room: of a key whose counts have decayed if there is one, and else of the one
// furthest from its limits, whose counts are then lost. A key over half of a limit
// goes only where all of them are, so that a flood of new keys does not free a
// sender that is limited. [Stats] tells what was lost.
type Limiter[K comparable] struct {
	seed  maphash.Seed
	plan  plan
	table table
}

// New returns a Limiter with room for size keys, and for at most an eighth and 16 more:
// 94 bytes each, and 24 more if a limit is for longer than a week. A size below 1 counts
// as 1. Limits are not validated here ([Limit.Validate] does): one that cannot be kept
// refuses.
func New[K comparable](size int, limits ...Limit) *Limiter[K] {
	l := &Limiter[K]{seed: maphash.MakeSeed()}
	l.plan.rules, l.plan.shuts = l.plan.make(nil, limits), true
	l.table = newTable(size, l.plan.month)
	return l
}

// Allow takes 1 now, by the clock of the machine.
func (l *Limiter[K]) Allow(key K) bool { return l.Take(time.Now(), key, 1).OK }

// Take is [Windows.Take] for key.
func (l *Limiter[K]) Take(t time.Time, key K, n int) (res Result) {
	if l.table.empty() {
		var w Windows
		w.check(t, &l.plan, n, &w.month).to(&res, &l.plan)
		return res
	}
	h := maphash.Comparable(l.seed, key)
	s := l.table.lock(h)
	w, m := l.table.find(h)
	if w == nil {
		w, m = l.table.insert(h, millis(t), &l.plan)
	}
	a := w.take(t, &l.plan, n, m)
	s.mu.Unlock()
	a.to(&res, &l.plan)
	return res
}

// Check is [Windows.Check] for key. It changes nothing and makes no room for
// a new key.
func (l *Limiter[K]) Check(t time.Time, key K, n int) (res Result) {
	w := l.Windows(key)
	w.check(t, &l.plan, n, &w.month).to(&res, &l.plan)
	return res
}

// Refund is [Windows.Refund] for key.
func (l *Limiter[K]) Refund(t time.Time, key K, n int) {
	if l.table.empty() {
		return
	}
	h := maphash.Comparable(l.seed, key)
	s := l.table.lock(h)
	if w, m := l.table.find(h); w != nil {
		w.unshut(m)
		c := join(w, m)
		c.Refund(t, n)
		c.part(w, m)
	}
	s.mu.Unlock()
}

// Windows is a copy of the counts of key: to look at, or to save with
// [Windows.AppendBinary]. It is the zero Windows if the key is not known.
func (l *Limiter[K]) Windows(key K) (c Windows) {
	if l.table.empty() {
		return c
	}
	h := maphash.Comparable(l.seed, key)
	s := l.table.lock(h)
	if w, m := l.table.find(h); w != nil {
		w.unshut(m)
		c = join(w, m)
	}
	s.mu.Unlock()
	return c
}

// Merge is [Windows.Merge] for key: the way back of what was saved.
func (l *Limiter[K]) Merge(key K, o Windows) {
	if l.table.empty() || o.IsZero() {
		return
	}
	h := maphash.Comparable(l.seed, key)
	s := l.table.lock(h)
	w, m := l.table.find(h)
	if w == nil {
		w, m = l.table.insert(h, o.clock&clockMask, &l.plan)
	}
	w.unshut(m)
	c := join(w, m)
	c.Merge(&o)
	c.part(w, m)
	s.mu.Unlock()
}

// join makes a Windows of what a table keeps of a key; part is the way back.
func join(w *short, m *month) (c Windows) {
	c.short = *w
	if m != nil {
		c.month = *m
	}
	return c
}

func (w *Windows) part(to *short, m *month) {
	*to = w.short
	if m != nil {
		*m = w.month
	}
}

// Len is how many keys are kept, those included whose counts have decayed
// but whose place nobody needed.
func (l *Limiter[K]) Len() int { return l.Stats().Len }

// Stats are counters of a [Limiter] since [New]. It is a plain value.
type Stats struct {
	Len      int    // keys kept
	Cap      int    // keys that there is room for
	Replaced uint64 // keys whose place was taken when their counts had decayed: nothing was lost
	Evicted  uint64 // keys whose counts were lost to make room
	Freed    uint64 // of those, the ones over half of a limit
}

// Stats adds up the counters; it takes each lock in turn.
func (l *Limiter[K]) Stats() Stats { return l.table.stats() }
