package scoring

import "math"

// A Beta is a distribution of a rate between 0 and 1: what is known of it after
// A − 1 successes and B − 1 failures. Parameters that are not above 0 count as
// 1, so that the zero Beta is uniform: nothing is known. Together they count
// for at most 1e6; beyond, both shrink in proportion, so that the answer is
// less certain than it could be and never more. Safe for concurrent use.
type Beta struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
}

// maxTrials bounds A + B, and with it the time of one evaluation (some 10 µs).
const maxTrials = 1e6

// Posterior returns what is known of the rate after so many successes in so
// many trials, with p as prior (Bayes' rule for a binomial observation). Both
// may be fractions, as decayed counts are; negative counts and NaN are 0, and
// successes are at most trials. Without trials it is the prior.
func (p Beta) Posterior(successes, trials float64) Beta {
	p = p.proper()
	if !(trials > 0) {
		return p
	}
	if !(successes > 0) {
		successes = 0
	}
	trials = min(trials, math.MaxFloat64/4)
	successes = min(successes, trials)
	return Beta{p.A + successes, p.B + (trials - successes)}.proper()
}

// proper replaces parameters that are out of range.
func (p Beta) proper() Beta {
	if !(p.A > 0) {
		p.A = 1
	}
	if !(p.B > 0) {
		p.B = 1
	}
	p.A, p.B = min(p.A, math.MaxFloat64/4), min(p.B, math.MaxFloat64/4)
	if n := p.A + p.B; n > maxTrials {
		// A floor keeps what follows from dividing by nothing.
		p.A = max(p.A*(maxTrials/n), 1e-9)
		p.B = max(p.B*(maxTrials/n), 1e-9)
	}
	p.A, p.B = max(p.A, 1e-9), max(p.B, 1e-9)
	return p
}

// Mean returns A/(A+B).
func (p Beta) Mean() float64 {
	p = p.proper()
	return p.A / (p.A + p.B)
}

// CDF returns P(rate ≤ x), the regularised incomplete beta function I_x(A, B),
// to 1e-10. NaN counts as 0.
func (p Beta) CDF(x float64) float64 {
	p = p.proper()
	below, _ := p.tails(x)
	return below
}

// Survival returns P(rate > x) = 1 − CDF(x), without the loss of accuracy of
// that difference.
func (p Beta) Survival(x float64) float64 {
	p = p.proper()
	_, above := p.tails(x)
	return above
}

// Quantile returns the rate that lies above a share q of the distribution, to
// 1e-12 of the rate or of the share, whichever is coarser. q is clamped to
// [0, 1]; NaN counts as 0.
func (p Beta) Quantile(q float64) float64 {
	switch {
	case !(q > 0):
		return 0
	case q >= 1:
		return 1
	}
	p = p.proper()
	// Newton's method, bisecting wherever it would leave the bracket.
	lo, hi := 0., 1.
	x := p.A / (p.A + p.B)
	for range 200 {
		below, above := p.tails(x)
		diff := below - q
		if below > .5 {
			diff = (1 - q) - above
		}
		switch {
		case diff == 0:
			return x
		case diff < 0:
			lo = x
		default:
			hi = x
		}
		next := x - diff/p.density(x)
		if !(next > lo && next < hi) {
			next = float64(.5*lo) + float64(.5*hi)
			if lo == 0 && hi > 0 {
				next = hi * 0x1p-8 // tiny quantiles of small parameters
			}
		}
		if math.Abs(next-x) <= 1e-15*x || next == lo || next == hi || hi < 1e-300 {
			return next
		}
		x = next
	}
	return x
}

// Interval returns the equal-tailed credible interval: the rate lies in it with
// probability level (.9, say), and on either side of it with (1 − level)/2.
func (p Beta) Interval(level float64) (lo, hi float64) {
	if !(level > 0) {
		level = 0
	}
	tail := float64((1 - min(level, 1)) / 2)
	return p.Quantile(tail), p.Quantile(1 - tail)
}

// density returns the probability density at x in (0, 1).
func (p Beta) density(x float64) float64 {
	return p.weight(x, 1-x) / float64(x*(1-x))
}

