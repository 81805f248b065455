// Package comparer is a small real compiler of rules, for tests of what judges by them.
package comparer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// A Compiler takes terms with && between them, each true, or NAME OP VALUE with < > == and
// numbers, durations, 'texts' and flags, or attr.NAME in lists.LIST, or
// text.like('LIST') > NUMBER. policy/celrules compiles CEL.
type Compiler struct{}

// A term of an expression.
type term struct {
	eval func(f *rulekit.Facts) bool
	late bool // it reads counters or likenesses
}

// Compile implements rulekit.Compiler.
func (Compiler) Compile(when string, d *rulekit.Declared) (*rulekit.Program, []rulekit.Fault) {
	p := &rulekit.Program{}
	var terms []term
	var faults []rulekit.Fault
	column := 1
	for part := range strings.SplitSeq(when, "&&") {
		t, problem := compileTerm(strings.Fields(part), d, &p.Reads)
		if problem != "" {
			faults = append(faults, rulekit.Fault{Line: 1, Column: column + len(part) - len(strings.TrimLeft(part, " ")), Problem: problem})
		}
		terms, p.Cost = append(terms, t), p.Cost+1
		column += len(part) + 2
	}
	if faults != nil {
		return nil, faults
	}
	all := func(f *rulekit.Facts, late bool) bool {
		for i := range terms {
			if (late || !terms[i].late) && !terms[i].eval(f) {
				return false
			}
		}
		return true
	}
	p.Eval = func(f *rulekit.Facts) (bool, error) { return all(f, true), nil }
	p.May = func(f *rulekit.Facts) bool { return all(f, false) }
	return p, nil
}

func compileTerm(word []string, d *rulekit.Declared, reads *rulekit.Reads) (t term, problem string) {
	if len(word) == 1 && word[0] == "true" {
		return term{eval: func(*rulekit.Facts) bool { return true }}, ""
	}
	if len(word) != 3 {
		return t, "must be NAME OP VALUE"
	}
	name, op, value := word[0], word[1], strings.Trim(word[2], "'")
	if op == "in" {
		return listed(name, value, d, reads)
	}
	if op != "<" && op != ">" && op != "==" {
		return t, "unknown operator " + op
	}
	number, text, late, problem := valueOf(name, d, reads)
	switch {
	case problem != "":
		return t, problem
	case text != nil:
		return term{eval: func(f *rulekit.Facts) bool { return text(f) == value }}, ""
	}
	if name == rulekit.ToStrangers && op == ">" {
		reads.Strangers = true
	}
	want, ok := numberOf(value)
	if !ok {
		return t, fmt.Sprintf("%q is no number", value)
	}
	return term{late: late, eval: func(f *rulekit.Facts) bool {
		switch x := number(f); op {
		case "<":
			return x < want
		case ">":
			return x > want
		default:
			return x == want
		}
	}}, ""
}

func numberOf(value string) (float64, bool) {
	if x, err := strconv.ParseFloat(value, 64); err == nil {
		return x, true
	}
	if d, err := time.ParseDuration(value); err == nil {
		return float64(d), true
	}
	b, err := strconv.ParseBool(value)
	return oneIf(b), err == nil
}

func listOf(d *rulekit.Declared, name string) int {
	return slices.IndexFunc(d.Lists, func(l rulekit.List) bool { return l.Name == name })
}

func attributeOf(d *rulekit.Declared, name string) int {
	return slices.IndexFunc(d.Attributes, func(x rulekit.Attribute) bool { return "attr."+x.Name == name })
}

// listed is attr.NAME in lists.LIST.
func listed(name, list string, d *rulekit.Declared, reads *rulekit.Reads) (t term, problem string) {
	a, l := attributeOf(d, name), listOf(d, strings.TrimPrefix(list, "lists."))
	if a < 0 || l < 0 {
		return t, "must be attr.NAME in lists.LIST"
	}
	reads.Attributes |= 1 << a
	reads.Lists |= 1 << l
	reads.Listed = true
	on := map[string]bool{}
	for _, e := range d.Lists[l].Entries {
		on[e] = true
	}
	return term{eval: func(f *rulekit.Facts) bool { return on[f.Attributes[a].Text] }}, ""
}

type (
	number func(f *rulekit.Facts) float64
	text   func(f *rulekit.Facts) string
)

// valueOf is what a name stands for, as a number or a text.
func valueOf(name string, d *rulekit.Declared, reads *rulekit.Reads) (n number, s text, late bool, problem string) {
	if c, ok := strings.CutPrefix(name, "counters."); ok {
		i := slices.Index(d.Counters, c)
		if i < 0 {
			return nil, nil, false, "unknown counter " + c
		}
		reads.Counters |= 1 << i
		return func(f *rulekit.Facts) float64 { return float64(f.Counters[i]) }, nil, true, ""
	}
	if l, ok := strings.CutPrefix(name, rulekit.Like+"('"); ok {
		i := listOf(d, strings.TrimSuffix(l, "')"))
		if i < 0 {
			return nil, nil, false, "unknown list " + l
		}
		reads.Samples |= 1 << i
		reads.Listed = true
		return func(f *rulekit.Facts) float64 { return f.Like(i) }, nil, true, ""
	}
	if a, ok := strings.CutPrefix(name, "attr."); ok {
		i := attributeOf(d, name)
		if i < 0 {
			return nil, nil, false, "unknown attribute " + a
		}
		reads.Attributes |= 1 << i
		n, s = ofAttribute(i, d.Attributes[i].Type)
		return n, s, false, ""
	}
	for i, v := range rulekit.Variables() {
		if v.Name == name {
			reads.Variables |= 1 << i
			n, s = ofVariable(v)
			return n, s, false, ""
		}
	}
	return nil, nil, false, "unknown name " + name
}

func ofAttribute(i int, t rulekit.Type) (number, text) {
	switch t {
	case rulekit.Text:
		return nil, func(f *rulekit.Facts) string { return f.Attributes[i].Text }
	case rulekit.Int:
		return func(f *rulekit.Facts) float64 { return float64(f.Attributes[i].Int) }, nil
	case rulekit.Flag:
		return func(f *rulekit.Facts) float64 { return oneIf(f.Attributes[i].Flag) }, nil
	case rulekit.Number:
		return func(f *rulekit.Facts) float64 { return f.Attributes[i].Number }, nil
	}
	return func(f *rulekit.Facts) float64 { return float64(len(f.Attributes[i].Texts)) }, nil
}

func ofVariable(v rulekit.Variable) (number, text) {
	switch v.Type {
	case rulekit.Int:
		return func(f *rulekit.Facts) float64 { return float64(v.Int(f)) }, nil
	case rulekit.Number:
		return v.Number, nil
	case rulekit.Flag:
		return func(f *rulekit.Facts) float64 { return oneIf(v.Flag(f)) }, nil
	case rulekit.Duration:
		return func(f *rulekit.Facts) float64 { return float64(v.Duration(f)) }, nil
	case rulekit.Text:
		return nil, v.Text
	}
	return func(f *rulekit.Facts) float64 { return float64(v.Time(f).Unix()) }, nil
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
