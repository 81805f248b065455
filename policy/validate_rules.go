package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/rulekit"
)

var (
	ruleForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// reserved are words that expressions keep for themselves.
var reserved = strings.Fields("as break const continue else false for function if import in let loop namespace null package return true var void while")

// language checks what expressions can read, and the rules as far as no compiler is
// needed.
func (v checker) language(p *Policy) {
	if len(p.Attributes) > MaxAttributes {
		v.fault("attributes", "must be at most %d, are %d", MaxAttributes, len(p.Attributes))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		at := policyfile.Join("attributes", name)
		if t := p.Attributes[name]; t.Type < rulekit.Flag || t.Type > rulekit.Texts {
			v.fault(at, "must be string, bool, int, double or list(string)")
		}
		v.identifier(at, name)
	}
	v.lists(p.Lists)
	v.counters(p)
	if len(p.Rules) > MaxRules {
		v.fault("rules", "must be at most %d, are %d", MaxRules, len(p.Rules))
		return
	}
	first := map[string]int{}
	for i := range p.Rules {
		at, r := policyfile.Index("rules", i), &p.Rules[i]
		v.rule(at, r)
		v.once(at+".name", r.Name, first, i, "rules")
	}
}

// identifier checks the name of something that expressions name.
func (v checker) identifier(path, name string) {
	switch {
	case len(name) > MaxRuleName:
		v.fault(path, "must be at most %d bytes long, is %d", MaxRuleName, len(name))
	case !nameForm.MatchString(name):
		v.fault(path, "must begin with a lower-case letter and go on with letters, digits and _, is %q", name)
	case slices.Contains(reserved, name):
		v.fault(path, "is a word of the language of rules: name it otherwise")
	}
}

// once reports a name that stands twice.
func (v checker) once(path, name string, first map[string]int, i int, of string) {
	if k, ok := first[name]; ok && name != "" {
		v.fault(path, "is %q, as that of %s: each must have a name of its own", name, policyfile.Index(of, k))
		return
	}
	first[name] = i
}

// maxEntry is how long an entry of a list may be, in bytes.
const maxEntry = 1 << 10

func (v checker) lists(lists map[string][]string) {
	if len(lists) > MaxLists {
		v.fault("lists", "must be at most %d, are %d", MaxLists, len(lists))
	}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		at, seen := policyfile.Join("lists", name), map[string]int{}
		if n := len(lists[name]); n > MaxListEntries {
			v.fault(at, "must have at most %d entries, has %d: what is on a longer list, say with an attribute", MaxListEntries, n)
			continue
		}
		for i, entry := range lists[name] {
			k, twice := seen[entry]
			switch seen[entry] = i; {
			case entry == "":
				v.fault(policyfile.Index(at, i), "must not be empty")
			case len(entry) > maxEntry || !utf8.ValidString(entry):
				v.fault(policyfile.Index(at, i), "must be text of at most %d bytes", maxEntry)
			case twice:
				v.fault(policyfile.Index(at, i), "is %q, as %s", entry, policyfile.Index(at, k))
			}
		}
		v.identifier(at, name)
	}
}

func (v checker) counters(p *Policy) {
	if len(p.Counters) > MaxCounters {
		v.fault("counters", "must be at most %d, are %d", MaxCounters, len(p.Counters))
		return
	}
	first := map[string]int{}
	for i := range p.Counters {
		at, c := policyfile.Index("counters", i), &p.Counters[i]
		v.identifier(at+".name", c.Name)
		v.once(at+".name", c.Name, first, i, "counters")
		if c.Of > CountStrangers {
			v.fault(at+".of", "must be one of %s", strings.Join(counterOfNames.of, ", "))
		}
		v.length(at+".window", c.Window, Duration(time.Minute), 31*day)
		v.counterKey(at, p, c)
	}
}

func (v checker) counterKey(at string, p *Policy, c *Counter) {
	of := c.Of.String()
	switch name, isAttribute := strings.CutPrefix(c.Key, "attr."); {
	case isAttribute:
		if t, ok := p.Attributes[name]; !ok {
			v.fault(at+".key", "is attr.%s, which the policy does not declare; %s", name, policyfile.Suggest(name, slices.Sorted(maps.Keys(p.Attributes))))
		} else if t.Type != rulekit.Text && t.Type != rulekit.Int && t.Type != rulekit.Flag {
			v.fault(at+".key", "is attr.%s, a %v: must be a string, an int or a bool", name, t.Type)
		}
	case c.Key == "sender":
		if c.Of.people() && c.Of < CountRecipients {
			v.fault(at+".of", "is %s, and a sender is one: must be messages, delivered, recipients or strangers", of)
		}
	case c.Key == "recipient":
		if c.Of >= CountRecipients {
			v.fault(at+".of", "is %s, and a recipient is one: must be messages, delivered, senders, new_senders or blocked_new_senders", of)
		}
	case c.Key != "origin":
		v.fault(at+".key", "must be sender, recipient, origin or attr.NAME, is %q", c.Key)
	}
}

