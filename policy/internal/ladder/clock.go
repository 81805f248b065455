package ladder

import "github.com/decorum-go/decorum/policy/internal/stamp"

// What a wrong clock did to a log, and how it is undone.

// Fix says of the entries of certain times that they are where they were decided: Move does
// not move them ahead.
func (s *State) Fix(m *stamp.Move) {
	for i := range s.N {
		if e := &s.Log[i]; e.Was == 0 && m.Moves(e.At) {
			e.Was = e.At
		}
	}
}

// Move moves entries of certain times, and notes when that was.
func (s *State) Move(m *stamp.Move) {
	for i := range s.N {
		e := &s.Log[i]
		if to := m.Of(e.At); to != e.At && (e.Was != e.At || m.By < 0) {
			if e.Was == 0 {
				e.Was = e.At
			}
			e.shift(to)
		}
	}
}

// MoveRest moves what else has a time.
func (s *State) MoveRest(m *stamp.Move) {
	for i := range s.N {
		if e := &s.Log[i]; e.Ended != 0 {
			e.Ended = m.Of(e.Ended)
		}
	}
	if s.Carried != 0 {
		s.CarriedAt = m.Of(s.CarriedAt)
	}
}

// shift moves a sanction with its end, so that it lasts as long as was decided.
func (e *Entry) shift(to uint32) {
	if e.Until > e.At && e.Until != stamp.Forever {
		e.Until = stamp.After(to, e.Until-e.At)
	}
	e.At = to
}

// Restore puts an entry that was moved back to where it was decided, if the clock that it
// was moved by is not that of now: it was moved back, and its time, but for some seconds of
// grace, has come again; or it was moved ahead, and lies ahead. Else, what was moved back
// is not before least.
func (e *Entry) Restore(now, grace, least uint32) {
	switch was := e.Was; {
	case was == 0:
	case e.At < was && was <= stamp.After(now, grace), was < e.At && now < e.At:
		e.shift(was)
		e.Was = 0
	case e.At < min(was, least):
		e.shift(least)
	}
}

// Settled says that what was moved stays where it is.
func (s *State) Settled() {
	for i := range s.N {
		s.Log[i].Was = 0
	}
}

// Settle notes which sanctions have ended at a time: a clock that goes back from there
// does not bring them back.
func (s *State) Settle(now uint32) {
	for i := range s.N {
		if e := &s.Log[i]; e.Kind != 0 && e.Until <= now {
			e.Flags |= Over
		}
	}
}

// Join appends what another log holds, which is newer.
func (s *State) Join(newer *State, r *Rules) {
	for i := range newer.N {
		s.add(newer.Log[i], 0, r)
	}
	s.Conduct.Join(&newer.Conduct)
	if newer.N > 0 {
		s.Open, s.Confirmed, s.Ignored = newer.Open, newer.Confirmed, newer.Ignored
	}
}

// Reopen opens the newest incident again if it closed by a time that has not come.
func (s *State) Reopen(now uint32, r *Rules) {
	if _, _, closes := s.incident(r); now < closes {
		s.Open = true
	}
}
