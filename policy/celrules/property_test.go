package celrules

import (
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"cel.dev/cel-go/common"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// rounds is how many random expressions a test compiles.
func rounds() int {
	if os.Getenv("DECORUM_LONG") != "" {
		return 30_000
	}
	return 2_000
}

// compiled compiles a random expression, twice: by closures and wholly by cel-go.
func compiled(t *testing.T, c *compiler, when string, d *rulekit.Declared) (p *rulekit.Program, whole func(f *rulekit.Facts) (bool, error)) {
	t.Helper()
	p, faults := c.Compile(when, d)
	if p == nil {
		for _, f := range faults {
			if !strings.Contains(f.Problem, "could cost") && !strings.Contains(f.Problem, "nested more than") {
				t.Fatalf("%s: %v", when, f)
			}
		}
		return nil, nil
	}
	x := &compilation{compiler: c, d: d, src: common.NewStringSource(when, "when"), known: map[int64]bool{}}
	if !x.parse(when) || !x.check() {
		t.Fatalf("%s: %v", when, x.faults)
	}
	return p, (&planner{x}).rest(x.ast.Expr())
}

// Closures and cel-go say the same of every message, and fail on the same ones.
func TestEqualsCEL(t *testing.T) {
	c, d := New().(*compiler), declared()
	rng := rand.New(rand.NewPCG(1, 2))
	w := &writer{rng, d, rulekit.Variables()}
	var yes, failed, all int
	for range rounds() {
		when := w.flag(1 + rng.IntN(5))
		p, whole := compiled(t, c, when, d)
		if p == nil {
			continue
		}
		for range 10 {
			f := facts(rng, d)
			got, err := p.Eval(f)
			want, wantErr := whole(f)
			if got != want || (err == nil) != (wantErr == nil) {
				t.Fatalf("%s\n%+v\nis %v (%v), by cel-go %v (%v)", when, f, got, err, want, wantErr)
			}
			all++
			if got {
				yes++
			}
			if err != nil {
				failed++
			}
		}
	}
	if yes < all/10 || failed < all/100 {
		t.Errorf("of %d, %d were true and %d failed: the expressions test too little", all, yes, failed)
	}
}

// What a program says of itself is never wrong: what it reads, that it may not be true,
// and that it needs strangers or something on a list.
func TestAnalyses(t *testing.T) {
	c, d := New().(*compiler), declared()
	rng := rand.New(rand.NewPCG(3, 4))
	w := &writer{rng, d, rulekit.Variables()}
	var strangers, isListed, may, all int
	for range 2 * rounds() {
		when := w.flag(1 + rng.IntN(4))
		p, faults := c.Compile(when, d)
		if p == nil {
			if len(faults) == 0 {
				t.Fatalf("%s: no program and no fault", when)
			}
			continue
		}
		all++
		is := func(f *rulekit.Facts) bool { x, err := p.Eval(f); return x && err == nil }
		for range 12 {
			f := facts(rng, d)
			if other := without(f, facts(rng, d), p.Reads); is(f) != is(other) {
				t.Fatalf("%s reads more than %+v", when, p.Reads)
			}
			if p.May != nil && !p.May(f) {
				may++
				for range 5 {
					if later(rng, f, d); is(f) {
						t.Fatalf("%s is true of\n%+v\nwhere it may not be", when, f)
					}
				}
			}
			if p.Reads.Strangers {
				strangers++
				if f.Strangers, f.New = 0, 0; is(f) {
					t.Fatalf("%s is true without strangers", when)
				}
			}
			if p.Reads.Listed {
				isListed++
				if offLists(f); is(f) {
					t.Fatalf("%s is true of\n%+v\nwhich is on no list", when, f)
				}
			}
		}
	}
	if may < all/10 || strangers < all/10 || isListed < all/10 {
		t.Errorf("of %d: %d may not be true, %d need strangers, %d a list: the expressions test too little", all, may, strangers, isListed)
	}
}

// offLists takes from facts what is on a list.
func offLists(f *rulekit.Facts) {
	for i := range f.Attributes {
		if f.Attributes[i].Text != "" {
			f.Attributes[i].Text = "member"
		}
		for k := range f.Attributes[i].Texts {
			f.Attributes[i].Texts[k] = "guest"
		}
	}
	f.Like = func(int) float64 { return 0.29 }
}

// Variables that a program does not read change nothing: each by itself, by reflection.
func TestReadsVariables(t *testing.T) {
	c, d := New(), declared()
	rng := rand.New(rand.NewPCG(5, 6))
	for i, v := range rulekit.Variables() {
		when := map[rulekit.Type]string{
			rulekit.Flag: v.Name, rulekit.Int: v.Name + " > 1", rulekit.Number: v.Name + " > 1.0", rulekit.Text: v.Name + " == 'a'",
			rulekit.Duration: v.Name + " > duration('10h')", rulekit.Time: v.Name + " > timestamp('2026-12-05T00:00:00Z')",
		}[v.Type]
		p, faults := c.Compile(when, d)
		if p == nil {
			t.Errorf("%s: %v", when, faults)
			continue
		}
		if p.Reads.Variables != 1<<i {
			t.Errorf("%s reads %b, want bit %d", when, p.Reads.Variables, i)
		}
		var is [2]bool
		for range 200 {
			x, err := p.Eval(facts(rng, d))
			is[bit(x && err == nil)] = true
		}
		if is != [2]bool{true, true} {
			t.Errorf("%s is always the same: %v", when, is)
		}
	}
	if n := reflect.TypeFor[rulekit.Facts]().NumField() - 3; n > len(rulekit.Variables()) {
		t.Errorf("Facts have %d fields, and %d variables read them", n, len(rulekit.Variables()))
	}
}

func TestConservative(t *testing.T) {
	for when, want := range map[string][2]bool{ // strangers, listed
		"to.strangers > 0":                                   {true, false},
		"to.strangers >= 1 && attr.paid":                     {true, false},
		"0 < to.new":                                         {true, false},
		"to.strangers == 3":                                  {true, false},
		"!(to.strangers == 0)":                               {true, false},
		"to.strangers >= 0":                                  {false, false},
		"to.strangers > 0 || attr.paid":                      {false, false},
		"to.strangers > 0 || to.new > 1":                     {true, false},
		"attr.paid ? to.strangers > 0 : to.new > 0":          {true, false},
		"to.strangers * 2 > 0":                               {false, false},
		"to.turned_away > 0":                                 {false, false},
		"attr.device in lists.bad_devices":                   {false, true},
		"!(attr.device in lists.bad_devices)":                {false, false},
		"!!(attr.device in lists.bad_devices) && attr.paid":  {false, true},
		"attr.links.exists(l, l in lists.bad_links)":         {false, true},
		"attr.links.all(l, l in lists.bad_links)":            {false, false},
		"lists.bad_links.exists(l, l in lists.bad_links)":    {false, false},
		"'a' in lists.bad_devices":                           {false, false},
		"account.class in lists.bad_devices":                 {false, false},
		"text.like('wave_17') > 0.3":                         {false, true},
		"text.like('wave_17') > 0.2":                         {false, false},
		"text.like('wave_17') < 0.9":                         {false, false},
		"text.like('wave_17') == 0.9":                        {false, false},
		"!(text.like('wave_17') <= 0.6)":                     {false, true},
		"text.like('wave_17') > 0.6 || to.strangers > 0":     {false, false},
		"text.like('wave_17') > 0.6 && to.strangers > 0":     {true, true},
		"attr.device in lists.bad_devices || attr.paid":      {false, false},
		"attr.links.exists(l, l in lists.bad_links || true)": {false, false},
		"false": {true, true},
	} {
		p, faults := New().Compile(when, declared())
		if p == nil {
			t.Errorf("%s: %v", when, faults)
		} else if got := [2]bool{p.Reads.Strangers, p.Reads.Listed}; got != want {
			t.Errorf("%s: strangers, listed = %v, want %v", when, got, want)
		}
	}
}
