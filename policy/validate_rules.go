package policy

import (
	"maps"
	"slices"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/scoring"
)

func (v checker) rules(path string, r *Rules) {
	at := path + ".limits"
	v.limits(at+".messages", r.Limits.Messages)
	v.limits(at+".people", r.Limits.People)
	v.limits(at+".person", r.Limits.Person)
	v.limits(at+".person_unknown", r.Limits.PersonUnknown)
	v.length(at+".follow_up_gap", r.Limits.FollowUpGap, 0, day)
	v.length(at+".young_age", r.Limits.YoungAge, 0, maxLength)
	v.above(at+".young_share", r.Limits.YoungShare, 0, 1)
	v.above(at+".probation", r.Limits.Probation, 0, 1)
	v.within(at+".turned_away_new", r.Limits.TurnedAwayNew, 0, 1e9)
	v.within(at+".turned_away_all", r.Limits.TurnedAwayAll, 0, 1e9)

	if len(r.Channels) > MaxClasses {
		v.fault(path+".channels", "must be at most %d, are %d", MaxClasses, len(r.Channels))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Channels)) {
		at := policyfile.Join(path+".channels", name)
		v.limits(at, r.Channels[name])
		v.name(at, name)
	}

	w := r.Weights
	for _, x := range []struct {
		field string
		value float64
	}{
		{"contact", w.Contact}, {"connection", w.Connection}, {"follower", w.Follower}, {"invited", w.Invited}, {"second_degree", w.SecondDegree},
		{"stranger", w.Stranger}, {"unknown", w.Unknown}, {"earlier", w.Earlier},
	} {
		v.within(path+".weights."+x.field, x.value, 0, 1)
	}
	v.signals(path+".signals", &r.Signals)
	v.levels(path+".score", &r.Score)
	v.ladder(path+".ladder", r.Ladder)
	v.rates(path, r)
	v.severe(path, r)
}

// maxNumber bounds what is counted: people, days, points.
const maxNumber = 1e9

var (
	shapeCount         = curveShape{hi: maxNumber, max: maxNumber, from: true}               // of a count
	shapeShare         = curveShape{hi: 1, max: maxNumber, from: true}                       // of a share or a probability
	shapeLevel         = curveShape{lo: -1, hi: 1, max: maxNumber, from: true}               // of a figure from −1 to 1
	shapeAge           = curveShape{hi: maxNumber, max: maxNumber, falls: true, to: true}    // of an age
	shapeGood          = curveShape{hi: 1, min: -maxNumber, max: 0, falls: true, from: true} // of a probability
	shapeFactorOfCount = curveShape{hi: maxNumber, max: 1, falls: true}                      // of a count, falling
	shapeFactorUp      = curveShape{hi: maxNumber, min: 1, max: 10}                          // of a count, rising from 1
	shapeFactor        = curveShape{hi: 1, max: 1}                                           // of a share, rising
	shapeFactorFalls   = curveShape{hi: 1, max: 1, falls: true}                              // of a share, falling
)

func (v checker) signals(path string, s *Signals) {
	eachSetting(func(k *setting) {
		at, set := path+"."+k.field, k.of(s)
		if set.Mode > Off {
			v.fault(at+".mode", "unknown value %d", set.Mode)
		}
		if set.Mode != Off || len(set.Curve) > 0 {
			v.curve(at+".curve", set.Curve, k.shape)
		}
	})
	v.curve(path+".text_match", s.TextMatch, shapeFactor)
	v.curve(path+".shared_contacts", s.SharedContacts, shapeFactorOfCount)
	v.curve(path+".text_match_slow", s.TextMatchSlow, shapeFactor)
	v.curve(path+".text_answered", s.TextAnswered, shapeFactorFalls)
	v.curve(path+".slow_gate", s.SlowGate, shapeFactor)
	v.probability(path+".reply_floor", s.ReplyFloor)
	if len(s.ReplyFloorBusy) > 0 {
		v.curve(path+".reply_floor_busy", s.ReplyFloorBusy, shapeFactorUp)
		if most := s.ReplyFloorBusy[len(s.ReplyFloorBusy)-1].Y; s.ReplyFloor < 1 && s.ReplyFloor*most >= 1 {
			v.fault(path+".reply_floor_busy", "must leave the reply floor under 1, makes it %s", formatFloat(s.ReplyFloor*most))
		}
	}
	v.beta(path+".reply_prior", s.ReplyPrior)
	v.probability(path+".complaint_floor", s.ComplaintFloor)
	v.beta(path+".complaint_prior", s.ComplaintPrior)
	v.within(path+".complaint_reach", s.ComplaintReach, 0, maxNumber)
}

func (v checker) beta(path string, b scoring.Beta) {
	const most = 500_000 // of either: scoring.Beta counts up to 1e6 together
	v.above(path+".a", b.A, 0, most)
	v.above(path+".b", b.B, 0, most)
}

