package limiter

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestMergeIsTheSum merges counts of two schedules: the result counts what
// both count, and no more than in a sub-bucket longer.
func TestMergeIsTheSum(t *testing.T) {
	longer := [rings]time.Duration{9 * time.Second, 4 * time.Minute, 63 * time.Minute, 12 * time.Hour}
	const longerMonth = 5 * 24 * time.Hour
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 5))
		var a, b Windows
		a.KeepMonth(start)
		kept := rng.IntN(2) == 0
		if kept {
			b.KeepMonth(start)
		}
		both := newExactLog(Limit{MaxN, time.Minute}, Limit{MaxN, time.Hour}, Limit{MaxN, 24 * time.Hour}, Limit{MaxN, 7 * 24 * time.Hour}, Limit{MaxN, MaxPer})
		now := start
		gap := float64(time.Second) * float64(uint64(1)<<rng.IntN(20))
		most := 1 << rng.IntN(8)
		for range 60 {
			now = now.Add(time.Duration(rng.ExpFloat64() * gap))
			n := 1 + rng.IntN(most)
			both.add(now, n)
			if rng.IntN(2) == 0 {
				a.Add(now, n)
			} else {
				b.Add(now, n)
			}
		}
		before := b
		m := a
		m.Merge(&b)
		if b != before {
			t.Fatalf("seed %d: Merge changed its argument", seed)
		}
		c := b
		c.Merge(&a)
		if c != m {
			t.Fatalf("seed %d: a and b make %+v, b and a %+v", seed, m, c)
		}
		for r, span := range append(spans[:], MaxPer) {
			longer := append(longer[:], longerMonth)[r]
			got, sum := m.Count(now, span), a.Count(now, span)+b.Count(now, span)
			if least := both.counts(now)[r]; got < least && (kept || r < monthRing) {
				t.Fatalf("seed %d: %d in %v, want %d at least", seed, got, span, least)
			}
			if most <= 2 && got != sum {
				t.Fatalf("seed %d: %d in %v, want %d", seed, got, span, sum)
			}
			// Rounding and a coarser ring can add, but nothing can be lost.
			if got < sum || got > (sum+longerCount(a, b, now, span+longer))*130/128+1 {
				t.Fatalf("seed %d: %d in %v, sum %d", seed, got, span, sum)
			}
		}
	}
}

func longerCount(a, b Windows, t time.Time, per time.Duration) int {
	return a.Count(t, per) + b.Count(t, per)
}
