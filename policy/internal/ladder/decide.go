package ladder

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// A Finding says how bad a message or an account looks.
type Finding struct {
	Warn  bool
	Act   bool
	Firm  bool  // what would bring a Warning may bring more, if the sender gave a pledge
	Rated *Step // what a complaint rate asks for; nil: nothing

	Aggravated bool    // the offence weighs as one after a Warning does
	Amount     float64 // factor on what it weighs; under 1: 1
}

// Any reports whether there is anything to do about it.
func (f *Finding) Any() bool { return f.Warn || f.Act || f.Rated != nil }

// A Grant says whether automation may impose a sanction above Warning.
type Grant uint8

// Grants.
const (
	Unasked Grant = iota
	Granted
	Denied // the sanction budget is spent
	Braked // a person stopped it
)

// A Response is what follows from a finding.
type Response uint8

// Responses.
const (
	Pass   Response = iota // nothing
	Flag                   // a moderator should see it
	Budget                 // the budget was not asked, or denies; nothing has changed
	Refuse                 // a sanction above Warning was imposed, or would be if the log had room
)

// A Result is what Decide did.
type Result struct {
	Response Response
	Step     *Step  // imposed; nil: nothing
	Entry    *Entry // of it, in the log until that changes
	Person   bool   // a higher step waits for a person
}

// Decide takes an offence into account and says what follows from it.
func (s *State) Decide(f Finding, now uint32, r *Rules, grant Grant, id uint64) Result {
	f.asks()
	if f.Warn && f.Firm && s.bound(s.N, now, r) > 0 {
		f.Act = true // the pledge was the warning
	}
	var opened, acted uint32
	if s.Open {
		opened, acted, _ = s.incident(r)
	}
	warned := s.Warned(now, r)
	switch {
	case f.Act && acted != 0 && !s.wider(f.Rated, now):
		// The sanction of this incident stands, and covers what it covers.
		return Result{Response: Flag}
	case f.Act:
		mass, plain := f.weigh(r, warned != 0 && (opened == 0 || warned < opened))
		return s.punish(mass, plain, now, r, grant, id, f.Rated)
	case f.Warn && (opened != 0 || warned != 0):
		return Result{Response: Flag}
	case f.Warn:
		return s.warn(now, r, id)
	}
	return Result{}
}

// asks adds what a complaint rate asks for.
func (f *Finding) asks() {
	if f.Rated != nil {
		f.Warn = f.Warn || f.Rated.Kind == Warning
		f.Act = f.Act || f.Rated.Kind != Warning
	}
}

// weigh is the mass of an offence, and what it would be had there been no Warning of
// an earlier incident.
func (f *Finding) weigh(r *Rules, afterWarning bool) (mass, plain float64) {
	plain = r.Offence
	if f.Aggravated {
		plain = r.AfterWarning
	}
	mass = plain
	if afterWarning {
		mass = r.AfterWarning
	}
	amount := max(1, f.Amount)
	return mass * amount, plain * amount
}

// wider reports whether a step covers more than every sanction that stands: the harm
// goes on in what they let through.
func (s *State) wider(st *Step, now uint32) bool {
	return st != nil && st.Kind.Above(Warning) && !s.Any(func(e *Entry) bool {
		return e.Kind.Above(Warning) && e.Stands(now) && e.Scope >= st.Scope
	})
}

