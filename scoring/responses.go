package scoring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// responseHalfLife is the half-life of attempts and answers in Responses.
const responseHalfLife = 14 * 24 * time.Hour

// replyPrior is what is known of a reply rate before any attempt: mean .25,
// worth 8 attempts. P(rate < .10) is .15 under it, so that a curve that starts
// at .50 is zero without data.
var replyPrior = Beta{A: 2, B: 6}

// AnsweredBy returns F(age), the share of all answers that have come by the
// time a message is that old:
//
//	F(a) = .35 (1 − e^(−a/1 h)) + .35 (1 − e^(−a/12 h)) + .30 (1 − e^(−a/72 h))
//
// for first messages: half have come after 5.5 hours, nine tenths after 3.3
// days. A negative age has had none. It is an assumption: where people answer
// slower, the reply rate is underestimated while traffic is young (see the tests
// for how much).
func AnsweredBy(age time.Duration) float64 {
	if age <= 0 {
		return 0
	}
	x := expNeg(age.Hours() / 72)
	x6 := pow6(x)
	return 1 - float64(.35*pow6(pow2(x6))) - float64(.35*x6) - float64(.30*x)
}

func pow2(x float64) float64 { return float64(x * x) }

func pow6(x float64) float64 {
	x3 := float64(pow2(x) * x)
	return float64(x3 * x3)
}

// The sums that Responses keeps. F is a mixture of exponentials, so that the
// exposure of any number of attempts is one decayed sum a term, exactly.
const (
	attempts = iota // contact attempts
	within1         // × e^(−age/1 h)
	within12        // × e^(−age/12 h)
	within72        // × e^(−age/72 h)
	ripe6           // × e^(−age/6 h)
	ripe10          // × e^(−age × 7/72 h)
	answered        // answers
	sums
)

// Responses estimates how many of the people that an account wrote to first
// answered, or would have if they had had the time to. A contact attempt of age
// a has had the chance F(a) to be answered (AnsweredBy), and counts as that much
// of a trial: with R answers and the exposure E = Σ F(age), R/E is an unbiased
// estimate of the reply rate at every age of the traffic, and
// Beta(2 + R, 6 + max(0, E − R)) what is known of it (right-censored data with
// a known delay; compare Chapelle, "Modeling Delayed Feedback", 2014).
//
// Attempts and answers fade with a half-life of 14 days. An answer has the
// weight of the attempt that it answers: otherwise late answers would outweigh
// their own exposure. Where answers came faster than F expects, E is R.
//
// Times count in whole seconds, within 1970–2106, and may come in any order.
// The sums are kept to 33 bits, which is what the binary form holds: so a stored
// value continues as an unstored one would. Relative error 2e-10 for each call.
//
// Responses is a plain comparable value, at most 40 bytes in binary form; the
// zero value is empty. It is not safe for concurrent use.
type Responses struct {
	ref  uint32 // Unix seconds of the newest event
	sums [sums]float64
}

// weights returns what is left of each sum after so many seconds.
func (*Responses) weights(seconds uint32) [sums]float64 {
	if seconds == 0 {
		return [sums]float64{1, 1, 1, 1, 1, 1, 1}
	}
	d := halves(seconds, responseHalfLife)
	x := expNeg(float64(seconds) / (72 * 3600))
	x6 := pow6(x)
	x12 := pow2(x6)
	return [sums]float64{
		attempts: d,
		within1:  float64(d * pow6(x12)),
		within12: float64(d * x6),
		within72: float64(d * x),
		ripe6:    float64(d * x12),
		ripe10:   float64(d * float64(x6*x)),
		answered: d,
	}
}

// advance makes t the reference if it is newer.
func (r *Responses) advance(t time.Time) {
	at := unixSeconds(t)
	if at <= r.ref {
		return
	}
	if r.sums[attempts] > 0 || r.sums[answered] > 0 {
		w := r.weights(at - r.ref)
		for i := range r.sums {
			r.sums[i] = round33(float64(r.sums[i] * w[i]))
		}
	}
	r.ref = at
}

// Rewind takes a clock that was ahead back to t: where the newest event is later, all
// stands as if it had been at t.
func (r *Responses) Rewind(t time.Time) { r.ref = min(r.ref, unixSeconds(t)) }

// Add counts a contact attempt of weight w at t. A weight that is not above 0 is
// ignored, and one above 1e12 counts as that.
func (r *Responses) Add(t time.Time, w float64) { r.attempt(t, w, 1) }

// Remove takes back an attempt that was counted with the same t and w: it was
// not delivered after all.
func (r *Responses) Remove(t time.Time, w float64) { r.attempt(t, w, -1) }

func (r *Responses) attempt(t time.Time, w, sign float64) {
	if !(w > 0) {
		return
	}
	w = float64(sign * min(w, maxWeight))
	r.advance(t)
	weights := r.weights(r.ref - unixSeconds(t))
	for i := range answered {
		r.sums[i] = round33(r.sums[i] + float64(w*weights[i]))
	}
	if sign < 0 && r.sums[attempts] < 1e-6 { // rounding, not an attempt
		clear(r.sums[:answered])
	}
}

