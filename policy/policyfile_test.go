package policy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/policyfile"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/google/go-cmp/cmp"
)

func readString(s string) (*policy.Policy, error) { return policy.ReadPolicy(strings.NewReader(s)) }

func encode(t testing.TB, p *policy.Policy) []byte {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// fieldErrors takes a joined error apart; anything but *FieldError is a fault
// of the test.
func fieldErrors(t testing.TB, err error) []*policy.FieldError {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("not joined: %#v", err)
	}
	var out []*policy.FieldError
	for _, e := range joined.Unwrap() {
		f, ok := e.(*policy.FieldError)
		if !ok || f.Field == "" || f.Problem == "" {
			t.Fatalf("not a field error with a path and a problem: %#v", e)
		}
		out = append(out, f)
	}
	return out
}

func hasFault(faults []*policy.FieldError, field, problem string) bool {
	return slices.ContainsFunc(faults, func(f *policy.FieldError) bool {
		return f.Field == field && strings.Contains(f.Problem, problem)
	})
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites):\n%s", file, diff)
	}
}

// Each wrong file has a golden text with everything that is wrong with it.
func TestWrongPolicies(t *testing.T) {
	files, _ := filepath.Glob("testdata/policies/wrong/*.json")
	if len(files) < 30 {
		t.Fatalf("%d files", len(files))
	}
	root := readSchema(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := policy.ReadPolicy(bytes.NewReader(data))
			if p != nil || err == nil {
				t.Fatalf("accepted: %v, %v", p, err)
			}
			fieldErrors(t, err)
			verdict := "schema.json refuses it too"
			if len(root.refuses(data)) == 0 {
				verdict = "schema.json accepts it"
			}
			golden(t, strings.TrimSuffix(file, ".json")+".txt", err.Error()+"\n("+verdict+")\n")
		})
	}
}

// Each good file has a golden text with what it changes in Default.
func TestGoodPolicies(t *testing.T) {
	complete, _ := json.MarshalIndent(func() *policy.Policy { p := policy.Default(); p.Name = "complete"; return p }(), "", "\t")
	golden(t, "testdata/policies/good/complete.json", string(complete)+"\n")

	files, _ := filepath.Glob("testdata/policies/good/*.json")
	if len(files) < 5 {
		t.Fatalf("%d files", len(files))
	}
	standard := leaves(t, encode(t, policy.Default()))
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := policy.ReadPolicy(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Validate(); err != nil {
				t.Error(err)
			}
			roundTrip(t, p)
			after := leaves(t, encode(t, p))
			before := maps.Clone(standard)
			for c := range p.Classes { // a new class starts as member
				for path, x := range standard {
					if rest, ok := strings.CutPrefix(path, "classes.member."); ok && c != policy.Page && c != policy.Business && c != policy.Service && c != policy.Staff {
						before[policyfile.Join("classes", string(c))+"."+rest] = x
					}
				}
			}
			var b strings.Builder
			for _, path := range slices.Sorted(maps.Keys(after)) {
				if was, ok := before[path]; !ok {
					fmt.Fprintf(&b, "+ %s: %v\n", path, after[path])
				} else if was != after[path] {
					fmt.Fprintf(&b, "! %s: %v, was %v\n", path, after[path], was)
				}
			}
			for _, path := range slices.Sorted(maps.Keys(before)) {
				if _, ok := after[path]; !ok {
					fmt.Fprintf(&b, "- %s: was %v\n", path, before[path])
				}
			}
			golden(t, strings.TrimSuffix(file, ".json")+".txt", b.String())
		})
	}
}

// roundTrip checks that writing, reading and writing again gives the same
// bytes, and the same policy.
func roundTrip(t testing.TB, p *policy.Policy) {
	t.Helper()
	first := encode(t, p)
	q, err := policy.ReadPolicy(bytes.NewReader(first))
	if err != nil {
		t.Fatalf("what was written does not read: %v", err)
	}
	if second := encode(t, q); !bytes.Equal(first, second) {
		t.Errorf("written twice:\n%s\n%s", first, second)
	}
	if p.ID() != q.ID() {
		t.Errorf("ID %s, then %s", p.ID(), q.ID())
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, first, "", "  "); err != nil {
		t.Fatal(err)
	}
	if r, err := policy.ReadPolicy(&indented); err != nil || r.ID() != p.ID() {
		t.Errorf("indented: %v", err)
	}
}

