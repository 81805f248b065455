package policy_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/scoring"
)

// TestReference: the pages of the reference are what the code, and the measured effects,
// make of them; -update writes them.
func TestReference(t *testing.T) {
	t.Parallel()
	b := newReference(t)
	for name, page := range map[string]string{
		"reference.md": b.index(), "reference-signals.md": b.signals(),
		"reference-policy.md": b.policy(), "reference-answers.md": b.answers(),
	} {
		for _, broken := range []string{"\uFFFD", `[""]`, "| ,", ", ,"} {
			if strings.Contains(page, broken) {
				t.Errorf("docs/%s has %q", name, broken)
			}
		}
		sameFile(t, "docs/"+name, page)
	}
}

// measured are the parts of a policy of whose numbers effectsFile has what moving them does.
var measured = []string{"signals", "limits", "received", "weights", "score", "ladder", "crowd", "appeals", "budget", "complaints", "pair", "rate_flag", "rate_sure", "rates", "requests", "silence", "strikes", "severe", "deceived", "confirmed"}

// TestReferenceWhole: of every number in the parts of a policy that were measured, all
// signals among them, there is what moving it does; and of nothing that there is not.
func TestReferenceWhole(t *testing.T) {
	t.Parallel()
	b := newReference(t)
	var movable []string
	for _, f := range b.fields {
		number := f.moves && b.standard(f) != ""
		part, _, _ := strings.Cut(f.path, ".")
		if number {
			movable = append(movable, f.path)
		}
		for _, by := range []string{"2/3", "4/3"} {
			if said := b.effects.tell(f.path, by); number && said == "" && slices.Contains(measured, part) {
				t.Errorf("%s x %s: it is not measured what that does: go run ./examples/internal/effects, see there", f.path, by)
			} else if !number && said != "" {
				t.Errorf("%s x %s: it is measured, and no number of the policy", f.path, by)
			}
		}
	}
	if len(movable) < 130 {
		t.Errorf("%d numbers", len(movable))
	}
	for path := range b.effects.moved {
		if !slices.Contains(movable, path) {
			t.Errorf("%s is measured, and no number of the policy", path)
		}
	}
}

// TestReferenceSources: of every signal, and of every number beside them, it is said where
// it is from, and since when; and of nothing else.
func TestReferenceSources(t *testing.T) {
	t.Parallel()
	var beside []string
	for _, f := range newReference(t).fields {
		if name, ok := strings.CutPrefix(f.path, "signals."); ok {
			beside = append(beside, name)
		}
	}
	slices.Sort(beside)
	if said := slices.Sorted(maps.Keys(sources)); !slices.Equal(said, beside) {
		t.Errorf("sources are of\n%q, the signals are\n%q", said, beside)
	}
	for name, s := range sources {
		if len(s.why) < 10 || !sinceForm.MatchString(s.since) {
			t.Errorf("%s: since %q, because %q", name, s.since, s.why)
		}
	}
}

// A field is one of the policy file.
type field struct {
	path  string // in a class, or in the policy: "limits.messages"
	owner string // the type that has it
	f     reflect.StructField
	moves bool // it is a number, or has some
}

// A reference makes the pages.
type reference struct {
	t       *testing.T
	g       *generator
	fields  []field
	types   []reflect.Type    // in the order in which a file has them
	at      map[string]string // where a type stands in the file
	file    map[string]any    // the default policy
	effects *effects
}

func newReference(t *testing.T) *reference {
	t.Helper()
	b := &reference{t: t, g: newGenerator(t), at: map[string]string{}, effects: readEffects(t)}
	if err := json.Unmarshal(encode(t, policy.Default()), &b.file); err != nil {
		t.Fatal(err)
	}
	b.walk(reflect.TypeFor[policy.Policy](), "")
	return b
}

// walk collects the fields of a type and of those below it.
func (b *reference) walk(typ reflect.Type, path string) {
	if !b.has(typ) {
		b.types, b.at[typ.Name()] = append(b.types, typ), path
	}
	var below []func()
	for f := range typ.Fields() {
		at := policyfile.Join(path, policyfile.Name(f))
		in, plain := inside(f.Type)
		b.fields = append(b.fields, field{at, typ.Name(), f, plain && moves(f.Type) && at != "version"})
		switch {
		case plain:
		case in == reflect.TypeFor[policy.Step](): // of several lists, and alone
			below = append(below, func() { b.walk(in, at) })
		case b.has(in):
		case in == reflect.TypeFor[policy.Rules]():
			below = append(below, func() { b.walk(in, "") })
		default:
			below = append(below, func() { b.walk(in, at) })
		}
	}
	for _, walk := range below {
		walk()
	}
}

// inside is the type of what a field holds, and whether that is written in a form of its
// own, not field by field.
func inside(typ reflect.Type) (in reflect.Type, plain bool) {
	for typ.Kind() == reflect.Map || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch typ {
	case reflect.TypeFor[policy.AttributeType](), reflect.TypeFor[policy.Signal](), reflect.TypeFor[scoring.Beta](), reflect.TypeFor[limiter.Limit](), reflect.TypeFor[scoring.Point](), reflect.TypeFor[time.Time]():
		return typ, true
	}
	return typ, typ.Kind() != reflect.Struct
}

