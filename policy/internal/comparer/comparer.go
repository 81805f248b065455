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

// A Compiler is a small real compiler: terms with && between them, each NAME OP VALUE with
// < > == and numbers, durations, 'texts' and flags, or NAME in lists.LIST, or
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
	list := func(name string) int {
		return slices.IndexFunc(d.Lists, func(l rulekit.List) bool { return l.Name == name })
	}
	attribute := -1
	if a, ok := strings.CutPrefix(name, "attr."); ok {
		if attribute = slices.IndexFunc(d.Attributes, func(x rulekit.Attribute) bool { return x.Name == a }); attribute < 0 {
			return t, "unknown attribute " + a
		}
		reads.Attributes |= 1 << attribute
	}
	if op == "in" {
		l := list(strings.TrimPrefix(value, "lists."))
		if attribute < 0 || l < 0 {
			return t, "must be attr.NAME in lists.LIST"
		}
		reads.Lists |= 1 << l
		reads.Listed = true
		on := map[string]bool{}
		for _, e := range d.Lists[l].Entries {
			on[e] = true
		}
		return term{eval: func(f *rulekit.Facts) bool { return on[f.Attributes[attribute].Text] }}, ""
	}
	less := map[string]func(a, b float64) bool{
		"<": func(a, b float64) bool { return a < b }, ">": func(a, b float64) bool { return a > b }, "==": func(a, b float64) bool { return a == b },
	}[op]
	if less == nil {
		return t, "unknown operator " + op
	}
	number := func(get func(f *rulekit.Facts) float64) term {
		want, err := strconv.ParseFloat(value, 64)
		if d, e := time.ParseDuration(value); e == nil {
			want, err = float64(d), nil
		}
		if b, e := strconv.ParseBool(value); err != nil && e == nil {
			want, err = oneIf(b), nil
		}
		if err != nil {
			problem = fmt.Sprintf("%q is no number", value)
		}
		return term{eval: func(f *rulekit.Facts) bool { return less(get(f), want) }}
	}
	if c, ok := strings.CutPrefix(name, "counters."); ok {
		i := slices.Index(d.Counters, c)
		if i < 0 {
			return t, "unknown counter " + c
		}
		reads.Counters |= 1 << i
		t = number(func(f *rulekit.Facts) float64 { return float64(f.Counters[i]) })
		t.late = true
		return t, problem
	}
	if l, ok := strings.CutPrefix(name, rulekit.Like+"('"); ok {
		i := list(strings.TrimSuffix(l, "')"))
		if i < 0 {
			return t, "unknown list " + l
		}
		reads.Samples |= 1 << i
		reads.Listed = true
		t = number(func(f *rulekit.Facts) float64 { return f.Like(i) })
		t.late = true
		return t, problem
	}
	if attribute >= 0 {
		switch d.Attributes[attribute].Type {
		case rulekit.Text:
			return term{eval: func(f *rulekit.Facts) bool { return f.Attributes[attribute].Text == value }}, ""
		case rulekit.Int:
			return number(func(f *rulekit.Facts) float64 { return float64(f.Attributes[attribute].Int) }), problem
		case rulekit.Flag:
			return number(func(f *rulekit.Facts) float64 { return oneIf(f.Attributes[attribute].Flag) }), problem
		case rulekit.Number:
			return number(func(f *rulekit.Facts) float64 { return f.Attributes[attribute].Number }), problem
		}
		return number(func(f *rulekit.Facts) float64 { return float64(len(f.Attributes[attribute].Texts)) }), problem
	}
	for i, v := range rulekit.Variables() {
		if v.Name != name {
			continue
		}
		reads.Variables |= 1 << i
		if name == rulekit.ToStrangers && op == ">" {
			reads.Strangers = true
		}
		switch v.Type {
		case rulekit.Int:
			return number(func(f *rulekit.Facts) float64 { return float64(v.Int(f)) }), problem
		case rulekit.Number:
			return number(v.Number), problem
		case rulekit.Flag:
			return number(func(f *rulekit.Facts) float64 { return oneIf(v.Flag(f)) }), problem
		case rulekit.Duration:
			return number(func(f *rulekit.Facts) float64 { return float64(v.Duration(f)) }), problem
		case rulekit.Text:
			return term{eval: func(f *rulekit.Facts) bool { return v.Text(f) == value }}, ""
		}
	}
	return t, "unknown name " + name
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
