package ladder

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// Lift ends a sanction now, by a person.
func (s *State) Lift(e *Entry, now uint32) { e.Ended = max(now, 1) }

// Clear closes the open incident without an offence, if it came to nothing above a
// Warning: a person found that there was none.
func (s *State) Clear(now uint32, r *Rules) {
	from := s.incidentAt()
	if !s.Open || slices.ContainsFunc(s.Log[from:s.N], func(e Entry) bool { return e.counts() && e.Kind.Above(Warning) }) {
		return
	}
	for i := s.N - 1; i >= from; i-- {
		if e := &s.Log[i]; e.counts() {
			s.Overturn(e, now, r)
		}
	}
	s.Open, s.Confirmed, s.Ignored = false, false, 0
}

// Replace ends the automatic Restrictions that say no more than the newest entry
// does: two alike would say nothing that one does not, and a person who lifts one
// would free nobody.
func (s *State) Replace(by *Entry) {
	for i := range s.N {
		if e := &s.Log[i]; e != by && e.Stands(by.At) && by.replaces(e) {
			e.Ended = max(by.At, 1)
			e.Flags |= Replaced
		}
	}
}

// replaces reports whether e is an automatic Restriction that says no more than by.
func (by *Entry) replaces(e *Entry) bool {
	return by.Kind == Restriction && e.Kind == Restriction && by.Flags&Hand == 0 && e.Flags&Hand == 0 &&
		e.Scope == by.Scope && e.PerDay >= by.PerDay && e.Until <= by.Until
}

// Replacer returns the sanction that replaced one, nil if none did.
func (s *State) Replacer(e *Entry) *Entry {
	if e.Flags&Replaced == 0 {
		return nil
	}
	behind := false // others may be of the same second
	for i := range s.N {
		by := &s.Log[i]
		if behind && max(by.At, 1) == e.Ended && by.replaces(e) && by.Outcome != Overturned {
			return by
		}
		behind = behind || by == e
	}
	return nil
}

// Overturn takes a sanction out of the log and computes again what follows from the
// rest: strikes, level, warning, probation, the Restriction that it replaced. Later
// sanctions that stand become milder where they rested on it, never graver; they
// are Regraded. It reports whether the evidence so far is the baseline from now on:
// what the sanction answered stays answered, and the next message is not punished
// for the same thing.
func (s *State) Overturn(e *Entry, now uint32, r *Rules) (answered bool) {
	at := 0
	for at < s.N && &s.Log[at] != e {
		at++
	}
	if at == s.N {
		return false
	}
	stood, had := e.Stands(now), s.grades(at, r)
	if stood {
		s.Lift(e, now)
	}
	newest := s.Open && e.Flags&Counted != 0 && at >= s.incidentAt() && s.newestCounted() == at
	e.Outcome = Overturned
	e.Flags &^= Appealed
	if e.Flags&Hand != 0 {
		return false // it had no strike
	}
	if stood || s.Replacer(e) != nil {
		s.restore(e)
	}
	if newest {
		s.Confirmed, s.Ignored = false, 0
		if opened, _, _ := s.incident(r); opened == 0 {
			s.Open = false
		}
	}
	s.split(at, r)
	if e.Flags&Warns != 0 {
		s.unwarned(at, r)
	}
	s.regrade(at, now, had, r)
	return newest
}

// split makes what came in an incident that a fallen entry kept open an incident of its
// own, where it came after the incident would have closed.
func (s *State) split(fallen int, r *Rules) {
	from := fallen
	for from > 0 && s.Log[from].Flags&Opens == 0 {
		from--
	}
	for i := fallen + 1; i < s.N && s.Log[i].Flags&Opens == 0; i++ {
		e := &s.Log[i]
		if _, _, closes := s.incidentOf(from, i, r); e.counts() && closes != 0 && e.At > closes {
			e.Flags |= Opens | Strikes
			from = i
		}
	}
}

func (s *State) newestCounted() int {
	for i := s.N - 1; i >= 0; i-- {
		if s.Log[i].counts() {
			return i
		}
	}
	return -1
}

