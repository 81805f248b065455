package limiter

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 11, 24, 9, 30, 0, 123_456_789, time.UTC)

func TestWindowsSize(t *testing.T) {
	if size := unsafe.Sizeof(Windows{}); size != 112 {
		t.Errorf("a Windows takes %d bytes, its doc says 112", size)
	}
}

// randomLimits are 1 to 4 limits, small and large, over round and odd times.
func randomLimits(rng *rand.Rand) []Limit {
	pers := []time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, MaxPer}
	limits := make([]Limit, 1+rng.IntN(4))
	for i := range limits {
		per := pers[rng.IntN(len(pers))]
		if rng.IntN(3) == 0 {
			per = MinPer + time.Duration(rng.Int64N(int64(MaxPer-MinPer))>>rng.IntN(18))
			per = max(per, MinPer)
		}
		n := 1 + rng.IntN(60)
		switch rng.IntN(5) {
		case 0:
			n = 1 + rng.IntN(5)
		case 1:
			n = 200 + rng.IntN(200)
		case 2:
			n = 1000 + rng.IntN(100_000)
		}
		limits[i] = Limit{N: n, Per: per}
	}
	return limits
}

// TestWindowsNeverOverAdmits drives Windows through random schedules with
// random limits, weights, refunds, backfill, merges and clock steps, a million
// tries and more, beside a log of every time.
func TestWindowsNeverOverAdmits(t *testing.T) {
	alone(t)
	tries, admitted, refused, retried := 0, 0, 0, 0
	const schedules, length = 2600, 420
	for seed := range uint64(schedules) {
		rng := rand.New(rand.NewPCG(seed, 1))
		limits := randomLimits(rng)
		for _, l := range limits {
			if err := l.Validate(); err != nil {
				t.Fatal(err)
			}
		}
		var w Windows
		log := newExactLog(limits...)
		type taken struct {
			event, n int
			at       time.Time
		}
		var takes []taken
		now := start
		if seed%7 == 0 {
			now = time.Unix(0, 0)
		}
		// The pace is around one of the limits, in bursts.
		pace := limits[rng.IntN(len(limits))]
		gap := float64(pace.Per) / float64(pace.N) * math.Exp(rng.NormFloat64())
		heavy := rng.IntN(3) == 0
		for range length {
			switch p := rng.IntN(1000); {
			case p < 5: // the clock is set back
				now = now.Add(-time.Duration(rng.ExpFloat64() * float64(pace.Per)))
			case p < 8: // a long silence
				now = now.Add(time.Duration(rng.ExpFloat64() * float64(pace.Per) * 2))
			case p < 500:
				now = now.Add(time.Duration(rng.ExpFloat64() * gap * 2))
			}
			if len(takes) > 0 && rng.IntN(12) == 0 {
				i := rng.IntN(len(takes))
				n := 1 + rng.IntN(takes[i].n)
				w.Refund(takes[i].at, n)
				log.refund(takes[i].event, n)
				if takes[i].n -= n; takes[i].n == 0 {
					takes = slices.Delete(takes, i, i+1)
				}
			}
			if rng.IntN(150) == 0 {
				n := 1 + rng.IntN(3)
				w.Add(now, n)
				takes = append(takes, taken{log.add(now, n), n, now})
			}
			n := 1
			if heavy {
				n = 1 + rng.IntN(1+pace.N/3)
			}
			if rng.IntN(40) == 0 { // fill it to the brim
				n = max(1, w.Check(now, limits, 0).Remaining)
			}
			tries++
			fits := log.fits(now, n)
			before := w
			check := w.Check(now, limits, n)
			if w != before {
				t.Fatalf("seed %d: Check changed the value", seed)
			}
			res := w.Take(now, limits, n)
			if diff := cmp.Diff(check, res); diff != "" {
				t.Fatalf("seed %d: Check and Take differ (-check +take):\n%s", seed, diff)
			}
			for i, l := range limits {
				if got := before.Count(now, l.Per); got < log.sum[i] {
					t.Fatalf("seed %d: counts %d in %v, %d were taken", seed, got, l, log.sum[i])
				}
			}
			if res.OK {
				if !fits {
					t.Fatalf("seed %d: %d admitted at %v over a limit of %v; inside were %v", seed, n, now, limits, log.sum)
				}
				admitted++
				takes = append(takes, taken{log.add(now, n), n, now})
				continue
			}
			refused++
			if n > res.Limit.N != (res.RetryAfter == 0) {
				t.Fatalf("seed %d: %d refused by %v with RetryAfter %v", seed, n, res.Limit, res.RetryAfter)
			}
			if res.RetryAfter > 0 {
				retried++
				later := w
				for range rng.IntN(3) { // trying in between changes nothing
					later.Take(now.Add(time.Duration(rng.Int64N(int64(res.RetryAfter)))), []Limit{{0, time.Minute}}, 1)
				}
				if again := later.Take(now.Add(res.RetryAfter), limits, n); !again.OK {
					t.Fatalf("seed %d: refused again after RetryAfter %v: %+v, limits %v", seed, res.RetryAfter, again, limits)
				}
			}
		}
	}
	t.Logf("%d tries, %d admitted, %d refused, %d tried again at RetryAfter", tries, admitted, refused, retried)
	if tries < 1_000_000 || admitted < tries/10 || refused < tries/10 {
		t.Error("too few of them to mean anything")
	}
}

