package scoring

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// brute integrates the density of Beta(a, b) over [0, x] by the tanh-sinh rule,
// which copes with the singularities at both ends.
func brute(a, b, x float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	part := func(a, b, x float64) float64 { // ∫ from 0 to x, x ≤ mean
		sum := 0.
		const h = 1. / 256
		for k := -2200; k <= 1100; k++ {
			s := float64(k) * h
			g := math.Pi / 2 * math.Sinh(s)
			u := 1 / (1 + math.Exp(-2*g)) // share of the range
			lu := -math.Log1p(math.Exp(-2 * g))
			du := math.Pi * math.Cosh(s) * u / (1 + math.Exp(2*g))
			if u == 0 || du == 0 || math.IsNaN(du) {
				continue
			}
			// (xu)^(a-1) (1-xu)^(b-1) x du
			sum += math.Exp((a-1)*(math.Log(x)+lu)+(b-1)*math.Log1p(-x*u)+lab-la-lb) * x * du * h
		}
		return sum
	}
	if x <= a/(a+b) {
		return part(a, b, x)
	}
	return 1 - part(b, a, 1-x)
}

func TestBetaAgainstBruteForce(t *testing.T) {
	worst := 0.
	for _, a := range []float64{.1, .3, .5, 1, 2, 2.7, 5, 9.9, 10, 33, 100, 1000} {
		for _, b := range []float64{.2, 1, 1.5, 6, 9.99, 10.01, 60, 99.7, 499.5, 3000} {
			for _, x := range []float64{1e-6, .001, .003, .01, .1, .2, .25, .5, .77, .9, .99, .9999, a / (a + b)} {
				got, want := Beta{a, b}.CDF(x), brute(a, b, x)
				if d := math.Abs(got - want); !(d <= 1e-10) {
					t.Errorf("Beta(%v, %v).CDF(%v) = %v, brute force %v (%.1e)", a, b, x, got, want, d)
				} else {
					worst = max(worst, d)
				}
			}
		}
	}
	t.Logf("worst difference %.1e", worst)
}

// ratio is P(rate ≤ x) as a quotient of two integrals by Simpson's rule, for
// large parameters: without any gamma function, and around the mean so that
// nothing cancels.
func ratio(a, b, x float64) float64 {
	m := a / (a + b)
	sd := math.Sqrt(m * (1 - m) / (a + b + 1))
	density := func(d float64) float64 { // at m + d, up to a factor
		return math.Exp((a-1)*math.Log1p(d/m) + (b-1)*math.Log1p(-d/(1-m)))
	}
	simpson := func(from, to float64) float64 {
		const n = 4000
		h := (to - from) / n
		sum := density(from) + density(to)
		for i := 1; i < n; i++ {
			sum += float64(2+2*(i&1)) * density(from+float64(i)*h)
		}
		return sum * h / 3
	}
	lo, hi := math.Max(-12*sd, -m*(1-1e-9)), math.Min(12*sd, (1-m)*(1-1e-9))
	d := math.Max(lo, math.Min(x-m, hi))
	below, above := simpson(lo, d), simpson(d, hi)
	return below / (below + above)
}

func TestBetaOfLargeCounts(t *testing.T) {
	worst := 0.
	for _, c := range [][2]float64{{1000, 3000}, {402, 4606}, {1e4, 9e4}, {1e5, 9e5}, {5e5, 5e5}, {3000, 9e5}} {
		m := c[0] / (c[0] + c[1])
		sd := math.Sqrt(m * (1 - m) / (c[0] + c[1] + 1))
		for k := -8.; k <= 8; k += .5 {
			x := m + k*sd
			got, want := Beta{c[0], c[1]}.CDF(x), ratio(c[0], c[1], x)
			d := math.Abs(got - want)
			worst = max(worst, d)
			if !(d <= 1e-10) {
				t.Errorf("Beta(%v, %v) at %v sd: %v, want %v (%.1e)", c[0], c[1], k, got, want, d)
			}
		}
	}
	t.Logf("worst difference %.1e", worst)
}

// Small tails are good to a relative 1e-9, not only an absolute one: Survival is
// not 1 − CDF. For A = 1 and B = 1 there are closed forms.
func TestBetaClosedForms(t *testing.T) {
	for _, n := range []float64{.5, 1, 3, 20, 400, 1e4} {
		for _, x := range []float64{1e-9, 1e-3, .1, .3, .5, .9, .999} {
			for _, c := range []struct{ got, want float64 }{
				{Beta{n, 1}.CDF(x), math.Pow(x, n)},
				{Beta{1, n}.Survival(x), math.Exp(n * math.Log1p(-x))},
				{Beta{1, n}.CDF(x), -math.Expm1(n * math.Log1p(-x))},
				{Beta{n, 1}.Survival(x), -math.Expm1(n * math.Log(x))},
			} {
				if math.Abs(c.got-c.want) > 1e-9*c.want+1e-300 {
					t.Errorf("n %v, x %v: %v, want %v", n, x, c.got, c.want)
				}
			}
		}
	}
}

