package policy

import (
	"slices"
	"strings"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/english"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
)

func (v checker) ladder(path string, steps []Step) {
	if len(steps) > MaxSteps {
		v.fault(path, "must have at most %d steps, has %d", MaxSteps, len(steps))
		return
	}
	for i := range steps {
		s, at := &steps[i], policyfile.Index(path, i)
		v.above(at+".strikes", s.Strikes, 0, maxNumber)
		v.noRate(at, s, "strikes")
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
		v.fault(path+".rate_flag", "must not be more than the first of rates (%s), is %s", english.Exact(r.Rates[0].Rate), english.Exact(r.RateFlag))
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
		if i > 0 {
			v.more(".rate", at, s.Rate, policyfile.Index(path+".rates", i-1), r.Rates[i-1].Rate)
		}
	}
}

// rises checks that a step is reached later than the one before, and is not
// milder.
func (v checker) rises(at string, s *Step, before string, last *Step) {
	unread := func(field string) bool { return v.Broken(at+field) || v.Broken(before+field) }
	v.more(".strikes", at, s.Strikes, before, last.Strikes)
	if last.Person && !s.Person && !unread(".person") {
		v.fault(at+".person", "must be true, as in the step before: automation must not do what is graver than what it must ask for")
	}
	v.worsens(at, s, before, last)
}

// worsens checks that a step is not milder than the one before.
func (v checker) worsens(at string, s *Step, before string, last *Step) {
	unread := func(field string) bool { return v.Broken(at+field) || v.Broken(before+field) }
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

// noRate checks that a step has nothing of those that follow from complaint rates.
func (v checker) noRate(at string, s *Step, from string) {
	if s.Rate != 0 {
		v.fault(at+".rate", "must not be set: the step follows from %s", from)
	}
	if s.People != 0 {
		v.fault(at+".people", "must not be set: the step follows from %s", from)
	}
}

// more checks that a figure of a step is more than that of the step before.
func (v checker) more(field, at string, x float64, before string, last float64) {
	if !(x > last) && !v.Broken(at+field) && !v.Broken(before+field) {
		v.fault(at+field, "must be more than the step before (%s), is %s", english.Exact(last), english.Exact(x))
	}
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

// severe checks what follows from a confirmed finding, and from people who were deceived.
func (v checker) severe(path string, r *Rules) {
	v.oneStep(path+".severe", &r.Severe, "a finding")
	if r.Severe.Person {
		v.fault(path+".severe.person", "must not be set: a person has found it already")
	}
	if at := path + ".deceived"; r.Deceived != (Step{}) {
		v.oneStep(at, &r.Deceived, "complaints")
		if r.Deceived.Person || r.Deceived.Kind == Suspension && r.Deceived.For == 0 {
			v.fault(at+".kind", "must be one that automation may take and that ends")
		}
	}
	v.categories(path+".severe_categories", r.SevereCategories)
	v.confirmed(path, r)
}

// confirmed checks what follows from a person's finding.
func (v checker) confirmed(path string, r *Rules) {
	if len(r.Confirmed) > MaxSteps {
		v.fault(path+".confirmed", "must have at most %d steps, has %d", MaxSteps, len(r.Confirmed))
		return
	}
	for i := range r.Confirmed {
		s, at := &r.Confirmed[i], policyfile.Index(path+".confirmed", i)
		v.oneStep(at, s, "a finding")
		if s.Person {
			v.fault(at+".person", "must not be set: a person has found it already")
		}
		if i > 0 {
			v.worsens(at, s, policyfile.Index(path+".confirmed", i-1), &r.Confirmed[i-1])
		}
	}
	at := path + ".confirmed_categories"
	v.categories(at, r.ConfirmedCategories)
	for i, c := range r.ConfirmedCategories {
		if slices.Contains(r.SevereCategories, c) {
			v.fault(policyfile.Index(at, i), "must not be one of severe_categories, too: it is %v", c)
		}
	}
	if (len(r.Confirmed) == 0) != (len(r.ConfirmedCategories) == 0) {
		v.fault(at, "must go with confirmed: neither says anything without the other")
	}
}

// impersonated checks whose impersonation is grave: classes that there are.
func (v checker) impersonated(path string, p *Policy, r *Rules) {
	for i, c := range r.Impersonated {
		if at := policyfile.Index(path+".impersonated", i); p.Classes[c] == nil && !slices.Contains(classes[:], c) {
			v.fault(at, "must be member, page, business, service, staff, or another class of this policy, is %q", c)
		}
	}
}

// oneStep checks a step outside a ladder, and what it follows from.
func (v checker) oneStep(at string, s *Step, from string) {
	v.noRate(at, s, from)
	v.step(at, s)
	if s.Kind == Warning {
		v.fault(at+".kind", "must be block, restriction or suspension, is warning")
	}
	if s.Strikes != 0 {
		v.fault(at+".strikes", "must not be set: it follows from %s, not from strikes", from)
	}
}

func (v checker) categories(path string, all []Category) {
	first := map[Category]int{}
	for i, c := range all {
		here := policyfile.Index(path, i)
		if v.Broken(here) {
			continue
		}
		if c > Unlawful {
			v.fault(here, "unknown value %d", c)
		}
		if j, ok := first[c]; ok {
			v.fault(here, "stands twice: %v is %s[%d]", c, path[strings.LastIndex(path, ".")+1:], j)
		} else {
			first[c] = i
		}
	}
}

// maxGrave is how many complaints a record keeps, and so how many may be wanted.
const maxGrave = 24

// maxReported is how many complaints the record of a reporter keeps.
const maxReported = 32