// tails returns P(rate ≤ x) and P(rate > x). The smaller one is computed.
func (p Beta) tails(x float64) (below, above float64) {
	switch {
	case !(x > 0):
		return 0, 1
	case x >= 1:
		return 1, 0
	}
	y := 1 - x
	w := p.weight(x, y)
	if x <= p.A/(p.A+p.B) {
		below = min(float64(w*fraction(p.A, p.B, x, y)), 1)
		return below, 1 - below
	}
	above = min(float64(w*fraction(p.B, p.A, y, x)), 1)
	return 1 - above, above
}

// fraction returns I_x(a, b) × B(a, b) / (x^a y^b), for x ≤ a/(a+b): the
// continued fraction BFRAC of DiDonato & Morris, "Algorithm 708", 1992, which
// needs O(√(a+b)) terms.
func fraction(a, b, x, y float64) float64 {
	n := a + b
	lambda := a - float64(n*x)
	xx := float64(x * x)
	// Numerators p and denominators q of two successive convergents.
	p0, p1 := 0., 1.
	q0, q1 := 1., float64(a/(a+1)*(lambda+1))
	r := p1 / q1
	for k := 1.; k < 20000; k++ {
		t := float64(k * (b - k))
		d := a + float64(2*k) - 1
		alpha := float64(float64(float64((a+k-1)*(n+k-1))*float64(t*xx)) / float64(d*d))
		beta := k + float64(t*x)/d + float64((a+k)*(lambda+1+float64(k*(1+y))))/(d+2)
		p0, p1 = p1, float64(beta*p1)+float64(alpha*p0)
		q0, q1 = q1, float64(beta*q1)+float64(alpha*q0)
		last := r
		r = p1 / q1
		if math.Abs(r-last) <= 1e-13*r {
			break
		}
		if math.Abs(q1) > 1e200 {
			p0, p1, q0, q1 = p0*1e-200, p1*1e-200, q0*1e-200, q1*1e-200
		}
	}
	return r
}

// weight returns x^A y^B / B(A, B). Stirling's formula is applied to each gamma
// function such that what is large cancels before it is computed (after Loader,
// "Fast and Accurate Computation of Binomial Probabilities", 2000).
func (p Beta) weight(x, y float64) float64 {
	n := p.A + p.B
	// exponent and factor gather the parts; squared is under a square root.
	exponent, factor, squared := 0., 1., 1/(2*math.Pi)
	u, v := x, y
	if n >= stirlingFrom {
		u, v = float64(n*x), float64(n*y)
		exponent += stirling(n)
		squared /= n
	} else {
		z, rise := shift(n)
		exponent += float64(z*Log(z)) - (z - n) + stirling(z)
		factor /= rise
		squared /= z
	}
	for _, c := range [2][2]float64{{p.A, u}, {p.B, v}} {
		a, u := c[0], c[1]
		if a >= stirlingFrom {
			exponent += float64(a*Log(u/a)) - stirling(a)
			squared *= a
			continue
		}
		z, rise := shift(a)
		exponent += float64(a*Log(u)) - float64(z*Log(z)) + (z - a) - stirling(z)
		factor *= rise
		squared *= z
	}
	return float64(factor*math.Sqrt(squared)) * exp(exponent)
}

// stirlingFrom is where the series of stirling is good to 2e-14.
const stirlingFrom = 10

// shift moves a below stirlingFrom up to z at or above it:
// Γ(a) = Γ(z) / rise.
func shift(a float64) (z, rise float64) {
	z, rise = a, 1
	for z < stirlingFrom {
		rise = float64(rise * z)
		z++
	}
	return z, rise
}

// stirling returns log Γ(a) − ((a − ½) log a − a + ½ log 2π), for a ≥ 10.
func stirling(a float64) float64 {
	i := 1 / a
	w := float64(i * i)
	s := float64(w*(-1./1680)) + 1./1260
	s = float64(w*s) - 1./360
	s = float64(w*s) + 1./12
	s += float64(float64(float64(w*w)*float64(w*w)) * (1. / 1188))
	return float64(i * s)
}
