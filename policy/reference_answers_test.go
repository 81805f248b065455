package policy_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/policy"
	spoken "github.com/decorum-go/decorum/policy/internal/words"
)

// lists are the types of which the engine's answers, and what it is told, are values.
var lists = []struct {
	typ   reflect.Type
	about string
}{
	{reflect.TypeFor[policy.Verdict](), "What happens to a message: `Decision.Verdict`."},
	{reflect.TypeFor[policy.Kind](), "What happens to an account: `Sanction.Kind`."},
	{reflect.TypeFor[policy.Scope](), "What a sanction covers: `Sanction.Scope`."},
	{reflect.TypeFor[policy.RulingOutcome](), "What a person rules on an appeal: `Ruling.Outcome`."},
	{reflect.TypeFor[policy.SanctionState](), "Which sanctions a list is of."},
	{reflect.TypeFor[policy.Category](), "What a complaint is about: `Complaint.Category`."},
	{reflect.TypeFor[policy.ReportStatus](), "How far a complaint is: `Report.Outcome`."},
	{reflect.TypeFor[policy.Relation](), "How near a recipient is to the sender: `Recipient.Relation`."},
	{reflect.TypeFor[policy.Accepts](), "From whom a person takes first letters: `Recipient.Accepts`."},
	{reflect.TypeFor[policy.TextAction](), "What is done with a text that a person ruled on: `Engine.SetText`."},
	{reflect.TypeFor[policy.TextFinding](), "What a person found of a text that many send: `Engine.RuleText`."},
	{reflect.TypeFor[policy.Mode](), "What a signal or a rule may do."},
	{reflect.TypeFor[policy.CounterOf](), "What a counter counts."},
	{reflect.TypeFor[policy.FaultMode](), "What is decided while the store is out of reach: `Config.OnFault`."},
	{reflect.TypeFor[policy.ActKind](), "What an act in the audit did: `Act.Kind`."},
}

// answers is the page of what the engine says, and of what it is told.
func (b *reference) answers() string {
	var w strings.Builder
	w.WriteString("# Answers\n" + printed + "\nWhat the engine says, and the words for what it is told. Each value stands as JSON has it.\n")
	for _, list := range lists {
		name := list.typ.Name()
		fmt.Fprintf(&w, "\n## %s\n\n%s\n", name, list.about)
		consts, docs := b.consts(name, nil)
		values := enumNames(list.typ)
		if len(values) == len(consts)+1 { // the first is that of none
			values = values[1:]
		}
		if len(values) != len(consts) {
			b.t.Fatalf("%s: values %q, constants %q", name, values, consts)
		}
		row := table(&w, "value", "in Go", "what it means")
		for i, c := range consts {
			row("`"+values[i]+"`", "`"+c+"`", docs[c])
		}
	}
	b.class(&w)
	b.reasons(&w)
	b.notices(&w)
	b.events(&w)
	b.errors(&w)
	return w.String()
}

func (b *reference) class(w *strings.Builder) {
	w.WriteString("\n## Class\n\nThe classes of senders that the default policy has rules for: `Message.Class`.\n")
	consts, docs := b.consts("Class", nil)
	row := table(w, "value", "in Go", "what it means")
	for i, c := range []policy.Class{policy.Member, policy.Page, policy.Business, policy.Service, policy.Staff} {
		if !strings.EqualFold(consts[i], string(c)) {
			b.t.Errorf("%s is not %s", consts[i], c)
		}
		row("`"+string(c)+"`", "`"+consts[i]+"`", docs[consts[i]])
	}
}

// reasons are what a moderator reads.
func (b *reference) reasons(w *strings.Builder) {
	w.WriteString("\n## Reasons\n\nWhat a moderator reads: `Decision.Reasons`. What stands in braces is filled in. Which field of a policy brings which is [on the first page](reference.md#which-field-brings-which-reason).\n")
	consts, docs := b.consts("Code", nil)
	names := map[policy.Code]string{}
	for i, code := range codesDeclared(b.t) {
		names[code] = consts[i]
	}
	row := table(w, "code", "in Go", "unit of Value", "sentence", "Value, Limit, N, K")
	for _, c := range policy.Causes() {
		family := ""
		if c.Family != 0 {
			family = fmt.Sprintf(" (%v)", c.Family)
		}
		row("`"+c.Code+"`"+family, "`"+names[c.Code]+"`", c.Unit, c.Sentence, docs[names[c.Code]])
	}
}

