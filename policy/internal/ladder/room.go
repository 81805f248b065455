package ladder

import (
	"math"
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// What comes into the log and what leaves it.

// Advance brings the log to a time: an incident closes, what has faded goes. It
// reports whether the evidence up to when the incident Closes is answered by a
// sanction, and is the baseline from then on.
func (s *State) Advance(now uint32, r *Rules) (answered bool) { return s.AdvanceTo(now, now, r) }

// AdvanceTo is Advance, but for what has faded: that goes if it had at an earlier time.
func (s *State) AdvanceTo(now, gone uint32, r *Rules) (answered bool) {
	s.halfLife, s.forget = stamp.Seconds(r.HalfLife), float32(r.Forget)
	if s.Confirmed && !s.Open && s.Mass(now, r) == 0 && s.Warned(now, r) == 0 {
		s.Confirmed = false // it is about an incident, and there is none that counts
	}
	if s.Blank() && !s.Open {
		return false
	}
	if s.Open && now >= s.Closes(r) {
		opened, acted, _ := s.incident(r)
		answered = opened != 0 && acted != 0
		s.Open, s.Confirmed = false, false
	}
	if answered || s.Ignored != 0 && s.Warned(now, r) == 0 {
		s.Ignored = 0
	}
	s.prune(gone, r)
	return answered
}

// prune drops entries that mean nothing any more: the sanction can't be appealed
// against, and nothing follows from it. The oldest go first, so that none of them
// becomes the newest of its kind.
func (s *State) prune(now uint32, r *Rules) {
	clean := s.clean(s.N, now)
	if x := s.carried(); x.Mass > 0 && (x.At <= clean || s.left(&x, now, r) < r.Forget) {
		s.Carried, s.CarriedAt = 0, 0
	}
	for i := 0; i < s.N; {
		if e := &s.Log[i]; now >= e.Expires() && !s.matters(i, now, r) {
			if s.remove(i); clean > 0 {
				i = 0 // the entry of the pledge may have stayed for this one
			}
		} else {
			i++
		}
	}
}

// matters reports whether anything follows from an entry: it stands, is part of the
// open incident, counts in a strike, warns, or says how long the probation is, or
// would be if a newer one were overturned.
func (s *State) matters(i int, now uint32, r *Rules) bool {
	return s.rests(i, now, r) || s.keepsPledge(i, now, r)
}

// rests reports whether anything but a pledge rests on an entry.
func (s *State) rests(i int, now uint32, r *Rules) bool {
	e := &s.Log[i]
	switch {
	case e.Stands(now) || e.Flags&Counted != 0 && s.Open && i >= s.incidentAt(), s.delays(i, now, r):
		return true
	case !e.counts():
		return false
	case e.Flags&Warns != 0 && now < stamp.After(e.At, r.WarningFresh):
		return true
	case e.served() && now < s.probationEnds():
		return true
	}
	x := s.fold(s.group(i))
	return x.At > s.clean(s.N, now) && s.left(&x, now, r) >= r.Forget
}

// delays reports whether a strike that counts fades later for the entry.
func (s *State) delays(i int, now uint32, r *Rules) bool {
	from, to := s.Log[i].refused()
	if from >= to {
		return false
	}
	clean := s.clean(s.N, now)
	counts := func(x Strike) bool {
		return x.Mass > 0 && x.At < to && x.At > clean && s.left(&x, now, r) >= r.Forget
	}
	for k := 0; k < s.N; {
		_, next := s.group(k)
		if counts(s.fold(k, next)) {
			return true
		}
		k = next
	}
	return counts(s.carried())
}

// group is where the strike of an entry begins in the log, and where the next one
// does.
func (s *State) group(i int) (from, to int) {
	for from = i; from > 0 && s.Log[from].Flags&Strikes == 0; {
		from--
	}
	for to = i + 1; to < s.N && s.Log[to].Flags&Strikes == 0; {
		to++
	}
	return from, to
}

// remove takes an entry out of the log. What begins with it begins with the next,
// which weighs what it weighed.
func (s *State) remove(i int) {
	s.lengthen(&s.Log[i])
	e := s.Log[i]
	_, to := s.group(i)
	for k := i + 1; k < to && e.counts(); k++ {
		if next := &s.Log[k]; next.counts() {
			next.Mass, next.Plain = max(next.Mass, e.Mass), max(next.Plain, e.Plain)
			break
		}
	}
	for k := i + 1; k < s.N; k++ {
		next := &s.Log[k]
		if next.Flags&Counted == 0 {
			continue
		}
		if next.Flags&Strikes == 0 {
			next.Flags |= e.Flags & (Opens | Strikes)
		} else if next.Flags&Opens == 0 { // of the same incident
			next.Flags |= e.Flags & Opens
		}
		break
	}
	s.N = len(slices.Delete(s.Log[:s.N], i, i+1))
}

// add appends an entry. A log that is full makes room: the oldest that may go is
// carried as a mass. It returns nil if none may; reserve is how many must stay
// free.
func (s *State) add(e Entry, reserve int, r *Rules) *Entry {
	for s.N+reserve >= MaxEntries {
		i := 0
		for i < s.N && s.held(i, e.At) {
			i++
		}
		if i == s.N {
			return nil
		}
		s.carry(i, e.At, r)
	}
	s.Log[s.N] = e
	s.N++
	return &s.Log[s.N-1]
}

// held reports whether an entry can't make room: its sanction has not ended, an
// appeal is open, a pledge rests on it, its incident is open, or it raised a strike whose beginning is
// held.
func (s *State) held(i int, now uint32) bool {
	e := &s.Log[i]
	switch {
	case e.Stands(now), e.Flags&Appealed != 0, s.bindsRoom(i, now):
		return true
	case e.Flags&Counted == 0:
		return false
	case s.Open && i >= s.incidentAt():
		return true
	}
	from, _ := s.group(i)
	x := s.fold(from, i)
	return e.counts() && x.Mass > 0
}

// carry takes an entry out of the log, and carries on what the log weighs less
// without it: its mass, if no other one of its strike has it, and what older strikes
// did not fade while it stood.
func (s *State) carry(i int, now uint32, r *Rules) {
	_, end := s.Log[i].refused()
	at, before := max(s.Log[i].At, min(end, now), s.CarriedAt), s.Mass(now, r)
	s.remove(i)
	lost, x := before-s.Mass(now, r), s.carried()
	if one := (Strike{At: at, Mass: 1}); lost > 0 {
		mass := (s.left(&x, now, r) + lost) / s.left(&one, now, r)
		if m := float32(min(mass, math.MaxFloat32)); m > 0 { // not too small for one
			s.Carried, s.CarriedAt = m, at
		}
	}
}

// handRoom is how many entries stay free for automation.
const handRoom = 4

// Impose adds a sanction by a person: it counts no strike. It reports whether there
// was room.
func (s *State) Impose(e Entry, r *Rules) bool {
	e.Flags, e.Mass, e.Plain = Hand, 0, 0
	n := 0
	for i := range s.N {
		if s.Log[i].ByHand() && s.held(i, e.At) {
			n++
		}
	}
	return n < MaxEntries-handRoom && s.add(e, 0, r) != nil
}

// Forget drops all from which nothing follows, though an appeal were possible. It
// reports whether anything is left.
func (s *State) Forget(now uint32, r *Rules) bool {
	clean := s.clean(s.N, now)
	for i := 0; i < s.N; {
		if s.matters(i, now, r) {
			i++
		} else if s.remove(i); clean > 0 {
			i = 0
		}
	}
	return !s.Blank()
}

// Adopt puts an entry of another log of the account in its place, as a strike of its
// own. It reports whether there was room, and no such entry.
func (s *State) Adopt(e Entry) bool {
	if s.N == MaxEntries || s.Find(e.ID) != nil {
		return false
	}
	if e.Was = 0; e.Flags&Counted != 0 {
		e.Flags |= Opens | Strikes
	}
	i := s.N
	for i > 0 && s.Log[i-1].At > e.At {
		i--
	}
	copy(s.Log[i+1:s.N+1], s.Log[i:s.N])
	s.Log[i] = e
	s.N++
	return true
}
