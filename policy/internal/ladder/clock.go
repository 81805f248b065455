package ladder

import "github.com/decorum-go/decorum/policy/internal/stamp"

// What a wrong clock did to a log, and how it is undone.

// Move moves what happened at certain times: a sanction with its end, so that it lasts
// as long as was decided.
func (s *State) Move(m *stamp.Move) {
	for i := range s.N {
		e := &s.Log[i]
		if e.Ended != 0 {
			e.Ended = m.Of(e.Ended)
		}
		if !m.Moves(e.At) {
			continue
		}
		was := e.At
		e.At = m.Of(was)
		if e.Until > was && e.Until != stamp.Forever {
			e.Until = stamp.After(e.At, e.Until-was)
		}
	}
	if s.Carried != 0 {
		s.CarriedAt = m.Of(s.CarriedAt)
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
