package policy_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/scoring"
	"github.com/google/go-cmp/cmp"
)

// A schema is a JSON Schema 2020-12, of the keywords that schema.json uses.
type schema map[string]any

func readSchema(t testing.TB) schema {
	t.Helper()
	data, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s schema) sub(key string) schema {
	m, _ := s[key].(map[string]any)
	return m
}

func (s schema) strings(key string) []string {
	var out []string
	list, _ := s[key].([]any)
	for _, x := range list {
		out = append(out, x.(string))
	}
	return out
}

// validate returns every fault of x, a value as encoding/json makes it. It
// fails on keywords that it does not know, so that none is silently ignored.
func (s schema) validate(root schema, x any, path string) []string {
	var faults []string
	bad := func(format string, args ...any) {
		faults = append(faults, path+": "+fmt.Sprintf(format, args...))
	}
	also := func(sub any, x any, path string) {
		if b, ok := sub.(bool); ok {
			if !b {
				bad("not allowed: %s", path)
			}
			return
		}
		faults = append(faults, schema(sub.(map[string]any)).validate(root, x, path)...)
	}
	object, isObject := x.(map[string]any)
	list, isList := x.([]any)
	text, isText := x.(string)
	num, isNum := x.(float64)
	for _, key := range slices.Sorted(maps.Keys(s)) {
		arg := s[key]
		bound, _ := arg.(float64)
		switch key {
		case "$schema", "$defs", "title", "description", "examples", "then", "else":
		case "$ref":
			name, ok := strings.CutPrefix(arg.(string), "#/$defs/")
			def := root.sub("$defs").sub(name)
			if !ok || def == nil {
				panic("schema.json: no " + arg.(string))
			}
			faults = append(faults, def.validate(root, x, path)...)
		case "type":
			ok := false
			switch arg {
			case "object":
				ok = isObject
			case "array":
				ok = isList
			case "string":
				ok = isText
			case "number":
				ok = isNum
			case "integer":
				ok = isNum && num == float64(int64(num))
			case "boolean":
				_, ok = x.(bool)
			default:
				panic(fmt.Sprintf("schema.json: type %v", arg))
			}
			if !ok {
				bad("is not of type %v", arg)
			}
		case "const":
			if x != arg {
				bad("is not %v", arg)
			}
		case "enum":
			if !slices.Contains(arg.([]any), x) {
				bad("is none of %v", arg)
			}
		case "pattern":
			if isText && !pattern(arg.(string)).MatchString(text) {
				bad("does not match %v", arg)
			}
		case "minLength":
			if isText && float64(utf8.RuneCountInString(text)) < bound {
				bad("is too short")
			}
		case "maxLength":
			if isText && float64(utf8.RuneCountInString(text)) > bound {
				bad("is too long")
			}
		case "minimum":
			if isNum && num < bound {
				bad("is less than %v", arg)
			}
		case "maximum":
			if isNum && num > bound {
				bad("is more than %v", arg)
			}
		case "exclusiveMinimum":
			if isNum && num <= bound {
				bad("is not more than %v", arg)
			}
		case "exclusiveMaximum":
			if isNum && num >= bound {
				bad("is not less than %v", arg)
			}
		case "minItems":
			if isList && float64(len(list)) < bound {
				bad("has too few items")
			}
		case "maxItems":
			if isList && float64(len(list)) > bound {
				bad("has too many items")
			}
		case "uniqueItems":
			for i, item := range list {
				for _, other := range list[:i] {
					if cmp.Equal(item, other) {
						bad("holds %v twice", item)
					}
				}
			}
		case "items":
			for i, item := range list {
				also(arg, item, policyfile.Index(path, i))
			}
		case "maxProperties":
			if isObject && float64(len(object)) > bound {
				bad("has too many members")
			}
		case "propertyNames":
			for name := range object {
				also(arg, name, policyfile.Join(path, name))
			}
		case "required":
			for _, name := range s.strings("required") {
				if _, ok := object[name]; isObject && !ok {
					bad("has no %s", name)
				}
			}
		case "properties":
			for name, value := range object {
				if sub, ok := s.sub("properties")[name]; ok {
					also(sub, value, policyfile.Join(path, name))
				}
			}
		case "additionalProperties":
			for name, value := range object {
				if _, ok := s.sub("properties")[name]; !ok {
					also(arg, value, policyfile.Join(path, name))
				}
			}
		case "if":
			next := "then"
			if len(s.sub("if").validate(root, x, path)) > 0 {
				next = "else"
			}
			if sub := s.sub(next); sub != nil {
				also(map[string]any(sub), x, path)
			}
		default:
			panic("schema.json: the test does not know " + key)
		}
	}
	slices.Sort(faults)
	return faults
}

var patterns sync.Map // compiled

func pattern(s string) *regexp.Regexp {
	if re, ok := patterns.Load(s); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(s)
	patterns.Store(s, re)
	return re
}