func (v checker) levels(path string, l *Levels) {
	v.probability(path+".prior", l.Prior)
	v.above(path+".cap", l.Cap, 0, scoring.MaxCap)
	if l.Floor < scoring.DefaultFloor {
		v.fault(path+".floor", "must be at least %s, or the rule of two families would mean little, is %s", formatFloat(scoring.DefaultFloor), formatFloat(l.Floor))
	}
	v.within(path+".floor", l.Floor, scoring.DefaultFloor, scoring.MaxCap)
	v.probability(path+".warn", l.Warn)
	v.probability(path+".act", l.Act)
	v.less(path, "prior", l.Prior, "warn", l.Warn)
	v.less(path, "warn", l.Warn, "act", l.Act)
	v.less(path, "floor", l.Floor, "cap", l.Cap)
	if l.Families < 2 || l.Families > 5 {
		v.fault(path+".families", "must be from 2 to 5: no lone signal brings a sanction; is %d", l.Families)
	}
}

func (v checker) ladder(path string, steps []Step) {
	if len(steps) > MaxSteps {
		v.fault(path, "must have at most %d steps, has %d", MaxSteps, len(steps))
		return
	}
	for i := range steps {
		s, at := &steps[i], policyfile.Index(path, i)
		v.above(at+".strikes", s.Strikes, 0, maxNumber)
		if s.Rate != 0 {
			v.fault(at+".rate", "must not be set: the step follows from strikes")
		}
		if s.People != 0 {
			v.fault(at+".people", "must not be set: the step follows from strikes")
		}
		v.step(at, s)
		if s.Kind == Suspension && s.For == 0 && !s.Person && !v.Broken(at+".for") {
			v.fault(at+".person", "must be true: automation suspends for a time, and only a person until lifted")
		}
		if i > 0 {
			v.rises(at, s, policyfile.Index(path, i-1), &steps[i-1])
		}
	}
}

// rates checks the steps that follow from complaint rates.
func (v checker) rates(path string, r *Rules) {
	if len(r.Rates) > MaxSteps {
		v.fault(path+".rates", "must have at most %d steps, has %d", MaxSteps, len(r.Rates))
		return
	}
	v.within(path+".rate_flag", r.RateFlag, 0, .5)
	if len(r.Rates) > 0 && r.RateFlag > r.Rates[0].Rate && !v.Broken(policyfile.Index(path+".rates", 0)+".rate") {
		v.fault(path+".rate_flag", "must not be more than the first of rates (%s), is %s", formatFloat(r.Rates[0].Rate), formatFloat(r.RateFlag))
	}
	if len(r.Rates) > 0 || r.RateSure != 0 {
		v.above(path+".rate_sure", r.RateSure, .5, .9999)
	}
	for i := range r.Rates {
		s, at := &r.Rates[i], policyfile.Index(path+".rates", i)
		v.above(at+".rate", s.Rate, 0, .5)
		v.count(at+".people", s.People, 0, maxGrave)
		v.step(at, s)
		if s.Strikes != 0 {
			v.fault(at+".strikes", "must not be set: the step follows from a rate")
		}
		if s.Person || s.Kind == Suspension && s.For == 0 {
			v.fault(at+".kind", "must be one that automation may take and that ends")
		}
		if i > 0 && !(s.Rate > r.Rates[i-1].Rate) && !v.Broken(at+".rate") && !v.Broken(policyfile.Index(path+".rates", i-1)+".rate") {
			v.fault(at+".rate", "must be more than the step before (%s), is %s", formatFloat(r.Rates[i-1].Rate), formatFloat(s.Rate))
		}
	}
}

// rises checks that a step is reached later than the one before, and is not
// milder.
func (v checker) rises(at string, s *Step, before string, last *Step) {
	unread := func(field string) bool { return v.Broken(at+field) || v.Broken(before+field) }
	if !(s.Strikes > last.Strikes) && !unread(".strikes") {
		v.fault(at+".strikes", "must be more than the step before (%s), is %s", formatFloat(last.Strikes), formatFloat(s.Strikes))
	}
	if last.Person && !s.Person && !unread(".person") {
		v.fault(at+".person", "must be true, as in the step before: automation must not do what is graver than what it must ask for")
	}
	if unread(".kind") {
		return
	}
	if last.Kind.above(s.Kind) {
		v.fault(at+".kind", "must not be milder than the step before (%v), is %v", last.Kind, s.Kind)
	}
	if s.Kind == last.Kind && !unread(".scope") {
		v.stiffens(at, s, last, unread)
	}
}

// stiffens checks that a step of the same kind as the one before is not milder.
func (v checker) stiffens(at string, s, last *Step, unread func(field string) bool) {
	if s.Scope < last.Scope {
		v.fault(at+".scope", "must not be narrower than the step before (%v), is %v", last.Scope, s.Scope)
	}
	if s.Scope != last.Scope {
		return
	}
	if s.Kind == Restriction && s.PerDay > last.PerDay && !unread(".per_day") {
		v.fault(at+".per_day", "must not be more than the step before (%d), is %d", last.PerDay, s.PerDay)
	}
	if shorter := s.For > 0 && (last.For == 0 || s.For < last.For); shorter && !unread(".for") {
		v.fault(at+".for", "must not be shorter than the step before (%s), is %v", untilLifted(last.For), s.For)
	}
}

