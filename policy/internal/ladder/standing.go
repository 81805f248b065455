package ladder

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
)

// A Strike is the offences of one incident, counted together: it weighs what the
// gravest of them does, from the newest of them on.
type Strike struct {
	At   uint32
	Mass float64 // as counted
	ID   uint64  // of the newest of its sanctions
}

// strikes holds all that a log can have, and what it carries.
type strikes [MaxEntries + 1]Strike

// strikes appends the strikes that the first n entries make, oldest first, without
// those that have faded. What is carried has no ID.
func (s *State) strikes(dst []Strike, n int, now uint32, half time.Duration, forget float64) []Strike {
	if s.Carried > 0 {
		dst = append(dst, Strike{At: s.CarriedAt, Mass: float64(s.Carried)})
	}
	group, last := -1, -2
	for i := range n {
		e := &s.Log[i]
		if e.Flags&Strikes != 0 {
			group = i
		}
		if !e.counts() {
			continue
		}
		if group == last {
			x := &dst[len(dst)-1]
			*x = Strike{At: e.At, Mass: max(x.Mass, float64(e.Mass)), ID: e.ID}
			continue
		}
		dst = append(dst, Strike{At: e.At, Mass: float64(e.Mass), ID: e.ID})
		last = group
	}
	k := 0
	for i, x := range dst {
		if x.left(now, half) < forget && !(s.Open && i == len(dst)-1) {
			continue
		}
		dst[k] = x
		k++
	}
	return dst[:k]
}

// left is what a strike weighs at a time.
func (x *Strike) left(now uint32, half time.Duration) float64 {
	return float64(x.Mass * scoring.HalfLife(stamp.Since(x.At, now), half))
}

func sum(all []Strike, now uint32, half time.Duration) (mass float64) {
	for i := range all {
		mass += all[i].left(now, half)
	}
	return mass
}

// Strikes appends the strikes that count at a time, oldest first.
func (s *State) Strikes(dst []Strike, now uint32, r *Rules) []Strike {
	return s.strikes(dst, s.N, now, r.HalfLife, r.Forget)
}

// Mass is the sum of the strikes at a time.
func (s *State) Mass(now uint32, r *Rules) float64 {
	if s.Blank() {
		return 0
	}
	var all strikes
	return sum(s.Strikes(all[:0], now, r), now, r.HalfLife)
}

// Fades is when a strike means nothing any more, under the rules applied last.
func (s *State) Fades(x *Strike) uint32 {
	life := float64(s.halfLife) * math.Ceil(math.Log2(max(2, x.Mass/max(float64(s.forget), .001))))
	return stamp.After(x.At, uint32(min(life, 1e9)))
}

// incident returns when the newest incident began, and the end of what it brought
// above a Warning; 0: none, or nothing.
func (s *State) incident(r *Rules) (opened, acted uint32) {
	for i := s.incidentAt(); i < s.N; i++ {
		e := &s.Log[i]
		if !e.counts() {
			continue
		}
		if opened == 0 {
			opened = e.At
		}
		if e.Kind <= Warning {
			continue
		}
		switch {
		case e.Ended != 0 && e.Flags&Replaced == 0:
			acted = e.Ended
		case e.Kind == Restriction || e.Kind == Referral:
			// It lets messages through and does not keep its incident open: what
			// follows is judged afresh after a day.
			acted = stamp.After(e.At, r.Incident)
		default:
			acted = e.Until
		}
	}
	return opened, acted
}

// incidentAt is where the newest incident begins in the log.
func (s *State) incidentAt() int {
	for i := s.N - 1; i >= 0; i-- {
		if s.Log[i].Flags&Opens != 0 {
			return i
		}
	}
	return s.N
}

// Opened is when the open incident began; 0: none is open.
func (s *State) Opened(r *Rules) uint32 {
	if !s.Open {
		return 0
	}
	opened, _ := s.incident(r)
	return opened
}

// Warned is when the account was warned last; 0: never, or too long ago to be
// fresh.
func (s *State) Warned(now uint32, r *Rules) uint32 {
	for i := s.N - 1; i >= 0; i-- {
		e := &s.Log[i]
		if e.Flags&Warns == 0 || e.Outcome == Overturned {
			continue
		}
		if now < stamp.After(e.At, r.WarningFresh) {
			return e.At
		}
		return 0
	}
	return 0
}

// Probation is the share of its limits that an account has after a sanction: from
// share at its end up to all of them after as long again.
func (s *State) Probation(now uint32, share float64) float64 {
	released, length := s.released()
	if length == 0 || now >= stamp.After(released, length) || share >= 1 {
		return 1
	}
	if now < released {
		return 1 // it stands still; what it lets through has its own limit
	}
	return share + float64((1-share)*(float64(now-released)/float64(length)))
}

// released is when the newest sanction above Warning ended by itself, or will, and
// its length. A person who ended it trusts the account.
func (s *State) released() (at, length uint32) {
	for i := s.N - 1; i >= 0; i-- {
		e := &s.Log[i]
		if !e.counts() || e.Kind <= Warning || e.Kind == Referral || e.Until == stamp.Forever {
			continue
		}
		if e.Ended != 0 && e.Flags&Replaced == 0 {
			return 0, 0
		}
		return e.Until, e.Until - e.At
	}
	return 0, 0
}

// Flagged reports whether a near-duplicate cluster brought a sanction that was not
// overturned.
func (s *State) Flagged(cluster uint64) bool {
	for i := range s.N {
		if e := &s.Log[i]; cluster != 0 && e.Cluster == cluster && e.Outcome != Overturned {
			return true
		}
	}
	return false
}

// Expires is when the log means nothing any more.
func (s *State) Expires() (end uint32) {
	if s.Blank() {
		return 0
	}
	var all strikes
	for _, x := range s.strikes(all[:0], s.N, 0, 0, 0) {
		end = max(end, s.Fades(&x))
	}
	for i := range s.N {
		e := &s.Log[i]
		end = max(end, e.At)
		if e.Kind != 0 {
			end = max(end, e.Expires())
		}
	}
	if released, length := s.released(); length != 0 {
		end = max(end, stamp.After(released, length))
	}
	return end
}
