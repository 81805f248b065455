package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// withRules is the default policy with what rules need.
func withRules(rules ...policy.Rule) *policy.Policy {
	p := policy.Default()
	p.Attributes = map[string]policy.AttributeType{
		"device": {Type: rulekit.Text}, "picture": {Type: rulekit.Text}, "paid": {Type: rulekit.Flag}, "level": {Type: rulekit.Int},
		"score": {Type: rulekit.Number}, "links": {Type: rulekit.Texts}, "country": {Type: rulekit.Text, Protected: true},
	}
	p.Lists = map[string][]string{"bad_devices": {"d-17", "d-4"}}
	p.Rules = rules
	return p
}

// A policy with rules and no compiler is refused by name; a wrong rule with its place in
// the expression, all of them at once, and nothing is in force then.
func TestRulesAreCompiled(t *testing.T) {
	p := withRules(
		policy.Rule{Name: "a", When: "attr.devise == 'x' && counters.n > 3", Verdict: policy.Hold, Why: "a"},
		policy.Rule{Name: "b", When: "to.strangers > 0", Verdict: policy.Reject, Why: "b"},
		policy.Rule{Name: "c", When: "attr.device in lists.bad_devices", Verdict: policy.Reject, Why: "c"},
		policy.Rule{Name: "d", When: "to.strangers > many", Evidence: policy.RuleEvidence{Family: scoring.Network, Points: 1}, Why: "d", Mode: policy.Off},
	)
	_, err := policy.New(policy.Config{Policy: p})
	if want := "policy: rules: are 4, and Config.Compiler is missing: policy/celrules has one"; err == nil || err.Error() != want {
		t.Errorf("without a compiler: %v", err)
	}
	e, err := policy.New(policy.Config{Compiler: comparer{}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`policy: rules[0].when: 1:1: unknown attribute devise`,
		`policy: rules[0].when: 1:23: unknown counter n`,
		`policy: rules[1].verdict: is reject, which takes a rule that is true only for what is on a list, or like a text on one: hold it, or say so with &&`,
		`policy: rules[3].when: 1:1: "many" is no number`,
	}
	if err := e.SetPolicy(p); err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got %v", err)
	}
	if err := e.SetPolicy(policy.Default(), p); err == nil || !strings.Contains(err.Error(), "policy: shadow[0].rules[3].when: 1:1:") {
		t.Errorf("in a shadow: %v", err)
	}
	if e.Policy().ID() != policy.Default().ID() {
		t.Error("a policy that was refused is in force")
	}
}

// What is hardly meant is named, and no fault.
func TestRuleWarnings(t *testing.T) {
	p := withRules(
		policy.Rule{Name: "a", When: "attr.country == 'x'", Verdict: policy.Hold, Why: "a", Until: time.Unix(1000, 0)},
		policy.Rule{Name: "b", When: "counters.used > 3", Verdict: policy.Hold, Why: "b", Until: time.Unix(3000, 0)},
	)
	p.Counters = []policy.Counter{
		{Name: "unused", Key: "sender", Window: policy.Duration(time.Hour)},
		{Name: "used", Key: "attr.device", Window: policy.Duration(time.Hour)},
	}
	var got []string
	for _, w := range p.Warnings(comparer{}, time.Unix(2000, 0)) {
		got = append(got, w.Field+": "+w.Problem)
	}
	want := []string{
		"rules[0].until: is past: the rule is off",
		"rules[0].when: reads attr.country, which is protected: see that nobody is judged by what they are",
		"counters[0]: is read by no rule, and does not count",
		"lists.bad_devices: is read by no rule",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if err := p.CheckRules(comparer{}); err != nil {
		t.Error(err)
	}
}

// The hash of a policy covers rules, lists, counters and attributes, and an end is equal
// however its zone is written.
func TestPolicyIDOfRules(t *testing.T) {
	seen := map[string]int{policy.Default().ID(): -1}
	base := func() *policy.Policy {
		p := withRules(policy.Rule{Name: "a", When: "true", Verdict: policy.Hold, Why: "a", Until: time.Unix(1000, 0)})
		p.Counters = []policy.Counter{{Name: "n", Key: "sender", Window: policy.Duration(time.Hour)}}
		return p
	}
	for i, change := range []func(p *policy.Policy){
		func(*policy.Policy) {},
		func(p *policy.Policy) { p.Rules[0].When = "to.strangers > 0" },
		func(p *policy.Policy) { p.Rules[0].Until = time.Unix(2000, 0) },
		func(p *policy.Policy) { p.Rules[0].Mode = policy.ShadowMode },
		func(p *policy.Policy) { p.Lists["bad_devices"] = []string{"d-17"} },
		func(p *policy.Policy) { p.Counters[0].Of = policy.CountRecipients },
		func(p *policy.Policy) { p.Attributes["paid"] = policy.AttributeType{Type: rulekit.Int} },
	} {
		p := base()
		change(p)
		if k, ok := seen[p.ID()]; ok {
			t.Errorf("change %d leaves the ID of %d", i, k)
		}
		seen[p.ID()] = i
	}
	p := base()
	p.Rules[0].Until = p.Rules[0].Until.In(time.FixedZone("", 3600))
	if p.ID() != base().ID() {
		t.Error("the zone of an end changes the ID")
	}
}

// A list of a million entries is refused, in Go and in a file, and says what is too many.
func TestLongList(t *testing.T) {
	p := withRules()
	p.Lists["bad_devices"] = make([]string, 1_000_000)
	if err := p.Validate(); err == nil || err.Error() != "policy: lists.bad_devices: must have at most 10000 entries, has 1000000: what is on a longer list, say with an attribute" {
		t.Error(err)
	}
	file := `{"extends": "default", "name": "x", "lists": {"bad": ["` + strings.Repeat(`a","`, 1_000_000) + `a"]}}`
	if _, err := policy.ReadPolicy(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), "is larger than 1048576 bytes") {
		t.Error(err)
	}
}
