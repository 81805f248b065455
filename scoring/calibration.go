package scoring

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A CalibrationMethod is how a Calibration maps scores to probabilities.
type CalibrationMethod uint8

const (
	Uncalibrated CalibrationMethod = iota // the score is the probability
	Platt                                 // a logistic curve of two parameters
	Isotonic                              // a rising curve through knots
)

var methodNames = [...]string{"none", "platt", "isotonic"}

// String returns the lower-case name.
func (m CalibrationMethod) String() string {
	if int(m) >= len(methodNames) {
		return fmt.Sprintf("CalibrationMethod(%d)", uint8(m))
	}
	return methodNames[m]
}

// MarshalText returns the lower-case name.
func (m CalibrationMethod) MarshalText() ([]byte, error) {
	if int(m) >= len(methodNames) {
		return nil, fmt.Errorf("scoring: no calibration method %d", uint8(m))
	}
	return []byte(methodNames[m]), nil
}

// UnmarshalText accepts what MarshalText returns.
func (m *CalibrationMethod) UnmarshalText(text []byte) error {
	i := slices.Index(methodNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("scoring: unknown calibration method %q", text)
	}
	*m = CalibrationMethod(i)
	return nil
}

// A Calibration turns a score into the probability that it stands for, as
// learned from labelled scores: of senders that it gives .3, three in ten are
// abusive. Scores may be on any scale on which more is worse (log-odds are the
// natural one for Platt). Fit it to some senders and measure it on others.
//
// The zero value is none: At answers the score, clamped to [0, 1]. It is safe for
// concurrent use as long as it is not changed.
type Calibration struct {
	Method    CalibrationMethod `json:"method"`
	Slope     float64           `json:"slope,omitzero"`     // Platt: probability = Logistic(Slope × score + Intercept)
	Intercept float64           `json:"intercept,omitzero"` // Platt
	Knots     Curve             `json:"knots,omitempty"`    // Isotonic: score → probability
	Prior     float64           `json:"prior,omitzero"`     // share of abusive ones in the population that it holds for; 0: unknown
	N         int               `json:"n,omitzero"`         // labelled scores that it was learned from
	Positives int               `json:"positives,omitzero"` // those of them that were abusive
}

// At returns the probability, 0 to 1, for a score. It never falls where the
// score rises, unless the labels say that more is better (a negative Slope).
// NaN gives the Prior: what was not measured says nothing.
func (c *Calibration) At(score float64) float64 {
	if score != score {
		return c.Prior
	}
	switch c.Method {
	case Platt:
		return Logistic(float64(c.Slope*score) + c.Intercept)
	case Isotonic:
		return min(1, max(0, c.Knots.At(score)))
	}
	return min(1, max(0, score))
}

// Validate reports everything that is out of range, joined.
func (c *Calibration) Validate() error {
	var errs []error
	if int(c.Method) >= len(methodNames) {
		errs = append(errs, fmt.Errorf("scoring: no calibration method %d", uint8(c.Method)))
	}
	if !finite(c.Slope) || !finite(c.Intercept) {
		errs = append(errs, fmt.Errorf("scoring: calibration: slope %v or intercept %v is not finite", c.Slope, c.Intercept))
	}
	errs = append(errs, c.Knots.Validate())
	for i, k := range c.Knots {
		if !probability(k.Y) {
			errs = append(errs, fmt.Errorf("scoring: calibration: point %d: %v is not a probability", i, k.Y))
		}
	}
	if !c.Knots.rising() {
		errs = append(errs, errors.New("scoring: calibration: points fall"))
	}
	if c.Method == Isotonic && len(c.Knots) == 0 {
		errs = append(errs, errors.New("scoring: calibration: no points"))
	}
	if !probability(c.Prior) {
		errs = append(errs, fmt.Errorf("scoring: calibration: prior %v is not a probability", c.Prior))
	}
	if c.N < 0 || c.Positives < 0 || c.Positives > c.N {
		errs = append(errs, fmt.Errorf("scoring: calibration: %d positives of %d", c.Positives, c.N))
	}
	return errors.Join(errs...)
}

// UnmarshalJSON accepts what encoding/json makes of a Calibration, and refuses
// one that does not pass Validate. On error c is unchanged.
func (c *Calibration) UnmarshalJSON(data []byte) error {
	type plain Calibration
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("scoring: calibration: %w", err)
	}
	if err := (*Calibration)(&p).Validate(); err != nil {
		return err
	}
	*c = Calibration(p)
	return nil
}

// WithPrior returns the calibration for a population in which a share prior is
// abusive, where it was learned from one with a share c.Prior: labelled data
// has more abuse in it than traffic has. The log-odds of every probability
// shift by logit(prior) − logit(c.Prior) (Elkan, "The Foundations of
// Cost-Sensitive Learning", 2001). Isotonic knots stay linear between the
// shifted ones. Unless both are in (0, 1) and there is a Method, nothing changes.
func (c *Calibration) WithPrior(prior float64) Calibration {
	d := *c
	if c.Method == Uncalibrated || !(prior > 0 && prior < 1) || !(c.Prior > 0 && c.Prior < 1) {
		return d
	}
	shift := Logit(prior) - Logit(c.Prior)
	d.Prior = prior
	if d.Method == Platt {
		d.Intercept += shift
	}
	d.Knots = slices.Clone(c.Knots)
	for i, k := range d.Knots {
		if k.Y > 0 && k.Y < 1 {
			d.Knots[i].Y = Logistic(Logit(k.Y) + shift)
		}
	}
	return d
}

// finite reports whether x is neither NaN nor so large that a difference of two
// overflows.
func finite(x float64) bool { return x >= -curveRange && x <= curveRange }

// probability reports whether x is one; NaN is not.
func probability(x float64) bool { return x >= 0 && x <= 1 }
