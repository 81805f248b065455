package similarity

import "time"

// numAges is how many ages a Boilerplate holds: the one that is, the one before it,
// and one that is no more or, where a clock was wrong, was to come.
const numAges = 3

// ages are numbered periods. What was learned in the newest and in the one before
// counts.
//
// A clock that jumps makes an age of its own, in the place of the one that does not
// count; when the clock is right again, the ages of before are all there. An age is
// forgotten only when its place is needed.
type ages struct {
	period [numAges]uint32 // numbers; 0: none
	now    int             // place of the newest age
	live   uint8           // places of those that count, a bit each
}

// agePeriod is how long an age is, in nanoseconds.
const agePeriod = 15 * dayNanos

// periodOf numbers the periods; never 0.
func periodOf(t time.Time) uint32 {
	const first = 1 << 16 // nanos goes no farther back
	n := nanos(t)
	p := n / agePeriod
	if n < 0 {
		p--
	}
	return uint32(first + p)
}

// is reports whether the newest age is that of a time, about: what is delayed comes
// late, so that its first half goes back half an age.
func (a *ages) is(t time.Time) bool {
	newest := a.period[a.now]
	return periodOf(t) == newest || periodOf(t.Add(agePeriod/2)) == newest
}

// turn makes the age of a time the newest, and reports whether another was. over says
// that what its place holds must be forgotten.
func (a *ages) turn(t time.Time) (turned, over bool) {
	p := periodOf(t)
	switch {
	case a.is(t):
		return false, false
	case a.period[a.now] == 0: // there is none yet, or what there is has no time
		a.period[a.now], a.live = p, 1<<a.now
		return false, false
	}
	place := -1
	for i, q := range a.period {
		if q == p {
			place = i
		}
	}
	if place < 0 {
		over = true
		for i := range a.period {
			if i != a.now && (place < 0 || a.worth(i, p) < a.worth(place, p)) {
				place = i
			}
		}
		a.period[place] = p
	}
	a.now, a.live = place, a.at(p)
	return true, over
}

// worth says how much an age is worth when a period begins.
func (a *ages) worth(i int, p uint32) int {
	switch a.period[i] + 1 {
	case p:
		return 2
	case a.period[a.now]:
		return 1
	}
	return 0
}

// at is which ages count in a period: its own and the one before.
func (a *ages) at(p uint32) (live uint8) {
	for i, q := range a.period {
		if q != 0 && (q == p || q+1 == p) {
			live |= 1 << i
		}
	}
	return live
}
