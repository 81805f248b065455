package policy_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// TestSchemaGenerated: schema.json is what the types, their comments and the table of
// causes make; go generate writes it.
func TestSchemaGenerated(t *testing.T) {
	g := newGenerator(t)
	sameFile(t, "schema.json", pretty(g.file(), 0, 0)+"\n")
}

// A generator makes the schema of the types of a policy.
type generator struct {
	t     *testing.T
	docs  map[string]string // of types and of fields: "Rules", "Rules.Limits"
	names map[string]string // of fields in the policy file
}

// newGenerator has read the files in which the types of a policy are.
func newGenerator(t *testing.T) *generator {
	g := &generator{t: t, docs: map[string]string{}, names: map[string]string{}}
	for _, file := range []string{"policy.go", "ladder.go", "crowd.go", "strangers.go", "signals.go", "rule.go"} {
		g.read(file)
	}
	return g
}

// read takes the comments of a source file.
func (g *generator) read(file string) {
	g.t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.TYPE {
			continue
		}
		spec := decl.Specs[0].(*ast.TypeSpec)
		g.docs[spec.Name.Name] = decl.Doc.Text()
		s, ok := spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range s.Fields.List {
			if field.Tag == nil { // written in a form of its own
				continue
			}
			name := field.Names[0].Name
			doc := field.Doc.Text()
			if doc == "" {
				doc = field.Comment.Text()
			}
			g.docs[spec.Name.Name+"."+name] = doc
			g.names[name], _ = strconv.Unquote(field.Tag.Value)
			g.names[name] = policyfile.Name(reflect.StructField{Tag: reflect.StructTag(g.names[name])})
		}
	}
}

var (
	subject = regexp.MustCompile(`^(An? )?\w+(:| is| are| says| holds) (whether (automation may|everything)?)?`)
	begins  = regexp.MustCompile(`\. [a-z]+ `)
	goName  = regexp.MustCompile(`\b[A-Z]\w*[a-z][A-Z]\w*(\.[A-Z]\w+)*|\b(Limits|Rules|Step)\.[A-Z]\w+|\b(Warn|Act|Warned|Offence|Families|Severe|Messages|People|Campaign|Flagged|Reach|Young|Rate|Strikes|Curve|Cap)\b`)
)

// doc is a comment as the description of what it stands at: without its subject, and
// with the names of the policy file.
func (g *generator) doc(name string) string {
	text := strings.Join(strings.Fields(g.docs[name]), " ")
	own := name[strings.LastIndex(name, ".")+1:]
	if m := subject.FindString(text); m != "" && strings.Contains(m, own) {
		rest := text[len(m):]
		switch {
		case strings.HasSuffix(m, "everything"):
			rest = "Everything" + rest
		case strings.HasSuffix(m, "may"):
			rest = "Automation may" + rest
		}
		text = rest
	}
	text = goName.ReplaceAllStringFunc(text, func(s string) string {
		parts := strings.Split(s, ".")
		for i, p := range parts {
			if n := g.names[p]; n != "" {
				parts[i] = n
			} else if p == "Rules" || p == "Step" || p == "Limits" {
				parts[i] = strings.ToLower(p)
			}
		}
		return strings.Join(parts, ".")
	})
	text = begins.ReplaceAllStringFunc(text, func(s string) string { return s[:2] + strings.ToUpper(s[2:3]) + s[3:] })
	r, n := utf8.DecodeRuneInString(text)
	if !strings.Contains(strings.SplitN(text, " ", 2)[0], "_") {
		text = strings.ToUpper(string(r)) + text[n:]
	}
	if text == "" {
		g.t.Errorf("%s has no comment", name)
	}
	return strings.TrimSuffix(text, ".") + "."
}

