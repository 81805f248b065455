package celrules

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/rulekit"
)

// declared is what the rules of the tests can read.
func declared() *rulekit.Declared {
	d := &rulekit.Declared{
		Attributes: []rulekit.Attribute{
			{Name: "country", Type: rulekit.Text}, {Name: "device", Type: rulekit.Text}, {Name: "links", Type: rulekit.Texts},
			{Name: "paid", Type: rulekit.Flag}, {Name: "risk", Type: rulekit.Number}, {Name: "visits", Type: rulekit.Int},
		},
		Lists:    []rulekit.List{{Name: "bad_devices", Entries: []string{"a", "b", "é"}}, {Name: "bad_links"}, {Name: "wave_17", Entries: []string{"win a car"}}},
		Counters: []string{"device_accounts", "target_turned_away"},
	}
	for i := range 300 {
		d.Lists[1].Entries = append(d.Lists[1].Entries, fmt.Sprintf("l%03d", i))
	}
	return d
}

var someTexts = []string{"", "a", "b", "c", "é", "l007", "l299", "member", "guest", "\xff"}

// facts are random ones for d.
func facts(rng *rand.Rand, d *rulekit.Declared) *rulekit.Facts {
	n := func(most int) int { return max(0, rng.IntN(most+3)-3) }
	x := func() float64 {
		switch rng.IntN(12) {
		case 0:
			return math.NaN()
		case 1:
			return math.Inf(1)
		}
		return float64(n(8)) / 2
	}
	text := func() string { return someTexts[rng.IntN(len(someTexts))] }
	span := func() time.Duration { return time.Duration(n(60)) * time.Hour }
	flag := func() bool { return rng.IntN(2) == 0 }
	f := &rulekit.Facts{
		At:  time.Date(2026, 12, 1+rng.IntN(10), rng.IntN(24), 0, 0, rng.IntN(2), time.UTC),
		Age: span(), AgeKnown: flag(), Class: text(), Messages: n(9), Refused: n(9), Approached: x(), Answered: x(), Contacts: x(), Complaints: x(),
		OffenceWeight: x(), Sanctioned: flag(), Recipients: n(9), Strangers: n(4), Protected: n(4), TurnedAway: x(),
		Group: flag(), Reply: flag(), Edit: flag(), Delayed: flag(), Channel: text(), HasOrigin: flag(), Bytes: n(300), Media: n(3), Composed: span(),
		Likeness: x(), TextSenders: n(9), TextMessages: n(9), TextRecipients: n(9), TextFlagged: n(9), Disguised: n(9),
	}
	f.New = min(f.Strangers, n(4))
	for i := range d.Attributes {
		v := rulekit.Value{Set: flag()}
		if v.Set {
			switch d.Attributes[i].Type {
			case rulekit.Flag:
				v.Flag = flag()
			case rulekit.Int:
				v.Int = [...]int64{0, 1, 2, 3, -1, math.MaxInt64, math.MinInt64}[rng.IntN(7)]
			case rulekit.Number:
				v.Number = x()
			case rulekit.Text:
				v.Text = text()
			case rulekit.Texts:
				for range rng.IntN(4) {
					v.Texts = append(v.Texts, text())
				}
			}
		}
		f.Attributes = append(f.Attributes, v)
	}
	later(rng, f, d)
	return f
}

// later draws what is looked up anew.
func later(rng *rand.Rand, f *rulekit.Facts, d *rulekit.Declared) {
	f.Counters = nil
	for range d.Counters {
		f.Counters = append(f.Counters, int64(rng.IntN(8)))
	}
	like := []float64{float64(rng.IntN(11)) / 10, float64(rng.IntN(11)) / 10, float64(rng.IntN(11)) / 10}
	f.Like = func(i int) float64 { return like[i] }
}

// A writer writes random expressions that are right.
type writer struct {
	rng *rand.Rand
	d   *rulekit.Declared
	vs  []rulekit.Variable
}

func (w *writer) one(of ...string) string { return of[w.rng.IntN(len(of))] }

// named is a variable, or an attribute, of a type.
func (w *writer) named(t rulekit.Type) string {
	var all []string
	for i := range w.vs {
		if w.vs[i].Type == t {
			all = append(all, w.vs[i].Name)
		}
	}
	for i := range w.d.Attributes {
		if w.d.Attributes[i].Type == t {
			all = append(all, "attr."+w.d.Attributes[i].Name)
		}
	}
	return w.one(all...)
}