func (v checker) rule(at string, r *Rule) {
	switch {
	case r.Name == "" || !ruleForm.MatchString(r.Name):
		v.fault(at+".name", "must be lower-case letters, digits, - and _, is %q", r.Name)
	case len(r.Name) > MaxRuleName:
		v.fault(at+".name", "must be at most %d bytes long, is %d", MaxRuleName, len(r.Name))
	}
	switch {
	case strings.TrimSpace(r.When) == "":
		v.fault(at+".when", "must not be empty: it says of which messages the rule is true")
	case len(r.When) > rulekit.MaxWhen:
		v.fault(at+".when", "must be at most %d bytes long, is %d: make two rules of it, or a list", rulekit.MaxWhen, len(r.When))
	}
	if r.Mode > Off {
		v.fault(at+".mode", "unknown value %d", r.Mode)
	}
	v.why(at+".why", r.Why)
	v.follows(at, r)
}

func (v checker) why(path, why string) {
	switch {
	case strings.TrimSpace(why) == "":
		v.fault(path, "is missing: it is what a moderator reads when the rule is true")
	case len(why) > MaxWhy || !utf8.ValidString(why) || strings.ContainsFunc(why, func(r rune) bool { return r < ' ' }):
		v.fault(path, "must be one line of at most %d bytes", MaxWhy)
	}
}

// follows checks what follows from a rule.
func (v checker) follows(at string, r *Rule) {
	e := r.Evidence
	if e == (RuleEvidence{}) && r.Verdict == 0 {
		v.fault(at, "must bring evidence, or a verdict")
	}
	if e != (RuleEvidence{}) {
		if e.Family == 0 || int(e.Family) > len(familyNames()) {
			v.fault(at+".evidence.family", "must be one of %s", strings.Join(familyNames(), ", "))
		}
		v.above(at+".evidence.points", e.Points, 0, 4)
	}
	switch r.Verdict {
	case 0, Flag, Defer, Hold, Reject:
	default:
		v.fault(at+".verdict", "must be flag, defer, hold or reject, is %v", r.Verdict)
	}
	if r.Verdict == Defer {
		v.length(at+".retry", r.Retry, minRetry, day)
	} else if r.Retry != 0 {
		v.fault(at+".retry", "is for the verdict defer alone")
	}
}

// declared is what a policy declares for its rules.
func (p *Policy) declared() *rulekit.Declared {
	d := &rulekit.Declared{}
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		d.Attributes = append(d.Attributes, rulekit.Attribute{Name: name, Type: p.Attributes[name].Type})
	}
	for _, name := range slices.Sorted(maps.Keys(p.Lists)) {
		d.Lists = append(d.Lists, rulekit.List{Name: name, Entries: slices.Sorted(slices.Values(p.Lists[name]))})
	}
	for i := range p.Counters {
		d.Counters = append(d.Counters, p.Counters[i].Name)
	}
	return d
}

// programs compiles the rules of a policy that is valid otherwise, whatever their modes.
func (p *Policy) programs(c rulekit.Compiler, f *policyfile.Faults) (all []*rulekit.Program) {
	if len(p.Rules) == 0 {
		return nil
	}
	if c == nil {
		f.Add("rules", "are %d, and Config.Compiler is missing: policy/celrules has one", len(p.Rules))
		return nil
	}
	d := p.declared()
	for i := range p.Rules {
		at, r := policyfile.Index("rules", i), &p.Rules[i]
		program, faults := c.Compile(r.When, d)
		for _, x := range faults {
			f.Add(at+".when", "%v", x)
		}
		all = append(all, program)
		if len(faults) > 0 || program == nil {
			continue
		}
		if r.Verdict == Reject && !program.Reads.Listed {
			f.Add(at+".verdict", "is reject, which takes a rule that is true only for what is on a list, or like a text on one: hold it, or say so with &&")
		}
		for k := range d.Lists {
			if n := len(d.Lists[k].Entries); program.Reads.Samples>>k&1 != 0 && n > MaxSamples {
				f.Add(at+".when", "compares texts with lists.%s: such a list must have at most %d entries, has %d", d.Lists[k].Name, MaxSamples, n)
			}
		}
	}
	return all
}

// checkTogether reports counters of policies that have no room beside each other: what is
// counted by one thing, for all of them, lies in one record.
func checkTogether(p *Policy, shadow []*Policy) error {
	by := map[string]int{}
	for i, q := range slices.Concat([]*Policy{p}, shadow) {
		if q == nil {
			continue
		}
		for k := range q.Counters {
			key := q.Counters[k].Key
			if by[key]++; by[key] > state.MaxSums {
				return &FieldError{Field: policyfile.Join(policyfile.Index("shadow", i-1), "counters"), Problem: fmt.Sprintf("with those of the policies before, more than %d count by %s: take out those that are not needed", state.MaxSums, key)}
			}
		}
	}
	return nil
}

// CheckRules reports everything that is wrong with the policy, as Validate does, and with
// the expressions of its rules, as New and SetPolicy do under that compiler: each with its
// path, and line and column in the expression.
func (p *Policy) CheckRules(c rulekit.Compiler) error {
	var f policyfile.Faults
	if p.validate(&f); len(f.All()) == 0 {
		p.programs(c, &f)
	}
	return joinFaults(&f)
}