// first is the first sentence of a description.
func first(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

const pathText = "#/$defs/"

// ref refers to a definition.
func ref(name string) member { return member{"$ref", pathText + name} }

// bounds are the ranges of numbers, as in Validate; "(" and ")" leave the bound out.
var bounds = map[string]string{
	"Step.Strikes": "[0 1000000000]", "Step.Rate": "[0 1]", "Step.People": "[0 24]", "Rules.RateFlag": "[0 0.5]", "Step.PerDay": fmt.Sprintf("[0 %d]", limiter.MaxN), "Rules.RateSure": "[0 1]",
	"Limits.YoungShare": "(0 1]", "Limits.Probation": "(0 1]", "Limits.TurnedAwayNew": "[0 1000000000]", "Limits.TurnedAwayAll": "[0 1000000000]",
	"Weights.Contact": "[0 1]", "Weights.Connection": "[0 1]", "Weights.Follower": "[0 1]", "Weights.Invited": "[0 1]", "Weights.SecondDegree": "[0 1]",
	"Weights.Stranger": "[0 1]", "Weights.Unknown": "[0 1]", "Weights.Earlier": "[0 1]", "Weights.Protected": "[0 10]", "Limits.ProtectedShare": "[0 1]", "Limits.OriginShare": "[0 1]", "Limits.OriginPeople": fmt.Sprintf("[0 %d]", limiter.MaxN),
	"Received.Answered": "[0 1]", "Received.Young": "[0 1]", "Received.TurnedAway": "[0 1000000000]",
	"Silence.Turns": "[0 31]", "Requests.Outstanding": "[0 65535]", "Requests.Floor": "[0 1)", "Requests.Sure": "[0 0.9999]",
	"Beta.A": "(0 500000]", "Beta.B": "(0 500000]",
	"Signals.ReplyFloor": "(0 1)", "Signals.ComplaintFloor": "(0 1)", "Signals.ComplaintReach": "[0 1000000000]",
	"Levels.Prior": "(0 1)", "Levels.Cap": fmt.Sprintf("(0 %v]", scoring.MaxCap), "Levels.Floor": fmt.Sprintf("[%v %v]", scoring.DefaultFloor, scoring.MaxCap),
	"Levels.Warn": "(0 1)", "Levels.Act": "(0 1)", "Levels.Families": "[2 5]",
	"Strikes.Forget": "(0 1000000000]", "Strikes.Warned": "(0 1000000000]", "Strikes.Offence": "(0 1000000000]",
	"Strikes.AfterWarning": "(0 1000000000]", "Strikes.Hysteresis": "[0 1000000000]",
	"Complaints.Young": "[0 1]", "Complaints.Least": "[0 1]", "Complaints.Most": "[1 10]", "Complaints.BurstFrom": "[2 1000]", "Complaints.Block": "[0 1]",
	"Crowd.Senders": "[2 1000000]", "Crowd.Doubt": "[0 1000000000]", "Crowd.ReplyFloor": "(0 1)", "Crowd.Sure": "[0.5 0.9999]", "Crowd.SureOfFew": "[0.5 0.9999]",
	"Crowd.Exposure": "[1 1000000000]", "Crowd.Complaints": "(0 1000000000]", "Crowd.ComplaintShare": "[0 1]",
	"Crowd.Probes": "(0 1]", "Crowd.ProbesUnwelcome": "[0 1]", "Crowd.ProbeContacts": "[0 1000000000]",
	"Conduct.Factor": "[1 2]", "Conduct.Answered": "[0 1]",
	"Strikes.Tries": "[0 10000]", "Complaints.GraveFrom": "[0 24]", "Complaints.GraveConfirmed": "[0 24]", "Complaints.PerReporter": "[0 32]",
	"RuleEvidence.Points": "(0 4]",
	"Budget.PerHour":      fmt.Sprintf("[0 %d]", limiter.MaxN), "Budget.Share": "[0 1]",
}

// choices are what fields may be that do not take every value of their type, as in Validate.
var choices = map[string][]string{
	"Pair.Blocked": {"flag", "hold", "reject"}, "Pair.Complained": {"flag", "hold", "reject"}, "Pair.Unaccepted": {"flag", "hold", "reject"},
	"Crowd.Answer": {"allow", "flag", "defer", "hold"}, "Rule.Verdict": {"flag", "defer", "hold", "reject"},
	"Step.Kind":           {"warning", "block", "restriction", "suspension"}, // only a person refers a case
	"RuleEvidence.Family": {"volume", "content", "contact", "reception", "automation", "network", "standing"},
}

// number is the schema of a number.
func (g *generator) number(typ, path string) obj {
	o := obj{{"type", typ}}
	b, ok := bounds[path]
	if !ok {
		g.t.Errorf("%s has no bounds", path)
		return o
	}
	lo, hi, _ := strings.Cut(b[1:len(b)-1], " ")
	low, high := map[byte]string{'[': "minimum", '(': "exclusiveMinimum"}[b[0]], map[byte]string{']': "maximum", ')': "exclusiveMaximum"}[b[len(b)-1]]
	return o.with(member{low, json.Number(lo)}, member{high, json.Number(hi)})
}

// leaves are the definitions of what is written in a form of its own.
func (g *generator) leaves() obj {
	one := func(text, pattern string, examples ...string) obj {
		return obj{{"description", text}, {"type", "string"}, {"pattern", pattern}, {"examples", examples}}
	}
	const units = "([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?([0-9]+ns)?"
	curve := func(text string, least int) obj {
		o := obj{{"description", text}, {"type", "array"}, {"items", obj{ref("knot")}}}
		if least > 0 {
			o = o.with(member{"minItems", least})
		}
		return o.with(member{"maxItems", policy.MaxKnots})
	}
	enum := func(text string, typ reflect.Type) obj {
		o := obj{{"type", "string"}, {"enum", enumNames(typ)}}
		if text != "" {
			o = append(obj{{"description", text}}, o...)
		}
		return o
	}
	duration := one("A length of time: whole numbers with the units d (24 hours), h, m, s, ms, us, ns, the longer first.", "^(0|"+units+")$", "24h", "7d", "1d12h")
	duration = slices.Insert(duration, 2, member{"minLength", 1})
	return obj{
		{"duration", duration},
		{"limit", one("At most so many in any window of that length, from 1s to 31d.", "^[0-9]+/"+units+"$", "20/1m", "250/1d")},
		{"limit_list", obj{{"type", "array"}, {"items", obj{ref("limit")}}, {"maxItems", policy.MaxLimits}}},
		{"curve", curve("Knots [x, y]: linear between them, flat outside; x rises.", 0)},
		{"factor_curve", curve("A curve whose y is a factor from 0 to 1.", 2)},
		{"raise_curve", curve("A curve whose y is a factor of 1 or more.", 2)},
		{"knot", obj{{"type", "array"}, {"items", obj{{"type", "number"}}}, {"minItems", 2}, {"maxItems", 2}}},
		{"mode", enum("on: counts. shadow: is measured and shown, counts nothing. off: is not measured.", reflect.TypeFor[policy.Mode]())},
		{"beta", obj{{"description", "A Beta distribution of a rate."}, {"type", "object"}, {"properties", obj{
			{"a", append(obj{{"description", "Successes."}}, g.number("number", "Beta.A")...)},
			{"b", append(obj{{"description", "Failures."}}, g.number("number", "Beta.B")...)},
		}}, {"additionalProperties", false}}},
		{"scope", enum("outreach: new conversations only, replies pass.", reflect.TypeFor[policy.Scope]())},
		{"category", enum("", reflect.TypeFor[policy.Category]())},
		{"counter_of", enum("", reflect.TypeFor[policy.CounterOf]())},
		{"time", one("A time, as RFC 3339 writes it.", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$", "2026-12-07T00:00:00Z")},
		{"attribute", one("The type of an attribute, and whether it is protected.", `^(protected )?(bool|int|double|string|list\(string\))$`, "string", "protected string")},
		{"texts", obj{{"type", "array"}, {"items", obj{{"type", "string"}, {"minLength", 1}}}, {"uniqueItems", true}, {"maxItems", policy.MaxListEntries}}},
	}
}

// defs are the definitions that types have, and curves by what they are for.
var (
	defs = map[reflect.Type]string{
		reflect.TypeFor[policy.Duration](): "duration", reflect.TypeFor[[]limiter.Limit](): "limit_list", reflect.TypeFor[policy.Signal](): "signal",
		reflect.TypeFor[scoring.Beta](): "beta", reflect.TypeFor[policy.Mode](): "mode",
		reflect.TypeFor[policy.Scope](): "scope", reflect.TypeFor[policy.Category](): "category", reflect.TypeFor[policy.Step](): "step",
		reflect.TypeFor[*policy.Rules](): "rules", reflect.TypeFor[policy.Limits](): "limits", reflect.TypeFor[policy.Pair](): "pair", reflect.TypeFor[policy.Received](): "received", reflect.TypeFor[policy.Requests](): "requests", reflect.TypeFor[policy.Silence](): "silence", reflect.TypeFor[policy.Weights](): "weights",
		reflect.TypeFor[policy.Signals](): "signals", reflect.TypeFor[policy.Levels](): "score", reflect.TypeFor[policy.Strikes](): "strikes", reflect.TypeFor[policy.Conduct](): "conduct",
		reflect.TypeFor[policy.Complaints](): "complaints", reflect.TypeFor[policy.Budget](): "budget", reflect.TypeFor[policy.Appeals](): "appeals",
		reflect.TypeFor[policy.Rule](): "rule", reflect.TypeFor[policy.RuleEvidence](): "rule_evidence", reflect.TypeFor[policy.Counter](): "counter", reflect.TypeFor[policy.CounterOf](): "counter_of",
		reflect.TypeFor[policy.AttributeType](): "attribute", reflect.TypeFor[[]string](): "texts", reflect.TypeFor[time.Time](): "time",
		reflect.TypeFor[policy.Crowd](): "crowd",
	}
	curves = map[string]string{"Signal.Curve": "curve", "Signals.ReplyFloorBusy": "raise_curve", "Strikes.Amount": "raise_curve"} // others: factor_curve
	// extra is what a schema must say beyond a type.
	extra = map[string]obj{
		"Policy.Name":               {{"minLength", 1}, {"maxLength", policy.MaxPolicyName}, {"pattern", "^[^@]+$"}},
		"Policy.Counters":           {{"items", obj{ref("counter"), {"required", []string{"name", "key", "of", "window"}}}}, {"maxItems", policy.MaxCounters}},
		"Policy.Rules":              {{"items", obj{ref("rule"), {"required", []string{"name", "when", "why"}}}}, {"maxItems", policy.MaxRules}},
		"Rule.Name":                 {{"pattern", "^[a-z0-9][a-z0-9_-]*$"}, {"maxLength", policy.MaxRuleName}},
		"Rule.When":                 {{"minLength", 1}, {"maxLength", rulekit.MaxWhen}},
		"Rule.Why":                  {{"minLength", 1}, {"maxLength", policy.MaxWhy}},
		"Counter.Name":              {{"pattern", "^[a-z][a-z0-9_]*$"}, {"maxLength", policy.MaxRuleName}},
		"Counter.Key":               {{"pattern", "^(sender|recipient|origin|attr\\.[a-z][a-z0-9_]*)$"}},
		"Rules.Ladder":              {{"items", obj{ref("step"), {"required", []string{"strikes", "kind"}}}}, {"maxItems", policy.MaxSteps}},
		"Rules.Rates":               {{"items", obj{ref("step"), {"required", []string{"rate", "kind"}}}}, {"maxItems", policy.MaxSteps}},
		"Rules.Confirmed":           {{"items", obj{ref("step"), {"required", []string{"kind"}}}}, {"maxItems", policy.MaxSteps}},
		"Rules.ConfirmedCategories": {{"items", obj{ref("category")}}, {"uniqueItems", true}},
		"Rules.Impersonated":        {{"items", obj{{"type", "string"}, {"minLength", 1}, {"maxLength", policy.MaxPolicyName}}}},
		"Rules.SevereCategories":    {{"items", obj{ref("category")}}, {"uniqueItems", true}},
	}
)

// field is the schema of one field of a struct.
func (g *generator) field(owner string, f reflect.StructField) obj {
	path := owner + "." + f.Name
	text := g.doc(path)
	if raise := policy.Raise()[policyfile.Name(f)]; raise != "" && owner == "Signals" {
		text += " Raise the x of its curve, and " + raise + "."
	}
	o := obj{{"description", text}}
	switch def := defs[f.Type]; {
	case f.Type == reflect.TypeFor[scoring.Curve]():
		def = "factor_curve"
		if c := curves[path]; c != "" {
			def = c
		}
		return o.with(ref(def))
	case choices[path] != nil:
		return o.with(member{"type", "string"}, member{"enum", choices[path]})
	case def != "":
		return o.with(ref(def))
	case path == "Policy.Version":
		return o.with(member{"type", "integer"}, member{"const", 1})
	}
	switch f.Type.Kind() {
	case reflect.Bool:
		o = o.with(member{"type", "boolean"})
	case reflect.String:
		o = o.with(member{"type", "string"})
	case reflect.Int:
		o = o.with(g.number("integer", path)...)
	case reflect.Float64:
		o = o.with(g.number("number", path)...)
	case reflect.Slice:
		o = o.with(member{"type", "array"})
	case reflect.Map:
		o = o.with(member{"type", "object"}, member{"additionalProperties", obj{ref(defs[f.Type.Elem()])}},
			member{"propertyNames", obj{{"minLength", 1}, {"maxLength", policy.MaxPolicyName}}}, member{"maxProperties", policy.MaxClasses})
	default:
		g.t.Errorf("%s: no schema for %v", path, f.Type)
	}
	return o.with(extra[path]...)
}

// object is the schema of a struct.
func (g *generator) object(typ reflect.Type) obj {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	var fields obj
	for f := range typ.Fields() {
		fields = append(fields, member{policyfile.Name(f), g.field(typ.Name(), f)})
	}
	return obj{{"description", first(g.doc(typ.Name()))}, {"type", "object"}, {"properties", fields}, {"additionalProperties", false}}
}

// always reports whether a file that extends nothing must have a field.
func always(f reflect.StructField) bool {
	return !policyfile.Omitted(f) && f.Type != reflect.TypeFor[policy.Signal]()
}

// complete is what a file that extends nothing must have; nil: nothing.
func (g *generator) complete(typ reflect.Type) obj {
	switch {
	case typ.Kind() == reflect.Pointer:
		typ = typ.Elem()
	case typ.Kind() == reflect.Map && typ.Elem().Kind() == reflect.Pointer:
		return obj{{"required", []string{string(policy.Member)}}, {"additionalProperties", g.complete(typ.Elem())}}
	}
	if typ.Kind() != reflect.Struct {
		return nil
	}
	var required []string
	var below obj
	for f := range typ.Fields() {
		if always(f) {
			required = append(required, policyfile.Name(f))
		}
		if sub := g.complete(f.Type); sub != nil {
			below = append(below, member{policyfile.Name(f), sub})
		}
	}
	if required == nil && below == nil {
		return nil
	}
	var o obj
	if required != nil {
		o = obj{{"required", required}}
	}
	if below != nil {
		o = o.with(member{"properties", below})
	}
	return o
}

// file is the whole schema.
func (g *generator) file() obj {
	all := g.leaves()
	for _, typ := range slices.SortedFunc(maps.Keys(defs), func(a, b reflect.Type) int { return strings.Compare(defs[a], defs[b]) }) {
		if name := defs[typ]; !slices.ContainsFunc(all, func(m member) bool { return m.name == name }) {
			all = append(all, member{name, g.object(typ)})
		}
	}
	complete := g.complete(reflect.TypeFor[policy.Policy]())
	all = append(all, member{"complete", append(obj{{"description", "What a file without extends must have."}}, complete...)})
	fields := obj{
		{"$schema", obj{{"description", "For editors; ignored."}, {"type", "string"}}},
		{"extends", obj{
			{"description", "The policy from which the file states only what differs: objects merge, lists replace. Without it the file is complete."},
			{"type", "string"}, {"enum", []string{policy.Default().Name, policy.Observe().Name, policy.Strict().Name}},
		}},
	}
	of := g.object(reflect.TypeFor[policy.Policy]())
	return obj{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "decorum policy file"},
		{"description", "What a service allows in messaging and what it does about the rest. ReadPolicy checks more than a schema can say: that a ladder rises, that curves rise or fall throughout, that thresholds are in order."},
		{"type", "object"}, {"properties", append(fields, of[2].value.(obj)...)}, {"additionalProperties", false},
		{"if", obj{{"required", []string{"extends"}}}}, {"else", obj{ref("complete")}},
		{"$defs", all},
	}
}
