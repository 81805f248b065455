package celrules

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// attrType is the type of attr, whose fields are the attributes.
const attrType = "decorum.Attributes"

var celTypes = [...]*types.Type{
	rulekit.Flag: types.BoolType, rulekit.Int: types.IntType, rulekit.Number: types.DoubleType, rulekit.Text: types.StringType,
	rulekit.Texts: types.NewListType(types.StringType), rulekit.Duration: types.DurationType, rulekit.Time: types.TimestampType,
}

func celType(t rulekit.Type) *types.Type { return celTypes[t] }

// idents are attr, lists.NAME and counters.NAME.
func (x *compilation) idents() []*decls.VariableDecl {
	all := []*decls.VariableDecl{decls.NewVariable("attr", types.NewObjectType(attrType))}
	for i := range x.d.Lists {
		all = append(all, decls.NewVariable("lists."+x.d.Lists[i].Name, celType(rulekit.Texts)))
	}
	for _, c := range x.d.Counters {
		all = append(all, decls.NewVariable("counters."+c, types.IntType))
	}
	return all
}

// provider tells cel-go of the attributes.
func (x *compilation) provider() types.Provider {
	return attributes{x.env.CELTypeProvider(), x.d.Attributes}
}

type attributes struct {
	types.Provider
	all []rulekit.Attribute
}

func (a attributes) FindStructType(name string) (*types.Type, bool) {
	if name == attrType {
		return types.NewTypeTypeWithParam(types.NewObjectType(attrType)), true
	}
	return a.Provider.FindStructType(name)
}

func (a attributes) FindStructFieldNames(name string) ([]string, bool) {
	if name != attrType {
		return a.Provider.FindStructFieldNames(name)
	}
	var names []string
	for i := range a.all {
		names = append(names, a.all[i].Name)
	}
	return names, true
}

var errFacts = errors.New("celrules: attr is of another type")

func (a attributes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name != attrType {
		return a.Provider.FindStructFieldType(name, field)
	}
	i := slices.IndexFunc(a.all, func(x rulekit.Attribute) bool { return x.Name == field })
	if i < 0 {
		return nil, false
	}
	return &types.FieldType{
		Type:  celType(a.all[i].Type),
		IsSet: func(target any) bool { f, ok := target.(*rulekit.Facts); return ok && f.Attributes[i].Set },
		GetFrom: func(target any) (any, error) {
			f, ok := target.(*rulekit.Facts)
			if !ok {
				return nil, errFacts
			}
			v := &f.Attributes[i]
			switch a.all[i].Type {
			case rulekit.Flag:
				return v.Flag, nil
			case rulekit.Int:
				return v.Int, nil
			case rulekit.Number:
				return v.Number, nil
			case rulekit.Text:
				return v.Text, nil
			}
			return v.Texts, nil
		},
	}, true
}

// likePrefix begins the name of the variable that text.like('NAME') becomes; the place of
// the list follows. No expression can name it.
const likePrefix = "text.like#"

// likenesses makes a variable of each call of text.like.
func (x *compilation) likenesses(root ast.Expr) {
	factory := ast.NewExprFactory()
	walk(root, func(e ast.Expr) bool {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != rulekit.Like {
			return true
		}
		name, _ := e.AsCall().Args()[0].AsLiteral().(types.String)
		as := likePrefix + strconv.Itoa(x.list(string(name)))
		e.SetKindCase(factory.NewIdent(e.ID(), as))
		x.ast.SetReference(e.ID(), ast.NewIdentReference(as, nil))
		return false
	})
}

func likeOf(name string) (list int, ok bool) {
	n, ok := strings.CutPrefix(name, likePrefix)
	if !ok {
		return 0, false
	}
	list, err := strconv.Atoi(n)
	return list, err == nil
}

// list is the place of a list; -1: there is none of that name.
func (x *compilation) list(name string) int {
	return slices.IndexFunc(x.d.Lists, func(l rulekit.List) bool { return l.Name == name })
}

func (x *compilation) attribute(name string) int {
	return slices.IndexFunc(x.d.Attributes, func(a rulekit.Attribute) bool { return a.Name == name })
}

func (x *compilation) variable(name string) int {
	return slices.IndexFunc(x.variables, func(v rulekit.Variable) bool { return v.Name == name })
}

// A listed is lists.NAME for cel-go: what is on it is found by halving.
type listed struct {
	lister
	entries []string
}

func (l listed) Contains(v ref.Val) ref.Val {
	s, ok := v.(types.String)
	return types.Bool(ok && has(l.entries, string(s)))
}

func has(sorted []string, s string) bool {
	_, found := slices.BinarySearch(sorted, s)
	return found
}
