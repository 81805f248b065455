package celrules

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/containers"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// maxNesting is how deep an expression may be nested, and how many terms a sum may have.
const maxNesting = 32

// maxFaults is how many faults of one expression are told.
const maxFaults = 20

// New returns a compiler for Config.Compiler. It is safe for concurrent use and keeps
// nothing of what it compiles.
func New() rulekit.Compiler {
	p, err := parser.NewParser(parser.Macros(parser.AllMacros...), parser.EnablePrattParser(true), parser.EnableIdentEscapeSyntax(false),
		parser.MaxRecursionDepth(maxNesting), parser.ExpressionSizeCodePointLimit(rulekit.MaxWhen), parser.MaxExpressionNodeCount(4*rulekit.MaxWhen))
	if err != nil {
		panic(err) // of constants: a test would fail
	}
	env, err := cel.NewCustomEnv(cel.StdLib())
	if err != nil {
		panic(err)
	}
	base, err := checker.NewEnv(containers.DefaultContainer, env.CELTypeProvider(), checker.CrossTypeNumericComparisons(true))
	if err != nil {
		panic(err)
	}
	for _, f := range env.Functions() {
		if err := base.AddFunctions(f); err != nil {
			panic(err)
		}
	}
	like, err := decls.NewFunction(rulekit.Like, decls.Overload("text_like", []*types.Type{types.StringType}, types.DoubleType))
	if err != nil {
		panic(err)
	}
	if err := base.AddFunctions(like); err != nil {
		panic(err)
	}
	variables := rulekit.Variables()
	for i := range variables {
		if err := base.AddIdents(decls.NewVariable(variables[i].Name, celType(variables[i].Type))); err != nil {
			panic(err)
		}
	}
	return &compiler{parser: p, env: env, base: base, variables: variables}
}

type compiler struct {
	parser    *parser.Parser
	env       *cel.Env
	base      *checker.Env
	variables []rulekit.Variable
}

// A compilation is that of one expression.
type compilation struct {
	*compiler
	d      *rulekit.Declared
	src    common.Source
	ast    *ast.AST
	faults []rulekit.Fault
	known  map[int64]bool // nodes whose fault is told already
}

// Compile implements rulekit.Compiler.
func (c *compiler) Compile(when string, d *rulekit.Declared) (*rulekit.Program, []rulekit.Fault) {
	switch {
	case len(when) > rulekit.MaxWhen:
		return nil, []rulekit.Fault{{Problem: fmt.Sprintf("must be at most %d bytes long, is %d: make two rules of it, or a list", rulekit.MaxWhen, len(when))}}
	case !utf8.ValidString(when):
		return nil, []rulekit.Fault{{Problem: "must be UTF-8"}}
	}
	x := &compilation{compiler: c, d: d, src: common.NewStringSource(when, "when"), known: map[int64]bool{}}
	if !x.parse(when) || !x.check() {
		return nil, x.sorted()
	}
	cost := x.cost()
	if len(x.faults) > 0 {
		return nil, x.sorted()
	}
	p := &planner{compilation: x}
	root := x.ast.Expr()
	program := &rulekit.Program{Reads: x.reads(root), Cost: cost, Eval: p.flag(root)}
	program.Reads.Strangers = !x.could(root, x.withoutStrangers).true
	program.Reads.Listed = !x.could(root, x.withoutLists).true
	if x.late(root) {
		program.May = p.may(root).yes
	}
	if len(x.faults) > 0 {
		return nil, x.sorted()
	}
	return program, nil
}

func (x *compilation) parse(when string) bool {
	parsed, errs := x.parser.Parse(x.src)
	for _, e := range errs.GetErrors() {
		x.syntax(when, e)
	}
	if len(x.faults) > 0 || parsed == nil {
		return false
	}
	x.ast = parsed
	return true
}

// check finds what names and types are wrong. After it x.ast is checked, and text.like is
// a variable for each list.
func (x *compilation) check() bool {
	x.names(x.ast.Expr(), nil)
	env, err := checker.NewEnv(containers.DefaultContainer, x.provider(), checker.CrossTypeNumericComparisons(true), checker.ValidatedDeclarations(x.base))
	if err == nil {
		err = env.AddIdents(x.idents()...)
	}
	if err != nil {
		x.fault(0, "cannot be checked: %v", err)
		return false
	}
	checked, errs := checker.Check(x.ast, x.src, env)
	x.ast = checked
	for _, e := range errs.GetErrors() {
		x.typing(e)
	}
	root := checked.Expr()
	if t := checked.GetType(root.ID()); len(x.faults) == 0 && !t.IsExactType(types.BoolType) {
		x.fault(root.ID(), "is %s, and a rule must be true or false: compare it, %s", article(t), compared(t))
	}
	if len(x.faults) > 0 {
		return false
	}
	x.likenesses(root)
	return true
}

// fault tells a fault at a node, and only the first one there.
func (x *compilation) fault(id int64, format string, args ...any) {
	if x.known[id] {
		return
	}
	f := rulekit.Fault{Problem: fmt.Sprintf(format, args...)}
	if id != 0 {
		x.known[id] = true
		f.Line, f.Column = x.place(id)
	}
	x.add(f)
}

// place is where a node begins: of a call and of a macro at its name, of a dotted name at
// its first letter, of an operator at itself.
func (x *compilation) place(id int64) (line, column int) {
	for e := x.node(id); e != nil && e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly(); e = e.AsSelect().Operand() {
		id = e.AsSelect().Operand().ID()
	}
	where := x.ast.SourceInfo().GetStartLocation(id)
	line, column = where.Line(), where.Column()
	if l := []rune(at(x.src.Content(), line, 0)); column < len(l) && (l[column] == '(' || l[column] == '.') {
		dotted := l[column] == '.'
		for column > 0 && (isWord(l[column-1]) || dotted && l[column-1] == '.') {
			column--
		}
	}
	return line, column + 1
}

func (x *compilation) add(f rulekit.Fault) {
	if !slices.Contains(x.faults, f) {
		x.faults = append(x.faults, f)
	}
}

// sorted are the faults in the order of the text.
func (x *compilation) sorted() []rulekit.Fault {
	slices.SortStableFunc(x.faults, func(a, b rulekit.Fault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	if len(x.faults) > maxFaults {
		x.faults = append(x.faults[:maxFaults:maxFaults], rulekit.Fault{Problem: "and more is wrong with it"})
	}
	return x.faults
}

// walk visits a node and all below it, until visit says that it has seen enough of one.
func walk(e ast.Expr, visit func(e ast.Expr) (below bool)) {
	if !visit(e) {
		return
	}
	switch e.Kind() {
	case ast.SelectKind:
		walk(e.AsSelect().Operand(), visit)
	case ast.ListKind:
		for _, y := range e.AsList().Elements() {
			walk(y, visit)
		}
	case ast.CallKind:
		if e.AsCall().IsMemberFunction() {
			walk(e.AsCall().Target(), visit)
		}
		for _, y := range e.AsCall().Args() {
			walk(y, visit)
		}
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		for _, y := range []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
			walk(y, visit)
		}
	}
}
