package policy

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/policy/internal/attributes"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/policy/internal/rules"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/similarity"
)

// codeOfRules begins the codes of rules: rule.NAME.
const codeOfRules = "rule."

// ask compiles the rules of a policy into what judgements ask. shadow is the name of a
// shadow policy, whose counters count apart from those that are enforced.
func (s *settings) ask(to *judge.Policy, p *Policy, shadow string, e *Engine) {
	if len(p.Rules) == 0 {
		return
	}
	var f policyfile.Faults // there are none: the policy was checked
	set := &rules.Set{Attributes: p.declared().Attributes}
	for i, program := range p.programs(e.cfg.Compiler, &f) {
		if r := &p.Rules[i]; r.Mode != Off {
			set.Add(r.compile(program))
		}
	}
	for i := range p.Counters {
		set.Counters = append(set.Counters, p.Counters[i].compile(set.Attributes, shadow, e.keys))
	}
	for _, l := range p.declared().Lists {
		var samples []similarity.Sketch
		if set.Sampled && len(l.Entries) <= MaxSamples {
			samples = make([]similarity.Sketch, len(l.Entries))
			for i, text := range l.Entries {
				e.hasher.Sketch(&samples[i], text)
			}
		}
		set.Samples = append(set.Samples, samples)
	}
	to.Asked, s.asks, s.sampled = set, true, s.sampled || set.Sampled
}

func (r *Rule) compile(p *rulekit.Program) rules.Rule {
	until := uint32(stamp.Forever)
	if !r.Until.IsZero() {
		until = stamp.Of(r.Until)
	}
	return rules.Rule{
		Code: codeOfRules + r.Name, Why: r.Why, Program: p, Family: r.Evidence.Family, Points: r.Evidence.Points,
		Verdict: state.Verdict(r.Verdict), Retry: r.Retry.D(), Shadow: r.Mode == ShadowMode, Until: until,
	}
}

func (c *Counter) compile(declared []rulekit.Attribute, shadow string, k *keys.Keyer) rules.Counter {
	name := strings.Join([]string{c.Name, c.Key, c.Of.String(), c.Window.String(), shadow}, "\x00")
	to := rules.Counter{
		Sum: state.Sum{ID: k.Hash32(keys.Counted, name), Window: c.Window.D(), People: c.Of.people()},
		Of:  rules.Of(c.Of), Key: rules.ByAttribute,
	}
	switch c.Key {
	case "sender":
		to.Key = rules.BySender
	case "recipient":
		to.Key = rules.ByRecipient
	case "origin":
		to.Key = rules.ByOrigin
	}
	to.Attribute = slices.IndexFunc(declared, func(a rulekit.Attribute) bool { return "attr."+a.Name == c.Key })
	return to
}

// warn logs what is hardly meant in a policy.
func (e *Engine) warn(p *Policy) {
	for _, x := range p.Warnings(e.cfg.Compiler, e.cfg.Now()) {
		e.cfg.Logger.LogAttrs(context.Background(), slog.LevelWarn, "decorum: "+p.Name+": "+x.Field+": "+x.Problem)
	}
}

// checkAttributes reports what no message may bring.
func checkAttributes(all map[string]any) error {
	if len(all) == 0 {
		return nil
	}
	return attributeError(attributes.Check(all, MaxAttributes, MaxRuleName, MaxID))
}

func attributeError(name, problem string) error {
	switch {
	case problem == "":
		return nil
	case name == "":
		return &FieldError{Field: "attributes", Problem: problem}
	}
	return &FieldError{Field: "attributes." + name, Problem: problem}
}

// readAttributes reads those that the policies declare, and the rest of what rules alone
// look at.
func (w *work) readAttributes(m *Message) error {
	if !w.settings.asks {
		return nil
	}
	a := &w.in.Asked
	a.Bytes, a.Media, a.Delayed, a.Composed = len(m.Text), len(m.Media), m.Delayed, m.Composed
	for k := range 1 + len(w.settings.shadows) {
		a.Attributes[k] = a.Attributes[k][:0]
		set := w.settings.policyOf(k).Asked
		if set == nil {
			continue
		}
		var name, problem string
		if a.Attributes[k], name, problem = attributes.Read(a.Attributes[k], set.Attributes, m.Attributes); problem != "" {
			return attributeError(name, problem)
		}
	}
	return nil
}

// policyOf is the enforced policy, for 0, or a shadow.
func (s *settings) policyOf(k int) *judge.Policy {
	if k == 0 {
		return s.enforced
	}
	return s.shadows[k-1]
}

// keepAttributes copies what of the attributes is the caller's.
func (w *work) keepAttributes() {
	for k := range w.in.Asked.Attributes {
		for i := range w.in.Asked.Attributes[k] {
			v := &w.in.Asked.Attributes[k][i]
			v.Texts = slices.Clone(v.Texts)
		}
	}
}