func TestExpires(t *testing.T) {
	var w Windows
	if !w.IsZero() || !w.Expires().IsZero() {
		t.Error("the zero Windows expires")
	}
	for seed := range uint64(1000) {
		w := randomWindows(rand.New(rand.NewPCG(seed, 7)))
		if w.IsZero() {
			continue
		}
		e := w.Expires()
		if w.Count(e, MaxPer) != 0 || w.Refused(e, MaxPer) != 0 {
			t.Fatalf("seed %d: %d counted at %v", seed, w.Count(e, MaxPer), e)
		}
		before := e.Add(-time.Millisecond)
		late := w
		late.advance(millis(before), &late.month) // closing a sub-bucket can keep it longer
		left := late.Refused(before, MaxPer)
		for _, span := range append(spans[:], MaxPer) {
			left += late.Count(before, span)
		}
		if left == 0 {
			t.Fatalf("seed %d: nothing counted even before %v", seed, e)
		}
		// From then on it is like the zero Windows.
		limits := []Limit{{5, time.Minute}, {50, MaxPer}}
		var zero Windows
		if got, want := w.Take(e, limits, 4), zero.Take(e, limits, 4); got != want {
			t.Fatalf("seed %d: %+v, want %+v", seed, got, want)
		}
		for _, span := range append(spans[:], MaxPer) {
			if got, want := w.Count(e, span), zero.Count(e, span); got != want {
				t.Fatalf("seed %d: %d in %v, want %d", seed, got, span, want)
			}
		}
	}
}