func untilLifted(d Duration) string {
	if d == 0 {
		return "until lifted"
	}
	return d.String()
}

// step checks what belongs together in one step.
func (v checker) step(at string, s *Step) {
	switch {
	case v.Broken(at + ".kind"):
		return
	case s.Kind == 0:
		v.fault(at+".kind", "is missing")
		return
	case s.Kind == Referral:
		v.fault(at+".kind", "must not be referral: only a person refers a case")
		return
	case s.Kind > Referral:
		v.fault(at+".kind", "unknown value %d", s.Kind)
		return
	}
	v.stepLength(at, s)
	v.stepScope(at, s)
	switch {
	case s.Kind == Restriction:
		v.count(at+".per_day", s.PerDay, 1, limiter.MaxN)
	case s.PerDay != 0:
		v.fault(at+".per_day", "must not be set: a %v has none", s.Kind)
	}
	v.length(at+".review", s.Review, 0, maxLength)
	switch {
	case s.Kind == Warning || v.Broken(at+".for"):
	case s.For == 0 && s.Review == 0:
		v.fault(at+".review", "is missing: what stands until lifted needs a date on which a person looks again")
	case s.For > 0 && s.Review > s.For:
		v.fault(at+".review", "must not be after its end (%v), is %v", s.For, s.Review)
	}
}

// stepLength checks how long a step lasts, and that a Warning has nothing that
// only a length makes sense of.
func (v checker) stepLength(at string, s *Step) {
	switch {
	case s.Kind == Warning:
		if s.For != 0 {
			v.fault(at+".for", "must not be set: a warning has no length")
		}
		if s.Review != 0 {
			v.fault(at+".review", "must not be set: a warning has no length")
		}
		if s.Person {
			v.fault(at+".person", "must not be set: a warning needs no person")
		}
	case s.Kind == Block:
		if s.For == 0 {
			v.fault(at+".for", "is missing: a block needs a length from %v to %v", minSanction, maxBlock)
		}
		v.length(at+".for", s.For, minSanction, maxBlock)
	case s.For != 0:
		v.length(at+".for", s.For, minSanction, maxLength)
	}
}

// stepScope checks what a step covers.
func (v checker) stepScope(at string, s *Step) {
	switch {
	case s.Scope > WholeAccount:
		v.fault(at+".scope", "unknown value %d", s.Scope)
	case s.Kind == Warning && s.Scope != 0:
		v.fault(at+".scope", "must not be set: a warning covers nothing")
	case s.Kind == Suspension && s.Scope != 0 && s.Scope < Messaging:
		v.fault(at+".scope", "must be messaging or account, is %v", s.Scope)
	case s.Kind != Warning && s.Scope == 0:
		v.fault(at+".scope", "is missing: a %v needs outreach, messaging or account", s.Kind)
	}
}

func (v checker) strikes(path string, s *Strikes) {
	v.length(path+".half_life", s.HalfLife, hour, maxLength)
	v.above(path+".forget", s.Forget, 0, maxNumber)
	v.above(path+".warned", s.Warned, 0, maxNumber)
	v.above(path+".offence", s.Offence, 0, maxNumber)
	v.above(path+".after_warning", s.AfterWarning, 0, maxNumber)
	v.less(path, "forget", s.Forget, "warned", s.Warned)
	v.less(path, "warned", s.Warned, "offence", s.Offence)
	v.less(path, "offence", s.Offence, "after_warning", s.AfterWarning)
	v.length(path+".warning_fresh", s.WarningFresh, hour, 366*day)
	v.length(path+".incident", s.Incident, hour, 30*day)
	v.length(path+".read_time", s.ReadTime, 0, day)
	v.count(path+".tries", s.Tries, 0, 10_000)
	v.within(path+".hysteresis", s.Hysteresis, 0, maxNumber)
}

func (v checker) complaints(path string, c *Complaints) {
	v.length(path+".half_life", c.HalfLife, hour, maxLength)
	v.length(path+".young_age", c.YoungAge, 0, maxLength)
	v.within(path+".young", c.Young, 0, 1)
	v.within(path+".least", c.Least, 0, 1) // a newcomer's credibility is 1
	v.within(path+".most", c.Most, 1, 10)
	v.length(path+".burst", c.Burst, 0, day)
	v.count(path+".burst_from", c.BurstFrom, 2, 1000)
	v.within(path+".block", c.Block, 0, 1)
	v.count(path+".grave_from", c.GraveFrom, 0, maxGrave)
	v.length(path+".grave_over", c.GraveOver, 0, 90*day)
	v.count(path+".grave_confirmed", c.GraveConfirmed, 0, maxGrave)
}

// maxGrave is how many complaints a record keeps, and so how many may be wanted.
const maxGrave = 24