func TestReadPolicyRoundTrip(t *testing.T) {
	for _, p := range []*policy.Policy{policy.Default(), policy.Observe()} {
		roundTrip(t, p)
		q, err := policy.ReadPolicy(bytes.NewReader(encode(t, p)))
		if diff := cmp.Diff(p, q); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		q, err = readString(`{"extends": "` + p.Name + `"}`)
		if diff := cmp.Diff(p, q); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	}
}

// leaves returns every value of a JSON text that holds no other, by path; an
// empty list or object is one.
func leaves(t testing.TB, data []byte) map[string]any {
	t.Helper()
	out := map[string]any{}
	var walk func(x any, path string)
	walk = func(x any, path string) {
		switch x := x.(type) {
		case map[string]any:
			for k, v := range x {
				walk(v, policyfile.Join(path, k))
			}
			if len(x) == 0 {
				out[path] = "{}"
			}
		case []any:
			for i, v := range x {
				walk(v, policyfile.Index(path, i))
			}
			if len(x) == 0 {
				out[path] = "[]"
			}
		default:
			out[path] = x
		}
	}
	var x any
	if err := json.Unmarshal(data, &x); err != nil {
		t.Fatal(err)
	}
	walk(x, "")
	return out
}

// someLeaves are the leaves less those beyond the second element of a list: one loop
// reads them all.
func someLeaves(t testing.TB, data []byte) map[string]any {
	t.Helper()
	out := leaves(t, data)
	maps.DeleteFunc(out, func(path string, _ any) bool { return beyondTwo.MatchString(path) })
	return out
}

var beyondTwo = regexp.MustCompile(`\[([2-9]|\d\d+)\]`)

type removed struct{}

// replaceAt puts a value in place of the one at path, or removes it.
func replaceAt(t testing.TB, data []byte, path string, value any) []byte {
	t.Helper()
	return replacer(t, data)(path, value)
}

// replacer returns what does so with the same text again and again.
func replacer(t testing.TB, data []byte) func(path string, value any) []byte {
	t.Helper()
	var root any
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	return func(path string, value any) []byte {
		t.Helper()
		steps := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) })
		at, last := root, steps[len(steps)-1]
		for _, step := range steps[:len(steps)-1] {
			if list, ok := at.([]any); ok {
				n, _ := strconv.Atoi(step)
				at = list[n]
			} else {
				at = at.(map[string]any)[step]
			}
		}
		switch c := at.(type) {
		case map[string]any:
			if old, ok := c[last]; ok {
				defer func() { c[last] = old }()
			} else {
				defer delete(c, last)
			}
			if c[last] = value; value == (removed{}) {
				delete(c, last)
			}
		case []any:
			n, _ := strconv.Atoi(last)
			defer func(old any) { c[n] = old }(c[n])
			c[n] = value
		}
		out, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// objectPaths returns the paths of the objects of a policy file.
func objectPaths(data []byte) []string {
	var out []string
	var walk func(x any, path string)
	walk = func(x any, path string) {
		switch x := x.(type) {
		case map[string]any:
			out = append(out, path)
			for k, v := range x {
				walk(v, policyfile.Join(path, k))
			}
		case []any:
			for i, v := range x {
				walk(v, policyfile.Index(path, i))
			}
		}
	}
	var x any
	json.Unmarshal(data, &x)
	walk(x, "")
	return out
}