// warn counts a Warning, and imposes it if the ladder has one.
func (s *State) warn(now uint32, r *Rules, id uint64) Result {
	e := Entry{
		ID: id, At: now, Until: stamp.After(now, r.WarningFresh), Mass: float32(r.Warned), Plain: float32(r.Warned),
		Flags: Counted | Opens | Strikes | Warns,
	}
	k := slices.IndexFunc(r.Steps, func(st Step) bool { return st.Kind == Warning })
	if k >= 0 {
		e.Kind, e.Scope = Warning, r.Steps[k].Scope
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

// punish counts an offence of that mass, and without what a Warning added to it, and
// imposes what the ladder says.
func (s *State) punish(mass, plain float64, now uint32, r *Rules, grant Grant, id uint64, rated *Step) Result {
	var last Strike // that of the open incident, which the offence raises
	if s.Open {
		last = s.last()
	}
	st, flags, person := s.follows(mass, &last, now, r, rated)
	if st == nil {
		return Result{Response: Flag}
	}
	above := st.Kind.Above(Warning)
	switch {
	case above && grant != Granted:
		return Result{Response: Budget}
	case !above && float32(mass) <= float32(last.Mass) && s.Warned(now, r) >= max(s.Opened(r), 1):
		// The incident has its Warning and weighs as much. An entry for each message
		// of it would fill the log, and no sanction could follow.
		return Result{Response: Flag}
	case !above:
		flags |= Warns
	}
	if !s.Open {
		flags |= Opens | Strikes
	}
	// Its own mass, without that of what it raises: an overturned Warning must not
	// live on in the sanction that followed it.
	e := s.add(Entry{
		ID: id, At: now, Until: st.until(now, r), Mass: float32(mass), Plain: float32(plain),
		PerDay: st.PerDay, Kind: st.Kind, Scope: st.Scope, Flags: flags,
	}, 0, r)
	out := Result{Response: Flag}
	if above {
		out.Response = Refuse // also where so many sanctions stand that no other has room
	}
	if e == nil {
		return out
	}
	s.Open = true
	if !above {
		s.Ignored = 0
	}
	out.Step, out.Entry, out.Person = st, e, person && above
	return out
}

// follows returns the step for an offence of that mass, nil for none: by all that is
// counted, or what a complaint rate asks for if that is not milder.
func (s *State) follows(mass float64, last *Strike, now uint32, r *Rules, rated *Step) (st *Step, flags Flags, person bool) {
	var buf strikes
	total := max(mass, last.Mass)
	for _, x := range s.Strikes(buf[:0], now, r) {
		if last.Mass == 0 || x.ID != last.ID {
			total += s.left(&x, now, r)
		}
	}
	level, held := s.level(now, r)
	flags = Counted
	bound := s.bound(s.N, now, r)
	if bound > 0 {
		flags |= Breach
	}
	i, person := r.stepFor(total, level, max(held, bound))
	if i >= 0 && (rated == nil || r.Steps[i].Kind.Above(rated.Kind)) {
		return &r.Steps[i], flags | Graded, person
	}
	return rated, flags, person
}

// Severe counts what a person confirmed as severe: the sanction follows at once,
// whatever the mass, with a Referral beside it.
func (s *State) Severe(st *Step, now uint32, r *Rules, id, referral uint64) (sanction, referred *Entry) {
	e := Entry{
		ID: id, At: now, Until: st.until(now, r), Mass: float32(r.AfterWarning), Plain: float32(r.AfterWarning),
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
// none; a level that was reached before holds until the mass is well under it, and
// one that is held whatever the mass. person says that a higher step waits for a
// person.
func (r *Rules) stepFor(mass float64, level, held int) (i int, person bool) {
	i = r.reaches(mass, level, held) - 1
	for i >= 0 && r.Steps[i].Person {
		i, person = i-1, true
	}
	return i, person
}

// level is the highest step that the strikes have reached, from 1, and the highest
// that they reached within a half-life: an offence brings no less than one before it
// did. 0 is none.
func (s *State) level(now uint32, r *Rules) (level, held int) {
	var buf strikes
	return s.levelOf(s.Strikes(buf[:0], now, r), now, r)
}

func (s *State) levelOf(all []Strike, now uint32, r *Rules) (level, held int) {
	var brought [len(strikes{})]int // the step of each, from 1
	since := func(n int, at uint32) (most int) {
		for k := range n {
			if s.awake(all[k].At, at) < r.HalfLife {
				most = max(most, brought[k])
			}
		}
		return most
	}
	for i := range all {
		at := all[i].At
		mass := s.sum(all[:i+1], at, r)
		brought[i] = max(r.reaches(mass, level, since(i, at)), s.breached(&all[i], r))
		level = max(level, r.reaches(mass, 0, 0))
	}
	return level, since(len(all), now)
}

// reaches is how many steps a mass reaches.
func (r *Rules) reaches(mass float64, level, held int) (n int) {
	for n < len(r.Steps) && (mass >= r.Steps[n].Strikes || n < held || n < level && mass >= r.Steps[n].Strikes-r.Hysteresis) {
		n++
	}
	return n
}