// refuses returns the faults of a file by the schema.
func (s schema) refuses(data []byte) []string {
	var x any
	if err := json.Unmarshal(data, &x); err != nil {
		return []string{err.Error()}
	}
	return s.validate(s, x, "")
}

// The schema and the Go types must name the same fields of the same types.
func TestSchemaMatchesTypes(t *testing.T) {
	root := readSchema(t)
	w := schemaWalk{t: t, root: root, used: map[string]bool{"complete": true}}
	w.object(root, reflect.TypeFor[policy.Policy](), "", "extends", "$schema")
	w.complete(root.sub("$defs").sub("complete"), reflect.TypeFor[policy.Policy](), "")
	for name := range root.sub("$defs") {
		if !w.used[name] {
			t.Errorf("$defs/%s: no type uses it", name)
		}
	}
	if got, want := root.sub("properties").sub("extends").strings("enum"), []string{policy.Default().Name, policy.Observe().Name, policy.Strict().Name}; !cmp.Equal(got, want) {
		t.Errorf("extends: %v, want %v", got, want)
	}
}

type schemaWalk struct {
	t    *testing.T
	root schema
	used map[string]bool
}

// resolve follows $ref; what stands beside it adds to what it refers to.
func (w schemaWalk) resolve(s schema) schema {
	ref, ok := s["$ref"].(string)
	if !ok {
		return s
	}
	name := strings.TrimPrefix(ref, "#/$defs/")
	w.used[name] = true
	out := maps.Clone(w.resolve(w.root.sub("$defs").sub(name)))
	for k, v := range s {
		if k != "$ref" {
			out[k] = v
		}
	}
	return out
}

func (w schemaWalk) object(s schema, typ reflect.Type, path string, extra ...string) {
	if s["type"] != "object" || s["additionalProperties"] != false {
		w.t.Errorf("%q: must be an object without additional properties: %v", path, s["type"])
	}
	want := slices.Clone(extra)
	for f := range typ.Fields() {
		want = append(want, policyfile.Name(f))
		sub := w.resolve(s.sub("properties").sub(policyfile.Name(f)))
		if len(sub) == 0 {
			continue // reported below
		}
		if sub["description"] == nil {
			w.t.Errorf("%s: has no description", policyfile.Join(path, policyfile.Name(f)))
		}
		if some := choices[typ.Name()+"."+f.Name]; some != nil {
			if got := sub.strings("enum"); sub["type"] != "string" || !cmp.Equal(got, some) {
				w.t.Errorf("%s: enum %v, want %v", policyfile.Join(path, policyfile.Name(f)), got, some)
			}
			continue
		}
		w.value(sub, f.Type, policyfile.Join(path, policyfile.Name(f)))
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(s.sub("properties")))); diff != "" {
		w.t.Errorf("%q: fields of %v (-) and properties (+):\n%s", path, typ, diff)
	}
}

func (w schemaWalk) value(s schema, typ reflect.Type, path string) {
	want := ""
	names := enumNames(typ)
	switch {
	case typ == reflect.TypeFor[scoring.Point]():
		if s["minItems"] != 2. || s["maxItems"] != 2. || s.sub("items")["type"] != "number" {
			w.t.Errorf("%s: is not [x, y]: %v", path, s)
		}
		want = "array"
	case typ == reflect.TypeFor[policy.Duration](), typ == reflect.TypeFor[limiter.Limit]():
		sample := map[reflect.Type]string{reflect.TypeFor[policy.Duration](): "1d2h3m4s5ms6us7ns", reflect.TypeFor[limiter.Limit](): "5/1d2h3m4s5ms6us7ns"}[typ]
		if re := regexp.MustCompile(s["pattern"].(string)); !re.MatchString(sample) || re.MatchString("x"+sample) || re.MatchString(sample+"x") {
			w.t.Errorf("%s: pattern %v", path, re)
		}
		want = "string"
	case typ == reflect.TypeFor[policy.AttributeType](), typ == reflect.TypeFor[time.Time]():
		sample := map[reflect.Type]string{reflect.TypeFor[policy.AttributeType](): "protected list(string)", reflect.TypeFor[time.Time](): "2026-12-07T00:00:00Z"}[typ]
		if re := regexp.MustCompile(s["pattern"].(string)); !re.MatchString(sample) || re.MatchString("x"+sample) || re.MatchString(sample+"x") {
			w.t.Errorf("%s: pattern %v", path, re)
		}
		want = "string"
	case names != nil:
		if got := s.strings("enum"); !cmp.Equal(got, names) {
			w.t.Errorf("%s: enum %v, want %v", path, got, names)
		}
		want = "string"
	case typ.Kind() == reflect.Pointer:
		w.object(s, typ.Elem(), path)
		return
	case typ.Kind() == reflect.Struct:
		w.object(s, typ, path)
		return
	case typ.Kind() == reflect.Map:
		w.value(w.resolve(s.sub("additionalProperties")), typ.Elem(), path+".*")
		want = "object"
	case typ.Kind() == reflect.Slice:
		w.value(w.resolve(s.sub("items")), typ.Elem(), path+"[]")
		want = "array"
	default:
		want = map[reflect.Kind]string{
			reflect.Bool: "boolean", reflect.String: "string", reflect.Int: "integer", reflect.Float64: "number",
		}[typ.Kind()]
	}
	if s["type"] != want || want == "" {
		w.t.Errorf("%s: is %v, want %q for %v", path, s["type"], want, typ)
	}
}

