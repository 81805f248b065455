package limiter

import (
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// someLimits are limits that refuse often and differ in what their rings do: of small
// and of large numbers, several of one ring, of odd lengths, and for a month.
func someLimits(rng *rand.Rand, most int) []Limit {
	pers := []time.Duration{time.Second, 5 * time.Second, 59_999 * time.Millisecond, time.Minute, 10 * time.Minute, time.Hour, 5 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour}
	limits := make([]Limit, 1+rng.IntN(5))
	for i := range limits {
		limits[i] = Limit{N: rng.IntN(2 << rng.IntN(most)), Per: pers[rng.IntN(len(pers)-rng.IntN(2))]}
	}
	return limits
}

// TestShut: a Limiter, which remembers that a key is refused, answers every try as a
// Windows does, which does not, and counts the same. Neither refuses what the other
// admits, nor admits what a list of all events does not.
func TestShut(t *testing.T) {
	alone(t)
	again, tries := 0, 0
	for seed := range uint64(4000) {
		rng := rand.New(rand.NewPCG(seed, 21))
		most := []int{10, 10, 10, 22}[seed%4]
		limits := someLimits(rng, most)
		// Many keys in a table that is nearly full, so that keys move.
		keys := []int{1, 1, 200}[rng.IntN(3)]
		l := New[int](keys, limits...)
		log, want := newExactLog(limits...), Windows{}
		now := start.Add(time.Duration(rng.Int64N(int64(100 * 24 * time.Hour))))
		// From many tries in one sub-bucket of some window to none in many.
		pace := func() float64 {
			return float64(limits[rng.IntN(len(limits))].Per) * 4 / float64(uint64(1)<<rng.IntN(16))
		}
		gap := pace()
		if slices.ContainsFunc(limits, func(l Limit) bool { return l.Per > MaxWeek }) {
			want.KeepMonth(time.Time{})
		}
		for i := range keys {
			l.Take(now, i, min(i, 1))
		}
		for step := range 300 {
			if st := l.Stats(); st.Evicted+st.Replaced != 0 {
				break // it may have been this one
			}
			if rng.IntN(10) == 0 {
				gap = pace()
			}
			now = now.Add(time.Duration(rng.ExpFloat64() * gap))
			at, n := now, 1
			switch rng.IntN(40) {
			case 0: // the clock goes back, and may stay there
				at = at.Add(-time.Duration(rng.Int64N(int64(3 * time.Hour))))
				if rng.IntN(2) == 0 {
					now = at
				}
			case 1:
				n = rng.IntN(1<<rng.IntN(1+most)) - 1
			case 2:
				if got := l.Check(at, 0, n); got != want.Check(at, limits, n) {
					t.Fatalf("seed %d: step %d: Check is %+v", seed, step, got)
				}
			case 3: // of the newest, so that the list of events can follow
				if k := rng.IntN(3); len(log.at) > 0 && k <= log.n[len(log.n)-1] {
					x := len(log.at) - 1
					l.Refund(log.at[x], 0, k)
					want.Refund(log.at[x], k)
					log.refund(x, k)
				}
			case 4:
				var o Windows
				o.Add(at, 1+rng.IntN(3)) // the list of events may know fewer
				l.Merge(0, o)
				want.Merge(&o)
			case 5:
				if got := l.Windows(0); got != want {
					t.Fatalf("seed %d: step %d: counts\n%+v, want\n%+v", seed, step, got, want)
				}
			case 6: // something else comes and goes
				l.Take(at, 1+rng.IntN(keys), 0)
			}
			if w, _ := l.table.find(maphash.Comparable(l.seed, 0)); w != nil && w.cells[0]&shutFlag == shutFlag {
				again++
			}
			tries++
			got := l.Take(at, 0, n)
			if w := want.Take(at, limits, n); got != w {
				t.Fatalf("seed %d: step %d: %v at %v is %+v, want %+v", seed, step, limits, at, got, w)
			}
			if n < 1 {
				continue // the newest time stays
			}
			if log.counts(at); got.OK && !log.take(at, n) {
				t.Fatalf("seed %d: step %d: %v at %v admits too much", seed, step, limits, at)
			}
		}
	}
	t.Logf("%d of %d tries find the key shut", again, tries)
	if again < tries/5 {
		t.Error("want a fifth at least")
	}
}

// TestShutMakesRoom: keys that are shut go when their counts have decayed, and while
// they have not, are as near their limits as they are.
func TestShutMakesRoom(t *testing.T) {
	l := New[int](64, Limit{N: 1, Per: time.Hour})
	for _, from := range []int{0, 1000, 2000} {
		now := start.Add(time.Duration(from) * time.Hour)
		for k := range l.Stats().Cap / 2 {
			for i := range 3 {
				if got := l.Take(now.Add(time.Duration(i)*time.Second), from+k, 1).OK; got != (i == 0) {
					t.Fatalf("try %d of key %d: %v", i, from+k, got)
				}
			}
		}
	}
	if st := l.Stats(); st.Evicted != 0 || st.Replaced == 0 {
		t.Errorf("%+v: want none lost but such as had decayed", st)
	}
}
