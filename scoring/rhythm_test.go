package scoring

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// plainBurstiness is Aₙ of gaps in seconds.
func plainBurstiness(gaps []float64) float64 {
	n := float64(len(gaps))
	mean, variance := 0., 0.
	for _, g := range gaps {
		mean += g / n
	}
	for _, g := range gaps {
		variance += (g - mean) * (g - mean) / n
	}
	r := math.Sqrt(variance) / mean
	return (math.Sqrt(n+1)*r - math.Sqrt(n-1)) / ((math.Sqrt(n+1)-2)*r + math.Sqrt(n-1))
}

func TestBurstinessAgainstRawEvents(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 1))
	worst := 0.
	for range 200 {
		var got Rhythm
		var gaps []float64
		now := noon
		scale := math.Exp(r.Float64() * 8)
		got.Add(now)
		for range r.IntN(300) {
			ms := int64(1000 * scale * r.ExpFloat64())
			if r.IntN(20) == 0 {
				ms = 0
			}
			now = now.Add(time.Duration(ms) * time.Millisecond)
			got.Add(now)
			if ms >= 500 && ms <= 8*3600*1000 {
				gaps = append(gaps, float64(ms)/1000)
			}
			a, n, ok := got.Burstiness()
			// All gaps up to 63, then those of the newest three blocks.
			want := len(gaps)
			if want > 63 {
				want = 43 + (want-1)%21
			}
			if n != want || ok != (n >= minGaps) {
				t.Fatalf("%d gaps looked at, want %d of %d; ok %v", n, want, len(gaps), ok)
			}
			if !ok {
				if a != 0 {
					t.Fatalf("not enough data, but %v", a)
				}
				continue
			}
			d := math.Abs(a - plainBurstiness(gaps[len(gaps)-n:]))
			if d > 1e-4 {
				t.Fatalf("%v, want %v", a, plainBurstiness(gaps[len(gaps)-n:]))
			}
			worst = max(worst, d)
		}
	}
	t.Logf("off by %.1e", worst)
}

// Poisson messages have Aₙ around 0 whatever n is: the finite-size correction.
func TestBurstinessOfChance(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 2))
	for _, n := range []int{20, 40, 63} {
		sum, low := 0., 0
		const runs = 4000
		for range runs {
			var x Rhythm
			now := noon
			x.Add(now)
			for range n {
				now = now.Add(minGap + time.Duration(r.ExpFloat64()*float64(10*time.Minute)))
				x.Add(now)
			}
			a, _, _ := x.Burstiness()
			sum += a / runs
			if a < -.42 {
				low++
			}
		}
		if math.Abs(sum) > .03 {
			t.Errorf("mean %.3f for %d gaps", sum, n)
		}
		if low > 0 {
			t.Errorf("%d of %d random senders look regular after %d gaps", low, runs, n)
		}
	}
}

// A machine is seen by its fortieth message, by one test or the other.
func TestRhythmOfMachines(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 3))
	seconds := func(s float64) time.Duration { return time.Duration(s * 1e9) }
	machines := map[string]func(t time.Time) time.Time{
		"metronome":      func(t time.Time) time.Time { return t.Add(time.Minute) },
		"sleep(30-90 s)": func(t time.Time) time.Time { return t.Add(seconds(30 + 60*r.Float64())) },
		"cron, 5 minutes": func(t time.Time) time.Time {
			return t.Truncate(5 * time.Minute).Add(5*time.Minute + seconds(2*r.Float64()))
		},
		"cron, odd hours": func(t time.Time) time.Time {
			return t.Truncate(time.Minute).Add(time.Duration(1+r.IntN(200))*time.Minute + seconds(3*r.Float64()))
		},
		"cron after sleep": func(t time.Time) time.Time {
			return t.Truncate(time.Minute).Add(time.Duration(1+r.IntN(3))*9*time.Hour + seconds(3*r.Float64()))
		},
	}
	for name, next := range machines {
		const runs = 200
		seen := 0
		for range runs {
			var x Rhythm
			now := noon.Add(seconds(3600 * r.Float64()))
			named := false
			for range 40 {
				x.Add(now)
				now = next(now)
				a, _, regular := x.Burstiness()
				p, _, minute := x.SecondOfMinute()
				named = named || regular && a < -.5 || minute && p < 1e-6
			}
			if named {
				seen++
			}
		}
		if seen < runs {
			t.Errorf("%s: seen in %d of %d runs", name, seen, runs)
		}
	}
}

func TestSecondOfMinuteOfChance(t *testing.T) {
	alone(t)
	r := rand.New(rand.NewPCG(17, 4))
	for _, n := range []int{20, 40, 100, 500} {
		const runs = 20_000
		var below [4]int // .05, 1e-2, 1e-3, 1e-4
		for range runs {
			var x Rhythm
			now := noon
			for range n {
				now = now.Add(30*time.Second + time.Duration(r.ExpFloat64()*float64(30*time.Minute)))
				x.Add(now)
			}
			p, _, ok := x.SecondOfMinute()
			if !ok {
				t.Fatal("not enough data")
			}
			for i, level := range []float64{.05, 1e-2, 1e-3, 1e-4} {
				if p < level {
					below[i]++
				}
			}
		}
		t.Logf("%d messages: p below .05, .01, .001, .0001 in %.4f, %.4f, %.5f, %.5f", n,
			float64(below[0])/runs, float64(below[1])/runs, float64(below[2])/runs, float64(below[3])/runs)
		if below[1] > 2*runs/100 || below[3] > 20 {
			t.Errorf("%d messages: %v of %d", n, below, runs)
		}
	}
	var x Rhythm
	for i := range 19 {
		x.Add(noon.Add(time.Duration(i) * time.Minute))
	}
	if p, _, ok := x.SecondOfMinute(); ok || p != 1 {
		t.Errorf("19 messages: %v, %v", p, ok)
	}
}

