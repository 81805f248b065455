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
// The zero value means the defaults. Score does not change the Scorecard and
// may be called concurrently.
type Scorecard struct {
	Prior float64 `json:"prior,omitzero"` // share of abusers among senders before any evidence, in (0, 1); 0: .01
	Cap   float64 `json:"cap,omitzero"`   // most that one family can say, in nats, at most 50; 0: 3
	Floor float64 `json:"floor,omitzero"` // nats from which on a family counts as one of the independent ones; 0: .5
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
// range, and the log-odds of the prior on the grid.
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

// grid rounds x to a multiple of 2^-44. The conversion keeps a product that is
// passed from being fused with the sum once this is inlined.
func grid(x float64) float64 { return (float64(x) + gridShift) - gridShift }

// Score judges the evidence. It works in place: dst is reordered, the share of
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

	// Share holds the clamped weight until the totals are known.
	var sum, top, low [NumFamilies + 1]float64
	var topAt, lowAt [NumFamilies + 1]int
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
			sum[f] += v
			if t := top[f]; v > t || v == t && before(e, &dst[topAt[f]]) {
				top[f], topAt[f] = v, i
			}
		} else if v < 0 {
			if l := low[f]; v < l || v == l && before(e, &dst[lowAt[f]]) {
				low[f], lowAt[f] = v, i
			}
		}
	}

	var scale [NumFamilies + 1]float64 // of the shares of the pieces for abuse
	var against [NumFamilies + 1]float64
	for f := range s.ByFamily {
		if sum[f] == 0 && low[f] == 0 {
			continue
		}
		raw := top[f]
		if sum[f] > raw {
			// Not top + .3 × (sum − top): both terms rise with every piece.
			raw = grid(min(float64((1-restShare)*top[f])+float64(restShare*sum[f]), 2*MaxCap))
		}
		pro := min(raw, limit)
		scale[f] = 1
		if raw > pro {
			scale[f] = pro / (float64((1-restShare)*top[f]) + float64(restShare*sum[f]))
		}
		if low[f] < 0 {
			against[f] = grid(float64(low[f] * (1 - pro/limit)))
		}
		s.ByFamily[f] = pro + against[f]
		s.LogOdds += s.ByFamily[f]
		sum[f] = pro // what is left to share out
		if Family(f).Independent() && s.ByFamily[f] >= floor {
			s.Families++
		}
	}

	for i := range dst {
		e := &dst[i]
		v := e.Share
		f := e.family()
		switch {
		case v > 0 && i != topAt[f]:
			e.Share = grid(float64(float64(v*restShare) * scale[f]))
			sum[f] -= e.Share
		case v < 0:
			e.Share = 0
			if i == lowAt[f] {
				e.Share = against[f]
			}
		}
	}
	for f := range sum {
		if top[f] > 0 {
			dst[topAt[f]].Share = sum[f] // with what the others' rounding left over
		}
	}
	order(dst)
	s.Probability = Logistic(s.LogOdds)
	return s
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
