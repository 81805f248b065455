package ladder

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// A pledge is a promise of proper conduct under which a person ended a sanction. It is in
// the entry of that sanction (Span), and runs from its early end on, but not while another
// sanction refuses messages. An offence under it brings the step after that of the
// sanction at least, whatever the mass, and nothing else of it is left; one to whose end
// no offence was counted is kept, and all strikes up to its beginning are gone.
// Whether it is kept or broken follows from the log: it is as if an offence that was
// overturned had never been counted.

// Promise ends a sanction now, by a person, under a pledge of so many seconds.
func (s *State) Promise(e *Entry, now, length uint32) {
	s.Lift(e, now)
	e.Flags &^= Later // of no use any more: there is no other appeal
	if e.Span = length; length > 0 {
		e.Flags |= Pledged
	}
}

// pledges reports whether a sanction ended under a pledge.
func (e *Entry) pledges() bool {
	return e.Flags&Pledged != 0 && e.Ended != 0 && e.Outcome != Overturned
}

// runs reports whether the time of an entry's pledge has come at a time, and is not over.
func (s *State) runs(e *Entry, at uint32) bool {
	return e.pledges() && at > e.Ended && !s.over(e, at)
}

// over reports whether the time of an entry's pledge is over.
func (s *State) over(e *Entry, at uint32) bool {
	return at > e.Ended && s.awake(e.Ended, at) >= time.Duration(e.Span)*time.Second
}

// offence returns whether anything was counted under a pledge by the first n entries, and
// whether that brought more than a Warning, which ends it.
func (s *State) offence(pledge *Entry, n int) (any, breach bool) {
	for i := range n {
		if e := &s.Log[i]; e.counts() && s.runs(pledge, e.At) {
			any, breach = true, breach || e.Kind.Above(Warning)
		}
	}
	return any, breach
}

// bound is how many steps an offence reaches at least, by the pledges that hold after the
// first n entries; 0: none does.
func (s *State) bound(n int, at uint32, r *Rules) (steps int) {
	for i := range n {
		e := &s.Log[i]
		if !s.runs(e, at) {
			continue
		}
		if _, broken := s.offence(e, n); !broken {
			steps = max(steps, min(e.covered(r)+1, len(r.Steps)))
		}
	}
	return steps
}

// Pledge returns when the pledge that holds at a time began and ends, if none is broken,
// the one that ends last; 0: none holds.
func (s *State) Pledge(now uint32) (from, until uint32) {
	for i := range s.N {
		e := &s.Log[i]
		if !e.pledges() || now < e.Ended || s.over(e, now) {
			continue
		}
		if _, broken := s.offence(e, s.N); broken {
			continue
		}
		if end := s.PledgeEnds(e); end > until {
			from, until = e.Ended, end
		}
	}
	return from, until
}

// Pledging reports whether a pledge holds.
func (s *State) Pledging(now uint32) bool {
	_, until := s.Pledge(now)
	return until > 0
}

// PledgeEnds is when the pledge of an entry does, or did; 0: it has none.
func (s *State) PledgeEnds(e *Entry) uint32 {
	if !e.pledges() {
		return 0
	}
	at, end := e.Ended, stamp.After(e.Ended, e.Span)
	for i := range s.N {
		from, to := s.Log[i].refused()
		if from = max(from, at); from < min(to, end) {
			end = stamp.After(end, to-from)
			at = to
		}
	}
	return end
}

// pardoned is when a strike that fades at a time means nothing any more: with the first
// pledge after it that is kept so far, if that ends before.
func (s *State) pardoned(x *Strike, fades uint32) uint32 {
	for i := range s.N {
		if e := &s.Log[i]; e.pledges() && x.At <= e.Ended {
			if any, _ := s.offence(e, s.N); !any {
				fades = min(fades, s.PledgeEnds(e))
			}
		}
	}
	return fades
}

// clean is up to when strikes are gone at a time, after the first n entries, for a
// pledge that was kept; 0: none was.
func (s *State) clean(n int, at uint32) uint32 {
	if e := s.kept(n, at); e != nil {
		return e.Ended
	}
	return 0
}

