package policy_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
)

var sinceForm = regexp.MustCompile(`^2\d{3}-\d\d-\d\d \([0-9a-f]{7}\)$`)

const printed = "\nThis page is printed from the code: `go test ./policy -run Reference -update`.\n"

// cell is text as a table has it.
func cell(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "|", `\|`) }

func table(w *strings.Builder, head ...string) func(cells ...string) {
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = cell(cells[i])
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
	w.WriteString("\n")
	row(head...)
	fmt.Fprintf(w, "|%s\n", strings.Repeat("---|", len(head)))
	return row
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func quoted(list []string) string {
	for i := range list {
		list[i] = "`" + list[i] + "`"
	}
	return strings.Join(list, ", ")
}

// hard are the bounds that no policy moves.
var hard = map[string]int{
	"MaxPolicyName": policy.MaxPolicyName, "MaxClasses": policy.MaxClasses, "MaxLimits": policy.MaxLimits, "MaxKnots": policy.MaxKnots,
	"MaxSteps": policy.MaxSteps, "MaxContacts": policy.MaxContacts, "MaxRecipients": policy.MaxRecipients, "MaxID": policy.MaxID,
	"MaxText": policy.MaxText, "MaxMedia": policy.MaxMedia, "MaxPolicyFile": policy.MaxPolicyFile, "MaxRules": policy.MaxRules,
	"MaxAttributes": policy.MaxAttributes, "MaxLists": policy.MaxLists, "MaxListEntries": policy.MaxListEntries, "MaxSamples": policy.MaxSamples,
	"MaxCounters": policy.MaxCounters, "MaxRuleName": policy.MaxRuleName, "MaxWhy": policy.MaxWhy, "MaxTexts": policy.MaxTexts,
}

// index is the first page.
func (b *reference) index() string {
	var w strings.Builder
	w.WriteString("# Reference\n" + printed + `
| page | what is there |
|---|---|
| this one | which field of a policy brings which reason; what moving a number does; bounds that no policy moves |
| [Signals](reference-signals.md) | each measurement: default, unit, what follows from raising it, what that was seen to do, where the number comes from |
| [Policy file](reference-policy.md) | every other field, the limits and the ladder of each class |
| [Answers](reference-answers.md) | verdicts, sanctions, reasons, notices, events, errors |

## Which field brings which reason

A reason is what you read in ` + "`Decision.Reasons`" + `; a field is what you set in a policy file, in a class or in the policy itself. The reader of policy files knows this table: it answers a code in the place of a field with the field.
`)
	row := table(&w, "reason", "what it says", "set")
	for _, c := range policy.Causes() {
		set := quoted(c.Fields)
		if set == "" {
			set = "no field brings it"
		}
		row("`"+c.Code+"`", c.About, set)
	}
	w.WriteString("\n## What moving a number does\n\n" + b.effects.about() + "\n## Bounds that no policy moves\n")
	row = table(&w, "constant", "at most", "what is bounded")
	consts, docs := b.consts("", regexp.MustCompile(`^Max[A-Z]`))
	for _, name := range consts {
		n, ok := hard[name]
		if !ok {
			b.t.Errorf("%s is missing in hard", name)
		}
		row("`"+name+"`", strconv.Itoa(n), strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(docs[name], name+" is "), "how many "), "."))
	}
	if len(consts) != len(hard) {
		b.t.Errorf("the package has %d bounds, hard %d", len(consts), len(hard))
	}
	return w.String()
}

// specs are the declarations of constants and variables of the package, each with its
// comment, and with its type where it has one or takes that of the one before it.
func (b *reference) specs(visit func(v *ast.ValueSpec, typ, doc string)) {
	for _, f := range b.files() {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST && g.Tok != token.VAR {
				continue
			}
			typ := ""
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if id, ok := v.Type.(*ast.Ident); ok {
					typ = id.Name
				} else if call, ok := value1(v).(*ast.CallExpr); ok { // TextAction(judge.TextFine)
					if id, ok := call.Fun.(*ast.Ident); ok {
						typ = id.Name
					}
				}
				doc := cmp.Or(v.Comment.Text(), v.Doc.Text())
				if len(g.Specs) == 1 {
					doc = cmp.Or(doc, g.Doc.Text())
				}
				visit(v, typ, strings.Join(strings.Fields(doc), " "))
			}
		}
	}
}

