package policy_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// TestChoices: what the schema and the reference offer for a field is what the reader
// takes, and it takes nothing else; so is what they say of a signal that is off.
func TestChoices(t *testing.T) {
	t.Parallel()
	member := func(rest string) string { return `"classes": {"member": {` + rest + `}}` }
	rule := func(rest string) string {
		return `"rules": [{"name": "a", "when": "true", "why": "b", ` + rest + `}]`
	}
	all := map[reflect.Type][]string{}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[policy.Verdict](), reflect.TypeFor[scoring.Family](), reflect.TypeFor[policy.Mode](), reflect.TypeFor[policy.Category](),
		reflect.TypeFor[policy.CounterOf](), reflect.TypeFor[policy.Kind](), reflect.TypeFor[policy.Scope](),
	} {
		all[typ] = enumNames(typ)
	}
	of := map[string]struct {
		typ  reflect.Type
		file string // VALUE stands for one
	}{
		"Pair.Blocked":        {reflect.TypeFor[policy.Verdict](), member(`"pair": {"blocked": "VALUE"}`)},
		"Pair.Complained":     {reflect.TypeFor[policy.Verdict](), member(`"pair": {"complained": "VALUE"}`)},
		"Pair.Unaccepted":     {reflect.TypeFor[policy.Verdict](), member(`"pair": {"unaccepted": "VALUE"}`)},
		"Crowd.Answer":        {reflect.TypeFor[policy.Verdict](), `"crowd": {"answer": "VALUE"}`},
		"Rule.Verdict":        {reflect.TypeFor[policy.Verdict](), rule(`"verdict": "VALUE"`)},
		"RuleEvidence.Family": {reflect.TypeFor[scoring.Family](), rule(`"evidence": {"family": "VALUE", "points": 1}`)},
		"Signal.Mode":         {reflect.TypeFor[policy.Mode](), member(`"signals": {"text_fast": {"mode": "VALUE"}}`)},
		"Counter.Of":          {reflect.TypeFor[policy.CounterOf](), `"counters": [{"name": "a", "key": "KEY", "of": "VALUE", "window": "1d"}]`},
		"Rules.SevereCategories": {reflect.TypeFor[policy.Category](),
			member(`"confirmed_categories": [], "confirmed": [], "severe_categories": ["VALUE"]`)},
		"Step.Kind":  {reflect.TypeFor[policy.Kind](), member(`"ladder": [{"strikes": 1, "kind": "VALUE"MORE}]`)},
		"Step.Scope": {reflect.TypeFor[policy.Scope](), member(`"ladder": [{"strikes": 1, "scope": "VALUE"MORE}]`)},
	}
	more := map[string]string{ // what a step needs beside
		"block": `, "for": "1d", "scope": "outreach"`, "restriction": `, "for": "1d", "per_day": 10, "scope": "messaging"`,
		"suspension": `, "for": "30d", "scope": "account"`,
		"none":       `, "kind": "warning"`, "outreach": `, "kind": "block", "for": "1d"`, "messaging": `, "kind": "block", "for": "1d"`, "account": `, "kind": "suspension", "for": "1d"`,
	}
	key := func(of string) string { // people of a recipient, or of a sender
		if of == "recipients" || of == "strangers" {
			return "sender"
		}
		return "recipient"
	}
	for field := range choices {
		if _, ok := of[field]; !ok {
			t.Errorf("%s is not tried", field)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(of)) {
		c := of[field]
		offered := choices[field]
		if offered == nil {
			offered = all[c.typ]
		}
		for _, value := range all[c.typ] {
			part := c.file
			if value == "defer" && field == "Rule.Verdict" {
				part = strings.Replace(part, `"VALUE"`, `"VALUE", "retry": "1h"`, 1)
			}
			part = strings.NewReplacer("VALUE", value, "MORE", more[value], "KEY", key(value)).Replace(part)
			_, err := policy.ReadPolicy(strings.NewReader(`{"extends": "default", "name": "ours", ` + part + `}`))
			if takes := err == nil; takes != slices.Contains(offered, value) {
				t.Errorf("%s: %q is offered: %v; the reader says %v", field, value, !takes, err)
			}
		}
	}
}
