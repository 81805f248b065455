package celrules

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// maxPattern is how long a pattern of matches may be, in bytes.
const maxPattern = 200

// A local is a variable of a macro such as exists, or what cel-go adds for it.
type local struct {
	name  string
	outer *local
}

func (l *local) has(name string) bool {
	for ; l != nil; l = l.outer {
		if l.name == name {
			return true
		}
	}
	return false
}

// names finds what an expression names, and what of it there is not.
func (x *compilation) names(e ast.Expr, scope *local) {
	if len(x.faults) > maxFaults {
		return // it is told that there are more
	}
	switch e.Kind() {
	case ast.IdentKind:
		x.ident(e, scope)
	case ast.SelectKind:
		x.selects(e, scope)
	case ast.LiteralKind:
		x.literal(e)
	case ast.CallKind:
		x.call(e, scope)
	case ast.ListKind:
		for _, y := range e.AsList().Elements() {
			x.names(y, scope)
		}
	case ast.MapKind, ast.StructKind:
		x.fault(e.ID(), "rules have no maps and no messages: a list is ['a', 'b']")
	case ast.ComprehensionKind:
		x.comprehension(e, scope)
	}
}

func (x *compilation) ident(e ast.Expr, scope *local) {
	name := e.AsIdent()
	if scope.has(name) || x.variable(name) >= 0 {
		return
	}
	if group := x.group(name); group != nil {
		x.fault(e.ID(), "%s is no value: name what you mean of it%s", name, such(group))
		return
	}
	if name == "attr" || name == "lists" || name == "counters" {
		x.fault(e.ID(), "%s is no value: name what you mean of it, %s.NAME; the policy declares none", name, name)
		return
	}
	all := x.all()
	for l := scope; l != nil; l = l.outer {
		all = append(all, l.name)
	}
	near := suggest(name, all)
	if near == "" {
		near = "; names begin with account., to., message., text., attr., lists. or counters., and there are now, hour and weekday"
	}
	x.fault(e.ID(), "unknown name %s%s", name, near)
}

// all is everything that has a name.
func (x *compilation) all() []string {
	var all []string
	for i := range x.variables {
		all = append(all, x.variables[i].Name)
	}
	for i := range x.d.Attributes {
		all = append(all, "attr."+x.d.Attributes[i].Name)
	}
	for i := range x.d.Lists {
		all = append(all, "lists."+x.d.Lists[i].Name)
	}
	for _, c := range x.d.Counters {
		all = append(all, "counters."+c)
	}
	return all
}

// group is what begins with a name and a dot.
func (x *compilation) group(name string) (of []string) {
	for _, full := range x.all() {
		if strings.HasPrefix(full, name+".") {
			of = append(of, full)
		}
	}
	return of
}

// selects checks a dotted name; what is selected of anything else, the checker refuses.
func (x *compilation) selects(e ast.Expr, scope *local) {
	s := e.AsSelect()
	if s.IsTestOnly() {
		if o := s.Operand(); o.Kind() != ast.IdentKind || o.AsIdent() != "attr" || scope.has("attr") {
			x.fault(e.ID(), "has tells whether a message has an attribute: has(attr.NAME); everything else is always there")
			return
		}
	}
	operand := s.Operand()
	if operand.Kind() != ast.IdentKind || scope.has(operand.AsIdent()) {
		x.names(operand, scope)
		return
	}
	group, full := operand.AsIdent(), operand.AsIdent()+"."+s.FieldName()
	if x.variable(full) >= 0 || slices.Contains(x.all(), full) {
		return
	}
	switch of := x.group(group); {
	case group == "attr":
		x.unknown(e, operand, "unknown attribute %s%s", s.FieldName(), suggestOr(s.FieldName(), trim(of, "attr."), "the policy declares none"))
	case group == "lists":
		x.unknown(e, operand, "unknown list %s%s", s.FieldName(), suggestOr(s.FieldName(), trim(of, "lists."), "the policy has none"))
	case group == "counters":
		x.unknown(e, operand, "unknown counter %s%s", s.FieldName(), suggestOr(s.FieldName(), trim(of, "counters."), "the policy has none"))
	case full == rulekit.Like:
		x.unknown(e, operand, "text.like is a function: text.like('LIST')")
	case x.variable(group) >= 0:
		x.unknown(e, operand, "%s has nothing below it", group)
	default:
		known := x.group(group)
		if known == nil {
			known = x.all()
		}
		x.unknown(e, operand, "unknown name %s%s", full, suggestOr(full, known, ""))
	}
}

// unknown tells a fault of a dotted name where it begins.
func (x *compilation) unknown(e, operand ast.Expr, format string, args ...any) {
	x.known[e.ID()] = true
	x.fault(operand.ID(), format, args...)
}

func (x *compilation) literal(e ast.Expr) {
	switch v := e.AsLiteral().(type) {
	case types.Uint:
		x.fault(e.ID(), "rules have no unsigned numbers: leave out the u")
	case types.Bytes:
		x.fault(e.ID(), "rules have no bytes: leave out the b")
	case types.Null:
		x.fault(e.ID(), "rules have no null: has(attr.NAME) tells whether a message has an attribute")
	case types.String:
		if strings.ContainsRune(string(v), 0) {
			x.fault(e.ID(), "a text must have no byte of zero")
		}
	}
}

