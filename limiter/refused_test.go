package limiter

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestRefused compares with a list of times.
func TestRefused(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 6))
		var w Windows
		type refusal struct {
			at time.Time
			n  int
		}
		var all []refusal
		now := start
		gap := float64(time.Minute) * float64(uint64(1)<<rng.IntN(10))
		for range 40 {
			now = now.Add(time.Duration(rng.ExpFloat64() * gap))
			n := 1 + rng.IntN(3)
			if rng.IntN(4) == 0 {
				n += rng.IntN(150)
			}
			w.Refuse(now, n)
			all = append(all, refusal{now, n})
			for _, per := range []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour} {
				least, most, around := 0, 0, 0
				for _, x := range all {
					if age := now.Sub(x.at); age < per {
						least += x.n
					}
					if age := now.Sub(x.at); age < per+6*time.Hour {
						most += x.n
					}
					if age := now.Sub(x.at); age < 60*time.Hour {
						around += x.n
					}
				}
				if got := w.Refused(now, per); got < least || got > most+4*around/64 {
					t.Fatalf("seed %d: %d in %v, want %d to %d, and some of %d", seed, got, per, least, most, around)
				}
			}
		}
		if w.Count(now, MaxPer) != 0 {
			t.Fatal("refusals count against limits")
		}
		if e := w.Expires(); w.Refused(e, 24*time.Hour) != 0 || w.Refused(e.Add(-time.Millisecond), 24*time.Hour) == 0 {
			t.Fatalf("seed %d: expires at %v", seed, e)
		}
	}
}
