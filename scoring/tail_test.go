package scoring

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The clamped variants are the plain ones, clamped; saving the computation never
// changes the answer.
func TestBoundedTails(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 1))
	for range 100_000 {
		n := math.Exp(r.Float64()*14 - 4)
		s := n * r.Float64()
		if r.IntN(2) == 0 {
			s *= .1
		}
		p := math.Exp(-r.Float64() * 6)
		prior := []Beta{{}, {2, 6}, {.3, 99.7}, {.5, 499.5}}[r.IntN(4)]
		lo, hi := r.Float64(), r.Float64()
		if lo > hi {
			lo, hi = hi, lo
		}
		below, above := Below(s, n, p, prior), Above(s, n, p, prior)
		if math.Abs(below+above-1) > 1e-12 {
			t.Fatalf("below %v, above %v", below, above)
		}
		if got, want := BelowClamped(s, n, p, prior, lo, hi), max(lo, min(below, hi)); got != want {
			t.Fatalf("BelowClamped(%v, %v, %v, %v, %v, %v) = %v, want %v", s, n, p, prior, lo, hi, got, want)
		}
		if got, want := AboveClamped(s, n, p, prior, lo, hi), max(lo, min(above, hi)); got != want {
			t.Fatalf("AboveClamped(%v, %v, %v, %v, %v, %v) = %v, want %v", s, n, p, prior, lo, hi, got, want)
		}
	}
}

func TestTailsOutOfRange(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, s := range []float64{nan, -inf, -1, 0, 3, 1e9, 1e300, inf} {
		for _, n := range []float64{nan, -inf, -1, 0, 3, 1e9, 1e300, inf} {
			for _, p := range []float64{nan, -inf, -1, 0, 5e-324, 1e-300, .1, .5, 1 - 1e-16, 1, 2, inf} {
				for _, prior := range []Beta{{}, {2, 6}, {nan, -1}, {inf, 1}, {1e300, 1e300}, {1e-300, 1e-300}, {5e-324, 1e6}} {
					below, above := Below(s, n, p, prior), Above(s, n, p, prior)
					if !(below >= 0 && below <= 1 && above >= 0 && above <= 1 && math.Abs(below+above-1) < 1e-9) {
						t.Fatalf("Below(%v, %v, %v, %v) = %v, Above %v", s, n, p, prior, below, above)
					}
					if p <= 0 && below != 0 || p >= 1 && below != 1 {
						t.Fatalf("Below(%v, %v, %v, %v) = %v", s, n, p, prior, below)
					}
					if c := BelowClamped(s, n, p, prior, .2, .8); c != max(.2, min(below, .8)) {
						t.Fatalf("BelowClamped(%v, %v, %v, %v) = %v of %v", s, n, p, prior, c, below)
					}
					if c := AboveClamped(s, n, p, prior, .2, .8); c != max(.2, min(above, .8)) {
						t.Fatalf("AboveClamped(%v, %v, %v, %v) = %v of %v", s, n, p, prior, c, above)
					}
				}
			}
		}
	}
	if got, want := Below(-3, nan, .1, Beta{2, 6}), Below(0, 0, .1, Beta{2, 6}); got != want {
		t.Errorf("no data: %v, want the prior's %v", got, want)
	}
	if got, want := Below(9, 5, .1, Beta{2, 6}), Below(5, 5, .1, Beta{2, 6}); got != want {
		t.Errorf("more successes than trials: %v, want %v", got, want)
	}
}

// More successes never make it surer that the rate is low, nor fewer failures.
func TestBelowIsMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 2))
	for range 50_000 {
		n := math.Exp(r.Float64()*10 - 2)
		s := n * r.Float64() * r.Float64()
		p := r.Float64()
		prior := Beta{.2 + 3*r.Float64(), .2 + 100*r.Float64()}
		was := Below(s, n, p, prior)
		step := math.Exp(r.NormFloat64()*3 - 2)
		const rounding = 1e-11
		if now := Below(s+step, n+step, p, prior); now > was+rounding {
			t.Fatalf("%v more successes: from %v to %v (%v of %v, p %v, prior %v)", step, was, now, s, n, p, prior)
		}
		if now := Below(s, n+step, p, prior); now < was-rounding {
			t.Fatalf("%v more failures: from %v to %v (%v of %v, p %v, prior %v)", step, was, now, s, n, p, prior)
		}
		if now := Below(s, n, min(1, p+step), prior); now < was-rounding {
			t.Fatalf("p up by %v: from %v to %v (%v of %v, p %v, prior %v)", step, was, now, s, n, p, prior)
		}
	}
}

// The figures of the design page.
func TestTailsOfDesign(t *testing.T) {
	complaints := Beta{A: .3, B: 99.7}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"no answers known", Below(0, 0, .1, replyPrior), .15},
		{"3 complaints of 30", Above(3, 30, .003, complaints), .996},
		{"3 complaints of 1,000", Above(3, 1000, .003, complaints), .43},
		{"3 complaints of 30, with the prior of mail", Above(3, 30, .003, Beta{A: .5, B: 499.5}), .869},
	} {
		if math.Abs(c.got-c.want) > .006 {
			t.Errorf("%s: %.4f, want %v", c.name, c.got, c.want)
		}
	}
}

func BenchmarkBelowClamped(b *testing.B) {
	for name, c := range map[string][3]float64{"decided": {20, 40, .1}, "computed": {4, 40, .1}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				BelowClamped(c[0], c[1], c[2], Beta{2, 6}, .5, .97)
			}
		})
	}
}