// restore undoes what a sanction replaced. If yet another one has replaced that,
// it is as if that one had replaced both.
func (s *State) restore(by *Entry) {
	next := s.Replacer(by)
	for i := range s.N {
		e := &s.Log[i]
		switch {
		case e.Flags&Replaced == 0 || e.Ended != max(by.At, 1) || !by.replaces(e) || e.Outcome > Upheld:
		case s.Replacer(e) != nil && s.Replacer(e) != next: // another one of the same second
		case next != nil && next.replaces(e):
			e.Ended = next.At
		default:
			e.Ended = 0
			e.Flags &^= Replaced
		}
	}
}

// unwarned makes offences that weigh more because they came soon after a Warning
// weigh what any other does, where no other Warning stands behind them.
func (s *State) unwarned(fallen int, r *Rules) {
	again := true
	for i := fallen + 1; i < s.N; i++ {
		e := &s.Log[i]
		if e.counts() && e.Flags&Warns != 0 {
			again = false
		}
		if e.Mass > e.Plain && s.warnedOf(fallen, i, r) && !s.warnedBefore(i, r) {
			e.Mass = e.Plain
		}
	}
	if again {
		s.Ignored = 0
	}
}

// warnedOf reports whether an entry is a Warning that was fresh when a later one of
// another incident was decided.
func (s *State) warnedOf(warning, later int, r *Rules) bool {
	first := later
	for first > 0 && s.Log[first].Flags&Opens == 0 {
		first--
	}
	w := &s.Log[warning]
	return w.Flags&Warns != 0 && warning < first && s.Log[later].At < stamp.After(w.At, r.WarningFresh)
}

// warnedBefore reports whether any Warning that was not overturned was.
func (s *State) warnedBefore(later int, r *Rules) bool {
	for i := range later {
		if s.Log[i].counts() && s.warnedOf(i, later, r) {
			return true
		}
	}
	return false
}

// grades returns the step that each entry after one would be given by its mass and
// those before it; -1 for none.
func (s *State) grades(after int, r *Rules) (g [MaxEntries]int) {
	var buf strikes
	for i := after + 1; i < s.N; i++ {
		e := &s.Log[i]
		g[i] = -1
		if !e.counts() || e.Flags&Graded == 0 {
			continue
		}
		from, _ := s.group(i)
		begun := s.fold(from, i)
		raises := begun.Mass > 0 // its incident was open
		level, held := s.levelOf(s.strikes(buf[:0], i, raises, e.At, r), e.At, r)
		all := s.strikes(buf[:0], i+1, raises, e.At, r)
		g[i], _ = r.stepFor(s.sum(all, e.At, r), level, max(held, s.bound(i, e.At, r)))
	}
	return g
}

// regrade makes standing sanctions milder whose step is lower than it was.
func (s *State) regrade(after int, now uint32, had [MaxEntries]int, r *Rules) {
	has := s.grades(after, r)
	for i := after + 1; i < s.N; i++ {
		e := &s.Log[i]
		if has[i] >= had[i] || !e.Stands(now) {
			continue
		}
		if has[i] < 0 {
			s.Lift(e, now)
			e.Flags |= Regraded
		} else if was := *e; e.ease(&r.Steps[has[i]], r) != was {
			e.Flags |= Regraded
		}
	}
}

// ease makes a sanction as mild as a step is that began when it did, and refuses at
// no time what it let through. It returns what it is now.
func (e *Entry) ease(st *Step, r *Rules) Entry {
	if st.Kind.Above(e.Kind) {
		return *e
	}
	e.Until = min(e.Until, st.until(e.At, r))
	switch {
	case st.Kind == e.Kind:
		e.Scope, e.PerDay = min(e.Scope, st.Scope), max(e.PerDay, st.PerDay)
	case st.Kind == Block && e.Kind == Restriction:
		// A Block is shorter, but refuses the messages that a Restriction lets
		// through: it is made as short, and stays what it is.
	default:
		e.Kind, e.Scope, e.PerDay = st.Kind, min(e.Scope, st.Scope), st.PerDay
	}
	return *e
}
