package policy

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/english"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/scoring"
)

// Validate reports everything that is wrong with the policy, as joined
// *FieldError whose paths are those of the policy file. Beyond ranges it keeps
// what holds for every policy: at least two families of evidence for anything
// above a Warning; a ladder that rises; no sanction without an end that
// automation imposes, except a Restriction, and none at all without a date on
// which a person looks again; no evidence where nothing was measured.
func (p *Policy) Validate() error {
	var f policyfile.Faults
	p.validate(&f)
	return joinFaults(&f)
}

// validate reports what is wrong, but for what was reported before.
func (p *Policy) validate(f *policyfile.Faults) {
	v := checker{f}
	if p == nil {
		v.fault("file", "there is no policy")
		return
	}
	if p.Version != 1 {
		v.fault("version", "must be 1, is %d", p.Version)
	}
	v.name("name", p.Name)
	if strings.Contains(p.Name, "@") {
		v.fault("name", "must not contain @, which stands before the hash")
	}
	if len(p.Classes) > MaxClasses {
		v.fault("classes", "must be at most %d, are %d", MaxClasses, len(p.Classes))
	}
	if p.Classes[Member] == nil {
		v.fault("classes.member", "is missing: it serves for every class without rules of its own")
	}
	for _, c := range slices.Sorted(maps.Keys(p.Classes)) {
		path := policyfile.Join("classes", string(c))
		if r := p.Classes[c]; r != nil {
			v.rules(path, r)
			v.impersonated(path, p, r)
			v.strangers(path, c, p)
		} else if c != Member {
			v.fault(path, "must not be nil")
		}
		for _, k := range classes {
			if c != k && policyfile.Plain(string(c)) == string(k) {
				v.fault(path, "differs from %s by case or spaces alone: name it %s, or something else", k, k)
			}
		}
		v.name(path, string(c)) // last, or its fault would hide those of the rules
	}
	v.language(p)
	v.strikes("strikes", &p.Strikes)
	v.complaints("complaints", &p.Complaints)
	v.crowd("crowd", &p.Crowd)
	v.count("budget.per_hour", p.Budget.PerHour, 0, limiter.MaxN)
	v.within("budget.share", p.Budget.Share, 0, 1)
	v.appeals("appeals", &p.Appeals)
}

// maxWithin is for how long a record keeps what a sender was told of.
const maxWithin = Duration(ladder.Appealable * time.Second)

func (v checker) appeals(path string, a *Appeals) {
	v.length(path+".within", a.Within, day, maxWithin)
	if a.Again != 0 {
		v.length(path+".again", a.Again, day, maxLength)
	}
	if a.Pledge != 0 {
		v.length(path+".pledge", a.Pledge, day, 366*day)
	}
}

// joinFaults returns all faults as joined *FieldError; nil if there are none.
func joinFaults(f *policyfile.Faults) error {
	var list []error
	for _, x := range f.All() {
		list = append(list, &FieldError{Field: x.Path, Problem: x.Problem})
	}
	return errors.Join(list...)
}

// strangers checks the class of the rules for strangers.
func (v checker) strangers(path string, c Class, p *Policy) {
	to := p.Classes[c].Strangers
	switch r := p.Classes[to]; {
	case to == "":
	case to == c:
		v.fault(path+".strangers", "must be another class")
	case r == nil:
		v.fault(path+".strangers", "is %s, which the policy has no rules for", to)
	case r.Strangers != "":
		v.fault(path+".strangers", "is %s, which has strangers of its own: %s", to, r.Strangers)
	}
}

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
	v.within(at+".protected_share", r.Limits.ProtectedShare, 0, 1)
	v.within(at+".origin_share", r.Limits.OriginShare, 0, 1)
	v.count(at+".origin_people", r.Limits.OriginPeople, 0, limiter.MaxN)

	v.pair(path+".pair", &r.Pair)
	v.received(path+".received", &r.Received)
	v.requests(path+".requests", &r.Requests)
	v.silence(path+".silence", r.Silence)
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
	v.within(path+".weights.protected", w.Protected, 0, 10)
	v.signals(path+".signals", &r.Signals)
	v.levels(path+".score", &r.Score)
	v.ladder(path+".ladder", r.Ladder)
	v.rates(path, r)
	v.severe(path, r)
}

func (v checker) pair(path string, p *Pair) {
	for _, x := range []struct {
		field string
		value Verdict
	}{{"blocked", p.Blocked}, {"complained", p.Complained}, {"unaccepted", p.Unaccepted}} {
		if x.value != 0 && x.value != Flag && x.value != Hold && x.value != Reject {
			v.fault(path+"."+x.field, "must be flag, hold or reject, or not be there, is %v", x.value)
		}
	}
	least := Duration(0)
	if p.Complained != 0 {
		least = Duration(time.Minute)
	}
	v.length(path+".for", p.For, least, Duration(judge.MaxPairFor*time.Second))
}

