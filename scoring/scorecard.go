package scoring

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// Defaults of a Scorecard.
const (
	DefaultPrior = .01
	DefaultCap   = 3.0
	DefaultFloor = .5
	MaxCap       = 50.0 // a Cap above it counts as it
)

const (
	defaultLogit = -4.595119850134590 // log(.01/.99)

	// restShare is what a family's pieces beside the strongest one count for.
	// They measure much the same thing: two views of one fact are not two facts.
	restShare = .3

	// Adding gridShift to a number below 128 and taking it away again rounds it
	// to a multiple of 2^-44. Sums of such numbers below 512 are exact.
	gridShift = 0x1.8p8
)

// A Scorecard adds evidence up, in log-odds (Good, "Probability and the
// Weighing of Evidence", 1950; nats, natural logarithm):
//
//	L = logit(Prior) + Σ over families of P − N (1 − P/Cap)
//
// where P is the family's evidence for abuse, its strongest piece plus 0.3
// times the others and at most Cap, and N is its strongest piece against
// abuse, at most Cap. So a family that is already certain silences what speaks
// against it: complaints silence good answers. More evidence for abuse never
// lowers the score, and more against it never raises it.
//
// The zero value means the defaults, and so does a nil Scorecard. Score does not
// change the Scorecard and may be called concurrently.
type Scorecard struct {
	// Prior is the share of abusers among senders before any evidence, in (0, 1);
	// 0: .01. Raise it and every score rises.
	Prior float64 `json:"prior,omitzero"`
	// Cap is the most that one family can say, in nats, at most 50; 0: 3. Raise it
	// and a single kind of evidence can bring a higher probability.
	Cap float64 `json:"cap,omitzero"`
	// Floor is how many nats a family needs to count as one of the independent
	// ones, at most 50; 0: .5. Raise it and fewer senders have two.
	Floor float64 `json:"floor,omitzero"`
}

// Validate reports everything that is out of range, joined.
func (c *Scorecard) Validate() error {
	var errs []error
	if !(c.Prior >= 0 && c.Prior < 1) {
		errs = append(errs, fmt.Errorf("scoring: prior %v is not in (0, 1)", c.Prior))
	}
	if !(c.Cap >= 0 && c.Cap <= MaxCap) {
		errs = append(errs, fmt.Errorf("scoring: cap %v is not in (0, %v]", c.Cap, MaxCap))
	}
	if !(c.Floor >= 0 && c.Floor <= MaxCap) {
		errs = append(errs, fmt.Errorf("scoring: floor %v is not in (0, %v]", c.Floor, MaxCap))
	}
	return errors.Join(errs...)
}

// settings returns the fields with defaults in place of what is zero or out of
// range, and the log-odds of the prior, which with the cap is on the grid.
func (c *Scorecard) settings() (prior, limit, floor float64) {
	prior, limit, floor = defaultLogit, DefaultCap, DefaultFloor
	if c != nil {
		if c.Prior > 0 && c.Prior < 1 && c.Prior != DefaultPrior {
			prior = Logit(c.Prior)
		}
		if c.Cap > 0 {
			limit = min(c.Cap, MaxCap)
		}
		if c.Floor > 0 {
			floor = c.Floor
		}
	}
	return grid(prior), grid(limit), floor
}

// grid rounds x to a multiple of 2^-44: sums of such numbers are exact, and so do
// not depend on their order. The conversion keeps a product that is passed from
// being fused with the sum once this is inlined.
func grid(x float64) float64 { return (float64(x) + gridShift) - gridShift }

