package policy

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// Warnings names what is not wrong in a valid policy, and hardly meant: an end of a rule that
// is past at a time, a counter or a list that no rule reads, rules that read a protected
// attribute, a class or a channel whose name is nearly one of Default's, and a rate limit
// that refuses nothing beside another of its list. New and SetPolicy tell Config.Logger.
func (p *Policy) Warnings(c rulekit.Compiler, now time.Time) []FieldError {
	var f policyfile.Faults
	programs := p.programs(c, &f)
	if len(f.All()) > 0 {
		return nil
	}
	var reads rulekit.Reads
	d := p.declared()
	var all []FieldError
	warn := func(field, problem string) { all = append(all, FieldError{Field: field, Problem: problem}) }
	for i, x := range programs {
		at, r := policyfile.Index("rules", i), &p.Rules[i]
		if !r.Until.IsZero() && !r.Until.After(now) {
			warn(at+".until", "is past: the rule is off")
		}
		for k := range d.Attributes {
			if a := &d.Attributes[k]; x.Reads.Attributes>>k&1 != 0 && p.Attributes[a.Name].Protected {
				warn(at+".when", "reads attr."+a.Name+", which is protected: see that nobody is judged by what they are")
			}
		}
		reads.Counters |= x.Reads.Counters
		reads.Lists |= x.Reads.Lists | x.Reads.Samples
	}
	for i := range d.Counters {
		if reads.Counters>>i&1 == 0 {
			warn(policyfile.Index("counters", i), "is read by no rule, and does not count")
		}
	}
	for i := range d.Lists {
		if reads.Lists>>i&1 == 0 {
			warn(policyfile.Join("lists", d.Lists[i].Name), "is read by no rule")
		}
	}
	usual := Default()
	warnNear(warn, "classes", p.Classes, usual.Classes)
	for _, c := range slices.Sorted(maps.Keys(p.Classes)) {
		at, r := policyfile.Join("classes", string(c)), p.Classes[c]
		warnNear(warn, at+".channels", r.Channels, usual.Classes[Member].Channels)
		warnLimits(warn, at+".limits.messages", r.Limits.Messages)
		warnLimits(warn, at+".limits.people", r.Limits.People)
		warnLimits(warn, at+".limits.person", r.Limits.Person)
		warnLimits(warn, at+".limits.person_unknown", r.Limits.PersonUnknown)
		for _, name := range slices.Sorted(maps.Keys(r.Channels)) {
			warnLimits(warn, policyfile.Join(at+".channels", name), r.Channels[name])
		}
		warnLimits(warn, at+".received.limits", r.Received.Limits)
	}
	return all
}

// warnLimits warns of limits that refuse nothing beside another one.
func warnLimits(warn func(field, problem string), path string, limits []limiter.Limit) {
	for i, l := range limits {
		if k := slices.IndexFunc(limits, func(by limiter.Limit) bool { return by != l && covers(by, l) }); k >= 0 {
			this, _ := l.MarshalText() // of a valid policy
			that, _ := limits[k].MarshalText()
			warn(policyfile.Index(path, i), fmt.Sprintf("%s refuses nothing that %s does not refuse", this, that))
		}
	}
}

// covers reports whether one limit refuses whatever the other does.
func covers(by, l limiter.Limit) bool {
	if by.Per >= l.Per {
		return by.N <= l.N
	}
	return by.N*int((l.Per+by.Per-1)/by.Per) <= l.N
}

// warnNear warns of names that are nearly one of the usual.
func warnNear[Name ~string, Of any](warn func(field, problem string), in string, names, usual map[Name]Of) {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, known := range slices.Sorted(maps.Keys(usual)) {
			if _, is := usual[name]; !is && policyfile.Almost(string(name), string(known)) {
				warn(policyfile.Join(in, string(name)), "is another than "+string(known)+": is that what is meant?")
			}
		}
	}
}
