package rulekit_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// flags is a compiler of one kind of expression: attr.NAME, a flag.
type flags struct{}

func (flags) Compile(when string, d *rulekit.Declared) (*rulekit.Program, []rulekit.Fault) {
	name := strings.TrimPrefix(when, "attr.")
	i := slices.IndexFunc(d.Attributes, func(a rulekit.Attribute) bool { return a.Name == name && a.Type == rulekit.Flag })
	if i < 0 {
		return nil, []rulekit.Fault{{Line: 1, Column: 1, Problem: "write attr.NAME, where NAME is an attribute of type bool"}}
	}
	return &rulekit.Program{
		Reads: rulekit.Reads{Attributes: 1 << i},
		Cost:  1,
		Eval:  func(f *rulekit.Facts) (bool, error) { return f.Attributes[i].Flag, nil },
	}, nil
}

// A compiler of one's own, and a policy with a rule that it compiles.
func Example() {
	p, err := policy.ReadPolicy(strings.NewReader(`{
		"extends": "default", "name": "look at proxies",
		"attributes": {"proxy": "bool"},
		"rules": [{"name": "proxy", "when": "attr.proxy", "verdict": "hold", "why": "sent through a public proxy"}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := policy.New(policy.Config{Policy: p, Compiler: flags{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	for _, proxy := range []bool{false, true} {
		d, err := engine.Evaluate(context.Background(), policy.Message{
			Sender: "ann", Recipients: policy.To("bea"), Text: "hello", Attributes: map[string]any{"proxy": proxy},
		})
		fmt.Println(d.Verdict, err)
	}

	p.Rules[0].When = "attr.proxi"
	_, err = policy.New(policy.Config{Policy: p, Compiler: flags{}})
	fmt.Println(err)
	// Output:
	// allow <nil>
	// hold <nil>
	// policy: rules[0].when: 1:1: write attr.NAME, where NAME is an attribute of type bool
}