func (b *reference) has(typ reflect.Type) bool {
	_, ok := b.at[typ.Name()]
	return ok
}

// moves reports whether values of a type are numbers, or have some.
func moves(typ reflect.Type) bool {
	switch typ {
	case reflect.TypeFor[policy.Signal](), reflect.TypeFor[scoring.Beta](), reflect.TypeFor[scoring.Curve](),
		reflect.TypeFor[[]limiter.Limit](), reflect.TypeFor[policy.Duration]():
		return true
	}
	return typ.Kind() == reflect.Int || typ.Kind() == reflect.Float64
}

// value finds what stands at a path in an object, in a list of objects in the first that
// has it; nil: nothing.
func value(in any, path string) any {
	name, rest, deep := strings.Cut(path, ".")
	switch in := in.(type) {
	case map[string]any:
		if deep {
			return value(in[name], rest)
		}
		return in[name]
	case []any:
		for _, step := range in {
			if v := value(step, path); v != nil {
				return v
			}
		}
	}
	return nil
}

// standard is what the default policy has there: members, and the classes that differ.
func (b *reference) standard(f field) string {
	if v := value(b.file, f.path); v != nil {
		return asWritten(v)
	}
	classes := b.file["classes"].(map[string]any)
	of := func(class string) string { return orNone(asWritten(value(classes[class], f.path))) }
	member, others := of("member"), []string(nil)
	alike := map[string][]string{}
	for _, class := range []string{"page", "business", "service", "staff"} {
		alike[of(class)] = append(alike[of(class)], class)
	}
	delete(alike, member)
	for _, value := range slices.Sorted(maps.Keys(alike)) {
		others = append(others, strings.Join(alike[value], ", ")+": "+value)
	}
	if member == none && others == nil {
		return ""
	}
	return strings.Join(append([]string{member}, others...), "; ")
}

const none = "none"

func orNone(s string) string { return cmp.Or(s, none) }

var digits = regexp.MustCompile(`\d+\.\d{5,}`)

// asWritten is a value as a policy file has it; a signal is its curve, if it is on.
func asWritten(v any) string {
	o, _ := v.(map[string]any)
	if curve := o["curve"]; curve != nil && o["mode"] == nil {
		v = curve
	} else if o["mode"] == "off" && o["curve"] == nil {
		v = map[string]any{"mode": "off"}
	}
	data, err := json.Marshal(v)
	if err != nil || v == nil {
		return ""
	}
	text := digits.ReplaceAllStringFunc(string(data), func(s string) string { return s[:6] }) // a third
	return "`" + strings.NewReplacer(",", ", ", `":`, `": `).Replace(text) + "`"
}

// bound says what a number may be, or in which form a value is written.
func (b *reference) bound(f field) string {
	if s := bounds[f.owner+"."+f.f.Name]; s != "" {
		kind := ""
		if f.f.Type.Kind() == reflect.Int {
			kind = "whole, "
		}
		from := map[byte]string{'[': "from ", '(': "more than "}[s[0]]
		to := map[byte]string{']': " to ", ')': ", less than "}[s[len(s)-1]]
		lo, hi, _ := strings.Cut(s[1:len(s)-1], " ")
		return kind + from + lo + to + hi
	}
	switch typ := f.f.Type; {
	case typ == reflect.TypeFor[[]limiter.Limit]():
		return fmt.Sprintf("limits such as \"20/1m\", at most %d", policy.MaxLimits)
	case typ == reflect.TypeFor[policy.Duration]():
		return "length of time"
	case typ == reflect.TypeFor[scoring.Curve]():
		return "curve"
	case typ == reflect.TypeFor[policy.Signal]():
		return "signal"
	case typ == reflect.TypeFor[scoring.Beta]():
		return "a, b of a Beta distribution"
	case typ.Kind() == reflect.Map:
		each, ok := map[reflect.Type]string{
			reflect.TypeFor[policy.AttributeType](): "its type: bool, int, double, string or list(string), each also as \"protected string\"",
			reflect.TypeFor[[]string]():             "a list of texts", reflect.TypeFor[[]limiter.Limit](): "limits such as \"20/1m\"", reflect.TypeFor[*policy.Rules](): "its rules",
		}[typ.Elem()]
		if !ok {
			b.t.Errorf("%s: not said what its values are", f.path)
		}
		return "by name, " + each
	case choices[f.owner+"."+f.f.Name] != nil:
		return strings.Join(choices[f.owner+"."+f.f.Name], ", ")
	case defs[typ] != "" && len(enumNames(typ)) > 0:
		return strings.Join(enumNames(typ), ", ")
	case typ.Kind() == reflect.Slice && defs[typ.Elem()] != "" && len(enumNames(typ.Elem())) > 0:
		return "list of " + strings.Join(enumNames(typ.Elem()), ", ")
	}
	return map[reflect.Kind]string{reflect.Bool: "true or false", reflect.String: "text", reflect.Slice: "list", reflect.Struct: "object", reflect.Int: "1"}[f.f.Type.Kind()]
}
