package celrules

import (
	"cmp"
	"errors"
	"math"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/decorum-go/decorum/policy/rulekit"
)

var (
	errOverflow = errors.New("celrules: a number is too large")
	errDivide   = errors.New("celrules: division by zero")
)

// compare compiles A < B and its like; nil where it cannot.
func (p *planner) compare(op string, a, b ast.Expr) value[bool] {
	of, with := p.ast.GetType(a.ID()).Kind(), p.ast.GetType(b.ID()).Kind()
	switch {
	case of == types.IntKind && with == types.IntKind:
		return ordered(op, p.int(a), p.int(b))
	case of == types.DoubleKind && with == types.DoubleKind:
		return floats(op, p.number(a), p.number(b))
	case of == types.DoubleKind && with == types.IntKind:
		return mixed(op, p.number(a), p.int(b), false)
	case of == types.IntKind && with == types.DoubleKind:
		return mixed(op, p.number(b), p.int(a), true)
	case of != with:
		return nil
	case of == types.StringKind:
		return ordered(op, p.text(a), p.text(b))
	case of == types.DurationKind:
		return ordered(op, p.span(a), p.span(b))
	case of == types.TimestampKind:
		return moments(op, p.moment(a), p.moment(b))
	case of == types.BoolKind:
		x, y := p.flag(a), p.flag(b)
		return pair(x, y, func(x, y bool) (bool, error) { return holds(op, cmp.Compare(bit(x), bit(y))), nil })
	}
	return nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func holds(op string, c int) bool {
	switch op {
	case operators.Less:
		return c < 0
	case operators.LessEquals:
		return c <= 0
	case operators.Greater:
		return c > 0
	case operators.GreaterEquals:
		return c >= 0
	case operators.Equals:
		return c == 0
	}
	return c != 0
}

// pair compiles a function of two; nil where one of them could not be compiled.
func pair[A, B, T any](a value[A], b value[B], of func(x A, y B) (T, error)) value[T] {
	if a == nil || b == nil {
		return nil
	}
	return func(f *rulekit.Facts) (none T, err error) {
		x, err := a(f)
		if err != nil {
			return none, err
		}
		y, err := b(f)
		if err != nil {
			return none, err
		}
		return of(x, y)
	}
}

func ordered[T int64 | string | time.Duration](op string, a, b value[T]) value[bool] {
	return pair(a, b, func(x, y T) (bool, error) { return holds(op, cmp.Compare(x, y)), nil })
}

func moments(op string, a, b value[time.Time]) value[bool] {
	return pair(a, b, func(x, y time.Time) (bool, error) { return holds(op, x.Compare(y)), nil })
}

func floats(op string, a, b value[float64]) value[bool] {
	return pair(a, b, func(x, y float64) (bool, error) {
		if x != x || y != y {
			return op == operators.NotEquals, nil // what is no number equals nothing and has no order
		}
		return holds(op, cmp.Compare(x, y)), nil
	})
}

// mixed compares a double with an int, or, turned, an int with a double.
func mixed(op string, a value[float64], b value[int64], turned bool) value[bool] {
	return pair(a, b, func(x float64, y int64) (bool, error) {
		if x != x {
			return op == operators.NotEquals, nil // what is no number equals nothing and has no order
		}
		c := cmp.Compare(x, float64(y))
		if turned {
			c = -c
		}
		return holds(op, c), nil
	})
}

// int compiles a whole number; nil where it cannot.
func (p *planner) int(e ast.Expr) value[int64] {
	switch e.Kind() {
	case ast.LiteralKind:
		n, _ := e.AsLiteral().(types.Int)
		return constant(int64(n))
	case ast.IdentKind:
		if i := p.variable(e.AsIdent()); i >= 0 {
			return always(p.variables[i].Int)
		}
		if i := p.counter(e.AsIdent()); i >= 0 {
			return func(f *rulekit.Facts) (int64, error) { return f.Counters[i], nil }
		}
	case ast.SelectKind:
		if i := p.attrOf(e); i >= 0 {
			return func(f *rulekit.Facts) (int64, error) { return f.Attributes[i].Int, nil }
		}
	case ast.CallKind:
		return p.intCall(e)
	}
	return nil
}

func (p *planner) intCall(e ast.Expr) value[int64] {
	c := e.AsCall()
	args := c.Args()
	switch op := c.FunctionName(); op {
	case operators.Conditional:
		return choose(p, args, p.int)
	case operators.Negate:
		return pair(constant(int64(0)), p.int(args[0]), subtract)
	case operators.Add:
		return pair(p.int(args[0]), p.int(args[1]), add)
	case operators.Subtract:
		return pair(p.int(args[0]), p.int(args[1]), subtract)
	case operators.Multiply:
		return pair(p.int(args[0]), p.int(args[1]), multiply)
	case operators.Divide:
		return pair(p.int(args[0]), p.int(args[1]), divide)
	case operators.Modulo:
		return pair(p.int(args[0]), p.int(args[1]), modulo)
	case "size":
		return p.size(append(slicesOf(c), args...)[0])
	}
	return nil
}

// slicesOf is what a method is called on, if it is one.
func slicesOf(c ast.CallExpr) []ast.Expr {
	if c.IsMemberFunction() {
		return []ast.Expr{c.Target()}
	}
	return nil
}

func (p *planner) size(e ast.Expr) value[int64] {
	if p.ast.GetType(e.ID()).Kind() == types.StringKind {
		v := p.text(e)
		if v == nil {
			return nil
		}
		return func(f *rulekit.Facts) (int64, error) {
			s, err := v(f)
			return int64(utf8.RuneCountInString(s)), err
		}
	}
	v := p.texts(e)
	if v == nil {
		return nil
	}
	return func(f *rulekit.Facts) (int64, error) { return int64(len(v(f))), nil }
}

func add(x, y int64) (int64, error) {
	if s := x + y; (s > x) == (y > 0) {
		return s, nil
	}
	return 0, errOverflow
}

func subtract(x, y int64) (int64, error) {
	if d := x - y; (d < x) == (y > 0) {
		return d, nil
	}
	return 0, errOverflow
}

func multiply(x, y int64) (int64, error) {
	if x == 0 || y == 0 {
		return 0, nil
	}
	m := x * y
	if m/y != x || x == -1 && y == math.MinInt64 || y == -1 && x == math.MinInt64 {
		return 0, errOverflow
	}
	return m, nil
}

func divide(x, y int64) (int64, error) {
	switch {
	case y == 0:
		return 0, errDivide
	case x == math.MinInt64 && y == -1:
		return 0, errOverflow
	}
	return x / y, nil
}

func modulo(x, y int64) (int64, error) {
	if _, err := divide(x, y); err != nil {
		return 0, err
	}
	return x % y, nil
}

// number compiles a double; nil where it cannot.
func (p *planner) number(e ast.Expr) value[float64] {
	switch e.Kind() {
	case ast.LiteralKind:
		n, _ := e.AsLiteral().(types.Double)
		return constant(float64(n))
	case ast.IdentKind:
		if i := p.variable(e.AsIdent()); i >= 0 {
			return always(p.variables[i].Number)
		}
		if i, ok := likeOf(e.AsIdent()); ok {
			return func(f *rulekit.Facts) (float64, error) { return f.Like(i), nil }
		}
	case ast.SelectKind:
		if i := p.attrOf(e); i >= 0 {
			return func(f *rulekit.Facts) (float64, error) { return f.Attributes[i].Number, nil }
		}
	case ast.CallKind:
		return p.numberCall(e)
	}
	return nil
}

func (p *planner) numberCall(e ast.Expr) value[float64] {
	c := e.AsCall()
	args := c.Args()
	both := func(of func(x, y float64) float64) value[float64] {
		return pair(p.number(args[0]), p.number(args[1]), func(x, y float64) (float64, error) { return of(x, y), nil })
	}
	switch c.FunctionName() {
	case operators.Conditional:
		return choose(p, args, p.number)
	case operators.Negate:
		return pair(constant(0), p.number(args[0]), func(_ int, x float64) (float64, error) { return -x, nil })
	case operators.Add:
		return both(func(x, y float64) float64 { return x + y })
	case operators.Subtract:
		return both(func(x, y float64) float64 { return x - y })
	case operators.Multiply:
		return both(func(x, y float64) float64 { return float64(x * y) })
	case operators.Divide:
		return both(func(x, y float64) float64 { return x / y })
	case "double":
		if p.ast.GetType(args[0].ID()).Kind() == types.IntKind {
			return pair(constant(0), p.int(args[0]), func(_ int, x int64) (float64, error) { return float64(x), nil })
		}
	}
	return nil
}

// text compiles a text; nil where it cannot.
func (p *planner) text(e ast.Expr) value[string] {
	switch e.Kind() {
	case ast.LiteralKind:
		s, _ := literalText(e)
		return constant(s)
	case ast.IdentKind:
		if i := p.variable(e.AsIdent()); i >= 0 {
			return always(p.variables[i].Text)
		}
	case ast.SelectKind:
		if i := p.attrOf(e); i >= 0 {
			return func(f *rulekit.Facts) (string, error) { return f.Attributes[i].Text, nil }
		}
	case ast.CallKind:
		c := e.AsCall()
		switch c.FunctionName() {
		case operators.Conditional:
			return choose(p, c.Args(), p.text)
		case operators.Add:
			return pair(p.text(c.Args()[0]), p.text(c.Args()[1]), func(x, y string) (string, error) { return x + y, nil })
		}
	}
	return nil
}

// span compiles a duration, moment a time: those that stand there and the variables.
func (p *planner) span(e ast.Expr) value[time.Duration] {
	switch e.Kind() {
	case ast.IdentKind:
		if i := p.variable(e.AsIdent()); i >= 0 {
			return always(p.variables[i].Duration)
		}
	case ast.CallKind:
		if c := e.AsCall(); c.FunctionName() == "duration" {
			s, _ := literalText(c.Args()[0])
			if d, ok := types.String(s).ConvertToType(types.DurationType).(types.Duration); ok {
				return constant(d.Duration)
			}
		} else if c.FunctionName() == operators.Conditional {
			return choose(p, c.Args(), p.span)
		}
	}
	return nil
}

func (p *planner) moment(e ast.Expr) value[time.Time] {
	switch e.Kind() {
	case ast.IdentKind:
		if i := p.variable(e.AsIdent()); i >= 0 {
			return always(p.variables[i].Time)
		}
	case ast.CallKind:
		if c := e.AsCall(); c.FunctionName() == "timestamp" {
			s, _ := literalText(c.Args()[0])
			if t, ok := types.String(s).ConvertToType(types.TimestampType).(types.Timestamp); ok {
				return constant(t.Time)
			}
		}
	}
	return nil
}
