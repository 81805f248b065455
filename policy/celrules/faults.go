package celrules

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// words are operators of other languages.
var words = map[string]string{
	"and": "&&", "or": "||", "not": "!", "is": "==", "=": "==", "===": "==", "<>": "!=", "&": "&&", "|": "||",
	"then": "CONDITION ? A : B", "if": "CONDITION ? A : B", "between": ">= and <=", "like": "text.like('LIST')",
}

// syntax tells a fault of the parser, in words for whoever knows another language.
func (x *compilation) syntax(when string, e *common.Error) {
	line, column := e.Location.Line(), e.Location.Column()
	f := rulekit.Fault{Line: line, Column: column + 1}
	if column < 0 || line < 1 {
		f.Line, f.Column = 0, 0
	}
	message := strings.TrimPrefix(e.Message, "Syntax error: ")
	last, word := before(when, line, column), wordAt(at(when, line, column))
	switch {
	case strings.Contains(message, "recursion limit"):
		f.Problem = fmt.Sprintf("is nested more than %d deep, or has more terms than that in a sum: make two rules of it", maxNesting)
	case strings.Contains(message, "expression count"):
		f.Problem = "has too many parts: make two rules of it"
	case words[strings.ToLower(last)] != "":
		f.Column -= len(last) + 1
		f.Problem = fmt.Sprintf("%s is no operator: write %s", last, words[strings.ToLower(last)])
	case words[strings.ToLower(word)] != "":
		f.Problem = fmt.Sprintf("%s is no operator: write %s", word, words[strings.ToLower(word)])
	case strings.Contains(message, "has() macro"):
		f.Problem = "has tells whether a message has an attribute: has(attr.NAME)"
	case strings.Contains(message, "argument must be a simple name"), strings.Contains(message, "is not an identifier"):
		f.Problem = "a macro begins with a name for what is on the list: LIST.exists(x, …)"
	case strings.HasPrefix(message, "reserved identifier"):
		f.Problem = word + " is a word of the language: name it otherwise"
	default:
		f.Problem = literally(at(when, line, column), message)
	}
	x.add(f)
}

// literally is a fault of a text or a number, or of what stands where nothing may.
func literally(rest, message string) string {
	switch {
	case rest == "":
		return "ends too early: " + expecting(message)
	case strings.ContainsRune("“”‘’", []rune(rest)[0]):
		return "is no quote: texts stand in ' or \""
	case (rest[0] == '\'' || rest[0] == '"') && strings.Count(rest, rest[:1]) > 1:
		return "a text may not stand here: an operator, such as && or ==, is missing before it"
	case rest[0] == '\'' || rest[0] == '"':
		return "a text has no end here: close it with the quote that it begins with"
	case strings.Contains(message, "int literal"), strings.Contains(message, "double literal"):
		return "is no number that there is: whole ones go from -9223372036854775808 to 9223372036854775807"
	}
	return "does not go on here: " + expecting(message)
}

// expecting is what the parser says, without its words for it.
func expecting(message string) string {
	if _, want, ok := strings.Cut(message, " expecting "); ok {
		if want == "expression" {
			return "a value is missing"
		}
		return want + " is missing"
	}
	if strings.HasPrefix(message, "unexpected token") {
		return "an operator, such as && or ==, or a value is missing"
	}
	return message
}

// at is the text from a place on.
func at(when string, line, column int) string {
	for i, l := range strings.SplitAfter(when, "\n") {
		if i+1 != line {
			continue
		}
		letters := []rune(l)
		l = string(letters[min(max(column, 0), len(letters)):])
		return strings.TrimRight(l, "\r\n")
	}
	return ""
}

// before is the word that a place follows, after one space.
func before(when string, line, column int) string {
	l := []rune(at(when, line, 0))
	if column < 2 || column > len(l) || l[column-1] != ' ' {
		return ""
	}
	i := column - 1
	for i > 0 && isWord(l[i-1]) {
		i--
	}
	return string(l[i : column-1])
}

func isWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

// wordAt is the word, or the operator, that a text begins with.
func wordAt(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) }); i > 0 {
		return s[:i]
	} else if i < 0 {
		return s
	}
	return s[:len(s)-len(strings.TrimLeft(s, "=<>&|"))]
}

// typing tells a fault of the checker: what does not fit, and what would.
func (x *compilation) typing(e *common.Error) {
	switch m := e.Message; {
	case strings.HasPrefix(m, "undeclared reference"), strings.HasPrefix(m, "undefined field"), x.known[e.ExprID]:
		// Told by names, unless it is new to that.
		if len(x.faults) == 0 {
			x.fault(e.ExprID, "%s", m)
		}
	case strings.HasPrefix(m, "found no matching overload"):
		if y := x.node(e.ExprID); y != nil && y.Kind() == ast.CallKind {
			x.overload(y)
			return
		}
		x.fault(e.ExprID, "%s", m)
	case strings.Contains(m, "cannot be range of a comprehension"):
		x.fault(e.ExprID, "is no list: only a list(string) has exists, all, filter and map")
	case strings.Contains(m, "does not support field selection"):
		x.fault(e.ExprID, "there is nothing below a value: leave out what stands behind the last dot")
	case strings.HasPrefix(m, "expected type 'bool'"):
		t := x.ast.GetType(e.ExprID)
		x.fault(e.ExprID, "is %s, and must be true or false here: compare it, %s", article(t), compared(t))
	default:
		x.fault(e.ExprID, "%s", m)
	}
}

