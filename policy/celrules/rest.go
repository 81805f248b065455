package celrules

import (
	"errors"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// lister lets listed take over all of a list but Contains.
type lister = traits.Lister

var errNoBool = errors.New("celrules: a part is neither true nor false")

// rest has cel-go evaluate a part.
func (p *planner) rest(e ast.Expr) value[bool] {
	sub := ast.NewCheckedAST(ast.NewAST(e, p.ast.SourceInfo()), p.ast.TypeMap(), p.ast.ReferenceMap())
	env, err := p.env.Extend(cel.CustomTypeProvider(p.provider()))
	var program cel.Program
	if err == nil {
		program, err = env.PlanProgram(sub, cel.EvalOptions(cel.OptOptimize))
	}
	if err != nil {
		p.fault(e.ID(), "cannot be compiled: %v", err)
		return constant(false)
	}
	named := p.named(e)
	return func(f *rulekit.Facts) (bool, error) {
		v, _, err := program.Eval(&activation{f, named})
		if err != nil {
			return false, err
		}
		b, ok := v.(types.Bool)
		if !ok {
			return false, errNoBool
		}
		return bool(b), nil
	}
}

// An activation tells cel-go what names mean for a message.
type activation struct {
	f     *rulekit.Facts
	named map[string]func(f *rulekit.Facts) any
}

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	get := a.named[name]
	if get == nil {
		return nil, false
	}
	return get(a.f), true
}

// Parent implements cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }

// named is what the names in a part mean.
func (p *planner) named(e ast.Expr) map[string]func(f *rulekit.Facts) any {
	all := map[string]func(f *rulekit.Facts) any{"attr": func(f *rulekit.Facts) any { return f }}
	walk(e, func(e ast.Expr) bool {
		if e.Kind() != ast.IdentKind {
			return true
		}
		name := e.AsIdent()
		if i := p.variable(name); i >= 0 {
			all[name] = anyOf(&p.variables[i])
		} else if i := p.counter(name); i >= 0 {
			all[name] = func(f *rulekit.Facts) any { return f.Counters[i] }
		} else if i, ok := likeOf(name); ok {
			all[name] = func(f *rulekit.Facts) any { return f.Like(i) }
		} else if list, ok := strings.CutPrefix(name, "lists."); ok {
			entries := p.d.Lists[p.list(list)].Entries
			l := listed{types.NewStringList(p.env.CELTypeAdapter(), entries), entries}
			all[name] = func(*rulekit.Facts) any { return l }
		}
		return true
	})
	return all
}

func anyOf(v *rulekit.Variable) func(f *rulekit.Facts) any {
	switch v.Type {
	case rulekit.Flag:
		return func(f *rulekit.Facts) any { return v.Flag(f) }
	case rulekit.Int:
		return func(f *rulekit.Facts) any { return v.Int(f) }
	case rulekit.Number:
		return func(f *rulekit.Facts) any { return v.Number(f) }
	case rulekit.Text:
		return func(f *rulekit.Facts) any { return v.Text(f) }
	case rulekit.Duration:
		return func(f *rulekit.Facts) any { return v.Duration(f) }
	}
	return func(f *rulekit.Facts) any { return v.Time(f) }
}