// Every field of a file, in turn: left out, of every wrong type, unknown.
func TestReadPolicyEveryField(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	p := policy.Default()
	delete(p.Classes, policy.Page)
	delete(p.Classes, policy.Business)
	delete(p.Classes, policy.Service)
	delete(p.Classes, policy.Staff)
	data := encode(t, p)
	replace := replacer(t, data)
	kind := func(x any) string { return fmt.Sprintf("%T", x) }
	for path, x := range someLeaves(t, data) {
		for _, wrong := range []any{nil, true, 1.5, "?", []any{}, map[string]any{}, []any{map[string]any{}}} {
			if kind(wrong) == kind(x) && !(x == "?" || kind(x) == "string" && path != "name" && !strings.HasSuffix(path, ".channel")) {
				continue
			}
			_, err := policy.ReadPolicy(bytes.NewReader(replace(path, wrong)))
			if err == nil {
				t.Errorf("%s = %v: accepted", path, wrong)
				continue
			}
			if faults := fieldErrors(t, err); !hasFault(faults, path, "must be") {
				t.Errorf("%s = %v: %v", path, wrong, err)
			}
		}
	}
	optional := []string{"observe", "channels", "mode", "curve", "scope", "for", "per_day", "review", "person", "strikes",
		// Of an earlier release, which had them not:
		"turned_away_new", "turned_away_all", "blocked", "complained", "unaccepted", "received", "answered", "young", "turned_away", "requests", "silence", "turns", "channel", "outstanding", "floor", "sure", "prior", "protected", "protected_share", "origin_people", "origin_share", "read_time", "tries", "grave_over", "grave_from", "grave_confirmed", "per_reporter", "pledge", "again", "other_person", "confirmed_categories", "impersonated"}
	for _, object := range objectPaths(data) {
		unknown := policyfile.Join(object, "zzzzzzzz")
		_, err := policy.ReadPolicy(bytes.NewReader(replace(unknown, true)))
		if table := strings.HasSuffix(object, "classes") || strings.HasSuffix(object, "channels"); err == nil {
			t.Errorf("%s: accepted", unknown)
		} else if faults := fieldErrors(t, err); !table && (len(faults) != 1 || !hasFault(faults, unknown, "unknown field")) {
			t.Errorf("%s: %v", unknown, err)
		}
	}
	for path := range someLeaves(t, data) {
		name := path[strings.LastIndex(path, ".")+1:]
		if strings.Contains(name, "[") || slices.Contains(optional, name) && path != "strikes" {
			continue
		}
		_, err := policy.ReadPolicy(bytes.NewReader(replace(path, removed{})))
		if err == nil {
			t.Errorf("%s: left out and accepted", path)
		} else if faults := fieldErrors(t, err); len(faults) != 1 || !hasFault(faults, path, "is missing") {
			t.Errorf("%s left out: %v", path, err)
		}
	}
}

// A complete file of a release that did not know a signal: the signal is off.
func TestReadPolicyEarlier(t *testing.T) {
	raced.Skip(t)
	data := encode(t, policy.Default())
	root := readSchema(t)
	for field := range reflect.TypeFor[policy.Signals]().Fields() {
		if field.Type != reflect.TypeFor[policy.Signal]() {
			continue
		}
		earlier := replaceAt(t, data, "classes.page.signals."+policyfile.Name(field), removed{})
		want := policy.Default()
		reflect.ValueOf(&want.Classes[policy.Page].Signals).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(policy.Signal{Mode: policy.Off}))
		got, err := policy.ReadPolicy(bytes.NewReader(earlier))
		if err != nil {
			t.Fatalf("%s left out: %v", field.Name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" || got.ID() == policy.Default().ID() {
			t.Errorf("%s left out:\n%s", field.Name, diff)
		}
		if faults := root.refuses(earlier); len(faults) > 0 {
			t.Errorf("%s left out: schema.json refuses it: %v", field.Name, faults)
		}
		roundTrip(t, got)
	}
}

