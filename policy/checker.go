package policy

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/english"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/scoring"
)

// Bounds on a policy. What is over them is a fault.
const (
	MaxPolicyName = 64 // bytes of the name of a policy, a class or a channel
	MaxClasses    = 64 // classes of a policy, and channels of a class
	MaxLimits     = 16 // rate limits in one list
	MaxKnots      = 64 // knots of a curve
	MaxSteps      = 32 // steps of a ladder
)

// The shortest and the longest that automation may block for, and the longest
// of any length in a policy.
const (
	minSanction = hour
	minRetry    = Duration(time.Minute)
	maxBlock    = 30 * day
	maxLength   = 3660 * day
)

// A checker reports values that are out of range.
type checker struct{ *policyfile.Faults }

// fault reports a fault, unless the value could not be read.
func (v checker) fault(path, format string, args ...any) {
	if !v.Broken(path) {
		v.Add(path, format, args...)
	}
}

// name checks what a person or a host called something.
func (v checker) name(path, s string) {
	bad := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
	switch {
	case s == "":
		v.fault(path, "must not be empty")
	case len(s) > MaxPolicyName:
		v.fault(path, "must be at most %d bytes long, is %d", MaxPolicyName, len(s))
	case !utf8.ValidString(s) || strings.IndexFunc(s, bad) >= 0:
		v.fault(path, "must be printable, is %q", s)
	}
}

// within checks lo ≤ x ≤ hi; NaN never is.
func (v checker) within(path string, x, lo, hi float64) {
	if !(x >= lo && x <= hi) {
		v.fault(path, "must be from %s to %s, is %s", english.Exact(lo), english.Exact(hi), english.Exact(x))
	}
}

// above checks lo < x ≤ hi.
func (v checker) above(path string, x, lo, hi float64) {
	if !(x > lo && x <= hi) {
		v.fault(path, "must be more than %s and at most %s, is %s", english.Exact(lo), english.Exact(hi), english.Exact(x))
	}
}

// probability checks 0 < x < 1.
func (v checker) probability(path string, x float64) {
	if !(x > 0 && x < 1) {
		v.fault(path, "must be more than 0 and less than 1, is %s", english.Exact(x))
	}
}

// less checks that a value is less than another of the same object.
func (v checker) less(path, field string, x float64, than string, y float64) {
	if !(x < y) && !v.Broken(path+"."+than) {
		v.fault(path+"."+field, "must be less than %s (%s), is %s", than, english.Exact(y), english.Exact(x))
	}
}

func (v checker) count(path string, n, lo, hi int) {
	if n < lo || n > hi {
		v.fault(path, "must be from %d to %d, is %d", lo, hi, n)
	}
}

func (v checker) length(path string, d, lo, hi Duration) {
	if d < lo || d > hi {
		v.fault(path, "must be from %v to %v, is %v", lo, hi, d)
	}
}

// days checks a length in whole days, up to so many.
func (v checker) days(path string, d Duration, most int) {
	if d < day || d > Duration(most)*day || d%day != 0 {
		v.fault(path, "must be a number of whole days from 1d to %dd, is %v", most, d)
	}
}

func (v checker) limits(path string, limits []limiter.Limit) {
	if len(limits) > MaxLimits {
		v.fault(path, "must be at most %d, are %d", MaxLimits, len(limits))
	}
	per := map[time.Duration]int{}
	for i, l := range limits {
		at := policyfile.Index(path, i)
		switch {
		case l.N < 0 || l.N > limiter.MaxN:
			v.fault(at, "must allow from 0 to %d, allows %d", limiter.MaxN, l.N)
		case l.Per < limiter.MinPer || l.Per > limiter.MaxPer:
			v.fault(at, "must be for a time from %v to %v, is for %v", Duration(limiter.MinPer), Duration(limiter.MaxPer), Duration(l.Per))
		case l.Validate() != nil:
			v.fault(at, "%v", l.Validate())
		}
		if first, ok := per[l.Per]; ok && !v.Broken(policyfile.Index(path, first)) {
			v.fault(at, "is for the same time (%v) as %s", Duration(l.Per), policyfile.Index(path, first))
		} else if !ok {
			per[l.Per] = i
		}
	}
}

// A curveShape says what a curve must look like, by what it means.
type curveShape struct {
	lo, hi   float64 // of X
	min, max float64 // of Y
	falls    bool
	from, to bool // is 0 at its first, at its last knot
}

// fits reports whether a knot lies in the range; NaN never does.
func (s curveShape) fits(p scoring.Point) bool {
	return p.X >= s.lo && p.X <= s.hi && p.Y >= s.min && p.Y <= s.max
}

// follows reports whether a knot goes on from the one before.
func (s curveShape) follows(p, last scoring.Point) bool {
	return p.X > last.X && (p.Y == last.Y || p.Y > last.Y != s.falls)
}

// maxNumber bounds what is counted: people, days, points.
const maxNumber = 1e9

// knot checks that a knot goes on from the one before.
func (v checker) knot(at string, p scoring.Point, before string, last scoring.Point, falls bool) {
	if !(p.X > last.X) && !v.Broken(before+"[0]") {
		v.fault(at+"[0]", "must be more than the point before (%s), is %s", english.Exact(last.X), english.Exact(p.X))
	}
	switch {
	case v.Broken(before + "[1]"):
	case falls && p.Y > last.Y:
		v.fault(at+"[1]", "must not be more than the point before (%s), is %s", english.Exact(last.Y), english.Exact(p.Y))
	case !falls && p.Y < last.Y:
		v.fault(at+"[1]", "must not be less than the point before (%s), is %s", english.Exact(last.Y), english.Exact(p.Y))
	}
}

// curve checks the knots of a curve. An empty one is 0 everywhere.
func (v checker) curve(path string, c scoring.Curve, s curveShape) {
	switch {
	case len(c) < 2:
		v.fault(path, "must have at least two points [x, y], has %d", len(c))
		return
	case len(c) > MaxKnots:
		v.fault(path, "must have at most %d points, has %d", MaxKnots, len(c))
		return
	}
	for i, p := range c {
		if s.fits(p) && (i == 0 || s.follows(p, c[i-1])) {
			continue // as nearly all do: a path is made where there is something to say
		}
		at := policyfile.Index(path, i)
		v.within(at+"[0]", p.X, s.lo, s.hi)
		v.within(at+"[1]", p.Y, s.min, s.max)
		if i == 0 || v.Broken(at) || v.Broken(policyfile.Index(path, i-1)) {
			continue
		}
		v.knot(at, p, policyfile.Index(path, i-1), c[i-1], s.falls)
	}
	if first := c[0].Y; s.from && first != 0 {
		v.fault(policyfile.Index(path, 0)+"[1]", "must be 0, so that nothing follows from nothing, is %s", english.Exact(first))
	}
	if last := c[len(c)-1].Y; s.to && last != 0 {
		v.fault(policyfile.Index(path, len(c)-1)+"[1]", "must be 0, so that nothing follows from nothing, is %s", english.Exact(last))
	}
}
