package celrules

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/rulekit"
)

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 99)) }

// Rules of numbers and flags, of texts, durations and lists of the policy allocate nothing.
func TestEvalAllocatesNothing(t *testing.T) {
	d := declared()
	f := facts(random(1), d)
	for _, when := range []string{
		"to.strangers > 0 && account.approached > 3 && account.answered / account.approached < 0.1",
		"account.age < duration('24h') && counters.device_accounts > 6",
		"(attr.paid ? attr.visits * 2 : size(attr.links)) >= 3 || !message.reply",
		"attr.device in lists.bad_links || attr.device in ['x', 'y'] || 'a' in attr.links",
		"attr.links.exists(l, l in lists.bad_links && l != 'l007') || attr.links.all(l, !l.endsWith('z'))",
		"text.like('wave_17') > 0.6 || account.class == 'member' && attr.device.startsWith('a')",
		"now > timestamp('2026-12-05T00:00:00Z') && hour < 6 && has(attr.country)",
	} {
		p, faults := New().Compile(when, d)
		if p == nil {
			t.Fatal(when, faults)
		}
		if n := testing.AllocsPerRun(100, func() {
			_, _ = p.Eval(f)
			if p.May != nil {
				p.May(f)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", when, n)
		}
	}
}

// twenty are twenty rules, four of them of three terms.
func twenty() (all []string) {
	all = []string{
		"account.age < duration('24h') && size(attr.links) > 0 && to.strangers > 0",
		"counters.device_accounts > 6 && account.contacts < 2 && to.new > 0",
		"text.like('wave_17') > 0.6 && to.strangers > 0 && !message.reply",
		"attr.device in lists.bad_devices && account.messages > 3 && account.answered < 1",
		"counters.target_turned_away > 3",
		"attr.country in ['xx', 'yy']",
	}
	for i := len(all); i < 20; i++ {
		all = append(all, []string{fmt.Sprintf("account.messages > %d", 10*i), fmt.Sprintf("account.complaints > %d.5", i), "attr.visits > 100", "account.sanctioned"}[i%4])
	}
	return all
}

func BenchmarkTwentyRules(b *testing.B) {
	d := declared()
	var programs []*rulekit.Program
	for _, when := range twenty() {
		p, faults := New().Compile(when, d)
		if p == nil {
			b.Fatal(when, faults)
		}
		programs = append(programs, p)
	}
	f := facts(random(3), d)
	f.Age, f.Strangers, f.New = time.Hour, 1, 1
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range programs {
			if p.May == nil || p.May(f) {
				_, _ = p.Eval(f)
			}
		}
	}
}

func BenchmarkEval(b *testing.B) {
	d := declared()
	d.Lists[0].Entries = nil
	for i := range 10_000 {
		d.Lists[0].Entries = append(d.Lists[0].Entries, fmt.Sprintf("device%05d", i))
	}
	for name, when := range map[string]string{
		"ThreeTerms":     "account.age < duration('24h') && size(attr.links) > 0 && to.strangers > 0",
		"ListOf10000":    "attr.device in lists.bad_devices",
		"Exists":         "attr.links.exists(l, l in lists.bad_links)",
		"Matches":        "attr.device.matches('^dev[0-9]+$')",
		"AsDearAsCanBe":  "attr.links.exists(a, attr.links.exists(b, size(a) > size(b)))",
		"DearestPattern": "attr.device.matches('(x|y?)*(x|y?)*(x|y?)*(x|y?)*(x|y?)*z{99}$')",
	} {
		b.Run(name, func(b *testing.B) {
			p, faults := New().Compile(when, d)
			if p == nil {
				b.Fatal(faults)
			}
			f := facts(random(3), d)
			f.Age, f.Strangers = time.Hour, 1
			f.Attributes[1] = rulekit.Value{Set: true, Text: fmt.Sprintf("device09%0250d", 1)}
			f.Attributes[2] = rulekit.Value{Set: true, Texts: make([]string, rulekit.MaxEntries)}
			for i := range f.Attributes[2].Texts {
				f.Attributes[2].Texts[i] = fmt.Sprint(i)
			}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.Eval(f)
			}
			b.ReportMetric(float64(p.Cost), "steps")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	c, d := New(), declared()
	for b.Loop() {
		if p, _ := c.Compile(twenty()[0], d); p == nil {
			b.Fatal("no program")
		}
	}
}