// enumNames are the names of an enumeration; nil: typ is none.
func enumNames(typ reflect.Type) (names []string) {
	if typ.Kind() != reflect.Uint8 {
		return nil
	}
	for i := range uint64(100) {
		v, back := reflect.New(typ), reflect.New(typ)
		v.Elem().SetUint(i)
		text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		if err == nil && back.Interface().(encoding.TextUnmarshaler).UnmarshalText(text) == nil && back.Elem().Uint() == i {
			names = append(names, string(text))
		}
	}
	return names
}

// complete checks that exactly the fields that are always written are required, but for
// signals, which an earlier release may not have known.
func (w schemaWalk) complete(s schema, typ reflect.Type, path string) {
	switch {
	case typ.Kind() == reflect.Pointer:
		typ = typ.Elem()
	case typ.Kind() == reflect.Map && typ.Elem().Kind() == reflect.Pointer:
		if got := s.strings("required"); !cmp.Equal(got, []string{string(policy.Member)}) {
			w.t.Errorf("%s: requires %v", path, got)
		}
		w.complete(s.sub("additionalProperties"), typ.Elem(), path+".*")
		return
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[limiter.Limit]() || typ == reflect.TypeFor[scoring.Point]() {
		if s != nil {
			w.t.Errorf("%s: complete says %v of a %v", path, s, typ)
		}
		return
	}
	var want []string
	for f := range typ.Fields() {
		if always(f) {
			want = append(want, policyfile.Name(f))
		}
		w.complete(s.sub("properties").sub(policyfile.Name(f)), f.Type, policyfile.Join(path, policyfile.Name(f)))
	}
	if got := s.strings("required"); !cmp.Equal(got, want) {
		w.t.Errorf("%q: requires\n%v, want\n%v", path, got, want)
	}
}

// The schema's bounds are those of Validate.
func TestSchemaBounds(t *testing.T) {
	root := readSchema(t)
	for _, c := range []struct {
		got  any
		want float64
	}{
		{root.sub("properties").sub("name")["maxLength"], policy.MaxPolicyName},
		{root.sub("properties").sub("classes")["maxProperties"], policy.MaxClasses},
		{root.sub("$defs").sub("rules").sub("properties").sub("channels")["maxProperties"], policy.MaxClasses},
		{root.sub("$defs").sub("rules").sub("properties").sub("ladder")["maxItems"], policy.MaxSteps},
		{root.sub("$defs").sub("limit_list")["maxItems"], policy.MaxLimits},
		{root.sub("$defs").sub("curve")["maxItems"], policy.MaxKnots},
		{root.sub("$defs").sub("factor_curve")["maxItems"], policy.MaxKnots},
		{root.sub("$defs").sub("budget").sub("properties").sub("per_hour")["maximum"], limiter.MaxN},
		{root.sub("$defs").sub("score").sub("properties").sub("cap")["maximum"], scoring.MaxCap},
		{root.sub("$defs").sub("score").sub("properties").sub("floor")["minimum"], scoring.DefaultFloor},
	} {
		if c.got != c.want {
			t.Errorf("bound is %v, want %v", c.got, c.want)
		}
	}
}

// What ReadPolicy accepts, the schema accepts.
func TestSchemaAccepts(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	root := readSchema(t)
	check := func(name string, data []byte) {
		if faults := root.refuses(data); len(faults) > 0 {
			t.Errorf("%s:\n%s", name, strings.Join(faults, "\n"))
		}
	}
	for _, p := range []*policy.Policy{policy.Default(), policy.Observe()} {
		data := encode(t, p)
		check(p.Name, data)
		delete(p.Classes, policy.Page)
		delete(p.Classes, policy.Business)
		delete(p.Classes, policy.Service)
		delete(p.Classes, policy.Staff)
		if data = encode(t, p); p.Observe {
			continue
		}
		replace := replacer(t, data)
		for path, x := range someLeaves(t, data) {
			if _, ok := x.(float64); !ok {
				continue
			}
			for _, v := range []float64{-1, 0, .5, 1, 5, 50, 1e9, 1e12} {
				changed := replace(path, v)
				if _, err := policy.ReadPolicy(strings.NewReader(string(changed))); err == nil {
					check(fmt.Sprintf("%s = %v", path, v), changed)
				}
			}
		}
	}
	files, _ := filepath.Glob("testdata/policies/good/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		check(file, data)
	}
}
