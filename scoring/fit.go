package scoring

import (
	"fmt"
	"math"
	"slices"
)

// labelled checks the input of a fit and counts the positives.
func labelled(scores []float64, labels []bool) (positives int, err error) {
	if len(scores) != len(labels) {
		return 0, fmt.Errorf("scoring: %d scores but %d labels", len(scores), len(labels))
	}
	for i, s := range scores {
		if !finite(s) {
			return 0, fmt.Errorf("scoring: score %d is %v", i, s)
		}
		if labels[i] {
			positives++
		}
	}
	if positives == 0 || positives == len(labels) {
		return 0, fmt.Errorf("scoring: %d of %d labels are positive: both kinds are needed", positives, len(labels))
	}
	return positives, nil
}

// isotonicFrom is the number of positives from which on Fit prefers the
// isotonic curve, which needs much data to be better than two parameters.
const isotonicFrom = 1000

// Fit learns a calibration from labelled scores (true: abusive): FitPlatt under
// 1,000 positives, FitIsotonic from there on.
func Fit(scores []float64, labels []bool) (Calibration, error) {
	positives, err := labelled(scores, labels)
	if err != nil {
		return Calibration{}, err
	}
	if positives < isotonicFrom {
		return FitPlatt(scores, labels)
	}
	return FitIsotonic(scores, labels)
}

// targets are the smoothed labels of Platt, (N₊+1)/(N₊+2) and 1/(N₋+2): what a
// finite sample can say, so that no probability becomes 0 or 1.
func targets(positives, n int) (yes, no float64) {
	p, q := float64(positives), float64(n-positives)
	return (p + 1) / (p + 2), 1 / (q + 2)
}

// FitPlatt learns the logistic curve that makes the labels most likely, with
// Platt's smoothed targets ("Probabilistic Outputs for Support Vector
// Machines", 1999), by Newton's method with a step search (Lin, Lin & Weng, "A
// Note on Platt's Probabilistic Outputs", 2007). It needs scores and labels of
// equal number, finite scores and both kinds of label.
func FitPlatt(scores []float64, labels []bool) (Calibration, error) {
	positives, err := labelled(scores, labels)
	if err != nil {
		return Calibration{}, err
	}
	n := len(scores)
	yes, no := targets(positives, n)

	// Newton's method wants scores near 0 with a spread near 1.
	center, spread := standardize(scores)
	x := func(i int) float64 { return (scores[i] - center) / spread }
	target := func(i int) float64 {
		if labels[i] {
			return yes
		}
		return no
	}
	loss := func(a, b float64) float64 {
		sum := 0.
		for i := range scores {
			l := float64(a*x(i)) + b
			// −t log p − (1−t) log(1−p) = log(1 + e^−|l|) + max(l, 0) − t l
			sum += Log(1+expNeg(math.Abs(l))) + max(l, 0) - float64(target(i)*l)
		}
		return sum
	}
	a, b := 0., Logit((float64(positives)+1)/(float64(n)+2))
	now := loss(a, b)
	for range 100 {
		ga, gb := 0., 0.
		haa, hab, hbb := 1e-12, 0., 1e-12 // never singular
		for i := range scores {
			v := x(i)
			p := Logistic(float64(a*v) + b)
			d := p - target(i)
			w := float64(p * (1 - p))
			ga += float64(d * v)
			gb += d
			haa += float64(float64(w*v) * v)
			hab += float64(w * v)
			hbb += w
		}
		if math.Abs(ga) < 1e-9 && math.Abs(gb) < 1e-9 {
			break
		}
		det := float64(haa*hbb) - float64(hab*hab)
		da := -(float64(hbb*ga) - float64(hab*gb)) / det
		db := -(float64(haa*gb) - float64(hab*ga)) / det
		slope := float64(ga*da) + float64(gb*db)
		step := 1.
		for ; step >= 1e-10; step /= 2 {
			next := loss(a+float64(step*da), b+float64(step*db))
			if next < now+float64(1e-4*float64(step*slope)) {
				a, b, now = a+float64(step*da), b+float64(step*db), next
				break
			}
		}
		if step < 1e-10 {
			break // no better within rounding
		}
	}
	return Calibration{Method: Platt, Slope: a / spread, Intercept: b - float64(a*(center/spread)), Prior: float64(positives) / float64(n), N: n, Positives: positives}, nil
}

// standardize returns mean and standard deviation, the latter 1 where all
// scores are equal.
func standardize(scores []float64) (center, spread float64) {
	n := float64(len(scores))
	for _, s := range scores {
		center += s / n
	}
	for _, s := range scores {
		d := s - center
		spread += float64(d*d) / n
	}
	spread = math.Sqrt(spread)
	if !(spread > 0) {
		spread = 1
	}
	return center, spread
}

// FitIsotonic learns the rising curve that is nearest to the labels in squared
// error, by pooling adjacent violators (Ayer et al., 1955; Zadrozny & Elkan,
// 2002), with Platt's smoothed targets, so that no probability becomes 0 or 1.
// Between the pools it is linear. It needs scores and labels of equal number,
// finite scores and both kinds of label.
func FitIsotonic(scores []float64, labels []bool) (Calibration, error) {
	positives, err := labelled(scores, labels)
	if err != nil {
		return Calibration{}, err
	}
	n := len(scores)
	yes, no := targets(positives, n)

	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(i, j int) int {
		switch {
		case scores[i] < scores[j]:
			return -1
		case scores[i] > scores[j]:
			return 1
		}
		return 0
	})
	type pool struct {
		lo, hi float64 // scores
		n, yes int
	}
	mean := func(p pool) float64 {
		return (float64(float64(p.yes)*yes) + float64(float64(p.n-p.yes)*no)) / float64(p.n)
	}
	var pools []pool
	for k := 0; k < n; {
		p := pool{lo: scores[at[k]], hi: scores[at[k]]}
		for ; k < n && scores[at[k]] == p.lo; k++ { // equal scores are one
			p.n++
			if labels[at[k]] {
				p.yes++
			}
		}
		for len(pools) > 0 {
			q := pools[len(pools)-1]
			// Compared as whole numbers: yes/n of q against p.
			if q.yes*p.n < p.yes*q.n {
				break
			}
			p.lo, p.n, p.yes = q.lo, p.n+q.n, p.yes+q.yes
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	var knots Curve
	for _, p := range pools {
		y := mean(p)
		knots = append(knots, Point{p.lo, y})
		if p.hi > p.lo {
			knots = append(knots, Point{p.hi, y})
		}
	}
	return Calibration{Method: Isotonic, Knots: knots, Prior: float64(positives) / float64(n), N: n, Positives: positives}, nil
}
