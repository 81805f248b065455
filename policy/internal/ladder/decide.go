package ladder

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// A Finding says how bad a message or an account looks.
type Finding struct {
	Warn  bool
	Act   bool
	Rated *Step // what a complaint rate asks for; nil: nothing
}

// A Grant says whether the sanction budget allows a sanction above Warning.
type Grant uint8

// Grants.
const (
	Unasked Grant = iota
	Granted
	Denied
)

// A Response is what follows from a finding.
type Response uint8

// Responses.
const (
	Pass   Response = iota // nothing
	Flag                   // a moderator should see it
	Budget                 // the budget was not asked, or denies; nothing has changed
	Refuse                 // a sanction above Warning was imposed
)

// A Result is what Decide did.
type Result struct {
	Response Response
	Step     *Step  // imposed; nil: nothing
	Entry    *Entry // of it, in the log until that changes
	Person   bool   // a higher step waits for a person
}

// Advance brings the log to a time: an incident closes, what has faded goes. It
// reports whether the evidence so far is answered by a sanction, and is the
// baseline from now on.
func (s *State) Advance(now uint32, r *Rules) (answered bool) {
	s.halfLife, s.forget = stamp.Seconds(r.HalfLife), float32(r.Forget)
	if s.Blank() {
		return false
	}
	if s.Open {
		opened, acted := s.incident(r)
		end := max(stamp.After(opened, r.Incident), acted)
		if opened == 0 || now >= end {
			answered = opened != 0 && acted != 0
			s.Open, s.Confirmed = false, false
		}
	}
	if answered {
		s.Ignored = 0
	}
	s.prune(now, r)
	return answered
}

// prune drops entries that mean nothing any more: the sanction can't be appealed
// against, and its mass has faded.
func (s *State) prune(now uint32, r *Rules) {
	if s.Carried > 0 {
		if x := (Strike{At: s.CarriedAt, Mass: float64(s.Carried)}); x.left(now, r.HalfLife) < r.Forget {
			s.Carried, s.CarriedAt = 0, 0
		}
	}
	open := s.N
	if s.Open {
		open = s.incidentAt()
	}
	for i := open - 1; i >= 0; i-- {
		e := &s.Log[i]
		x := Strike{At: e.At, Mass: float64(e.Mass)}
		if now >= e.Expires() && e.Flags&Appealed == 0 && (!e.counts() || x.left(now, r.HalfLife) < r.Forget) {
			s.remove(i)
		}
	}
}

// remove takes an entry out of the log. What begins with it begins with the next.
func (s *State) remove(i int) {
	e := s.Log[i]
	copy(s.Log[i:s.N-1], s.Log[i+1:s.N])
	s.N--
	s.Log[s.N] = Entry{}
	if i == s.N || e.Flags&Strikes == 0 {
		return
	}
	for k := i; k < s.N; k++ {
		if next := &s.Log[k]; next.Flags&Counted != 0 {
			if next.Flags&Strikes == 0 {
				next.Flags |= e.Flags & (Opens | Strikes)
				next.Mass = max(next.Mass, e.Mass)
			} else if next.Flags&Opens == 0 {
				next.Flags |= e.Flags & Opens
			}
			return
		}
	}
}

// add appends an entry. A log that is full makes room: the oldest that neither
// stands nor has an open appeal is carried as a mass. It returns nil if all of
// them do; reserve is how many must stay free.
func (s *State) add(e Entry, reserve int, r *Rules) *Entry {
	for i := 0; s.N+reserve >= MaxEntries; i++ {
		if i == s.N {
			return nil
		}
		if old := &s.Log[i]; old.Stands(e.At) || old.Flags&Appealed != 0 || s.Open && i >= s.incidentAt() {
			continue
		}
		s.carry(i, r)
		i--
	}
	s.Log[s.N] = e
	s.N++
	return &s.Log[s.N-1]
}

// carry folds the entry into the mass that is carried, unless a later one of the
// same strike weighs as much.
func (s *State) carry(i int, r *Rules) {
	e := s.Log[i]
	alone := i+1 >= s.N || s.Log[i+1].Flags&(Counted|Strikes) != Counted
	if e.counts() && alone {
		at := max(e.At, s.CarriedAt)
		old := Strike{At: s.CarriedAt, Mass: float64(s.Carried)}
		one := Strike{At: e.At, Mass: float64(e.Mass)}
		s.Carried, s.CarriedAt = float32(old.left(at, r.HalfLife)+one.left(at, r.HalfLife)), at
	}
	s.remove(i)
}

// handRoom is how many entries stay free for automation.
const handRoom = 4

// Impose adds a sanction by a person: it counts no strike. It reports whether there
// was room.
func (s *State) Impose(e Entry, r *Rules) bool {
	e.Flags, e.Mass, e.Plain = Hand, 0, 0
	return s.add(e, handRoom, r) != nil
}