func TestBetaQuantile(t *testing.T) {
	for _, a := range []float64{.05, .3, 1, 2, 7, 100, 3e4} {
		for _, b := range []float64{.1, 1, 6, 99.7, 5000} {
			p := Beta{a, b}
			last := 0.
			for _, q := range []float64{1e-9, 1e-4, .025, .05, .3, .5, .77, .95, .975, .9999, 1 - 1e-9} {
				x := p.Quantile(q)
				if x < last {
					t.Errorf("%v: quantile %v is %v, below %v", p, q, x, last)
				}
				last = x
				if x < 1e-290 || x == 1 {
					continue // there is no float nearer to it
				}
				// Within what the two neighbours of x can tell apart.
				room := 1e-10 + p.CDF(x*(1+1e-12)) - p.CDF(x*(1-1e-12))
				if d := math.Abs(p.CDF(x) - q); d > room {
					t.Errorf("%v: quantile %v is %v, whose share is off by %.1e", p, q, x, d)
				}
			}
		}
	}
	p := Beta{2, 6}
	for _, q := range []float64{math.NaN(), -1, 0} {
		if p.Quantile(q) != 0 {
			t.Errorf("quantile %v is %v", q, p.Quantile(q))
		}
	}
	if p.Quantile(1) != 1 || p.Quantile(7) != 1 || !near((Beta{}).Quantile(.3), .3, 1e-12) {
		t.Error("quantiles at the ends, or of the uniform")
	}
}

func TestBetaInterval(t *testing.T) {
	for _, p := range []Beta{{2, 6}, {.3, 99.7}, {40, 60}} {
		for _, level := range []float64{.5, .9, .99} {
			lo, hi := p.Interval(level)
			if in := p.CDF(hi) - p.CDF(lo); !(lo < hi && lo < p.Mean() || p.A < 1) || math.Abs(in-level) > 1e-9 {
				t.Errorf("%v: %v to %v holds %v, want %v", p, lo, hi, in, level)
			}
		}
	}
	if lo, hi := (Beta{2, 6}).Interval(1); lo != 0 || hi != 1 {
		t.Errorf("%v to %v", lo, hi)
	}
	if lo, hi := (Beta{2, 6}).Interval(math.NaN()); lo != hi {
		t.Errorf("%v to %v", lo, hi)
	}
}

// A credible interval at level .9 holds the true rate nine times in ten, when
// the truth is drawn from the prior.
func TestPosteriorCoversTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 1))
	prior := Beta{2, 6}
	const runs = 3000
	in := 0
	for range runs {
		truth := prior.Quantile(r.Float64())
		n, k := 1+r.IntN(60), 0
		for range n {
			if r.Float64() < truth {
				k++
			}
		}
		if lo, hi := prior.Posterior(float64(k), float64(n)).Interval(.9); truth >= lo && truth <= hi {
			in++
		}
	}
	if share := float64(in) / runs; math.Abs(share-.9) > .02 {
		t.Errorf("the interval holds the truth in %.3f of runs", share)
	}
}

func FuzzBeta(f *testing.F) {
	f.Add(2., 6., .1, .5)
	f.Add(.3, 99.7, .003, .97)
	f.Add(1e6, 1e-9, .5, 1e-12)
	f.Fuzz(func(t *testing.T, a, b, x, q float64) {
		p := Beta{a, b}
		below, above := p.CDF(x), p.Survival(x)
		if !(below >= 0 && below <= 1 && above >= 0 && above <= 1 && math.Abs(below+above-1) < 1e-9) {
			t.Errorf("%v at %v: %v and %v", p, x, below, above)
		}
		if v := p.Quantile(q); !(v >= 0 && v <= 1) {
			t.Errorf("%v: quantile %v is %v", p, q, v)
		}
		if m := p.Mean(); !(m >= 0 && m <= 1) {
			t.Errorf("%v: mean %v", p, m)
		}
	})
}

func BenchmarkBelow(b *testing.B) {
	for _, c := range []struct{ s, n, p float64 }{{0, 0, .1}, {1.5, 30, .1}, {5, 20, .1}, {30, 300, .1}, {400, 5000, .1}} {
		b.Run(fmt.Sprintf("%v of %v", c.s, c.n), func(b *testing.B) {
			for b.Loop() {
				Below(c.s, c.n, c.p, Beta{2, 6})
			}
		})
	}
}
