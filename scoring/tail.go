package scoring

// Below returns P(rate < p): how sure it is that the true rate of success is
// below p, after so many successes in so many trials and with the prior. The
// posterior is Beta(A + successes, B + trials − successes); Below is its
// distribution function, the regularised incomplete beta function, to 1e-10.
//
// Counts may be fractions, as decayed ones are; see Beta.Posterior for what is
// out of range. Without trials the answer is that of the prior alone: a curve
// through it makes "not enough data" zero points.
func Below(successes, trials, p float64, prior Beta) float64 {
	return prior.Posterior(successes, trials).CDF(p)
}

// Above returns P(rate > p) = 1 − Below.
func Above(successes, trials, p float64, prior Beta) float64 {
	return prior.Posterior(successes, trials).Survival(p)
}

// BelowClamped returns Below, clamped to [lo, hi]. It is exactly that, but where
// a cheap bound shows on which side of the range Below must lie it does not
// compute it. A Curve that is flat outside [lo, hi] cannot tell the difference.
func BelowClamped(successes, trials, p float64, prior Beta, lo, hi float64) float64 {
	post := prior.Posterior(successes, trials)
	if p > 0 && p < 1 {
		switch bound, low := post.cantelli(p); {
		case low && bound <= lo: // P(rate < p) is at most bound
			return lo
		case !low && 1-bound >= hi: // P(rate > p) is at most bound
			return max(lo, hi)
		}
	}
	return max(lo, min(post.CDF(p), hi))
}

// AboveClamped returns Above, clamped to [lo, hi], and saves the computation
// like BelowClamped.
func AboveClamped(successes, trials, p float64, prior Beta, lo, hi float64) float64 {
	post := prior.Posterior(successes, trials)
	if p > 0 && p < 1 {
		switch bound, low := post.cantelli(p); {
		case !low && bound <= lo: // P(rate > p) is at most bound
			return lo
		case low && 1-bound >= hi: // P(rate < p) is at most bound
			return max(lo, hi)
		}
	}
	return max(lo, min(post.Survival(p), hi))
}

// cantelli bounds the tail beyond x, on the side that does not hold the mean,
// by Cantelli's inequality: σ²/(σ² + (x − mean)²). low: it is P(rate < x).
// The bound carries a margin for its own rounding and that of the exact tail.
// p must be proper.
func (p Beta) cantelli(x float64) (bound float64, low bool) {
	n := p.A + p.B
	mean := p.A / n
	variance := float64(mean*(p.B/n)) / (n + 1)
	d := x - mean
	return variance/(variance+float64(d*d)) + 1e-9, d < 0
}