func (x *compilation) comprehension(e ast.Expr, scope *local) {
	c := e.AsComprehension()
	x.names(c.IterRange(), scope)
	name := c.IterVar()
	if c.HasIterVar2() {
		x.fault(e.ID(), "a macro over a list has one variable: LIST.exists(x, …)")
	}
	if x.variable(name) >= 0 || x.group(name) != nil || name == "attr" || name == "lists" || name == "counters" {
		x.fault(e.ID(), "%s is the name of something else: take another one for what is on the list", name)
	}
	inner := &local{name, &local{c.AccuVar(), scope}}
	for _, y := range []ast.Expr{c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
		x.names(y, inner)
	}
}

func (x *compilation) call(e ast.Expr, scope *local) {
	c := e.AsCall()
	name, args := c.FunctionName(), c.Args()
	if c.IsMemberFunction() {
		if t := c.Target(); t.Kind() == ast.IdentKind && !scope.has(t.AsIdent()) && (t.AsIdent()+"."+name == rulekit.Like || x.variable(t.AsIdent()) < 0) {
			x.namespaced(e, t.AsIdent()+"."+name, args, scope)
			return
		}
		x.names(c.Target(), scope)
	}
	for _, y := range args {
		x.names(y, scope)
	}
	if _, ok := operators.FindReverse(name); !ok && name != operators.NotStrictlyFalse && name != operators.Conditional && name != operators.Index {
		x.function(e, name, c)
	}
}

// function checks the name of a function, and how it is written.
func (x *compilation) function(e ast.Expr, name string, c ast.CallExpr) {
	f := functionNamed(name)
	switch {
	case f == nil:
		x.fault(e.ID(), "unknown function %s%s", name, suggestOr(name, functionNames(), ""))
	case name == operators.Has || slices.Contains(macros, name) || c.IsMemberFunction() != strings.HasPrefix(f.Form, "TEXT.") && name != "size":
		x.fault(e.ID(), "%s is written %s", name, f.Form)
	default:
		x.constant(e, name, c.Args())
	}
}

var macros = []string{operators.All, operators.Exists, operators.ExistsOne, operators.Map, operators.Filter}

// namespaced checks a call such as text.like(…).
func (x *compilation) namespaced(e ast.Expr, name string, args []ast.Expr, scope *local) {
	if name != rulekit.Like {
		for _, y := range args {
			x.names(y, scope)
		}
		if target := e.AsCall().Target(); functionNamed(e.AsCall().FunctionName()) != nil {
			x.names(target, scope)
			return
		}
		x.fault(e.ID(), "unknown function %s%s", name, suggestOr(name, functionNames(), ""))
		return
	}
	if len(args) != 1 || args[0].Kind() != ast.LiteralKind || args[0].AsLiteral().Type() != types.StringType {
		x.fault(e.ID(), "text.like takes the name of a list as a text: text.like('LIST')")
		return
	}
	list := string(args[0].AsLiteral().(types.String))
	if x.list(list) < 0 {
		x.fault(args[0].ID(), "unknown list %s%s", list, suggestOr(list, trim(x.group("lists"), "lists."), "the policy has none"))
	}
}

// constant checks a text that must stand in the expression.
func (x *compilation) constant(e ast.Expr, name string, args []ast.Expr) {
	if len(args) != 1 || name != "duration" && name != "timestamp" && name != "matches" {
		return
	}
	if args[0].Kind() != ast.LiteralKind {
		x.fault(e.ID(), "%s takes a text that stands there, so that it is checked now: %s", name, functionNamed(name).Form)
		return
	}
	text, ok := args[0].AsLiteral().(types.String)
	if !ok {
		x.fault(args[0].ID(), "%s takes a text: %s", name, functionNamed(name).Form)
		return
	}
	switch s := string(text); name {
	case "duration":
		if types.IsError(text.ConvertToType(types.DurationType)) {
			x.fault(args[0].ID(), "%q is no duration: write hours, minutes or seconds, as in '36h' or '1h30m'%s", s, inHours(s))
		}
	case "timestamp":
		if types.IsError(text.ConvertToType(types.TimestampType)) {
			x.fault(args[0].ID(), "%q is no time: write it as '2026-12-07T00:00:00Z'", s)
		}
	case "matches":
		x.pattern(args[0].ID(), s)
	}
}

// inHours says what a number of days or weeks is in hours.
func inHours(s string) string {
	for unit, hours := range map[string]time.Duration{"d": 24, "w": 7 * 24} {
		n, ok := strings.CutSuffix(s, unit)
		if d, err := time.ParseDuration(n + "h"); ok && err == nil && d > 0 && d < 1e6*time.Hour/168 {
			return ": this is '" + strings.TrimSuffix((d*hours).String(), "0m0s") + "'"
		}
	}
	return ""
}

func (x *compilation) pattern(id int64, s string) {
	if len(s) > maxPattern {
		x.fault(id, "a pattern must be at most %d bytes long, is %d: a list is for many texts", maxPattern, len(s))
		return
	}
	if _, err := regexp.Compile(s); err != nil {
		x.fault(id, "is no pattern (RE2): %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
}

// patternSize is how many steps the program of a pattern has; 0 where it is none.
func patternSize(s string) uint64 {
	re, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return 0
	}
	p, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0
	}
	return uint64(len(p.Inst))
}
