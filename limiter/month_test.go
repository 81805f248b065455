package limiter

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestMonth plays random traffic over months, with bursts, silent days and a daily
// and weekly rhythm, against limits for 30 and 31 days and an exact log of its own
// each: never over, and 98% of what the log admits.
func TestMonth(t *testing.T) {
	const day = 24 * time.Hour
	got, want, worst := 0, 0, 1.
	for seed := range uint64(240) {
		rng := rand.New(rand.NewPCG(seed, 31))
		limit := Limit{N: []int{5, 20, 60, 150, 300, 1000, 3000}[rng.IntN(7)], Per: []time.Duration{30 * day, MaxPer}[rng.IntN(2)]}
		limits := []Limit{limit}
		if rng.IntN(2) == 0 {
			limits = append(limits, Limit{N: 1 + limit.N/6, Per: day})
		}
		var w Windows
		log, free := newExactLog(limits...), newExactLog(limits...)
		gap := float64(limit.Per) / float64(limit.N) / (.8 + .4*rng.Float64())
		now, admitted, exact := start, 0, 0
		for now.Sub(start) < 150*day {
			step := rng.ExpFloat64() * gap
			if now.Hour() < 7 { // at night
				step *= 3
			}
			if rng.IntN(200) == 0 { // away
				step += rng.ExpFloat64() * float64(3*day)
			}
			now = now.Add(time.Duration(step))
			n := 1
			if rng.IntN(20) == 0 {
				n = 1 + rng.IntN(1+limit.N/40)
			}
			if w.Take(now, limits, n).OK {
				admitted += n
				if !log.take(now, n) {
					t.Fatalf("seed %d: over %v at %v", seed, limits, now)
				}
			}
			if free.take(now, n) {
				exact += n
			}
			if c := w.Count(now, limit.Per); c < log.counts(now)[0] {
				t.Fatalf("seed %d: counts %d, %d were admitted", seed, c, log.sum[0])
			}
		}
		if b := w.AppendMonth(nil); len(b) > MaxMonth {
			t.Fatalf("seed %d: %d bytes", seed, len(b))
		}
		got, want = got+admitted*10_000/limit.N, want+exact*10_000/limit.N
		worst = min(worst, float64(admitted)/float64(exact))
	}
	share := float64(got) / float64(want)
	t.Logf("%.2f%% of what an exact log admits, %.2f%% at worst", 100*share, 100*worst)
	if share < .98 || worst < .92 {
		t.Errorf("%.2f%% of what an exact log admits, %.2f%% at worst; want 98%%, and 92%% at worst", 100*share, 100*worst)
	}
}

// TestMonthBegins: a month begins with what the week knows, each count until it is over
// 31 days old at least and no longer than two sub-buckets more, and not before it is
// asked for.
func TestMonthBegins(t *testing.T) {
	const day = 24 * time.Hour
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 32))
		var w Windows
		log := newExactLog(Limit{MaxN, 7 * day}, Limit{MaxN, MaxPer})
		now, most := start, 1<<rng.IntN(9)
		for range rng.IntN(60) {
			now = now.Add(time.Duration(rng.ExpFloat64() * float64(3*time.Hour)))
			n := 1 + rng.IntN(most)
			w.Add(now, n)
			log.add(now, n)
		}
		if b := encode(t, w); b[0]>>6 != 1 || len(w.AppendMonth(nil)) != 0 || w.month != (month{}) {
			t.Fatalf("seed %d: a month that nobody asked for", seed)
		}
		week := log.counts(now)[0]
		if c := w.Count(now, MaxPer); c < week {
			t.Fatalf("seed %d: %d in a month, %d in a week", seed, c, week)
		}
		w.KeepMonth(now)
		for _, later := range []time.Duration{0, day, 6 * day, 20 * day, 23 * day} {
			c := w.Count(now.Add(later), MaxPer)
			if c < week {
				t.Fatalf("seed %d: %d in a month %v later, want %d", seed, c, later, week)
			}
		}
		if c := w.Count(now.Add(MaxPer+4*day), MaxPer); c != 0 {
			t.Fatalf("seed %d: %d are kept for too long", seed, c)
		}
		kept := w
		kept.DropMonth()
		if b := encode(t, kept); b[0]>>6 != 1 {
			t.Fatalf("seed %d: a month that was dropped has a form", seed)
		}
		if err := kept.UnmarshalMonth(w.AppendMonth(nil)); err != nil || kept.Count(now, MaxPer) != w.Count(now, MaxPer) {
			t.Fatalf("seed %d: %v, or %d apart and %d together", seed, err, kept.Count(now, MaxPer), w.Count(now, MaxPer))
		}
	}
	var w Windows
	for _, b := range [][]byte{{0}, {0, 0}, {1, 0}, {0, 0x80, 0}, {32, 1, 0, 0, 0}, {23, 1}, {32, 1, 2}, {32, 1, 1, 0, 0, 9}, {2 | 32, 1, 3, 0, 0}} {
		if err := w.UnmarshalMonth(b); err == nil || w != (Windows{}) {
			t.Errorf("%x: %v, %+v", b, err, w)
		}
	}
}

// TestMonthTable: a Limiter with a month keeps it for each key, also where keys are
// moved to make room, and one without pays nothing for it.
func TestMonthTable(t *testing.T) {
	l := New[uint64](2000, Limit{3, MaxPer})
	if st := New[uint64](2000, Limit{3, 7 * 24 * time.Hour}); st.table.months != nil {
		t.Error("a table without a limit for over a week has months")
	}
	for key := range uint64(1700) {
		for range 3 {
			if !l.Take(start, key, 1).OK {
				t.Fatalf("key %d was refused", key)
			}
		}
	}
	now := start.Add(20 * 24 * time.Hour)
	for key := range uint64(1700) {
		if res := l.Take(now, key, 1); res.OK || res.RetryAfter < 11*24*time.Hour || res.RetryAfter > 13*24*time.Hour {
			t.Fatalf("key %d: %+v", key, res)
		}
	}
	l.Refund(start, 7, 1)
	c := l.Windows(7)
	if !l.Check(now, 7, 1).OK || c.Count(now, MaxPer) != 2 {
		t.Errorf("not given back: %d", c.Count(now, MaxPer))
	}
	l.Merge(7, c)
	if c = l.Windows(7); c.Count(now, MaxPer) != 4 || l.Stats().Evicted != 0 {
		t.Errorf("%d after a merge, %+v", c.Count(now, MaxPer), l.Stats())
	}
	later := l.Take(now.Add(time.Duration(math.MaxInt32)*time.Second), 9, 3)
	if !later.OK {
		t.Errorf("%+v long after", later)
	}
}
