package scoring

import (
	"fmt"
	"math"
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

func BenchmarkBelow(b *testing.B) {
	for _, c := range []struct{ s, n, p float64 }{{0, 0, .1}, {1.5, 30, .1}, {5, 20, .1}, {30, 300, .1}, {400, 5000, .1}} {
		b.Run(fmt.Sprintf("%v of %v", c.s, c.n), func(b *testing.B) {
			for b.Loop() {
				Below(c.s, c.n, c.p, Beta{2, 6})
			}
		})
	}
}
