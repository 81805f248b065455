package policy

import (
	"time"

	"github.com/decorum-go/decorum/scoring"
)

// The ladder: from a score to what happens to the message and the account. It
// is the state machine of one course, enforced or shadow.

// advance brings a course to a time: sanctions end, incidents close, strikes
// fade.
func (r *record) advance(c *course, now uint32, s *Strikes) {
	if c.stay.kind != 0 && now >= c.stay.until {
		c.stay = stay{}
	}
	if c.opened != 0 {
		end := max(after(c.opened, secs(s.Incident)), c.acted)
		if c.acted == forever {
			end = forever
		}
		if now >= end {
			if c.acted != 0 {
				r.spend(c, end)
			}
			c.opened, c.acted, c.struck, c.found = 0, 0, false, false
		}
	}
	c.fade(now, s)
}

// spend marks the evidence so far as answered by a sanction.
func (r *record) spend(c *course, at uint32) {
	m := mark{at: at, fanFast: r.fanFast, fanSlow: r.fanSlow, reached: r.reached, complained: r.complained, replies: r.replies}
	for i := range r.texts.n {
		e := &r.texts.at[i]
		m.texts[i] = textMark{fast: e.fast, slow: e.slow, cold: e.cold}
	}
	c.mark, c.ignored = m, 0
	if c == &r.course {
		r.rhythm = scoring.Rhythm{}
	}
}

// An offence is what a judgement found, and what the ladder makes of it.
type offence struct {
	verdict Verdict
	step    *Step // imposed by it; nil: nothing
	strike  uint32
	person  bool // the next step is a person's
	budget  bool // the budget is exhausted, or was not asked yet
}

// judged says how bad it looks.
type judged struct {
	culpable bool
	warn     bool
	act      bool
	rated    *Step // what a complaint rate asks for
}

// assess says how bad a score looks under the rules.
func assess(s *scoring.Score, rules *Rules, culpable, found bool) judged {
	j := judged{culpable: culpable}
	j.warn = culpable && s.Probability >= rules.Score.Warn
	j.act = culpable && s.Probability >= rules.Score.Act && (found || s.Families >= rules.Score.Families)
	return j
}

// decide runs the state machine for one judged message or event. It changes the
// course, except where it answers that the budget must be asked or denies.
func (c *course) decide(j judged, now uint32, p *Policy, rules *Rules, allowed permit, id uint32) offence {
	s := &p.Strikes
	if st := j.rated; st != nil && st.Kind == Warning {
		j.warn = true
	} else if st != nil {
		j.act = true
	}
	switch {
	case j.act && c.opened != 0 && c.acted != 0:
		// The sanction of this incident stands, and covers what it covers.
		return offence{verdict: Flag}
	case j.act:
		mass := s.Offence
		if c.warned != 0 && now < after(c.warned, secs(s.WarningFresh)) && (c.opened == 0 || c.warned < c.opened) {
			mass = s.Defiant
		}
		return c.punish(mass, now, p, rules, allowed, id, j.rated)
	case j.warn:
		if c.opened != 0 || c.warned != 0 && now < after(c.warned, secs(s.WarningFresh)) {
			return offence{verdict: Flag}
		}
		c.opened, c.struck = now, true
		c.add(strike{at: now, mass: float32(s.Warned), id: id})
		return c.warning(now, p, rules)
	}
	return offence{verdict: Allow}
}

// warning imposes the first step, if the ladder has a Warning.
func (c *course) warning(now uint32, p *Policy, rules *Rules) offence {
	c.warned, c.ignored = now, 0
	for i := range rules.Ladder {
		if st := &rules.Ladder[i]; st.Kind == Warning {
			return offence{verdict: Flag, step: st}
		}
	}
	return offence{verdict: Flag}
}

// punish counts an offence of that mass and imposes what the ladder says.
func (c *course) punish(mass float64, now uint32, p *Policy, rules *Rules, allowed permit, id uint32, rated *Step) offence {
	s := &p.Strikes
	raised := c.mass(now, s.HalfLife.D()) + mass
	if c.struck && c.n > 0 {
		last := c.strikes[c.n-1]
		mass = max(mass, float64(last.mass))
		raised = c.mass(now, s.HalfLife.D()) + mass -
			float64(float64(last.mass)*scoring.HalfLife(time.Duration(now-min(now, last.at))*time.Second, s.HalfLife.D()))
	}
	i, person := c.stepFor(raised, s, rules)
	if i < 0 && rated == nil {
		return offence{verdict: Flag}
	}
	st := rated
	if st == nil || i >= 0 && rules.Ladder[i].Kind > st.Kind {
		st = &rules.Ladder[i]
	}
	if st.Kind > Warning && allowed != granted {
		return offence{verdict: Hold, budget: true}
	}
	if c.opened == 0 {
		c.opened = now
	}
	if c.struck && c.n > 0 {
		c.strikes[c.n-1] = c.strikes[c.n-1].raised(now, mass, id)
	} else {
		c.add(strike{at: now, mass: float32(mass), id: id})
		c.struck = true
	}
	if st.Kind == Warning {
		c.warned, c.ignored = now, 0
		return offence{verdict: Flag, step: st}
	}
	c.sanctioned(st, now, s)
	return offence{verdict: Reject, step: st, strike: id, person: person}
}

// sanctioned notes a sanction above Warning in the course. One that lets
// messages through does not keep its incident open: what follows is judged
// afresh after a day.
func (c *course) sanctioned(st *Step, now uint32, s *Strikes) {
	end := until(now, st.For.D())
	c.acted = end
	if st.Kind == Restriction || st.Kind == Referral {
		c.acted = after(now, secs(s.Incident))
	}
	if end != forever {
		c.released, c.probe = end, secs(st.For)
	}
}

// brought reports whether the open incident brought a sanction.
func (c *course) brought(s *sanction) bool {
	return c.opened != 0 && c.struck && c.n > 0 && s.by == "" && c.strikes[c.n-1].id == uint32(s.id)
}

// stepFor is the highest step that a strike mass reaches and automation may
// take; a level that was reached before holds until the mass is well under it.
// person says that a higher step waits for a person.
func (c *course) stepFor(mass float64, s *Strikes, rules *Rules) (i int, person bool) {
	i = -1
	level := c.level(s, rules)
	for k := range rules.Ladder {
		st := &rules.Ladder[k]
		if mass < st.Strikes && (k >= level || mass < st.Strikes-s.Hysteresis) {
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

// level is the highest step that the strikes have reached, from 1; 0 is none. It
// follows from the strikes alone, so that undoing one undoes its step.
func (c *course) level(s *Strikes, rules *Rules) int {
	level := 0
	part := course{}
	for i := range c.n {
		part.strikes[part.n] = c.strikes[i]
		part.n++
		mass := part.mass(c.strikes[i].at, s.HalfLife.D())
		for k := level; k < len(rules.Ladder) && mass >= rules.Ladder[k].Strikes; k++ {
			level = k + 1
		}
	}
	return level
}

// probation is the share of its limits that an account has after a sanction.
func (c *course) probation(now uint32, share float64) float64 {
	if c.released == 0 || c.probe == 0 || now >= after(c.released, c.probe) || share >= 1 {
		return 1
	}
	if now < c.released {
		return 1 // it stands still; what it lets through has its own limit
	}
	return share + float64((1-share)*(float64(now-c.released)/float64(c.probe)))
}
