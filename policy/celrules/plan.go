package celrules

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// A value is a part of an expression that has been compiled.
type value[T any] func(f *rulekit.Facts) (T, error)

// A planner makes closures of the parts of an expression that are common, and programs of
// cel-go of what is left.
type planner struct {
	*compilation
}

func constant[T any](v T) value[T] {
	return func(*rulekit.Facts) (T, error) { return v, nil }
}

func always[T any](get func(f *rulekit.Facts) T) value[T] {
	return func(f *rulekit.Facts) (T, error) { return get(f), nil }
}

// flag compiles what is true or false. It always can.
func (p *planner) flag(e ast.Expr) value[bool] {
	var v value[bool]
	switch e.Kind() {
	case ast.LiteralKind:
		v = constant(e.AsLiteral() == types.True)
	case ast.IdentKind:
		if i := p.variable(e.AsIdent()); i >= 0 {
			v = always(p.variables[i].Flag)
		}
	case ast.SelectKind:
		v = p.attrFlag(e)
	case ast.CallKind:
		v = p.flagCall(e)
	case ast.ComprehensionKind:
		v = p.each(e)
	}
	if v == nil {
		v = p.rest(e)
	}
	return v
}

func (p *planner) attrFlag(e ast.Expr) value[bool] {
	i := p.attrOf(e)
	if i < 0 {
		return nil
	}
	if e.AsSelect().IsTestOnly() {
		return func(f *rulekit.Facts) (bool, error) { return f.Attributes[i].Set, nil }
	}
	return func(f *rulekit.Facts) (bool, error) { return f.Attributes[i].Flag, nil }
}

func (p *planner) flagCall(e ast.Expr) value[bool] {
	c := e.AsCall()
	args := c.Args()
	switch op := c.FunctionName(); op {
	case operators.LogicalNot:
		a := p.flag(args[0])
		return func(f *rulekit.Facts) (bool, error) {
			x, err := a(f)
			return !x && err == nil, err
		}
	case operators.LogicalAnd:
		return p.logic(args, false)
	case operators.LogicalOr:
		return p.logic(args, true)
	case operators.Conditional:
		return choose(p, args, p.flag)
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.Equals, operators.NotEquals:
		return p.compare(op, args[0], args[1])
	case operators.In:
		return p.in(args[0], args[1])
	case "contains":
		return p.find(c, strings.Contains)
	case "startsWith":
		return p.find(c, strings.HasPrefix)
	case "endsWith":
		return p.find(c, strings.HasSuffix)
	}
	return nil
}

// logic is && where decides is false, and || where it is true: the first part that decides
// does; where none does, one that fails makes the whole fail.
func (p *planner) logic(args []ast.Expr, decides bool) value[bool] {
	var parts []value[bool]
	for _, a := range args {
		parts = append(parts, p.flag(a))
	}
	if len(parts) == 2 {
		a, b := parts[0], parts[1]
		return func(f *rulekit.Facts) (bool, error) {
			x, err := a(f)
			if err == nil && x == decides {
				return x, nil
			}
			y, err2 := b(f)
			if err2 == nil && y == decides {
				return y, nil
			}
			if err == nil {
				err = err2
			}
			return !decides && err == nil, err
		}
	}
	return func(f *rulekit.Facts) (bool, error) {
		var fault error
		for _, part := range parts {
			x, err := part(f)
			if err == nil && x == decides {
				return x, nil
			}
			if fault == nil {
				fault = err
			}
		}
		return !decides && fault == nil, fault
	}
}

// choose is CONDITION ? A : B.
func choose[T any](p *planner, args []ast.Expr, compile func(ast.Expr) value[T]) value[T] {
	a, b := compile(args[1]), compile(args[2])
	if a == nil || b == nil {
		return nil
	}
	condition := p.flag(args[0])
	return func(f *rulekit.Facts) (T, error) {
		x, err := condition(f)
		if err != nil {
			var none T
			return none, err
		}
		if x {
			return a(f)
		}
		return b(f)
	}
}