// notices are what a sender reads.
func (b *reference) notices(w *strings.Builder) {
	w.WriteString("\n## Notices\n\nWhat a sender may be told: `Decision.Notice` and `Account.Notice`.\n")
	consts, docs := b.consts("NoticeCode", nil)
	row := table(w, "code", "in Go", "when")
	for i, code := range []policy.NoticeCode{
		policy.NoticeNone, policy.NoticeLater, policy.NoticeRate, policy.NoticeBusy, policy.NoticeRequests, policy.NoticeHeld,
		policy.NoticeRefused, policy.NoticeWarning, policy.NoticeSanction, policy.NoticeUndecided, policy.NoticePledge,
	} {
		if !strings.EqualFold(strings.TrimPrefix(consts[i], "Notice"), string(code)) && code != "" {
			b.t.Errorf("%s is not %q", consts[i], code)
		}
		value := "none"
		if code != "" {
			value = "`" + string(code) + "`"
		}
		row(value, "`"+consts[i]+"`", docs[consts[i]])
	}
	if len(consts) != 11 {
		b.t.Errorf("%d codes of notices", len(consts))
	}
	row = table(w, "key of the sentence", "sentence in English")
	for _, key := range slices.Sorted(maps.Keys(spoken.English)) {
		if strings.HasPrefix(key, "notice.") {
			row("`"+key+"`", spoken.English[key])
		}
	}
}

// files are the source files of the package.
func (b *reference) files() (all []*ast.File) {
	entries, err := os.ReadDir(".")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, parser.ParseComments)
			if err != nil {
				b.t.Fatal(err)
			}
			all = append(all, f)
		}
	}
	return all
}

// named are the types with a method such as func (Reply) name() string { return "reply" },
// which all events have, and what they are called.
func (b *reference) named() (order []string, names map[string]string) {
	names = map[string]string{}
	for _, f := range b.files() {
		for _, d := range f.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Name.Name != "name" || d.Recv == nil || len(d.Type.Params.List) > 0 || len(d.Body.List) != 1 {
				continue
			}
			recv, ok := d.Recv.List[0].Type.(*ast.Ident)
			if lit, is := d.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.BasicLit); ok && is {
				order, names[recv.Name] = append(order, recv.Name), strings.Trim(lit.Value, `"`)
			}
		}
	}
	return order, names
}

// events are what the engine is told after a message.
func (b *reference) events(w *strings.Builder) {
	w.WriteString("\n## Events\n\nWhat the engine is told: `Engine.Record`.\n")
	row := table(w, "event", "what it says", "fields")
	order, named := b.named()
	types, docs := map[string]*ast.TypeSpec{}, map[string]string{}
	for _, f := range b.files() {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				spec := d.Specs[0].(*ast.TypeSpec)
				types[spec.Name.Name], docs[spec.Name.Name] = spec, d.Doc.Text()
			}
		}
	}
	for _, name := range order {
		var fields []string
		for _, f := range types[name].Type.(*ast.StructType).Fields.List {
			if f.Names == nil {
				b.t.Fatalf("%s embeds something", name)
			}
			text := strings.Join(strings.Fields(f.Doc.Text()+" "+f.Comment.Text()), " ")
			for _, n := range f.Names {
				fields = append(fields, strings.TrimSuffix(fmt.Sprintf("`%s`: %s", n.Name, text), ": "))
			}
		}
		row("`"+name+"` ("+named[name]+")", first(strings.Join(strings.Fields(docs[name]), " ")), strings.Join(fields, "; "))
	}
	if len(order) < 9 {
		b.t.Errorf("only the events %q", order)
	}
}

// errors are those to branch on.
func (b *reference) errors(w *strings.Builder) {
	w.WriteString("\n## Errors\n\nTo branch on with `errors.Is`; a `*FieldError` names the field of an argument that is wrong, a `*FaultError` says that the store failed. Nothing has changed where a call returns one, but for what its comment says.\n")
	row := table(w, "error", "text", "what it means")
	count := 0
	b.specs(func(v *ast.ValueSpec, _, doc string) {
		name := v.Names[0].Name
		call, ok := value1(v).(*ast.CallExpr)
		if !ok || !strings.HasPrefix(name, "Err") {
			return
		}
		text := ""
		if lit, ok := call.Args[0].(*ast.BasicLit); ok {
			text = strings.Trim(lit.Value, `"`)
		}
		if text == "" || doc == "" {
			b.t.Errorf("%s has no text or no comment", name)
		}
		count++
		row("`"+name+"`", text, doc)
	})
	if count < 15 {
		b.t.Errorf("only %d errors", count)
	}
}