// Score adds up the evidence. It works in place: dst is reordered, the share of
// each piece is set, and Score.Evidence is dst. It does not allocate.
//
// A share is the part of the score that is due to a piece. The strongest piece
// for abuse of a family counts in full and the others 0.3; above the cap all
// of them shrink in proportion. Of the pieces against, the strongest alone
// counts; the others have a share of 0, as has a piece whose LogOdds is NaN.
// Infinite LogOdds count as the cap.
//
// Evidence is sorted by the size of its share, then by the size of its
// LogOdds, family, code, value and sample size; what is equal in all of them
// keeps its order.
func (c *Scorecard) Score(dst []Evidence) (s Score) {
	prior, limit, floor := c.settings()
	s.Prior, s.LogOdds, s.Evidence = prior, prior, dst
	var t tally
	t.gather(dst, limit)
	for f := range s.ByFamily {
		if t.sum[f] == 0 && t.low[f] == 0 {
			continue
		}
		raw := t.top[f]
		if t.sum[f] > raw {
			raw = grid(min(t.weighted(f), 2*MaxCap))
		}
		pro := min(raw, limit)
		t.scale[f] = 1
		if raw > pro {
			t.scale[f] = pro / t.weighted(f)
		}
		if t.low[f] < 0 {
			t.low[f] = grid(float64(t.low[f] * (1 - pro/limit)))
		}
		s.ByFamily[f] = pro + t.low[f]
		s.LogOdds += s.ByFamily[f]
		t.sum[f] = pro
		if Family(f).Independent() && s.ByFamily[f] >= floor {
			s.Families++
		}
	}
	t.share(dst)
	order(dst)
	s.Probability = Logistic(s.LogOdds)
	return s
}

// A perFamily holds a number for each family; element 0 is of no known one.
type perFamily [NumFamilies + 1]float64

// A tally is what Score knows of each family on its way.
type tally struct {
	sum          perFamily // of the weights for abuse; from total on, what is left to share out
	top          perFamily // the strongest weight for abuse
	low          perFamily // the strongest against it; from total on, what that comes to
	scale        perFamily // of the shares of the pieces for abuse
	topAt, lowAt [NumFamilies + 1]int32
}

// gather finds the strongest pieces of each family. Until the totals are known,
// Share holds the weight: clamped to the cap, and on the grid.
func (t *tally) gather(dst []Evidence, limit float64) {
	for i := range dst {
		e := &dst[i]
		v := e.LogOdds
		switch {
		case v != v:
			v = 0
		case v > limit:
			v = limit
		case v < -limit:
			v = -limit
		}
		v = grid(v)
		e.Share = v
		f := e.family()
		if v > 0 {
			t.sum[f] += v
			if top := t.top[f]; v > top || v == top && before(e, &dst[t.topAt[f]]) {
				t.top[f], t.topAt[f] = v, int32(i)
			}
		} else if v < 0 {
			if low := t.low[f]; v < low || v == low && before(e, &dst[t.lowAt[f]]) {
				t.low[f], t.lowAt[f] = v, int32(i)
			}
		}
	}
}

// weighted is the evidence for abuse of a family: not top + .3 × (sum − top), of
// which a term falls when a new piece becomes the top, but two terms that rise with
// every piece.
func (t *tally) weighted(f int) float64 {
	return float64((1-restShare)*t.top[f]) + float64(restShare*t.sum[f])
}

// share turns weights into shares. Rounding to the grid leaves something over, or
// takes too much: the strongest piece gets what the others leave, so that shares
// add up to the total of the family bit for bit.
func (t *tally) share(dst []Evidence) {
	for i := range dst {
		e := &dst[i]
		v := e.Share
		f := e.family()
		switch {
		case v > 0 && int32(i) != t.topAt[f]:
			e.Share = grid(float64(float64(v*restShare) * t.scale[f]))
			t.sum[f] -= e.Share
		case v < 0:
			e.Share = 0
			if int32(i) == t.lowAt[f] {
				e.Share = t.low[f]
			}
		}
	}
	for f := range t.sum {
		if t.top[f] > 0 {
			dst[t.topAt[f]].Share = t.sum[f]
		}
	}
}

// family is e.Family, or 0 where that is out of range.
func (e *Evidence) family() Family {
	if int(e.Family) > NumFamilies {
		return 0
	}
	return e.Family & 7 // which spares the bounds checks
}

// before breaks ties among pieces of equal weight in a family, so that shares
// do not depend on the order in which the evidence came.
func before(a, b *Evidence) bool { return rank(a, b) < 0 }

// rank compares what is equal in weight.
func rank(a, b *Evidence) int {
	if x, y := math.Abs(a.LogOdds), math.Abs(b.LogOdds); x != y {
		if c := cmp.Compare(y, x); c != 0 { // it puts NaN last, and all NaN are equal
			return c
		}
	}
	if a.Family != b.Family {
		return cmp.Compare(a.Family, b.Family)
	}
	if a.Code != b.Code {
		return cmp.Compare(a.Code, b.Code)
	}
	if a.Value != b.Value {
		return cmp.Compare(b.Value, a.Value)
	}
	return cmp.Compare(b.N, a.N)
}