// TestHostile: every argument that makes no sense gets a clear answer.
func TestHostile(t *testing.T) {
	hour := []Limit{{10, time.Hour}}
	far := time.Unix(math.MaxInt64, 0)
	past := time.Unix(math.MinInt64, 0)
	for _, tt := range []struct {
		name   string
		at     time.Time
		limits []Limit
		n      int
		want   Result
	}{
		{"no limits", start, nil, 1, Result{OK: true, Remaining: math.MaxInt}},
		{"nothing", start, hour, 0, Result{OK: true, Remaining: 10, Limit: hour[0]}},
		{"less than nothing", start, hour, math.MinInt, Result{OK: true, Remaining: 10, Limit: hour[0]}},
		{"too much", start, hour, 11, Result{Remaining: 10, Limit: hour[0]}},
		{"far too much", start, hour, math.MaxInt, Result{Remaining: 10, Limit: hour[0]}},
		{"limit of nothing", start, []Limit{{0, time.Hour}}, 1, Result{Limit: Limit{0, time.Hour}}},
		{"negative limit", start, []Limit{{math.MinInt, time.Hour}}, 1, Result{Limit: Limit{math.MinInt, time.Hour}}},
		{"huge limit", start, []Limit{{math.MaxInt, time.Hour}}, 1, Result{OK: true, Remaining: MaxN - 1, Limit: Limit{math.MaxInt, time.Hour}}},
		{"no time", start, []Limit{{1, 0}}, 1, Result{Limit: Limit{1, 0}}},
		{"negative time", start, []Limit{{1, math.MinInt64}}, 1, Result{Limit: Limit{1, math.MinInt64}}},
		{"over 31 days", start, []Limit{{1, MaxPer + 1}}, 1, Result{Limit: Limit{1, MaxPer + 1}}},
		{"under a second", start, []Limit{{1, 1}}, 1, Result{OK: true, Limit: Limit{1, 1}}},
		{"zero time", time.Time{}, hour, 10, Result{OK: true, Limit: hour[0]}},
		{"distant past", past, hour, 10, Result{OK: true, Limit: hour[0]}},
		{"distant future", far, hour, 10, Result{OK: true, Limit: hour[0]}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var w Windows
			if diff := cmp.Diff(tt.want, w.Take(tt.at, tt.limits, tt.n)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			w.Refund(tt.at, tt.n)
			w.Refund(past, math.MaxInt)
			w.Refund(far, math.MinInt)
			w.Add(tt.at, math.MaxInt)
			w.Refuse(tt.at, math.MaxInt)
			w.Merge(&w)
			if got := w.Count(tt.at, math.MaxInt64); got < MaxN {
				t.Errorf("%d after a huge Add", got)
			}
			if got := w.Take(tt.at, hour, 1); got.OK || w.Refused(tt.at, math.MaxInt64) < 8000 {
				t.Errorf("%+v after a huge Add", got)
			}
			w.Count(past, math.MinInt64)
			w.Refused(past, math.MinInt64)
			w.Expires()
			var back Windows
			if err := back.UnmarshalBinary(encode(t, w)); err != nil || back != w {
				t.Errorf("%v: %+v came back as %+v", err, w, back)
			}
		})
	}
}

func TestClockGoesBack(t *testing.T) {
	limits := []Limit{{2, time.Hour}}
	var w Windows
	w.Take(start, limits, 2)
	for _, back := range []time.Duration{time.Second, time.Hour, 1000 * 24 * time.Hour} {
		res := w.Take(start.Add(-back), limits, 1)
		if res.OK || !w.Take(start.Add(-back).Add(res.RetryAfter), limits, 1).OK && back < time.Minute {
			t.Errorf("%v back: %+v", back, res)
		}
		w = Windows{}
		w.Take(start, limits, 2)
	}
}

// TestCountsToTheNanosecond: what is less than per ago counts, however times
// and per fall between milliseconds and sub-buckets.
func TestCountsToTheNanosecond(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for range 20_000 {
		per := MinPer + time.Duration(rng.Int64N(int64(MaxPer-MinPer))>>rng.IntN(18))
		per = max(per, MinPer)
		half := halfWidth(ringFor(per))
		// Taken in the last millisecond of half a sub-bucket, or the first of the next.
		at := instant(millis(start)/half*half + half - uint64(rng.IntN(2))).Add(time.Duration(rng.IntN(1e6)))
		var w Windows
		w.KeepMonth(at)
		w.Add(at, 1)
		if now := at.Add(per - 1); w.Count(now, per) != 1 {
			t.Fatalf("taken at %v, not counted %v later in %v", at, per-1, per)
		}
		if e := w.Expires(); w.Count(e, per) != 0 {
			t.Fatalf("taken at %v, counted at %v", at, e)
		}
	}
}