// Censor says that after t nobody watches any more for the answer to an attempt
// that was counted at from with the same w: its exposure stays F(t − from), so
// that R/E is as unbiased as before.
func (r *Responses) Censor(from, t time.Time, w float64) {
	if !(w > 0) {
		return
	}
	r.attempt(from, w, -1)
	r.advance(t)
	at := min(unixSeconds(from), r.ref)
	ripe := AnsweredBy(time.Duration(max(unixSeconds(t), at)-at) * time.Second)
	r.add(attempts, at, float64(min(w, maxWeight)*ripe))
}

// Answer counts an answer at t to an attempt at from, of weight w. An answer
// before its attempt counts as one at the same time.
func (r *Responses) Answer(from, t time.Time, w float64) {
	if !(w > 0) {
		return
	}
	r.advance(t)
	r.add(answered, min(unixSeconds(from), r.ref), min(w, maxWeight))
}

// add puts a weight, of what was at a second not after the reference, into a sum
// that only fades.
func (r *Responses) add(sum int, at uint32, w float64) {
	r.sums[sum] = round33(r.sums[sum] + float64(w*halves(r.ref-at, responseHalfLife)))
}

// Counts returns, at t, the decayed answers R and the exposure E ≥ R: the
// number of attempts that would by now have been answered if everybody
// answered. Both are 0 without data. Before the newest event they are what they
// are at that event.
func (r *Responses) Counts(t time.Time) (replies, exposure float64) {
	w := r.weights(max(unixSeconds(t), r.ref) - r.ref)
	replies = float64(r.sums[answered] * w[answered])
	exposure = float64(r.sums[attempts]*w[attempts]) -
		float64(.35*float64(r.sums[within1]*w[within1])) -
		float64(.35*float64(r.sums[within12]*w[within12])) -
		float64(.30*float64(r.sums[within72]*w[within72]))
	return replies, max(exposure, replies)
}

// Attempts returns the decayed number of contact attempts at t, whatever their
// age.
func (r *Responses) Attempts(t time.Time) float64 {
	return r.sums[attempts] * halves(max(unixSeconds(t), r.ref)-r.ref, responseHalfLife)
}

// Posterior returns what is known of the reply rate at t: its Mean, its credible
// Interval, P(rate < p) as its CDF. Without data it is Beta(2, 6), of mean .25.
func (r *Responses) Posterior(t time.Time) Beta {
	return replyPrior.Posterior(r.Counts(t))
}

// Ripe returns the share of recent attempts that have had time to be answered,
// Σ F(age)/n, over the last day or so: an attempt counts e^(−age/12 h). It is 1
// when there is no recent attempt. Within .01 of that definition.
func (r *Responses) Ripe(t time.Time) float64 {
	w := r.weights(max(unixSeconds(t), r.ref) - r.ref)
	n := float64(r.sums[within12] * w[within12])
	if n < 1e-6 {
		return 1
	}
	// e^(−a/12) F(a) takes the rates 1/12 + 1/1, 1/12 + 1/12 and 1/12 + 1/72;
	// for the first, 1/1 is near enough and already there.
	unripe := float64(.35*float64(r.sums[within1]*w[within1])) +
		float64(.35*float64(r.sums[ripe6]*w[ripe6])) +
		float64(.30*float64(r.sums[ripe10]*w[ripe10]))
	return max(0, min(1, 1-unripe/n))
}

// round33 rounds to 33 significant bits, and to 0 below 2^-100.
func round33(x float64) float64 {
	if !(x >= 0x1p-100) {
		return 0
	}
	const drop = 52 - 32
	return math.Float64frombits((math.Float64bits(x) + 1<<(drop-1)) &^ (1<<drop - 1))
}

// AppendBinary appends nothing if nothing was counted; else one byte with a bit
// for each sum that is not 0, the newest time in four bytes, and five bytes for
// each such sum (exponent and 32 bits of fraction): at most 40, little endian.
func (r Responses) AppendBinary(b []byte) ([]byte, error) {
	if r == (Responses{}) {
		return b, nil
	}
	at := len(b)
	b = binary.LittleEndian.AppendUint32(append(b, 0), r.ref)
	for i, x := range r.sums {
		if x == 0 {
			continue
		}
		b[at] |= 1 << i
		bits := math.Float64bits(x)
		b = binary.LittleEndian.AppendUint32(b, uint32(bits>>20))
		b = append(b, byte(bits>>52-(1023-127)))
	}
	return b, nil
}

// UnmarshalBinary accepts what AppendBinary makes. On error r is unchanged.
func (r *Responses) UnmarshalBinary(data []byte) error {
	if len(data) == 0 {
		*r = Responses{}
		return nil
	}
	if len(data) < 5 || data[0] >= 1<<sums {
		return errors.New("scoring: responses: bad header")
	}
	s := Responses{ref: binary.LittleEndian.Uint32(data[1:])}
	rest := data[5:]
	for i := range s.sums {
		if data[0]>>i&1 == 0 {
			continue
		}
		if len(rest) < 5 {
			return errors.New("scoring: responses: cut short")
		}
		x := math.Float64frombits((uint64(rest[4])+1023-127)<<52 | uint64(binary.LittleEndian.Uint32(rest))<<20)
		if x < 0x1p-100 {
			return fmt.Errorf("scoring: responses: sum %d is %v", i, x)
		}
		s.sums[i] = x
		rest = rest[5:]
	}
	if len(rest) > 0 || s == (Responses{}) {
		return fmt.Errorf("scoring: responses: %d bytes too many", len(rest))
	}
	*r = s
	return nil
}