func (w *writer) flag(deep int) string {
	if deep <= 0 {
		return w.one("true", "false", w.named(rulekit.Flag), "has(attr.device)", "has(attr.links)", "(to.strangers > 0)", "(to.new != 0)", "(0 < to.strangers)", "(to.strangers == 0)")
	}
	a, b := func() string { return w.flag(deep - 1) }, func() string { return w.flag(deep - 1 - w.rng.IntN(deep)) }
	switch w.rng.IntN(15) {
	case 0, 1, 2:
		return "(" + a() + " && " + b() + ")"
	case 3, 4, 5:
		return "(" + a() + " || " + b() + ")"
	case 6:
		return "!(" + a() + ")"
	case 7:
		return "(" + a() + " ? " + b() + " : " + b() + ")"
	case 8:
		return "(" + w.text(deep-1) + " in " + w.list() + ")"
	case 9:
		return w.text(1) + "." + w.one("contains", "startsWith", "endsWith") + "(" + w.text(0) + ")"
	case 10:
		return w.text(1) + ".matches('" + w.one("a", "^l[0-9]+$", "é|b") + "')"
	case 11:
		return w.list() + "." + w.one("exists", "all", "exists_one") + "(x, " + w.one("x in "+w.list(), "x.startsWith('l') && !(x in ['l007', 'a'])", "'a' != x || x.endsWith('9')", "x.contains('e')", "x == 'a'", "size(x) > 1", "x in lists.bad_devices && "+w.flag(0), "x in lists.bad_devices || "+w.flag(0), w.flag(0)) + ")"
	case 12:
		return "(" + w.one("text.like('wave_17') > 0.5", "text.like('bad_devices') >= 0.3", "0.4 < text.like('wave_17')", "text.like('wave_17') > 0.1", "text.like('wave_17') == 0.2", "text.like('wave_17') < 0.8", "counters.device_accounts > 4", "counters.target_turned_away + 1 < 3", "attr.device in lists.bad_devices", "account.class in lists.bad_devices") + ")"
	}
	op := " " + w.one("<", "<=", ">", ">=", "==", "!=") + " "
	order := " " + w.one("<", "<=", ">", ">=") + " "
	return "(" + w.one(w.int(deep-1)+op+w.int(deep-1), w.number(deep-1)+op+w.number(deep-1), w.number(deep-1)+order+w.int(deep-1), w.int(deep-1)+order+w.number(deep-1),
		w.text(deep-1)+op+w.text(deep-1), w.named(rulekit.Duration)+op+w.one("duration('24h')", w.named(rulekit.Duration), "duration('0s')", "(now - timestamp('2026-12-05T00:00:00Z'))"),
		"now"+op+w.one("timestamp('2026-12-05T12:00:00Z')", "now", "now + duration('1h')"), w.flag(deep-1)+op+w.flag(deep-1)) + ")"
}

func (w *writer) list() string {
	return w.one("lists.bad_devices", "lists.wave_17", "attr.links", "['a', 'l007']", "['b', attr.device]", "attr.links.filter(y, y != 'a')", "attr.links.map(y, y + 'a')")
}

func (w *writer) text(deep int) string {
	if deep > 0 && w.rng.IntN(4) == 0 {
		return w.one("("+w.text(deep-1)+" + "+w.text(deep-1)+")", "("+w.flag(deep-1)+" ? "+w.text(0)+" : "+w.text(0)+")", "attr.links[0]", "string(attr.visits)")
	}
	return w.one("'a'", "'member'", "''", "'é'", w.named(rulekit.Text), w.named(rulekit.Text))
}

func (w *writer) int(deep int) string {
	if deep > 0 && w.rng.IntN(2) == 0 {
		return w.one("("+w.int(deep-1)+" "+w.one("+", "-", "*", "/", "%")+" "+w.int(deep-1)+")", "-"+w.named(rulekit.Int), "("+w.flag(deep-1)+" ? "+w.int(0)+" : "+w.int(0)+")",
			"size("+w.list()+")", "size("+w.text(0)+")", w.text(0)+".size()", "int(attr.risk)")
	}
	return w.one("0", "1", "-3", "9223372036854775807", w.named(rulekit.Int), w.named(rulekit.Int), w.named(rulekit.Int), "counters.device_accounts")
}

func (w *writer) number(deep int) string {
	if deep > 0 && w.rng.IntN(2) == 0 {
		return w.one("("+w.number(deep-1)+" "+w.one("+", "-", "*", "/")+" "+w.number(deep-1)+")", "-"+w.named(rulekit.Number), "("+w.flag(deep-1)+" ? "+w.number(0)+" : "+w.number(0)+")", "double("+w.int(0)+")")
	}
	return w.one("0.0", "0.5", "-2.5", "1e300", w.named(rulekit.Number), w.named(rulekit.Number), "text.like('wave_17')")
}

// without takes from facts what a rule does not read, by drawing it anew.
func without(f, other *rulekit.Facts, r rulekit.Reads) *rulekit.Facts {
	g := *f
	g.Attributes, g.Counters = slices.Clone(f.Attributes), slices.Clone(f.Counters)
	for i := range g.Attributes {
		if r.Attributes>>i&1 == 0 {
			g.Attributes[i] = other.Attributes[i]
		}
	}
	for i := range g.Counters {
		if r.Counters>>i&1 == 0 {
			g.Counters[i] = other.Counters[i]
		}
	}
	g.Like = func(i int) float64 {
		if r.Samples>>i&1 == 0 {
			return other.Like(i)
		}
		return f.Like(i)
	}
	return &g
}
