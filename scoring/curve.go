package scoring

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A Point is a knot of a Curve. In JSON it is [x, y].
type Point struct{ X, Y float64 }

// A Curve is piecewise linear between its knots and flat outside them. It turns
// a measurement into nats, or into a factor. The empty Curve is 0 everywhere.
// In JSON it is [[x, y], …]. It is safe for concurrent use as long as it is not
// changed.
type Curve []Point

// curveRange bounds what Validate lets pass, so that no difference overflows.
const curveRange = 1e100

// At returns the value at x. NaN gives 0: what was not measured says nothing.
// Where neighbouring knots rise, so does At; it never leaves their range.
func (c Curve) At(x float64) float64 {
	if len(c) == 0 || x != x {
		return 0
	}
	if x <= c[0].X {
		return c[0].Y
	}
	for i := 1; i < len(c); i++ {
		b := c[i]
		if x >= b.X {
			continue
		}
		a := c[i-1]
		y := a.Y + float64((b.Y-a.Y)*((x-a.X)/(b.X-a.X)))
		return max(min(a.Y, b.Y), min(y, max(a.Y, b.Y)))
	}
	return c[len(c)-1].Y
}

// Validate reports every knot that is not finite (within ±1e100) and every X
// that is not above the one before it, joined.
func (c Curve) Validate() error {
	var errs []error
	for i, p := range c {
		if !finite(p.X) || !finite(p.Y) {
			errs = append(errs, fmt.Errorf("scoring: point %d: [%v, %v] is not finite", i, p.X, p.Y))
		}
		if i > 0 && !(p.X > c[i-1].X) {
			errs = append(errs, fmt.Errorf("scoring: point %d: x %v is not above %v", i, p.X, c[i-1].X))
		}
	}
	return errors.Join(errs...)
}

// rising reports whether no knot lies below the one before it.
func (c Curve) rising() bool {
	return slices.IsSortedFunc(c, func(a, b Point) int { return cmp.Compare(a.Y, b.Y) })
}

// MarshalJSON returns [x, y].
func (p Point) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{p.X, p.Y}) }

// UnmarshalJSON accepts exactly [x, y].
func (p *Point) UnmarshalJSON(data []byte) error {
	var xy []*float64
	if err := json.Unmarshal(data, &xy); err != nil {
		return fmt.Errorf("scoring: point: %w", err)
	}
	if len(xy) != 2 || xy[0] == nil || xy[1] == nil {
		return fmt.Errorf("scoring: point %.40s is not [x, y]", data)
	}
	p.X, p.Y = *xy[0], *xy[1]
	return nil
}