func TestChiSquare(t *testing.T) {
	// Against ∫ of the density x⁶ e^(−x/2) / (2⁷ 6!).
	for _, x := range []float64{0, 1, 5, 14, 23.685, 29.141, 60} {
		sum := 0.
		const step = 1e-3
		for v := x + step/2; v < 300; v += step {
			sum += math.Pow(v, 6) * math.Exp(-v/2) / (128 * 720) * step
		}
		if got := chiSquare14(x); math.Abs(got-sum) > 1e-7 {
			t.Errorf("P(χ² ≥ %v) = %v, want %v", x, got, sum)
		}
	}
}

func TestRhythmBadInput(t *testing.T) {
	var x Rhythm
	for range 100 {
		x.Add(noon)
	}
	if n, _, _ := x.moments(); n != 0 {
		t.Errorf("100 messages at once: %d gaps", n)
	}
	x.Add(noon.Add(10 * time.Second))
	was := x
	x.Add(noon.Add(5 * time.Second))
	if x != was {
		t.Error("a late message changed something")
	}
	x.AddCoarse(noon.Add(10*time.Second), time.Millisecond)
	if x != was {
		t.Error("a gap of 0 of exact times changed something")
	}
	x.Add(noon.Add(9 * time.Hour))
	if n, mean, sd := x.moments(); n != 1 || mean != 10 || sd != 0 {
		t.Errorf("%d gaps of %v s ± %v s", n, mean, sd)
	}
	for _, at := range []time.Time{{}, time.Unix(-1<<40, 0), time.Unix(1<<50, 0), noon} {
		x.Add(at)
		x.Burstiness()
		x.SecondOfMinute()
	}
}

// A chat of which only the minutes are known: gaps of 0 and 1 minute.
func TestRhythmOfCoarseTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 6))
	var exact, coarse Rhythm
	now := noon
	for range 100 {
		now = now.Add(time.Duration(r.ExpFloat64() * float64(30*time.Second)))
		exact.Add(now.Truncate(time.Minute))
		coarse.AddCoarse(now.Truncate(time.Minute), time.Minute)
	}
	a, _, _ := exact.Burstiness()
	b, _, ok := coarse.Burstiness()
	if a > -.5 || b < -.1 || !ok {
		t.Errorf("taken as exact %.2f, as coarse %.2f", a, b)
	}
	if _, n, _ := coarse.SecondOfMinute(); n != 0 {
		t.Errorf("%d seconds of the minute counted", n)
	}
	var none Rhythm
	for range 100 {
		none.AddCoarse(noon, time.Minute)
	}
	if a, n, ok := none.Burstiness(); a != 0 || n < 43 || ok {
		t.Errorf("100 messages in one minute: %v, %v, %v", a, n, ok)
	}
}

func TestRhythmBinary(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 5))
	var plain, stored Rhythm
	now := noon
	most := 0
	for range 3000 {
		now = now.Add(time.Duration(math.Exp(r.NormFloat64()*3+4) * 1e9))
		plain.Add(now)
		stored.Add(now)
		data, err := stored.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(data))
		stored = Rhythm{}
		if err := stored.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if stored != plain {
			t.Fatalf("stored %v, plain %v", stored, plain)
		}
	}
	if most > 48 {
		t.Errorf("%d bytes", most)
	}
	// As long as gaps can be.
	var x Rhythm
	for range 200 {
		now = now.Add(maxGap)
		x.Add(now)
		data, _ := x.AppendBinary(nil)
		if err := new(Rhythm).UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzRhythm(f *testing.F) {
	var x Rhythm
	for i := range 70 {
		if i == 0 || i == 1 || i == 30 {
			b, _ := x.AppendBinary(nil)
			f.Add(b)
		}
		x.Add(noon.Add(time.Duration(i*i) * 7 * time.Second))
	}
	b, _ := x.AppendBinary(nil)
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		got := x
		if err := got.UnmarshalBinary(data); err != nil {
			if got != x {
				t.Errorf("an error left %v", got)
			}
			return
		}
		again, err := got.AppendBinary(nil)
		if err != nil || string(again) != string(data) {
			t.Errorf("%x came back as %x, %v", data, again, err)
		}
		for range 3 {
			if a, _, _ := got.Burstiness(); !(a >= -1.0001 && a <= 1.0001) {
				t.Errorf("burstiness %v", a)
			}
			if p, _, _ := got.SecondOfMinute(); !(p >= 0 && p <= 1) {
				t.Errorf("p %v", p)
			}
			got.Add(time.UnixMilli(got.last).Add(time.Minute))
		}
	})
}

func BenchmarkRhythm(b *testing.B) {
	var x Rhythm
	t := noon
	for i := range 100 {
		t = t.Add(time.Duration(i%7+40) * time.Second)
		x.Add(t)
	}
	b.Run("Add", func(b *testing.B) {
		x := x
		t := t
		for b.Loop() {
			t = t.Add(time.Minute)
			x.Add(t)
		}
	})
	b.Run("Burstiness", func(b *testing.B) {
		for b.Loop() {
			x.Burstiness()
		}
	})
	b.Run("SecondOfMinute", func(b *testing.B) {
		for b.Loop() {
			x.SecondOfMinute()
		}
	})
}
