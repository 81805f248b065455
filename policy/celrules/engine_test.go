package celrules

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// A town is an engine with rules, and its clock.
type town struct {
	testing.TB
	e   *policy.Engine
	now time.Time
}

func newTown(t testing.TB, p *policy.Policy) *town {
	t.Helper()
	w := &town{TB: t, now: time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC)}
	var err error
	w.e, err = policy.New(policy.Config{Policy: p, Compiler: New(), Secret: []byte("of the tests, all of them"), Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.e.Close() })
	return w
}

func (w *town) send(m policy.Message) policy.Decision {
	w.Helper()
	w.now = w.now.Add(20 * time.Second)
	m.At = w.now
	d, err := w.e.Evaluate(w.Context(), m)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *town) record(ev policy.Event) {
	w.Helper()
	if err := w.e.Record(w.Context(), ev); err != nil {
		w.Fatal(err)
	}
}

// guide is the policy of docs/rules.md, with the rules and the counters that its text has
// beside; all of them on.
func guide(t testing.TB) *policy.Policy {
	t.Helper()
	b, err := os.ReadFile("../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	for i, block := range strings.Split(string(b), "```json\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		if i == 0 {
			if err := json.Unmarshal([]byte(block), &file); err != nil {
				t.Fatal(err)
			}
			file["attributes"].(map[string]any)["device"] = "string"
			continue
		}
		var rule any
		if err := json.Unmarshal([]byte(block), &rule); err != nil {
			t.Fatalf("%v in %s", err, block)
		}
		file["rules"] = append(file["rules"].([]any), rule)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if s, ok := strings.CutPrefix(strings.TrimPrefix(line, "and "), "with `{"); ok {
			s, _, _ = strings.Cut(s, "`")
			var counter any
			if err := json.Unmarshal([]byte("{"+s), &counter); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			file["counters"] = append(file["counters"].([]any), counter)
		}
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.ReadPolicy(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules) != 3 || len(p.Counters) != 4 {
		t.Fatalf("the guide has %d rules and %d counters", len(p.Rules), len(p.Counters))
	}
	for i := range p.Rules {
		p.Rules[i].Mode = policy.On
	}
	return p
}

func reasonOf(d *policy.Decision, code string) *policy.Reason {
	for i := range d.Reasons {
		if d.Reasons[i].Code == code {
			return &d.Reasons[i]
		}
	}
	return nil
}

// The rule of the guide stops a wave of one picture, without words, from 150 new accounts
// after at most ten; another picture, and what goes to contacts, goes out.
func TestWaveOfPictures(t *testing.T) {
	w := newTown(t, guide(t))
	picture := func(who, to, hash string) policy.Decision {
		return w.send(policy.Message{ID: who + to + hash, Sender: who, Recipients: policy.To(to), Media: []string{hash}, Attributes: map[string]any{"picture": hash}, Joined: w.now.Add(-time.Hour)})
	}
	var out, held int
	for i := range 150 {
		d := picture(fmt.Sprint("mal", i), fmt.Sprint("bea", i), "wave")
		if d.Delivered() {
			out++
			continue
		}
		if r := reasonOf(&d, "rule.picture-wave"); r != nil && r.Text == "many new accounts send one picture to strangers" && d.Verdict == policy.Hold {
			held++
		}
	}
	if out > 10 || held < 130 {
		t.Errorf("%d went out, and %d were held by the rule", out, held)
	}
	if d := picture("sam", "dora", "a cat"); !d.Delivered() {
		t.Errorf("another picture is %v: %v", d.Verdict, d.Reasons)
	}
	t.Logf("of 150 messages %d went out", out)
}

// Of 35 throwaways who write to one person, who blocks each, four get through; an honest
// newcomer's first message to somebody popular passes.
func TestPursued(t *testing.T) {
	w := newTown(t, guide(t))
	for i := range 35 {
		who := fmt.Sprint("mal", i)
		d := w.send(policy.Message{ID: who, Sender: who, Recipients: policy.To("bea"), Text: fmt.Sprintf("You can't get away from me number %d, %s", i, someTexts[i%5]), Joined: w.now.Add(-time.Hour)})
		if d.Delivered() {
			w.record(policy.BlockedBy{Against: who, From: "bea", At: w.now})
		}
		if d.Delivered() && i >= 4 {
			t.Errorf("the message of %s went out", who)
		}
		if i == 4 && reasonOf(&d, "rule.pursued") == nil {
			t.Errorf("the fifth is %v without the rule: %v", d.Verdict, d.Reasons)
		}
	}
	for i := range 20 {
		who := fmt.Sprint("ann", i)
		d := w.send(policy.Message{ID: who, Sender: who, Recipients: policy.To("cleo the singer"), Text: fmt.Sprintf("I was at your concert in town %d and loved the song about the %d rivers", i, i*7), Joined: w.now.Add(-time.Hour)})
		if !d.Delivered() {
			t.Errorf("%s, who is new, writes to somebody popular: %v %v", who, d.Verdict, d.Reasons)
		}
	}
}

// Of those who write to somebody popular a tenth was blocked by others, for other things.
// That holds nobody up.
func TestPopular(t *testing.T) {
	w := newTown(t, guide(t))
	for i := range 80 {
		who := fmt.Sprint("ann", i)
		if i%10 == 0 {
			w.send(policy.Message{ID: "x" + who, Sender: who, Recipients: policy.To(fmt.Sprint("bea", i)), Text: fmt.Sprintf("hello, is this still there, the %d?", i*3)})
			w.record(policy.BlockedBy{Against: who, From: fmt.Sprint("bea", i), At: w.now})
		}
		d := w.send(policy.Message{ID: who, Sender: who, Recipients: policy.To("cleo the singer"), Text: fmt.Sprintf("I was at your concert in town %d and loved the song about the %d rivers", i, i*7), Joined: w.now.Add(-time.Hour)})
		if reasonOf(&d, "rule.pursued") != nil {
			t.Fatalf("%s, number %d who writes to somebody popular: %v %v", who, i, d.Verdict, d.Reasons)
		}
	}
}

// A device of more accounts than a household has is slowed towards strangers, not towards
// contacts.
func TestCrowdedDevice(t *testing.T) {
	w := newTown(t, guide(t))
	var verdicts []policy.Verdict
	for i := range 9 {
		who := fmt.Sprint("user", i)
		d := w.send(policy.Message{ID: who, Sender: who, Recipients: policy.To(fmt.Sprint("bea", i)), Text: fmt.Sprintf("Hello, is the bicycle number %d still for sale?", i*31), Attributes: map[string]any{"device": "d-1"}})
		verdicts = append(verdicts, d.Verdict)
		if i >= 6 && d.RetryAfter != 30*time.Minute {
			t.Errorf("message %d may be tried again after %v", i, d.RetryAfter)
		}
	}
	if want := slices.Concat(slices.Repeat([]policy.Verdict{policy.Allow}, 6), slices.Repeat([]policy.Verdict{policy.Defer}, 3)); !slices.Equal(verdicts, want) {
		t.Errorf("verdicts: %v", verdicts)
	}
	friend := policy.Recipient{ID: "ann", Relation: policy.Connection}
	if d := w.send(policy.Message{ID: "to a friend", Sender: "user8", Recipients: []policy.Recipient{friend}, Text: "See you at eight", Attributes: map[string]any{"device": "d-1"}}); d.Verdict != policy.Allow {
		t.Errorf("to a contact: %v %v", d.Verdict, d.Reasons)
	}
}

// randomRules are rules that say anything, of any family, with all the points that may be.
func randomRules(rng *rand.Rand, verdicts ...policy.Verdict) *policy.Policy {
	p := policy.Default()
	d := declared()
	p.Attributes, p.Lists = map[string]policy.AttributeType{}, map[string][]string{}
	for _, a := range d.Attributes {
		p.Attributes[a.Name] = policy.AttributeType{Type: a.Type}
	}
	for _, l := range d.Lists {
		p.Lists[l.Name] = l.Entries[:min(len(l.Entries), policy.MaxSamples)]
	}
	p.Counters = []policy.Counter{
		{Name: d.Counters[0], Key: "attr.device", Of: policy.CountSenders, Window: policy.Duration(24 * time.Hour)},
		{Name: d.Counters[1], Key: "recipient", Of: policy.CountBlockedSenders, Window: policy.Duration(7 * 24 * time.Hour)},
	}
	w := &writer{rng, d, rulekit.Variables()}
	for len(p.Rules) < 12 {
		r := policy.Rule{
			Name: fmt.Sprint("r", len(p.Rules)), When: w.flag(rng.IntN(4)), Why: "random", Verdict: verdicts[rng.IntN(len(verdicts))],
			Evidence: policy.RuleEvidence{Family: scoring.Family(1 + rng.IntN(scoring.NumFamilies)), Points: 4},
		}
		if len(p.Rules) == 0 {
			r.When = "true"
		}
		if r.Verdict == policy.Defer {
			r.Retry = policy.Duration(time.Hour)
		}
		if x, _ := New().Compile(r.When, d); x != nil {
			p.Rules = append(p.Rules, r)
		}
	}
	return p
}

// play has honest people and a blaster write, the same for each town.
func (w *town) play(seed uint64, n int) (all []policy.Decision) {
	rng := random(seed)
	for i := range n {
		m := policy.Message{ID: fmt.Sprint(i), Sender: fmt.Sprint("p", rng.IntN(9)), Recipients: policy.To(fmt.Sprint("p", 9+rng.IntN(9))), Text: fmt.Sprintf("What about the thing %d that you said on day %d?", rng.IntN(99), rng.IntN(99))}
		m.Attributes = map[string]any{"device": someTexts[1+rng.IntN(4)], "visits": rng.IntN(5), "paid": rng.IntN(2) == 0}
		if i%3 == 0 {
			m.Sender, m.Recipients, m.Text = "mal", policy.To(fmt.Sprint("x", i)), "Win a car today! Answer within the hour: https://cars.example/w and tell your friends"
		}
		d := w.send(m)
		all = append(all, d)
		if d.Delivered() && i%3 == 0 && i%5 == 0 {
			w.record(policy.BlockedBy{Against: "mal", From: m.Recipients[0].ID, At: w.now})
		}
	}
	return all
}

// Rules that say as much as they can bring no sanction: with them exactly those are imposed
// that are imposed without; and no verdict becomes milder, or graver than they may make it.
func TestRulesSanctionNobody(t *testing.T) {
	rng := random(11)
	imposed := 0
	for seed := range uint64(25) {
		p := randomRules(rng, 0, policy.Flag)
		want, got := newTown(t, policy.Default()).play(seed, 90), newTown(t, p).play(seed, 90)
		for i := range want {
			a, b := &want[i], &got[i]
			if len(a.Imposed) != len(b.Imposed) || b.Verdict != a.Verdict && !(a.Verdict == policy.Allow && b.Verdict == policy.Flag) {
				t.Fatalf("seed %d, message %d: %v, imposed %v; with rules %v, imposed %v: %v", seed, i, a.Verdict, a.Imposed, b.Verdict, b.Imposed, b.Reasons)
			}
			for k := range a.Imposed {
				if imposed++; a.Imposed[k].Kind != b.Imposed[k].Kind {
					t.Fatalf("seed %d, message %d: %v instead of %v", seed, i, b.Imposed[k].Kind, a.Imposed[k].Kind)
				}
			}
		}
	}
	if imposed < 25 {
		t.Errorf("the blaster brought %d sanctions in all: the test tests nothing", imposed)
	}
}

// Where rules hold and put off messages of honest people, nobody is sanctioned for that.
func TestHeldIsNoOffence(t *testing.T) {
	rng := random(12)
	held := 0
	for range 20 {
		w := newTown(t, randomRules(rng, policy.Hold, policy.Defer))
		for i := range 40 {
			d := w.send(policy.Message{ID: fmt.Sprint(i), Sender: fmt.Sprint("p", i%9), Recipients: policy.To(fmt.Sprint("p", (i+1)%9)), Text: fmt.Sprintf("What about the thing %d that you said on day %d?", i*7, i*13), Attributes: map[string]any{"device": "a"}})
			if len(d.Imposed) > 0 || d.Verdict > policy.Hold {
				t.Fatalf("%v, imposed %v: %v", d.Verdict, d.Imposed, d.Reasons)
			}
			if d.Verdict == policy.Hold {
				held++
			}
		}
	}
	if held < 100 {
		t.Errorf("%d messages were held: the test tests nothing", held)
	}
}

// Rules in shadow, whatever they would do, change nothing but that they are told.
func TestShadowChangesNothing(t *testing.T) {
	rng := random(13)
	told := 0
	for seed := range uint64(15) {
		p := randomRules(rng, policy.Hold, policy.Defer, policy.Flag)
		for i := range p.Rules {
			p.Rules[i].Mode = policy.ShadowMode
		}
		want, got := newTown(t, policy.Default()).play(seed, 90), newTown(t, p).play(seed, 90)
		for i := range want {
			a, b := &want[i], &got[i]
			n := len(b.Reasons)
			b.Reasons = slices.DeleteFunc(b.Reasons, func(r policy.Reason) bool { return strings.HasPrefix(r.Code, "rule.") })
			told += n - len(b.Reasons)
			if a.Verdict != b.Verdict || a.Score != b.Score || len(a.Imposed) != len(b.Imposed) || len(a.Reasons) != len(b.Reasons) || a.RetryAfter != b.RetryAfter {
				t.Fatalf("seed %d, message %d:\n%+v\nwith rules in shadow\n%+v", seed, i, a, b)
			}
		}
	}
	if told < 500 {
		t.Errorf("rules were told %d times", told)
	}
}

// A policy of which one rule is wrong is not in force by half: all its faults are said, and
// what was judged before is judged so.
func TestNeverHalf(t *testing.T) {
	w := newTown(t, guide(t))
	before := w.e.Policy().ID()
	p := guide(t)
	p.Rules[0].When = "true"
	p.Rules[1].When = "to.strangers > 0 &&\n  counters.device_acounts > 6 && attr.devise == 3"
	p.Rules[2].Verdict = policy.Reject
	err := w.e.SetPolicy(p)
	want := `policy: rules[1].when: 2:3: unknown counter device_acounts; did you mean device_accounts?
policy: rules[1].when: 2:34: unknown attribute devise; did you mean device?
policy: rules[2].verdict: is reject, which takes a rule that is true only for what is on a list, or like a text on one: hold it, or say so with &&`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if _, err := policy.New(policy.Config{Policy: p, Compiler: New()}); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("New: %v", err)
	}
	if w.e.Policy().ID() != before {
		t.Error("the wrong policy is in force")
	}
	if d := w.send(policy.Message{ID: "1", Sender: "ann", Recipients: policy.To("bea"), Media: []string{"x"}, Attributes: map[string]any{"picture": "x"}}); d.Verdict != policy.Allow {
		t.Errorf("the first rule of the wrong policy holds: %v", d.Reasons)
	}
}

// The table of functions in docs/rules.md is that of Functions.
func TestFunctionsInGuide(t *testing.T) {
	const name = "../docs/rules.md"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("<!-- functions: go -C policy/celrules test -run Guide -update -->\n\n| function | what it says |\n|---|---|\n")
	for _, f := range Functions() {
		fmt.Fprintf(&table, "| `%s` | %s |\n", f.Form, f.Doc)
	}
	table.WriteString("\n<!-- end of functions -->")
	before, rest, ok := strings.Cut(string(b), "<!-- functions:")
	_, after, end := strings.Cut(rest, "<!-- end of functions -->")
	if !ok || !end {
		t.Fatal("the guide has no place for functions")
	}
	if want := before + table.String() + after; want != string(b) {
		if !*update {
			t.Errorf("the guide has other functions; -update writes:\n%s", table.String())
		} else if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