func (p *planner) find(c ast.CallExpr, find func(s, part string) bool) value[bool] {
	a, b := p.text(c.Target()), p.text(c.Args()[0])
	if a == nil || b == nil {
		return nil
	}
	return func(f *rulekit.Facts) (bool, error) {
		x, err := a(f)
		if err != nil {
			return false, err
		}
		y, err := b(f)
		return err == nil && find(x, y), err
	}
}

// in compiles TEXT in LIST.
func (p *planner) in(e, of ast.Expr) value[bool] {
	a, b := p.text(e), p.texts(of)
	if a == nil || b == nil {
		return nil
	}
	sorted := of.Kind() == ast.IdentKind // lists.NAME
	return func(f *rulekit.Facts) (bool, error) {
		x, err := a(f)
		if err != nil {
			return false, err
		}
		if sorted {
			return has(b(f), x), nil
		}
		return slices.Contains(b(f), x), nil
	}
}

// texts compiles a list of texts that is an attribute, a list of the policy, or literal.
func (p *planner) texts(e ast.Expr) func(f *rulekit.Facts) []string {
	switch e.Kind() {
	case ast.IdentKind:
		if list, ok := strings.CutPrefix(e.AsIdent(), "lists."); ok {
			entries := p.d.Lists[p.list(list)].Entries
			return func(*rulekit.Facts) []string { return entries }
		}
	case ast.SelectKind:
		if i := p.attrOf(e); i >= 0 {
			return func(f *rulekit.Facts) []string { return f.Attributes[i].Texts }
		}
	case ast.ListKind:
		var all []string
		for _, x := range e.AsList().Elements() {
			s, ok := literalText(x)
			if !ok {
				return nil
			}
			all = append(all, s)
		}
		return func(*rulekit.Facts) []string { return all }
	}
	return nil
}

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

// may is what a part could be, whatever counters and likenesses are.
func (p *planner) may(e ast.Expr) (m may) {
	if !p.late(e) {
		v := p.flag(e)
		return may{
			yes: func(f *rulekit.Facts) bool { x, err := v(f); return x && err == nil },
			no:  func(f *rulekit.Facts) bool { x, err := v(f); return !x && err == nil },
		}
	}
	var parts []may
	if e.Kind() == ast.CallKind {
		switch e.AsCall().FunctionName() {
		case operators.LogicalNot, operators.LogicalAnd, operators.LogicalOr, operators.Conditional:
			for _, a := range e.AsCall().Args() {
				parts = append(parts, p.may(a))
			}
		}
	}
	if parts == nil {
		always := func(*rulekit.Facts) bool { return true }
		return may{always, always}
	}
	return joined(e.AsCall().FunctionName(), parts)
}

// joined is what parts could be with an operator between them.
func joined(op string, parts []may) may {
	switch op {
	case operators.LogicalNot:
		return may{parts[0].no, parts[0].yes}
	case operators.LogicalAnd:
		return may{each(parts, may.isYes), either(parts, may.isNo)}
	case operators.LogicalOr:
		return may{either(parts, may.isYes), each(parts, may.isNo)}
	}
	c, a, b := parts[0], parts[1], parts[2]
	return may{
		yes: func(f *rulekit.Facts) bool { return c.yes(f) && a.yes(f) || c.no(f) && b.yes(f) },
		no:  func(f *rulekit.Facts) bool { return c.yes(f) && a.no(f) || c.no(f) && b.no(f) },
	}
}

// A may tells whether a part could be true, and whether it could be false.
type may struct{ yes, no func(f *rulekit.Facts) bool }

func (m may) isYes(f *rulekit.Facts) bool { return m.yes(f) }
func (m may) isNo(f *rulekit.Facts) bool  { return m.no(f) }

func each(parts []may, is func(m may, f *rulekit.Facts) bool) func(f *rulekit.Facts) bool {
	return func(f *rulekit.Facts) bool {
		for i := range parts {
			if !is(parts[i], f) {
				return false
			}
		}
		return true
	}
}

func either(parts []may, is func(m may, f *rulekit.Facts) bool) func(f *rulekit.Facts) bool {
	return func(f *rulekit.Facts) bool {
		for i := range parts {
			if is(parts[i], f) {
				return true
			}
		}
		return false
	}
}