func (x *compilation) node(id int64) (found ast.Expr) {
	walk(x.ast.Expr(), func(e ast.Expr) bool {
		if e.ID() == id {
			found = e
		}
		return found == nil
	})
	return found
}

// overload says what an operator or a function takes.
func (x *compilation) overload(e ast.Expr) {
	c := e.AsCall()
	var of []*types.Type
	if c.IsMemberFunction() {
		of = append(of, x.ast.GetType(c.Target().ID()))
	}
	for _, a := range c.Args() {
		if x.known[a.ID()] {
			return // told there
		}
		of = append(of, x.ast.GetType(a.ID()))
	}
	name := c.FunctionName()
	sign, isOperator := operators.FindReverse(name)
	switch {
	case name == operators.LogicalAnd, name == operators.LogicalOr, name == operators.LogicalNot, name == operators.Conditional:
		x.logical(e, of)
	case name == operators.In:
		x.fault(e.ID(), "in takes a text and a list(string), such as attr.NAME in lists.NAME; it has %s", articles(of))
	case name == operators.Index:
		x.fault(e.ID(), "[…] takes a list and an int, such as attr.NAME[0]; it has %s", articles(of))
	case isOperator && len(of) == 2:
		x.fault(e.ID(), "%s does not go between %s: %s", sign, articles(of), fitting(name, c.Args(), of))
	case isOperator:
		x.fault(e.ID(), "%s does not go before %s", sign, articles(of))
	case functionNamed(name) != nil:
		x.fault(e.ID(), "is written %s; it has %s", functionNamed(name).Form, articles(of))
	default:
		x.fault(e.ID(), "%s does not take %s", name, articles(of))
	}
}

// logical is a fault of ! && || and ?:.
func (x *compilation) logical(e ast.Expr, of []*types.Type) {
	isTernary := e.AsCall().FunctionName() == operators.Conditional
	for i, a := range e.AsCall().Args() {
		if t := of[i]; !t.IsExactType(types.BoolType) && t.Kind() != types.ErrorKind && (!isTernary || i == 0) {
			x.fault(a.ID(), "is %s, and must be true or false here: compare it, %s", article(t), compared(t))
			return
		}
	}
	if isTernary {
		of = of[1:]
	}
	x.fault(e.ID(), "what stands before and behind : must be of one type, is %s", articles(of))
}

// fitting is what would be right between two values.
func fitting(name string, args []ast.Expr, of []*types.Type) string {
	is := func(t *types.Type) bool { return of[0].IsExactType(t) || of[1].IsExactType(t) }
	switch {
	case is(types.TimestampType):
		return "write a time, such as timestamp('2026-12-07T00:00:00Z')"
	case is(types.DurationType):
		return "write a duration, such as duration('24h')"
	case of[0].Kind() == types.ListKind || of[1].Kind() == types.ListKind:
		return "write TEXT in LIST, size(LIST) or LIST.exists(x, …)"
	case is(types.BoolType) && name != operators.Equals && name != operators.NotEquals:
		return "a bool stands by itself, or with ! before it"
	case is(types.DoubleType) && is(types.IntType):
		if n := literalOf(types.IntKind, args, of); n != "" {
			return "write " + n + ".0"
		}
		return "write double(…) around the int"
	}
	if n := literalOf(types.IntKind, args, of) + literalOf(types.DoubleKind, args, of); n != "" && is(types.StringType) {
		return "write '" + n + "'"
	}
	return "both must be of one type"
}

// literalOf is the number of a kind that stands there; "" where there is none.
func literalOf(k types.Kind, args []ast.Expr, of []*types.Type) string {
	for i := range args {
		if of[i].Kind() == k && args[i].Kind() == ast.LiteralKind {
			return fmt.Sprint(args[i].AsLiteral().Value())
		}
	}
	return ""
}

// articles is "a string and an int".
func articles(of []*types.Type) string {
	var all []string
	for _, t := range of {
		all = append(all, article(t))
	}
	if all == nil {
		return "nothing"
	}
	return strings.Join(all, " and ")
}

// article is "a string".
func article(t *types.Type) string {
	s := "nothing known"
	switch {
	case t == nil || t.Kind() == types.ErrorKind:
	case t.Kind() == types.DurationKind:
		s = "duration"
	case t.Kind() == types.TimestampKind:
		s = "timestamp"
	case t.String() == attrType:
		return "the attributes"
	default:
		s = t.String()
	}
	if strings.ContainsAny(s[:1], "aeiou") {
		return "an " + s
	}
	return "a " + s
}

// compared is how a value of a type becomes true or false.
func compared(t *types.Type) string {
	switch t.Kind() {
	case types.IntKind, types.DoubleKind:
		return "as in N > 0"
	case types.StringKind:
		return "as in TEXT == 'word'"
	case types.DurationKind:
		return "as in D < duration('24h')"
	case types.TimestampKind:
		return "as in now < timestamp('2026-12-07T00:00:00Z')"
	case types.ListKind:
		return "as in size(LIST) > 0"
	}
	return "with == or >"
}
