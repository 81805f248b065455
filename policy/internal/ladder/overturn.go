package ladder

// Lift ends a sanction now, by a person.
func (s *State) Lift(e *Entry, now uint32) { e.Ended = max(now, 1) }

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
	for i := range s.N {
		if by := &s.Log[i]; by.At == e.Ended && by.replaces(e) && by.Outcome != Overturned {
			return by
		}
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
	for &s.Log[at] != e {
		at++
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
	if stood || e.Flags&Replaced != 0 {
		s.putBack(e, now)
	}
	if newest {
		s.Confirmed = false
		if opened, _ := s.incident(r); opened == 0 {
			s.Open = false
		}
	}
	if e.Flags&Warns != 0 {
		s.unwarned(e, r)
	}
	s.regrade(at, now, had, r)
	return newest
}

func (s *State) newestCounted() int {
	for i := s.N - 1; i >= 0; i-- {
		if s.Log[i].counts() {
			return i
		}
	}
	return -1
}

// putBack undoes what a sanction replaced. If yet another one has replaced that,
// it is as if that one had replaced both.
func (s *State) putBack(by *Entry, now uint32) {
	next := s.Replacer(by)
	for i := range s.N {
		e := &s.Log[i]
		switch {
		case e.Flags&Replaced == 0 || e.Ended != max(by.At, 1) || !by.replaces(e) || e.Outcome > Upheld:
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
func (s *State) unwarned(fallen *Entry, r *Rules) {
	again := true
	for i := range s.N {
		e := &s.Log[i]
		if e.counts() && e.Flags&Warns != 0 && e.At > fallen.At {
			again = false
		}
		if e.Mass <= e.Plain || s.warnedBefore(i) {
			continue
		}
		e.Mass = e.Plain
	}
	if again {
		s.Ignored = 0
	}
}

// warnedBefore reports whether a Warning of an earlier incident was fresh when an
// entry was decided.
func (s *State) warnedBefore(at int) bool {
	first := at
	for first > 0 && s.Log[first].Flags&Opens == 0 {
		first--
	}
	for i := range first {
		if w := &s.Log[i]; w.counts() && w.Flags&Warns != 0 && s.Log[at].At < w.Until {
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
		past := s.strikes(buf[:0], i, e.At, r.HalfLife, r.Forget)
		level := r.level(past)
		all := s.strikes(buf[:0], i+1, e.At, r.HalfLife, r.Forget)
		g[i], _ = r.stepFor(sum(all, e.At, r.HalfLife), level)
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
			continue
		}
		st := &r.Steps[has[i]]
		if end := st.until(e.At, r); st.Kind < e.Kind || st.Kind == e.Kind && end < e.Until {
			e.Kind, e.Scope, e.PerDay, e.Until = st.Kind, st.Scope, st.PerDay, min(end, e.Until)
			e.Flags |= Regraded
		}
	}
}

// Forget drops all but what stands and what counts. It reports whether anything is
// left.
func (s *State) Forget(now uint32, r *Rules) bool {
	for i := s.N - 1; i >= 0; i-- {
		e := &s.Log[i]
		x := Strike{At: e.At, Mass: float64(e.Mass)}
		if !e.Stands(now) && (!e.counts() || x.left(now, r.HalfLife) < r.Forget) {
			s.remove(i)
		}
	}
	return !s.Blank()
}