// value1 is the first value of a declaration, or nil.
func value1(v *ast.ValueSpec) ast.Expr {
	if len(v.Values) == 0 {
		return nil
	}
	return v.Values[0]
}

// consts are the names of the exported constants of a type, in order, and their comments.
// In place of a type, names can be what a pattern matches.
func (b *reference) consts(typ string, match *regexp.Regexp) (all []string, docs map[string]string) {
	docs = map[string]string{}
	b.specs(func(v *ast.ValueSpec, of, doc string) {
		name := v.Names[0].Name
		if !ast.IsExported(name) || match == nil && of != typ || match != nil && !match.MatchString(name) {
			return
		}
		if doc == "" {
			b.t.Errorf("%s has no comment", name)
		}
		all, docs[name] = append(all, name), doc
	})
	return all, docs
}

// signals is the page of the measurements.
func (b *reference) signals() string {
	var w strings.Builder
	w.WriteString("# Signals\n" + printed + `
A signal is one measurement. Its curve says how many points it brings: [x, y] are its knots, x in the unit of the signal, y in points; linear between them, flat outside. To raise a signal is to raise the x of its curve. It is set under ` + "`classes.CLASS.signals`" + ` of a [policy file](reference-policy.md), and may be switched: ` + "`\"text_fast\": {\"mode\": \"off\"}`" + `; a mode is "on", "shadow" (it is measured and shown, and counts nothing) or "off".

Lowered and raised by a third: [how that was measured](reference.md#what-moving-a-number-does).
`)
	causes := map[string]policy.Cause{}
	for _, c := range policy.Causes() {
		for _, s := range c.Signals {
			causes[s] = c
		}
	}
	for _, f := range b.fields {
		name, ok := strings.CutPrefix(f.path, "signals.")
		if !ok {
			continue
		}
		doc, unit, raise := b.g.doc("Signals."+f.f.Name), "", ""
		fmt.Fprintf(&w, "\n### %s\n\n", name)
		if c, ok := causes[name]; ok {
			doc = strings.TrimSuffix(doc, " "+sentence(c.Family.String())+".")
			fmt.Fprintf(&w, "%s.\n\n- Reason `%s`, family %v. Measured: %s\n", sentence(c.About), c.Code, c.Family, doc)
			unit, raise = " Unit: "+c.Unit+".", " Raise it, and "+policy.Raise()[name]+"."
		} else {
			fmt.Fprintf(&w, "%s\n\n", doc)
		}
		fmt.Fprintf(&w, "- Default: %s.%s Since %s.%s\n", b.standard(f), unit, sources[name].since, raise)
		fmt.Fprintf(&w, "- Lowered by a third: %s.\n- Raised by a third: %s.\n- Where it is from: %s.\n", b.effects.tell(f.path, "2/3"), b.effects.tell(f.path, "4/3"), sources[name].why)
	}
	return w.String()
}

// policy is the page of the other fields.
func (b *reference) policy() string {
	var w strings.Builder
	w.WriteString("# Policy file\n" + printed + `
Each field of a policy file, in the order of the file; [schema.json](../schema.json) says the same for programs and editors. The default is that of members; where another class differs it is named. Signals have [a page of their own](reference-signals.md), and so has what follows from an offence: [the ladder](ladder.md).

Lowered and raised by a third: [how that was measured](reference.md#what-moving-a-number-does). A part whose table lacks the two columns was not measured.
`)
	for _, typ := range b.types {
		if typ == reflect.TypeFor[policy.Signals]() {
			continue
		}
		where := b.at[typ.Name()]
		title := "`" + where + "`"
		switch typ {
		case reflect.TypeFor[policy.Policy]():
			title = "The policy"
		case reflect.TypeFor[policy.Rules]():
			title = "`classes.CLASS`"
		case reflect.TypeFor[policy.Step]():
			title = "A step of `ladder`, `rates`, `severe`, `deceived` or `confirmed`"
		}
		fmt.Fprintf(&w, "\n## %s\n", title)
		if typ == reflect.TypeFor[policy.Step]() {
			b.step(&w)
			continue
		}
		told := slices.Contains(measured, where)
		head := []string{"field", "default", "may be", "what it is", "lowered by a third", "raised by a third"}
		if !told {
			head = head[:4]
		}
		row := table(&w, head...)
		for _, f := range b.fields {
			if f.owner != typ.Name() {
				continue
			}
			name := f.path[strings.LastIndex(f.path, ".")+1:]
			standard := b.standard(f)
			if !f.moves && len(standard) > 60 {
				standard = "see below"
			}
			cells := []string{"`" + name + "`", standard, b.bound(f), b.g.doc(f.owner + "." + f.f.Name), b.effects.tell(f.path, "2/3"), b.effects.tell(f.path, "4/3")}
			row(cells[:len(head)]...)
		}
	}
	b.ladders(&w)
	return w.String()
}