func (v checker) received(path string, r *Received) {
	v.limits(path+".limits", r.Limits)
	for i, l := range r.Limits {
		if at := policyfile.Index(path+".limits", i); l.N < 1 || l.Per > 7*24*time.Hour {
			v.fault(at, "must allow 1 or more, for at most 7d, is %v", l)
		}
	}
	v.within(path+".turned_away", r.TurnedAway, 0, maxNumber)
	if len(r.Limits) == 0 {
		v.within(path+".answered", r.Answered, 0, 1)
		v.within(path+".young", r.Young, 0, 1)
		return
	}
	v.above(path+".answered", r.Answered, 0, 1) // or the limits would hold for nobody,
	v.above(path+".young", r.Young, 0, 1)       // or for everybody to whom many write
}

func (v checker) requests(path string, r *Requests) {
	if *r == (Requests{}) {
		return
	}
	if v.name(path+".channel", r.Channel); r.Channel == "" {
		v.fault(path+".channel", "is missing: it says which messages are requests")
	}
	v.count(path+".outstanding", r.Outstanding, 0, 1<<16-1)
	if r.Floor == 0 {
		return
	}
	v.probability(path+".floor", r.Floor)
	v.within(path+".sure", r.Sure, .5, .9999)
	v.beta(path+".prior", r.Prior)
	v.length(path+".for", r.For, minSanction, maxBlock)
}

func (v checker) silence(path string, t Silence) {
	if v.count(path+".turns", t.Turns, 0, judge.MostTurns); t == (Silence{}) {
		return
	}
	v.length(path+".for", t.For, day, 60*day)
	if t.For%day != 0 {
		v.fault(path+".for", "must be whole days, is %v", t.For)
	}
}

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
			v.fault(path+".reply_floor_busy", "must leave the reply floor under 1, makes it %s", english.Exact(s.ReplyFloor*most))
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
		v.fault(path+".floor", "must be at least %s, or the rule of two families would mean little, is %s", english.Exact(scoring.DefaultFloor), english.Exact(l.Floor))
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

func (v checker) strikes(path string, s *Strikes) {
	v.length(path+".half_life", s.HalfLife, hour, maxLength)
	v.above(path+".forget", s.Forget, 0, maxNumber)
	v.above(path+".warned", s.Warned, 0, maxNumber)
	v.above(path+".offence", s.Offence, 0, maxNumber)
	v.above(path+".after_warning", s.AfterWarning, 0, maxNumber)
	v.less(path, "forget", s.Forget, "warned", s.Warned)
	v.less(path, "warned", s.Warned, "offence", s.Offence)
	v.less(path, "offence", s.Offence, "after_warning", s.AfterWarning)
	if len(s.Amount) > 0 {
		v.curve(path+".amount", s.Amount, shapeFactorUp)
	}
	v.length(path+".warning_fresh", s.WarningFresh, hour, 366*day)
	v.length(path+".incident", s.Incident, hour, 30*day)
	v.length(path+".read_time", s.ReadTime, 0, day)
	v.count(path+".tries", s.Tries, 0, 10_000)
	v.within(path+".hysteresis", s.Hysteresis, 0, maxNumber)
	v.conduct(path+".conduct", &s.Conduct)
}

// conduct checks what good conduct does. Nothing at all is none of it.
func (v checker) conduct(path string, c *Conduct) {
	if *c == (Conduct{}) {
		return
	}
	v.within(path+".factor", c.Factor, 1, 2)
	v.days(path+".lasts", c.Lasts, ladder.MaxConduct)
	v.days(path+".quiet", c.Quiet, ladder.MaxConduct)
	v.within(path+".answered", c.Answered, 0, 1)
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
	v.count(path+".per_reporter", c.PerReporter, 0, maxReported)
}

// crowd checks what is done with texts that many send. Nothing at all is none of it.
func (v checker) crowd(path string, c *Crowd) {
	if *c == (Crowd{}) {
		return
	}
	if c.Answer < Allow || c.Answer > Hold {
		v.fault(path+".answer", "must be allow, flag, defer or hold: a crowd rejects nothing; is %v", c.Answer)
	}
	v.count(path+".senders", c.Senders, 2, maxCrowd)
	v.within(path+".doubt", c.Doubt, 0, maxNumber)
	v.probability(path+".reply_floor", c.ReplyFloor)
	v.beta(path+".reply_prior", c.ReplyPrior)
	v.within(path+".sure", c.Sure, .5, .9999)
	v.within(path+".sure_of_few", c.SureOfFew, .5, .9999)
	if c.SureOfFew < c.Sure && !v.Broken(path+".sure") {
		v.fault(path+".sure_of_few", "must be at least sure (%s), is %s", english.Exact(c.Sure), english.Exact(c.SureOfFew))
	}
	v.within(path+".exposure", c.Exposure, 1, maxNumber)
	v.above(path+".complaints", c.Complaints, 0, maxNumber)
	v.within(path+".complaint_share", c.ComplaintShare, 0, 1)
	v.above(path+".probes", c.Probes, 0, 1)
	v.within(path+".probes_unwelcome", c.ProbesUnwelcome, 0, 1)
	v.within(path+".probe_contacts", c.ProbeContacts, 0, maxNumber)
	v.length(path+".retry", c.Retry, minRetry, day)
	v.length(path+".retry_most", c.RetryMost, minRetry, day)
	if c.RetryMost < c.Retry && !v.Broken(path+".retry") {
		v.fault(path+".retry_most", "must be at least retry (%v), is %v", c.Retry, c.RetryMost)
	}
}

// maxCrowd bounds how many accounts are a crowd.
const maxCrowd = 1_000_000
