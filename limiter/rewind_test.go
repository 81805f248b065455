package limiter

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestRewind: after Rewind every count is as old as it was, give or take a sub-bucket,
// and goes on as if it had been counted then.
func TestRewind(t *testing.T) {
	begin := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	pers := [rings]time.Duration{time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var w Windows
		var at []time.Time
		now := begin.Add(time.Duration(rng.Int64N(int64(100 * 24 * time.Hour))))
		for range 1 + rng.IntN(40) {
			w.Add(now, 1)
			at = append(at, now)
			now = now.Add(time.Duration(rng.ExpFloat64() * float64(pers[rng.IntN(rings)]) / 10))
		}
		newest := at[len(at)-1].Truncate(time.Millisecond)
		if !w.Newest().Equal(newest) {
			t.Fatalf("seed %d: the newest is %v, want %v", seed, w.Newest(), newest)
		}
		back := time.Duration(rng.Int64N(int64(400 * 24 * time.Hour))).Truncate(time.Millisecond)
		w.Rewind(newest.Add(time.Hour)) // changes nothing
		w.Rewind(newest.Add(-back))
		for range 20 {
			later := time.Duration(rng.Int64N(int64(3 * time.Hour)))
			for r, per := range pers {
				bucket := 2 * time.Duration(halfWidth(r)) * time.Millisecond
				low, high := 0, 0
				for _, x := range at {
					age := newest.Add(later).Sub(x)
					if age < per-bucket {
						low++
					}
					if age <= per+2*bucket {
						high++
					}
				}
				if n := w.Count(newest.Add(later-back), per); n < low || n > high {
					t.Fatalf("seed %d: %v after a way back of %v a window of %v counts %d, want %d to %d", seed, later, back, per, n, low, high)
				}
			}
		}
		b, _ := w.AppendBinary(nil)
		var got Windows
		if err := got.UnmarshalBinary(b); err != nil || got != w {
			t.Fatalf("seed %d: read back: %v", seed, err)
		}
		w.Add(newest.Add(-back), 1)
		if n := w.Count(newest.Add(-back), time.Second); n < 1 {
			t.Fatalf("seed %d: a count after the way back is lost", seed)
		}
	}
	var zero Windows
	if zero.Rewind(begin); zero != (Windows{}) || !zero.Newest().IsZero() {
		t.Error("the zero Windows is not left alone")
	}
}
