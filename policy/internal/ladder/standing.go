package ladder

import (
	"math"
	"slices"
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

// strikes appends the strikes that the first n entries make, oldest first, without those
// that have faded, or are gone for a pledge that was kept; the newest of an open incident
// stays, however long its sanction stands. What is carried has no ID.
func (s *State) strikes(dst []Strike, n int, open bool, now uint32, r *Rules) []Strike {
	base, clean := len(dst), s.clean(n, now)
	for i := 0; i < n; {
		_, to := s.group(i)
		if x := s.fold(i, min(to, n)); x.Mass > 0 {
			dst = append(dst, x)
		}
		i = to
	}
	k := base
	for i, x := range dst[base:] {
		if x.At > clean && s.left(&x, now, r) >= r.Forget || open && i == len(dst)-base-1 {
			dst[k] = x
			k++
		}
	}
	dst = dst[:k]
	if x := s.carried(); x.Mass > 0 && x.At > clean {
		// One that was held when others were carried is older than they: the level
		// follows from the order.
		for k = base; k < len(dst) && dst[k].At < x.At; {
			k++
		}
		dst = slices.Insert(dst, k, x)
	}
	return dst
}

// fold is the strike that the entries from one up to another make; without Mass
// if none of them counts.
func (s *State) fold(from, to int) (x Strike) {
	for i := from; i < to; i++ {
		if e := &s.Log[i]; e.counts() {
			x = Strike{At: e.At, Mass: max(x.Mass, float64(e.Mass)), ID: e.ID}
		}
	}
	return x
}

// last is the newest strike in the log.
func (s *State) last() (x Strike) {
	for i := s.N; i > 0 && x.Mass == 0; {
		from, to := s.group(i - 1)
		x, i = s.fold(from, to), from
	}
	return x
}

func (s *State) carried() Strike { return Strike{At: s.CarriedAt, Mass: float64(s.Carried)} }

// Left is what a strike weighs at a time.
func (s *State) Left(x *Strike, now uint32, r *Rules) float64 { return s.left(x, now, r) }

func (s *State) left(x *Strike, now uint32, r *Rules) float64 {
	return float64(x.Mass * scoring.HalfLife(s.aged(x, now, r), r.HalfLife))
}

// awake is how long between two times no sanction refused messages: strikes fade only
// then, for nobody does well by waiting.
func (s *State) awake(from, to uint32) time.Duration {
	d := stamp.Since(from, to)
	for i := range s.N {
		if at, end := s.Log[i].refused(); max(at, from) < min(end, to) {
			d -= stamp.Since(max(at, from), min(end, to))
			from = min(end, to)
		}
	}
	return d
}

// refused is from when to when a sanction refused messages.
func (e *Entry) refused() (from, to uint32) {
	switch {
	case e.Kind != Block && e.Kind != Suspension || e.Outcome == Overturned:
		return 0, 0
	case e.Ended != 0:
		return e.At, min(e.Ended, e.Until)
	}
	return e.At, e.Until
}

func (s *State) sum(all []Strike, now uint32, r *Rules) (mass float64) {
	for i := range all {
		mass += s.left(&all[i], now, r)
	}
	return mass
}

// Strikes appends the strikes that count at a time, oldest first.
func (s *State) Strikes(dst []Strike, now uint32, r *Rules) []Strike {
	return s.strikes(dst, s.N, s.Open, now, r)
}

// Mass is the sum of the strikes at a time.
func (s *State) Mass(now uint32, r *Rules) float64 {
	if s.Blank() {
		return 0
	}
	var all strikes
	return s.sum(s.Strikes(all[:0], now, r), now, r)
}

// Fades is when a strike means nothing any more, under the rules applied last, whatever
// good conduct gains.
func (s *State) Fades(x *Strike) uint32 { return s.pardoned(x, s.fades(x)) }

func (s *State) fades(x *Strike) uint32 {
	life := float64(s.halfLife) * math.Ceil(math.Log2(max(2, x.Mass/max(float64(s.forget), .001))))
	end := stamp.After(x.At, uint32(min(life, stamp.Last)))
	for i := range s.N {
		if from, to := s.Log[i].refused(); max(from, x.At) < min(to, end) {
			end = stamp.After(end, to-max(from, x.At))
		}
	}
	return end
}

// incident returns when the newest incident began, the end of what it brought above a
// Warning, and when it closes. 0: none, or nothing. A person who lifts its sanctions
// closes it: what comes after that is judged as after any sanction.
func (s *State) incident(r *Rules) (opened, acted, closes uint32) {
	return s.incidentOf(s.incidentAt(), s.N, r)
}

// incidentOf is the same of the incident in a part of the log.
func (s *State) incidentOf(from, to int, r *Rules) (opened, acted, closes uint32) {
	lifted := true
	for i := from; i < to; i++ {
		e := &s.Log[i]
		if !e.counts() {
			continue
		}
		if opened == 0 {
			opened = e.At
		}
		if !e.Kind.Above(Warning) {
			continue
		}
		end := e.Until
		switch {
		case e.lifted():
			end = e.Ended
		case e.Kind == Restriction || e.Kind == Referral:
			// It lets messages through and does not keep its incident open: what
			// follows is judged afresh after a day.
			end = stamp.After(e.At, r.Incident)
		}
		acted, lifted = max(acted, end), lifted && e.lifted()
	}
	switch {
	case opened == 0:
		return 0, 0, 0
	case acted != 0 && lifted:
		return opened, acted, acted
	}
	return opened, acted, max(stamp.After(opened, r.Incident), acted)
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
	opened, _, _ := s.incident(r)
	return opened
}

// Closes is when the open incident does: the evidence after that is new, though
// Advance may come later. It is 0 if none is open.
func (s *State) Closes(r *Rules) uint32 {
	if !s.Open {
		return 0
	}
	_, _, closes := s.incident(r)
	return closes
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
// share at its end up to all of them when the probation is over.
func (s *State) Probation(now uint32, share float64, r *Rules) float64 {
	e := s.released()
	if e == nil || now < e.Until || share >= 1 {
		return 1 // where it stands still, what it lets through has its own limit
	}
	length := e.probation()
	passed := stamp.After(now-e.Until, stamp.Seconds(s.gained(e.At, e.Until, now, r)))
	if passed >= length {
		return 1
	}
	return share + float64((1-share)*(float64(passed)/float64(length)))
}

// served reports whether a sanction is followed by probation, unless a person ended
// it: it is above Warning, and has an end.
func (e *Entry) served() bool {
	return e.counts() && e.Kind.Above(Warning) && e.Kind != Referral && e.Until != stamp.Forever && e.Until > e.At
}

// lifted reports whether a person ended the sanction, or a ruling.
func (e *Entry) lifted() bool { return e.Ended != 0 && e.Flags&Replaced == 0 }

// released is the newest sanction that probation follows, if that ended by itself, or
// will; nil: none. A person who ended it trusts the account.
func (s *State) released() *Entry {
	for i := s.N - 1; i >= 0; i-- {
		if e := &s.Log[i]; e.lifted() && e.served() {
			return nil
		} else if e.served() {
			return e
		}
	}
	return nil
}

// probation is how long it is: seven times as long as the sanction, but over four weeks
// only where the sanction itself was longer.
func (e *Entry) probation() uint32 {
	length := e.Until - e.At
	return max(length, min(7*length, 28*24*3600))
}

// probationEnds is when no sanction in the log could bring probation any more.
func (s *State) probationEnds() (end uint32) {
	for i := range s.N {
		if e := &s.Log[i]; e.served() && !e.lifted() {
			end = max(end, stamp.After(e.Until, e.probation()))
		}
	}
	return end
}

// Flagged reports whether a near-duplicate cluster brought more than a Warning that was not
// overturned.
func (s *State) Flagged(cluster uint64) bool {
	return cluster != 0 && s.Any(func(e *Entry) bool {
		return e.Cluster == cluster && e.Kind.Above(Warning) && e.Outcome != Overturned
	})
}

// Expires is when the log means nothing any more.
func (s *State) Expires() (end uint32) {
	if s.Blank() {
		return 0
	}
	var all strikes
	for _, x := range s.strikes(all[:0], s.N, s.Open, 0, &Rules{}) {
		end = max(end, s.Fades(&x))
	}
	for i := range s.N {
		e := &s.Log[i]
		end = max(end, e.Expires(), s.PledgeEnds(e))
	}
	return max(end, s.probationEnds())
}

// Refuses reports whether a sanction stands that refuses messages.
func (s *State) Refuses(now uint32) bool {
	return s.Any(func(e *Entry) bool { return (e.Kind == Block || e.Kind == Suspension) && e.Stands(now) })
}

// Punished reports whether the account ever had more than a Warning, as far as that
// is remembered.
func (s *State) Punished() bool {
	return s.Any(func(e *Entry) bool { return e.Kind.Above(Warning) && e.Outcome != Overturned })
}