// kept is the entry of the newest pledge that was kept by then; nil: none was.
func (s *State) kept(n int, at uint32) (newest *Entry) {
	for i := range n {
		e := &s.Log[i]
		if !e.pledges() || newest != nil && e.Ended < newest.Ended || !s.over(e, at) {
			continue
		}
		if any, _ := s.offence(e, n); !any {
			newest = e
		}
	}
	return newest
}

// covered is how many steps are no graver than a sanction.
func (e *Entry) covered(r *Rules) (n int) {
	for n < len(r.Steps) && !r.Steps[n].graver(e) {
		n++
	}
	return n
}

// graver reports whether a step is graver than a sanction.
func (st *Step) graver(e *Entry) bool {
	switch {
	case st.Kind != e.Kind:
		return st.Kind.Above(e.Kind)
	case st.Scope != e.Scope:
		return st.Scope > e.Scope
	case st.Kind == Restriction && st.PerDay != e.PerDay:
		return st.PerDay < e.PerDay
	case st.Kind == Warning || e.Until == stamp.Forever:
		return false
	}
	return st.For == 0 || st.For > e.Until-e.At
}

// breached is how many steps a strike reached at least because it broke a pledge; 0: it
// did not.
func (s *State) breached(x *Strike, r *Rules) (steps int) {
	for i := range s.N {
		if x.ID == 0 || s.Log[i].ID != x.ID {
			continue
		}
		for from, _ := s.group(i); from <= i; from++ {
			if e := &s.Log[from]; e.counts() && (e.Flags&Breach != 0 || s.bound(from, e.At, r) > 0) {
				steps = max(steps, e.covered(r))
			}
		}
	}
	return steps
}

// keepsPledge reports whether an entry matters for a pledge: one that runs, one that
// was kept or may be once an offence is overturned, and any offence under one of those.
func (s *State) keepsPledge(i int, now uint32, r *Rules) bool {
	e := &s.Log[i]
	if e.pledges() && !s.over(e, now) || s.wipes(i, func(x Strike) bool { return s.left(&x, now, r) >= r.Forget }, now) {
		return true
	}
	for k := range s.N {
		switch o := &s.Log[k]; {
		case e.counts() && s.runs(o, e.At):
			return true
		case o.counts() && s.runs(e, o.At) && (now < o.Expires() || s.rests(k, now, r)):
			return true
		}
	}
	return false
}

// bindsRoom reports whether an entry can't make room for the sake of a pledge.
func (s *State) bindsRoom(i int, now uint32) bool {
	e := &s.Log[i]
	if e.pledges() && !s.over(e, now) {
		if _, broken := s.offence(e, s.N); !broken {
			return true
		}
	}
	return s.wipes(i, func(Strike) bool { return true }, now) || e.counts() && s.Any(func(p *Entry) bool { return s.runs(p, e.At) })
}

// wipes reports whether strikes that weigh anything are gone for the pledge of an entry,
// and would be back without it.
func (s *State) wipes(i int, weighs func(Strike) bool, now uint32) bool {
	e := &s.Log[i]
	if !e.pledges() || s.kept(s.N, now) != e {
		return false
	}
	back := func(x Strike) bool { return x.Mass > 0 && x.At <= e.Ended && weighs(x) }
	for k := 0; k < s.N; {
		_, next := s.group(k)
		other := func(o Entry) bool { return o.counts() && o.ID != e.ID }
		if slices.ContainsFunc(s.Log[k:next], other) && back(s.fold(k, next)) {
			return true
		}
		k = next
	}
	return back(s.carried())
}

// lengthen makes up for an entry that leaves the log, and refused messages while pledges
// ran.
func (s *State) lengthen(gone *Entry) {
	kind := gone.Kind
	for i := range s.N {
		if e := &s.Log[i]; e != gone && e.pledges() {
			end := s.PledgeEnds(e)
			with := s.awake(e.Ended, end)
			gone.Kind = 0
			e.Span = stamp.After(e.Span, stamp.Seconds(s.awake(e.Ended, end)-with))
			gone.Kind = kind
		}
	}
}
