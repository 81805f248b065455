package ladder

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// runs reports whether the pledge of an event has begun, and its time is not over.
func (o *oracle) runs(x *event, at uint32) bool {
	return x.Span > 0 && x.Outcome != Overturned && at > x.Ended && o.awake(x.Ended, at) < x.Span
}

// under lists what was counted under the pledge of an event, among the first n.
func (o *oracle) under(x *event, n int) (all []*event) {
	for _, y := range o.all[:n] {
		if y.valid() && o.runs(x, y.At) {
			all = append(all, y)
		}
	}
	return all
}

// bound is the lowest number of steps that an offence reaches.
func (o *oracle) bound(n int, at uint32) (steps int) {
	for _, x := range o.all[:n] {
		broken := func(y *event) bool { return y.Kind > Warning }
		if !o.runs(x, at) || slices.ContainsFunc(o.under(x, n), broken) {
			continue
		}
		steps = max(steps, min(len(o.r.Steps), o.upTo(x)+1))
	}
	return steps
}

// upTo is how many steps are no graver than what a sanction is.
func (o *oracle) upTo(x *event) int {
	rank := func(kind Kind, scope Scope, perDay uint16, length uint32) []uint32 {
		r := []uint32{uint32(kind), uint32(scope), stamp.Last - uint32(perDay), length}
		if kind != Restriction {
			r[2] = 0
		}
		if kind == Warning {
			r[1], r[3] = 0, 0
		}
		return r
	}
	length := uint32(stamp.Forever)
	if x.Until != stamp.Forever {
		length = x.Until - x.At
	}
	is := rank(x.Kind, x.Scope, x.PerDay, length)
	for k, st := range o.r.Steps {
		if st.For == 0 {
			st.For = stamp.Forever
		}
		if slices.Compare(rank(st.Kind, st.Scope, st.PerDay, st.For), is) > 0 {
			return k
		}
	}
	return len(o.r.Steps)
}

// clean is up to when strikes are gone for a pledge that was kept.
func (o *oracle) clean(n int, at uint32) (upTo uint32) {
	for _, x := range o.all[:n] {
		if x.Span > 0 && x.Outcome != Overturned && at > x.Ended && !o.runs(x, at) && len(o.under(x, n)) == 0 {
			upTo = max(upTo, x.Ended)
		}
	}
	return upTo
}

// breached is how many steps a strike reached because it broke a pledge.
func (o *oracle) breached(k Strike) (steps int) {
	x := o.find(k.ID)
	for i, y := range o.all[:slices.Index(o.all, x)+1] {
		if y.valid() && y.strike == x.strike && (y.breach || o.bound(i, y.At) > 0) {
			steps = max(steps, o.upTo(y))
		}
	}
	return steps
}
