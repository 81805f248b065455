package scoring

import (
	"math"
	"time"
)

const (
	ln2   = 0.693147180559945309417232121458176568
	ln2Hi = 6.93147180369123816490e-01 // the upper 33 bits of ln 2: times an exponent it is exact
	ln2Lo = ln2 - ln2Hi
	log2E = 1 / ln2
)

// exp2Steps holds 2^(-i/16). It is never written.
var exp2Steps = [16]float64{
	1,
	0.9576032806985736469363056,
	0.9170040432046712317435416,
	0.8781260801866497415560803,
	0.8408964152537145430311255,
	0.8052451659746271540897603,
	0.7711054127039704118061459,
	0.7384130729697496556934537,
	0.7071067811865475244008444,
	0.6771277734684463641490074,
	0.6484197773255048329668771,
	0.6209289060367420242968387,
	0.5946035575013605333587500,
	0.5693943173783458268519151,
	0.5452538663326288296035053,
	0.5221368912137069201609832,
}

// exp2Neg returns 2^-x for x ≥ 0, within 1.1 units in the last place and with
// the same bits on every machine. A negative x or NaN counts as 0.
func exp2Neg(x float64) float64 {
	if !(x > 0) {
		return 1
	}
	if x >= 1075 {
		return 0
	}
	k := int(float64(x*16) + .5)
	y := float64((float64(float64(k)*(1./16)) - x) * ln2) // |y| ≤ ln 2 / 32
	// The Taylor polynomial of e^y − 1, in pairs that can be computed side by
	// side; the first term left out is below 2e-18.
	yy := float64(y * y)
	q := float64(y*(1./5040)) + 1./720
	q = float64(yy*q) + (float64(y*(1./120)) + 1./24)
	q = float64(yy*q) + (float64(y*(1./6)) + .5)
	q = float64(yy*q) + y
	v := exp2Steps[k&15]
	v += float64(v * q)
	n := k >> 4
	if n <= 1000 {
		return math.Float64frombits(math.Float64bits(v) - uint64(n)<<52)
	}
	v = math.Float64frombits(math.Float64bits(v) - uint64(n-1000)<<52)
	return v * 0x1p-1000
}

// expNeg returns e^-x for x ≥ 0; relative error about (1 + x) × 1e-16.
func expNeg(x float64) float64 { return exp2Neg(x * log2E) }

// exp returns e^x; +Inf beyond 709.
func exp(x float64) float64 {
	if x > 0 {
		return 1 / expNeg(x)
	}
	return expNeg(-x)
}

// HalfLife returns what is left of 1 after age: 2^(-age/halfLife). A negative
// age counts as none. Without a positive half-life nothing ever decays.
func HalfLife(age, halfLife time.Duration) float64 {
	if age <= 0 || halfLife <= 0 {
		return 1
	}
	return exp2Neg(float64(age) / float64(halfLife))
}

// Log returns the natural logarithm of x within one unit in the last place,
// with the same bits on every machine. Log(0) is -Inf, and the logarithm of a
// negative number or NaN is NaN.
func Log(x float64) float64 {
	switch {
	case x < 0 || x != x:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case x > math.MaxFloat64:
		return x
	}
	e := -1023
	if x < 0x1p-1022 {
		x *= 0x1p54
		e -= 54
	}
	bits := math.Float64bits(x)
	e += int(bits >> 52)
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52)
	if m > math.Sqrt2 {
		m *= .5
		e++
	}
	// log(1+f) = f − f²/2 + s (f²/2 + R), s = f/(2+f), R = 2s²/3 + 2s⁴/5 + …
	f := m - 1
	s := f / (2 + f)
	z := float64(s * s)
	w := float64(z * z)
	odd := float64(w*(2./19)) + 2./15
	odd = float64(w*odd) + 2./11
	odd = float64(w*odd) + 2./7
	odd = float64(w*odd) + 2./3
	even := float64(w*(2./21)) + 2./17
	even = float64(w*even) + 2./13
	even = float64(w*even) + 2./9
	even = float64(w*even) + 2./5
	r := float64(z*odd) + float64(w*even)
	h := float64(float64(.5*f) * f)
	k := float64(e)
	return float64(k*ln2Hi) - ((h - (float64(s*(h+r)) + float64(k*ln2Lo))) - f)
}

// maxLogit bounds what Logit answers: a probability of one in 10^12.
const maxLogit = 27.631021115871036

// Logit returns the log-odds of a probability, in nats: log(p/(1−p)), within
// ±27.631 (1e-12 and 1 − 1e-12). NaN counts as one half.
func Logit(p float64) float64 {
	switch {
	case p != p:
		return 0
	case p <= 1e-12:
		return -maxLogit
	case p >= 1-1e-12:
		return maxLogit
	}
	return Log(p / (1 - p))
}

// Logistic returns the probability of log-odds in nats: 1/(1+e^-l). NaN counts
// as even odds.
func Logistic(l float64) float64 {
	switch {
	case l != l:
		return .5
	case l < 0:
		e := expNeg(-l)
		return e / (1 + e)
	}
	return 1 / (1 + expNeg(l))
}
