package celrules

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy/rulekit"
)

var update = flag.Bool("update", false, "write testdata/wrong.txt anew")

// Each rule of testdata/wrong.txt is refused, and what is said of it is what stands there.
func TestWrong(t *testing.T) {
	const name = "testdata/wrong.txt"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for block := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n\n") {
		var when, want []string
		for line := range strings.SplitSeq(block, "\n") {
			if source, ok := strings.CutPrefix(line, "|"); ok {
				when = append(when, strings.TrimPrefix(source, " "))
			} else {
				want = append(want, strings.TrimSpace(line))
			}
		}
		p, faults := New().Compile(strings.Join(when, "\n"), declared())
		if p != nil || len(faults) == 0 {
			t.Errorf("%s is taken", when)
		}
		var got []string
		for _, f := range faults {
			if f.Line == 0 || f.Column == 0 || f.Line > len(when) {
				if strings.TrimSpace(when[0]) != "" {
					t.Errorf("%s: %v has no place", when, f)
				}
			}
			got = append(got, f.String())
		}
		if !*update && strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", strings.Join(when, "\n"), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		all = append(all, "| "+strings.Join(when, "\n| ")+"\n    "+strings.Join(got, "\n    "))
	}
	if len(all) < 40 {
		t.Errorf("%d wrong rules", len(all))
	}
	if *update {
		if err := os.WriteFile(name, []byte(strings.Join(all, "\n\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Hostile expressions are refused, or cost little.
func TestHostile(t *testing.T) {
	repeat := strings.Repeat
	for name, when := range map[string]string{
		"parentheses":   repeat("(", 900) + "true" + repeat(")", 900),
		"lists":         repeat("[", 900) + "1" + repeat("]", 900) + " == 1",
		"not":           repeat("!", 1_900) + "1",
		"minus":         repeat("- ", 901) + "true",
		"sum":           "1" + repeat("+1", 900) + " > 2",
		"ternary":       repeat("true ? true : ", 140) + "1",
		"ternary left":  repeat("(", 300) + "true" + repeat(" ? true : false)", 90),
		"select":        "account" + repeat(".a", 900) + " == 1",
		"index":         "attr.links" + repeat("[0]", 600) + " == 1",
		"calls":         repeat("size(", 390) + "'a'" + repeat(")", 390) + " > 0",
		"methods":       "attr.device" + repeat(".size()", 280) + " > 0",
		"long":          "true" + repeat(" ", 2_000),
		"zero":          "'a\\x00' == attr.device",
		"UTF-8":         "attr.device == '\xff'",
		"pattern":       `attr.device.matches('((a{30}){30}){30}')`,
		"long pattern":  "attr.device.matches('" + repeat("a?", 150) + "')",
		"many patterns": "attr.device.matches('" + repeat("(a|b)*", 30) + "')" + repeat(" || attr.device.matches('"+repeat("(a|b)*c{9}", 12)+"')", 9),
		"exists":        "attr.links.exists(a, attr.links.exists(b, attr.links.exists(c, attr.links.exists(d, a == d))))",
		"map":           "attr.links.map(a, attr.links.map(b, attr.links.map(c, a + b + c))).size() > 1",
		"over a list":   "lists.bad_links.exists(a, lists.bad_links.exists(b, a == b))",
		"joined":        "attr.links.exists(a, (" + repeat("a+", 30) + "a).contains(" + repeat("a+", 30) + "a))",
		"number":        repeat("9", 1_900) + " > 1",
		"exponent":      "1e99999 > attr.risk && attr.visits > 1",
		"escape":        `'\u{110000}' == attr.device`,
		"backtick":      "attr.`a`",
		"comment":       "true // " + repeat("x", 100) + "\n && attr.nothing",
		"macro":         "attr.links.exists(@result, true)",
		"accumulator":   "attr.links.exists(x, __result__)",
		"dot":           ".account.age > duration('1h')",
		"message":       "google.protobuf.Duration{seconds: 1} == account.age",
		"type":          "type(1) == int",
		"bytes":         "b'abc' == bytes('abc')",
		"like inside":   "attr.links.exists(text, text.like('wave_17') > 0.5)",
		"hash":          "text.like#0 > 0.5",
		"many faults":   repeat("unknown || ", 150) + "true",
		"many macros":   repeat(".map(y, true) || ", 110) + "true",
	} {
		p, faults := New().Compile(when, declared())
		if p != nil || len(faults) == 0 {
			t.Errorf("%s: is taken", name)
		}
		if len(faults) > maxFaults+1 {
			t.Errorf("%s: %d faults are told", name, len(faults))
		}
		for _, f := range faults {
			if len(f.Problem) > 600 || strings.Contains(f.Problem, "\n") {
				t.Errorf("%s: is told in %d bytes: %q", name, len(f.Problem), f.Problem)
			}
		}
	}
}

func FuzzCompile(f *testing.F) {
	b, err := os.ReadFile("testdata/wrong.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if when, ok := strings.CutPrefix(line, "| "); ok {
			f.Add(when, uint64(1))
		}
	}
	w := &writer{random(7), declared(), rulekit.Variables()}
	for range 100 {
		f.Add(w.flag(4), uint64(2))
	}
	c, d := New().(*compiler), declared()
	f.Fuzz(func(t *testing.T, when string, seed uint64) {
		p, faults := c.Compile(when, d)
		if (p == nil) == (len(faults) == 0) {
			t.Fatalf("%q: program %v, faults %v", when, p, faults)
		}
		if p == nil {
			return
		}
		if p.Cost < 0 || p.Cost > rulekit.MaxCost {
			t.Fatalf("%q costs %d", when, p.Cost)
		}
		_, whole := compiled(t, c, when, d)
		rng := random(seed)
		for range 3 {
			x := facts(rng, d)
			got, err := p.Eval(x)
			want, wantErr := whole(x)
			if got != want || (err == nil) != (wantErr == nil) {
				t.Fatalf("%q is %v (%v), by cel-go %v (%v) of %+v", when, got, err, want, wantErr, x)
			}
			if got && p.May != nil && !p.May(x) {
				t.Fatalf("%q is true and may not be", when)
			}
			if x.Strangers, x.New = 0, 0; p.Reads.Strangers {
				if is, err := p.Eval(x); is && err == nil {
					t.Fatalf("%q is true without strangers", when)
				}
			}
		}
	})
}
