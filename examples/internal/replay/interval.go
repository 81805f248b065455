package replay

import (
	"fmt"
	"math"
)

// wilson returns the 95% confidence interval of a share, k of n (Wilson,
// "Probable Inference, the Law of Succession, and Statistical Inference",
// 1927). Of none it is 0 to 1.
func wilson(k, n int) (lo, hi float64) {
	if n <= 0 {
		return 0, 1
	}
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	lo, hi = max(0, middle-half), min(1, middle+half)
	if k == 0 {
		lo = 0
	}
	if k == n {
		hi = 1
	}
	return lo, hi
}

// An estimate is a share with its interval.
type estimate struct{ K, N int }

// String writes "97.5% (39 of 40; 87.1% to 99.6%)".
func (e estimate) String() string {
	if e.N == 0 {
		return "– (of none)"
	}
	lo, hi := wilson(e.K, e.N)
	return fmt.Sprintf("%.1f%% (%s of %s; %.1f%% to %.1f%%)", 100*float64(e.K)/float64(e.N), thousands(e.K), thousands(e.N), 100*lo, 100*hi)
}