// step are the fields of a step, and what moving them does in each list of steps.
func (b *reference) step(w *strings.Builder) {
	row := table(w, "field", "may be", "what it is", "lowered by a third", "raised by a third")
	for typ, i := reflect.TypeFor[policy.Step](), 0; i < typ.NumField(); i++ {
		var doc, bound string
		var moved [2][]string
		for _, f := range b.fields {
			if f.owner != typ.Name() || f.f.Name != typ.Field(i).Name {
				continue
			}
			list := f.path[:strings.LastIndex(f.path, ".")]
			doc, bound = b.g.doc(f.owner+"."+f.f.Name), b.bound(f)
			for i, by := range []string{"2/3", "4/3"} {
				if said := b.effects.tell(f.path, by); said != "" {
					moved[i] = append(moved[i], "`"+list+"`: "+said)
				}
			}
		}
		row("`"+policyfile.Name(typ.Field(i))+"`", bound, doc, strings.Join(moved[0], ". "), strings.Join(moved[1], ". "))
	}
}

// ladders are the steps of each class, and of Strict.
func (b *reference) ladders(w *strings.Builder) {
	w.WriteString("\n## The ladders\n\nWhat the default policy imposes, by what brings it; of another class only what differs from a member's.\n")
	row := table(w, "class", "list", "from", "what follows", "length", "looked at by a person")
	steps := func(r *policy.Rules) (all [][]string) {
		add := func(list string, s policy.Step, from string) {
			if s.Kind == 0 {
				return
			}
			what, length := s.Kind.String(), "until lifted"
			if s.Scope != 0 {
				what += " of " + map[policy.Scope]string{policy.Outreach: "new conversations", policy.Messaging: "messages", policy.WholeAccount: "the whole account"}[s.Scope]
			}
			if s.PerDay > 0 {
				what += fmt.Sprintf(", %d messages a day", s.PerDay)
			}
			if s.Person {
				what += "; a person imposes it"
			}
			if s.For > 0 {
				length = fmt.Sprint(s.For)
			}
			if s.Kind == policy.Warning {
				length = "none"
			}
			review := ""
			if s.Review > 0 {
				review = "after " + fmt.Sprint(s.Review)
			}
			all = append(all, []string{"`" + list + "`", from, what, length, review})
		}
		for _, s := range r.Ladder {
			add("ladder", s, fmt.Sprintf("offence weight %g", s.Strikes))
		}
		for _, s := range r.Rates {
			from := fmt.Sprintf("%g%% of people reached complain", 100*s.Rate)
			if s.People > 0 {
				from += fmt.Sprintf(", and %d of them", s.People)
			}
			add("rates", s, from)
		}
		add("severe", r.Severe, "a person confirms one of `severe_categories`")
		add("deceived", r.Deceived, "the signal deceived, and the ladder is reached")
		for i, s := range r.Confirmed {
			add("confirmed", s, fmt.Sprintf("a person confirms one of `confirmed_categories`, finding %d", i+1))
		}
		return all
	}
	p, strict := policy.Default(), policy.Strict()
	member := steps(p.Classes[policy.Member])
	print := func(class string, list [][]string, but [][]string) {
		for _, s := range list {
			if !slices.ContainsFunc(but, func(o []string) bool { return slices.Equal(s, o) }) {
				row(append([]string{class}, s...)...)
			}
		}
	}
	print("member", member, nil)
	for _, class := range slices.Sorted(maps.Keys(p.Classes)) {
		print(string(class), steps(p.Classes[class]), member)
	}
	print("member of `strict`", steps(strict.Classes[policy.Member]), member)
}
