package celrules

import (
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/decorum-go/decorum/policy/rulekit"
)

func itoa(n int) string { return strconv.Itoa(n) }

// reads is what a part of the expression reads.
func (x *compilation) reads(e ast.Expr) (r rulekit.Reads) {
	walk(e, func(e ast.Expr) bool {
		switch e.Kind() {
		case ast.IdentKind:
			x.readsIdent(e.AsIdent(), &r)
		case ast.SelectKind:
			if i := x.attrOf(e); i >= 0 {
				r.Attributes |= 1 << i
			}
		}
		return true
	})
	return r
}

func (x *compilation) readsIdent(name string, r *rulekit.Reads) {
	if i := x.variable(name); i >= 0 {
		r.Variables |= 1 << i
	} else if i, ok := likeOf(name); ok {
		r.Samples |= 1 << i
	} else if list, ok := strings.CutPrefix(name, "lists."); ok {
		r.Lists |= 1 << x.list(list)
	} else if i := x.counter(name); i >= 0 {
		r.Counters |= 1 << i
	}
}

func (x *compilation) counter(name string) int {
	if c, ok := strings.CutPrefix(name, "counters."); ok {
		for i, k := range x.d.Counters {
			if k == c {
				return i
			}
		}
	}
	return -1
}

// attrOf is which attribute a node reads, or asks for with has; -1: none.
func (x *compilation) attrOf(e ast.Expr) int {
	if e.Kind() != ast.SelectKind {
		return -1
	}
	if o := e.AsSelect().Operand(); o.Kind() != ast.IdentKind || o.AsIdent() != "attr" {
		return -1
	}
	return x.attribute(e.AsSelect().FieldName())
}

// late reports whether a part reads counters or likenesses, which are looked up.
func (x *compilation) late(e ast.Expr) bool {
	r := x.reads(e)
	return r.Counters != 0 || r.Samples != 0
}

// What a part could be.
type could struct{ true, false bool }

var unknown = could{true, true}

// could tells what a part could be, by what assume knows of its smallest ones. It errs to
// both.
func (x *compilation) could(e ast.Expr, assume func(e ast.Expr) could) could {
	switch e.Kind() {
	case ast.LiteralKind:
		if b, ok := e.AsLiteral().(types.Bool); ok {
			return could{bool(b), !bool(b)}
		}
	case ast.ComprehensionKind:
		if condition := existing(e); condition != nil {
			return could{x.could(condition, assume).true, true}
		}
	case ast.CallKind:
		switch e.AsCall().FunctionName() {
		case operators.LogicalNot, operators.LogicalAnd, operators.LogicalOr, operators.Conditional:
			var parts []could
			for _, y := range e.AsCall().Args() {
				parts = append(parts, x.could(y, assume))
			}
			return together(e.AsCall().FunctionName(), parts)
		}
	}
	return assume(e)
}

// together is what parts could be with an operator between them.
func together(op string, parts []could) could {
	switch op {
	case operators.LogicalNot:
		return could{parts[0].false, parts[0].true}
	case operators.Conditional:
		c, a, b := parts[0], parts[1], parts[2]
		return could{c.true && a.true || c.false && b.true, c.true && a.false || c.false && b.false}
	}
	isTrue, isFalse := func(c could) bool { return c.true }, func(c could) bool { return c.false }
	if op == operators.LogicalAnd {
		return could{!slices.ContainsFunc(parts, func(c could) bool { return !c.true }), slices.ContainsFunc(parts, isFalse)}
	}
	return could{slices.ContainsFunc(parts, isTrue), !slices.ContainsFunc(parts, func(c could) bool { return !c.false })}
}

// existing is the condition of LIST.exists(x, condition); nil where it is another macro.
func existing(e ast.Expr) ast.Expr {
	c := e.AsComprehension()
	step := c.LoopStep()
	if c.AccuInit().Kind() != ast.LiteralKind || c.AccuInit().AsLiteral() != types.False ||
		step.Kind() != ast.CallKind || step.AsCall().FunctionName() != operators.LogicalOr || c.Result().Kind() != ast.IdentKind {
		return nil
	}
	if args := step.AsCall().Args(); len(args) == 2 && args[0].Kind() == ast.IdentKind && args[0].AsIdent() == c.AccuVar() {
		return args[1]
	}
	return nil
}

// withoutStrangers is what a comparison is where no recipient is a stranger.
func (x *compilation) withoutStrangers(e ast.Expr) could {
	name, compare := comparison(e)
	if name != rulekit.ToStrangers && name != "to.new" {
		return unknown
	}
	return compare(0)
}

// minLike is how alike a text must be to one on a list to count as listed.
const minLike = 0.3

// withoutLists is what a part is where nothing that the message brings is on a list, and
// its text is not like one on a list.
func (x *compilation) withoutLists(e ast.Expr) could {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.In {
		args := e.AsCall().Args()
		if args[1].Kind() == ast.IdentKind && strings.HasPrefix(args[1].AsIdent(), "lists.") && x.brought(args[0]) {
			return could{false: true}
		}
		return unknown
	}
	name, compare := comparison(e)
	if _, ok := likeOf(name); !ok {
		return unknown
	}
	if op := e.AsCall().FunctionName(); op == operators.Equals || op == operators.NotEquals {
		return unknown // true, or false, of one value among others
	}
	if least, most := compare(0), compare(minLike-1e-9); least == most {
		return least
	}
	return unknown
}

// brought reports whether a text is one that the message brings: an attribute, or a text
// of one that is a list.
func (x *compilation) brought(e ast.Expr) bool {
	if i := x.attrOf(e); i >= 0 {
		return true
	}
	return e.Kind() == ast.IdentKind && x.brings(e.AsIdent())
}

// brings reports whether every macro whose variable has that name goes over an attribute.
func (x *compilation) brings(name string) bool {
	found, all := false, true
	walk(x.ast.Expr(), func(e ast.Expr) bool {
		if e.Kind() == ast.ComprehensionKind && e.AsComprehension().IterVar() == name {
			found = true
			all = all && x.attrOf(e.AsComprehension().IterRange()) >= 0
		}
		return true
	})
	return found && all
}

// comparison is what a node compares with a number that stands there, and how it turns
// out for a value of it.
func comparison(e ast.Expr) (name string, compare func(v float64) could) {
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
		return "", nil
	}
	op, args := e.AsCall().FunctionName(), e.AsCall().Args()
	a, b := args[0], args[1]
	if a.Kind() == ast.LiteralKind {
		a, b = b, a
		op = map[string]string{operators.Less: operators.Greater, operators.LessEquals: operators.GreaterEquals, operators.Greater: operators.Less,
			operators.GreaterEquals: operators.LessEquals, operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals}[op]
	}
	c, ok := number(b)
	if a.Kind() != ast.IdentKind || !ok {
		return "", nil
	}
	return a.AsIdent(), func(v float64) could {
		var is bool
		switch op {
		case operators.Less:
			is = v < c
		case operators.LessEquals:
			is = v <= c
		case operators.Greater:
			is = v > c
		case operators.GreaterEquals:
			is = v >= c
		case operators.Equals:
			is = v == c
		case operators.NotEquals:
			is = v != c
		default:
			return unknown
		}
		return could{is, !is}
	}
}

// number is that of a literal.
func number(e ast.Expr) (float64, bool) {
	if e.Kind() != ast.LiteralKind {
		return 0, false
	}
	switch v := e.AsLiteral().(type) {
	case types.Int:
		return float64(v), true
	case types.Double:
		return float64(v), true
	}
	return 0, false
}
