package celrules

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// An entry is a condition on one text of a list. It cannot fail.
type entry func(f *rulekit.Facts, s string) bool

// each compiles LIST.exists(x, CONDITION), and all, where the condition says something
// simple of x alone; nil where it does not.
func (p *planner) each(e ast.Expr) value[bool] {
	c := e.AsComprehension()
	condition, all := existing(e), false
	if condition == nil {
		condition, all = universal(c), true
	}
	list := p.texts(c.IterRange())
	if condition == nil || list == nil {
		return nil
	}
	is := p.entry(condition, c.IterVar())
	if is == nil {
		return nil
	}
	return func(f *rulekit.Facts) (bool, error) {
		for _, s := range list(f) {
			if is(f, s) != all {
				return !all, nil
			}
		}
		return all, nil
	}
}

// universal is the condition of LIST.all(x, condition); nil where it is another macro.
func universal(c ast.ComprehensionExpr) ast.Expr {
	step := c.LoopStep()
	if c.AccuInit().Kind() != ast.LiteralKind || c.AccuInit().AsLiteral() != types.True ||
		step.Kind() != ast.CallKind || step.AsCall().FunctionName() != operators.LogicalAnd || c.Result().Kind() != ast.IdentKind {
		return nil
	}
	if args := step.AsCall().Args(); len(args) == 2 && args[0].Kind() == ast.IdentKind && args[0].AsIdent() == c.AccuVar() {
		return args[1]
	}
	return nil
}

// entry compiles a condition on the text that x names; nil where it is none of these.
func (p *planner) entry(e ast.Expr, x string) entry {
	if e.Kind() != ast.CallKind {
		return nil
	}
	c := e.AsCall()
	args := append(slicesOf(c), c.Args()...)
	isX := func(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == x }
	switch name := c.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot:
		return p.entries(name, args, x)
	case operators.In:
		return p.entryIn(args, isX)
	case operators.Equals, operators.NotEquals:
		if isX(args[1]) {
			args[0], args[1] = args[1], args[0]
		}
		return fixed(args, isX, map[string]func(s, t string) bool{
			operators.Equals: func(s, t string) bool { return s == t }, operators.NotEquals: func(s, t string) bool { return s != t },
		}[name])
	case "contains":
		return fixed(args, isX, strings.Contains)
	case "startsWith":
		return fixed(args, isX, strings.HasPrefix)
	case "endsWith":
		return fixed(args, isX, strings.HasSuffix)
	}
	return nil
}

// fixed compares x with a text that stands there.
func fixed(args []ast.Expr, isX func(ast.Expr) bool, is func(s, t string) bool) entry {
	t, ok := literalText(args[1])
	if !isX(args[0]) || !ok {
		return nil
	}
	return func(_ *rulekit.Facts, s string) bool { return is(s, t) }
}

func (p *planner) entryIn(args []ast.Expr, isX func(ast.Expr) bool) entry {
	list := p.texts(args[1])
	if !isX(args[0]) || list == nil {
		return nil
	}
	if args[1].Kind() == ast.IdentKind { // lists.NAME
		return func(f *rulekit.Facts, s string) bool { return has(list(f), s) }
	}
	return func(f *rulekit.Facts, s string) bool { return slices.Contains(list(f), s) }
}

// entries joins conditions.
func (p *planner) entries(op string, args []ast.Expr, x string) entry {
	var parts []entry
	for _, a := range args {
		part := p.entry(a, x)
		if part == nil {
			return nil
		}
		parts = append(parts, part)
	}
	if op == operators.LogicalNot {
		return func(f *rulekit.Facts, s string) bool { return !parts[0](f, s) }
	}
	decides := op == operators.LogicalOr
	return func(f *rulekit.Facts, s string) bool {
		for _, is := range parts {
			if is(f, s) == decides {
				return decides
			}
		}
		return !decides
	}
}