// A file says only what it changes, and everything else stays.
func TestReadPolicyExtends(t *testing.T) {
	p, err := readString(`{"extends": "default", "name": "x", "classes": {
		"recruiter": {"limits": {"people": ["60/1h"]}},
		"member": {"limits": {"person": ["1/1d"]}}}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := policy.Default()
	want.Name = "x"
	member := policy.Default().Classes[policy.Member] // of the base, without what the file changes
	want.Classes["recruiter"] = member
	for _, l := range []struct{ to, text any }{{&member.Limits.People, `["60/1h"]`}, {&want.Classes[policy.Member].Limits.Person, `["1/1d"]`}} {
		if err := json.Unmarshal([]byte(l.text.(string)), l.to); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}

func TestReadPolicyBounds(t *testing.T) {
	t.Parallel()
	pad := func(n int) string { return `{"extends":"default"` + strings.Repeat(" ", n-21) + "}" }
	if _, err := readString(pad(policy.MaxPolicyFile)); err != nil {
		t.Error(err)
	}
	if _, err := readString(pad(policy.MaxPolicyFile + 1)); err == nil || !hasFault(fieldErrors(t, err), "file", "larger") {
		t.Error(err)
	}
	endless := io.MultiReader(strings.NewReader("{"), neverEnds{})
	if _, err := policy.ReadPolicy(endless); err == nil {
		t.Error("an endless file was accepted")
	}
	broken := errors.New("broken pipe")
	if p, err := policy.ReadPolicy(iotest.ErrReader(broken)); p != nil || !errors.Is(err, broken) {
		t.Error(p, err)
	}
	// As many faults as fit a file: the first are named, the rest counted.
	many := `{"extends":"default"` + strings.Repeat(`,"a":0,"b":[]`, 80_000) + "}"
	_, err := readString(many)
	if faults := fieldErrors(t, err); len(faults) != policyfile.MaxFaults+1 || !strings.Contains(faults[policyfile.MaxFaults].Problem, "more faults") {
		t.Errorf("%d faults, last %v", len(faults), faults[len(faults)-1])
	}
	_, err = readString(strings.Repeat("[", 500_000))
	if len(fieldErrors(t, err)) != 1 {
		t.Error(err)
	}
	_, err = readString(`{"extends":"default","classes":{"member":{"limits":` + strings.Repeat(`{"limits":`, 9000) + "1" + strings.Repeat("}", 9003))
	if err == nil || len(err.Error()) > 4000 {
		t.Errorf("%.300v", err)
	}
	_, err = readString(`{"extends":"default","` + strings.Repeat("x", 900_000) + `":1}`)
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("%.300v", err)
	}
}

// A file that would ask for much memory does not get it.
func TestReadPolicyHostile(t *testing.T) {
	raced.Skip(t)
	repeat := func(n int, format string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(format, "#", strconv.Itoa(i))
		}
		return strings.Join(parts, ",")
	}
	for name, c := range map[string]struct{ file, fault string }{
		"classes":          {`{"extends":"default","classes":{` + repeat(20_000, `"#":{}`) + "}}", "classes"},
		"classes, full":    {`{"classes":{` + repeat(20_000, `"#":{}`) + "}}", "classes"},
		"channels":         {`{"extends":"default","classes":{"member":{"channels":{` + repeat(20_000, `"#":[]`) + "}}}}", "classes.member.channels"},
		"limits":           {`{"extends":"default","classes":{"member":{"limits":{"messages":[` + repeat(20_000, `"#/1h"`) + "]}}}}", "classes.member.limits.messages"},
		"ladder":           {`{"extends":"default","classes":{"member":{"ladder":[` + repeat(80_000, `{}`) + "]}}}", "classes.member.ladder[0].kind"},
		"knots":            {`{"extends":"default","classes":{"member":{"signals":{"timing":{"curve":[` + repeat(20_000, `[#,#]`) + "]}}}}}", "classes.member.signals.timing.curve"},
		"categories":       {`{"extends":"default","classes":{"member":{"severe_categories":[` + repeat(20_000, `"x#"`) + "]}}}", "classes.member.severe_categories[0]"},
		"unknown":          {`{"extends":"default",` + repeat(20_000, `"x#":0`) + "}", "x0"},
		"one long unknown": {`{"extends":"default","` + strings.Repeat("x", 1_000_000) + `":0}`, `["` + strings.Repeat("x", 64) + `"]`},
		"a long number":    {`{"extends":"default","version":1` + strings.Repeat("0", 1_000_000) + "}", "version"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := readString(c.file)
			runtime.ReadMemStats(&after)
			if err == nil || !hasFault(fieldErrors(t, err), c.fault, "") {
				t.Errorf("%.300v", err)
			}
			if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 50 {
				t.Errorf("allocated %d MiB", mib)
			}
		})
	}
}

type neverEnds struct{}

func (neverEnds) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// json.Unmarshal is as strict, and a wrong file changes nothing.
func TestPolicyUnmarshal(t *testing.T) {
	p := policy.Default()
	before := encode(t, p)
	err := json.Unmarshal([]byte(`{"extends": "default", "name": "new", "strikes": {"warned": 2}}`), p)
	if err == nil || !hasFault(fieldErrors(t, err), "strikes.warned", "less than offence") {
		t.Error(err)
	}
	if !bytes.Equal(before, encode(t, p)) {
		t.Error("half applied")
	}
	if err := json.Unmarshal([]byte(`{"extends": "observe", "name": "new"}`), p); err != nil || p.Name != "new" || !p.Observe {
		t.Error(p, err)
	}
}

func FuzzReadPolicy(f *testing.F) {
	files, _ := filepath.Glob("testdata/policies/*/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	root := readSchema(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := policy.ReadPolicy(bytes.NewReader(data))
		if err != nil {
			if p != nil {
				t.Fatal("half applied")
			}
			fieldErrors(t, err)
			return
		}
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		roundTrip(t, p)
		if faults := root.refuses(encode(t, p)); len(faults) > 0 {
			t.Fatal(faults)
		}
		if q := p.Clone(); !reflect.DeepEqual(p, q) {
			t.Fatal("the clone differs")
		}
	})
}

func BenchmarkReadPolicy(b *testing.B) {
	data := encode(b, policy.Default())
	for b.Loop() {
		if _, err := policy.ReadPolicy(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}