// Decide takes an offence into account and says what follows from it.
func (s *State) Decide(f Finding, now uint32, r *Rules, grant Grant, id uint64) Result {
	if f.Rated != nil && f.Rated.Kind == Warning {
		f.Warn = true
	} else if f.Rated != nil {
		f.Act = true
	}
	var opened, acted uint32
	if s.Open {
		opened, acted = s.incident(r)
	}
	warned := s.Warned(now, r)
	switch {
	case f.Act && acted != 0:
		// The sanction of this incident stands, and covers what it covers.
		return Result{Response: Flag}
	case f.Act:
		mass := r.Offence
		if warned != 0 && (opened == 0 || warned < opened) {
			mass = r.Defiant
		}
		return s.punish(mass, now, r, grant, id, f.Rated)
	case f.Warn && (opened != 0 || warned != 0):
		return Result{Response: Flag}
	case f.Warn:
		return s.warn(now, r, id)
	}
	return Result{}
}

// warn counts a Warning, and imposes it if the ladder has one.
func (s *State) warn(now uint32, r *Rules, id uint64) Result {
	e := Entry{ID: id, At: now, Mass: float32(r.Warned), Plain: float32(r.Warned), Flags: Counted | Opens | Strikes | Warns}
	k := slices.IndexFunc(r.Steps, func(st Step) bool { return st.Kind == Warning })
	if k >= 0 {
		e.Kind, e.Scope, e.Until = Warning, r.Steps[k].Scope, stamp.After(now, r.WarningFresh)
	}
	out := Result{Response: Flag}
	if out.Entry = s.add(e, 0, r); out.Entry == nil {
		return out
	}
	s.Open, s.Ignored = true, 0
	if k >= 0 {
		out.Step = &r.Steps[k]
	}
	return out
}

// punish counts an offence of that mass and imposes what the ladder says.
func (s *State) punish(mass float64, now uint32, r *Rules, grant Grant, id uint64, rated *Step) Result {
	plain := min(mass, r.Offence)
	var buf strikes
	all := s.Strikes(buf[:0], now, r)
	total := sum(all, now, r.HalfLife) + mass
	if n := len(all); s.Open && n > 0 {
		// It raises the strike of its incident.
		last := all[n-1]
		mass, plain = max(mass, last.Mass), max(plain, last.Mass)
		total = sum(all, now, r.HalfLife) + mass - last.left(now, r.HalfLife)
	}
	i, person := r.stepFor(total, s.level(now, r))
	if i < 0 && rated == nil {
		return Result{Response: Flag}
	}
	flags, st := Counted, rated
	if st == nil || i >= 0 && r.Steps[i].Kind > st.Kind {
		st = &r.Steps[i]
		flags |= Graded
	}
	if st.Kind > Warning && grant != Granted {
		return Result{Response: Budget}
	}
	e := Entry{
		ID: id, At: now, Until: st.until(now, r), Mass: float32(mass), Plain: float32(plain),
		PerDay: st.PerDay, Kind: st.Kind, Scope: st.Scope, Flags: flags,
	}
	if !s.Open {
		e.Flags |= Opens | Strikes
	}
	if st.Kind == Warning {
		e.Flags |= Warns
	}
	entry := s.add(e, 0, r)
	if entry == nil {
		return Result{Response: Flag} // as many stand as a log can hold
	}
	s.Open = true
	out := Result{Response: Refuse, Step: st, Entry: entry, Person: person}
	if st.Kind == Warning {
		s.Ignored, out.Response = 0, Flag
	}
	return out
}

// Severe counts what a person confirmed as severe: the sanction follows at once,
// whatever the mass, with a Referral beside it.
func (s *State) Severe(st *Step, now uint32, r *Rules, id, referral uint64) (sanction, referred *Entry) {
	e := Entry{
		ID: id, At: now, Until: st.until(now, r), Mass: float32(r.Defiant), Plain: float32(r.Defiant),
		PerDay: st.PerDay, Kind: st.Kind, Scope: st.Scope, Flags: Counted | Strikes,
	}
	if !s.Open {
		e.Flags |= Opens
	}
	if s.add(e, 1, r) == nil {
		return nil, nil
	}
	s.Open = true
	s.add(Entry{ID: referral, At: now, Until: stamp.Forever, Kind: Referral}, 0, r)
	return &s.Log[s.N-2], &s.Log[s.N-1]
}

// until is the end of a step that is taken now.
func (st *Step) until(now uint32, r *Rules) uint32 {
	switch {
	case st.Kind == Warning:
		return stamp.After(now, r.WarningFresh)
	case st.For == 0:
		return stamp.Forever
	}
	return stamp.After(now, st.For)
}

// stepFor is the highest step that a mass reaches and automation may take, -1 for
// none; a level that was reached before holds until the mass is well under it.
// person says that a higher step waits for a person.
func (r *Rules) stepFor(mass float64, level int) (i int, person bool) {
	i = -1
	for k := range r.Steps {
		st := &r.Steps[k]
		if mass < st.Strikes && (k >= level || mass < st.Strikes-r.Hysteresis) {
			break
		}
		if st.Person {
			person = true
			continue
		}
		i = k
	}
	return i, person
}

// level is the highest step that the strikes have reached, from 1; 0 is none.
func (s *State) level(now uint32, r *Rules) int {
	var buf strikes
	return r.level(s.Strikes(buf[:0], now, r))
}

func (r *Rules) level(all []Strike) (level int) {
	for i := range all {
		mass := sum(all[:i+1], all[i].At, r.HalfLife)
		for level < len(r.Steps) && mass >= r.Steps[level].Strikes {
			level++
		}
	}
	return level
}
