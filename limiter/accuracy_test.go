package limiter

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var spansByName = []struct {
	name string
	per  time.Duration
}{{"minute", time.Minute}, {"hour", time.Hour}, {"day", 24 * time.Hour}, {"week", 7 * 24 * time.Hour}, {"month", MaxPer}}

// TestEdgeAttack bursts just before and after the ends of windows, and
// everywhere else: the most that gets through in any window is the limit.
func TestEdgeAttack(t *testing.T) {
	for _, span := range spansByName {
		t.Run(span.name, func(t *testing.T) {
			limit := []Limit{{50, span.per}}
			for phase := range 40 {
				var w Windows
				log := newExactLog(limit...)
				now := start.Truncate(span.per).Add(span.per * time.Duration(phase) / 40)
				rng := rand.New(rand.NewPCG(uint64(phase), 4))
				for range 3000 {
					for w.Take(now, limit, 1).OK {
						log.add(now, 1)
					}
					step := span.per / 400
					if phase%2 == 1 {
						step = time.Duration(rng.Int64N(int64(step) * 4))
					}
					now = now.Add(step)
				}
				if most := log.most(span.per); most != 50 {
					t.Fatalf("phase %d: %d in some window, limit 50", phase, most)
				}
			}
		})
	}
}

// admittedShare runs a schedule of Poisson arrivals at load times the limit
// through a Windows and an exact log, each on its own, and returns what the
// first admits of what the second does.
func admittedShare(limit Limit, load float64, tries int) float64 {
	rng := rand.New(rand.NewPCG(uint64(limit.N), uint64(limit.Per)))
	limits := []Limit{limit}
	var w Windows
	log := newExactLog(limits...)
	now, got, want := start, 0, 0
	gap := float64(limit.Per) / float64(limit.N) / load
	for range tries {
		now = now.Add(time.Duration(rng.ExpFloat64() * gap))
		if w.Take(now, limits, 1).OK {
			got++
		}
		if log.take(now, 1) {
			want++
		}
	}
	return float64(got) / float64(want)
}

// TestAdmitsNearlyAll is the bar of 98% of what an exact log admits where
// arrivals are at about the limit. The bound on each limit is what the ring
// can do: a ring is fine for small limits only, and the minute's is coarsest.
func TestAdmitsNearlyAll(t *testing.T) {
	alone(t)
	var sum, count float64
	for _, n := range []int{10, 20, 50, 100, 250} {
		for _, span := range spansByName {
			limit := Limit{n, span.per}
			var s strings.Builder
			fmt.Fprintf(&s, "%-14v at 0.8, 0.9, 1, 1.1 and 5 times the limit:", limit)
			var about float64
			for _, load := range []float64{0.8, 0.9, 1, 1.1, 5} {
				share := admittedShare(limit, load, 20_000)
				fmt.Fprintf(&s, " %.1f", 100*share)
				if load < 2 {
					about += share / 4
				} else if share < 0.88 {
					t.Errorf("%v: %.1f%% at %v times the limit", limit, 100*share, load)
				}
			}
			t.Logf("%s%%; mean of the first four %.1f%%", s.String(), 100*about)
			sum, count = sum+about, count+1
			if bar := map[bool]float64{true: 0.97, false: 0.94}[n <= 100]; about < bar {
				t.Errorf("%v: %.1f%% at about the limit, want %.0f%% at least", limit, 100*about, 100*bar)
			}
		}
	}
	t.Logf("mean at about the limit: %.2f%%", 100*sum/count)
	if sum/count < 0.98 {
		t.Errorf("%.2f%% at about the limit, want 98%% at least", 100*sum/count)
	}
}
