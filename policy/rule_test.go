package policy_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/comparer"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// withRules is the default policy with what rules need.
func withRules(rules ...policy.Rule) *policy.Policy {
	p := policy.Default()
	p.Attributes = map[string]policy.AttributeType{
		"device": {Type: rulekit.Text}, "picture": {Type: rulekit.Text}, "paid": {Type: rulekit.Flag}, "level": {Type: rulekit.Int},
		"score": {Type: rulekit.Number}, "links": {Type: rulekit.Texts}, "country": {Type: rulekit.Text, Protected: true},
	}
	p.Lists = map[string][]string{"bad_devices": {"d-17", "d-4"}}
	p.Rules = rules
	return p
}

// A policy with rules and no compiler is refused by name; a wrong rule with its place in
// the expression, all of them at once, and nothing is in force then.
func TestRulesAreCompiled(t *testing.T) {
	p := withRules(
		policy.Rule{Name: "a", When: "attr.devise == 'x' && counters.n > 3", Verdict: policy.Hold, Why: "a"},
		policy.Rule{Name: "b", When: "to.strangers > 0", Verdict: policy.Reject, Why: "b"},
		policy.Rule{Name: "c", When: "attr.device in lists.bad_devices", Verdict: policy.Reject, Why: "c"},
		policy.Rule{Name: "d", When: "to.strangers > many", Evidence: policy.RuleEvidence{Family: scoring.Network, Points: 1}, Why: "d", Mode: policy.Off},
	)
	_, err := policy.New(policy.Config{Policy: p})
	if want := "policy: rules: are 4, and Config.Compiler is missing: policy/celrules has one"; err == nil || err.Error() != want {
		t.Errorf("without a compiler: %v", err)
	}
	e, err := policy.New(policy.Config{Compiler: comparer.Compiler{}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`policy: rules[0].when: 1:1: unknown attribute devise`,
		`policy: rules[0].when: 1:23: unknown counter n`,
		`policy: rules[1].verdict: is reject, which takes a rule that is true only for what is on a list, or like a text on one: hold it, or say so with &&`,
		`policy: rules[3].when: 1:1: "many" is no number`,
	}
	if err := e.SetPolicy(p); err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got %v", err)
	}
	if err := e.SetPolicy(policy.Default(), p); err == nil || !strings.Contains(err.Error(), "policy: shadow[0].rules[3].when: 1:1:") {
		t.Errorf("in a shadow: %v", err)
	}
	if e.Policy().ID() != policy.Default().ID() {
		t.Error("a policy that was refused is in force")
	}
}

// What is hardly meant is named, and no fault.
func TestRuleWarnings(t *testing.T) {
	p := withRules(
		policy.Rule{Name: "a", When: "attr.country == 'x'", Verdict: policy.Hold, Why: "a", Until: time.Unix(1000, 0)},
		policy.Rule{Name: "b", When: "counters.used > 3", Verdict: policy.Hold, Why: "b", Until: time.Unix(3000, 0)},
	)
	p.Counters = []policy.Counter{
		{Name: "unused", Key: "sender", Window: policy.Duration(time.Hour)},
		{Name: "used", Key: "attr.device", Window: policy.Duration(time.Hour)},
	}
	var got []string
	for _, w := range p.Warnings(comparer.Compiler{}, time.Unix(2000, 0)) {
		got = append(got, w.Field+": "+w.Problem)
	}
	want := []string{
		"rules[0].until: is past: the rule is off",
		"rules[0].when: reads attr.country, which is protected: see that nobody is judged by what they are",
		"counters[0]: is read by no rule, and does not count",
		"lists.bad_devices: is read by no rule",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if err := p.CheckRules(comparer.Compiler{}); err != nil {
		t.Error(err)
	}
}

// The hash of a policy covers rules, lists, counters and attributes, and an end is equal
// however its zone is written.
func TestPolicyIDOfRules(t *testing.T) {
	seen := map[string]int{policy.Default().ID(): -1}
	base := func() *policy.Policy {
		p := withRules(policy.Rule{Name: "a", When: "true", Verdict: policy.Hold, Why: "a", Until: time.Unix(1000, 0)})
		p.Counters = []policy.Counter{{Name: "n", Key: "sender", Window: policy.Duration(time.Hour)}}
		return p
	}
	for i, change := range []func(p *policy.Policy){
		func(*policy.Policy) {},
		func(p *policy.Policy) { p.Rules[0].When = "to.strangers > 0" },
		func(p *policy.Policy) { p.Rules[0].Until = time.Unix(2000, 0) },
		func(p *policy.Policy) { p.Rules[0].Mode = policy.ShadowMode },
		func(p *policy.Policy) { p.Lists["bad_devices"] = []string{"d-17"} },
		func(p *policy.Policy) { p.Counters[0].Of = policy.CountRecipients },
		func(p *policy.Policy) { p.Attributes["paid"] = policy.AttributeType{Type: rulekit.Int} },
	} {
		p := base()
		change(p)
		if k, ok := seen[p.ID()]; ok {
			t.Errorf("change %d leaves the ID of %d", i, k)
		}
		seen[p.ID()] = i
	}
	p := base()
	p.Rules[0].Until = p.Rules[0].Until.In(time.FixedZone("", 3600))
	if p.ID() != base().ID() {
		t.Error("the zone of an end changes the ID")
	}
}

// A list of a million entries is refused, in Go and in a file, and says what is too many.
func TestLongList(t *testing.T) {
	p := withRules()
	p.Lists["bad_devices"] = make([]string, 1_000_000)
	if err := p.Validate(); err == nil || err.Error() != "policy: lists.bad_devices: must have at most 10000 entries, has 1000000: what is on a longer list, say with an attribute" {
		t.Error(err)
	}
	file := `{"extends": "default", "name": "x", "lists": {"bad": ["` + strings.Repeat(`a","`, 1_000_000) + `a"]}}`
	if _, err := policy.ReadPolicy(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), "is larger than 1048576 bytes") {
		t.Error(err)
	}
}

// A ruled is an engine with rules, a minute a message.
type ruled struct {
	t   *testing.T
	e   *policy.Engine
	now time.Time
	n   int
}

func newRuled(t *testing.T, store policy.Store, p *policy.Policy, shadow ...*policy.Policy) *ruled {
	t.Helper()
	r := &ruled{t: t, now: time.Date(2026, 11, 28, 22, 0, 0, 0, time.UTC)}
	e, err := policy.New(policy.Config{Policy: p, Shadow: shadow, Store: store, Compiler: comparer.Compiler{}, Secret: make([]byte, 32), Now: func() time.Time { return r.now }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r.e = e
	t.Cleanup(func() { e.Close() })
	return r
}

// send has somebody write a minute later.
func (r *ruled) send(m policy.Message) policy.Decision {
	r.t.Helper()
	r.now = r.now.Add(time.Minute)
	r.n++
	m.At = r.now
	if m.ID == "" {
		m.ID = fmt.Sprint("m", r.n)
	}
	d, err := r.e.Evaluate(r.t.Context(), m)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// A wave of image-only messages by 150 new accounts, each with one picture under one hash
// that the host gives: a rule with a counter stops it at the ninth account, and nobody is
// sanctioned.
func TestRuleStopsWave(t *testing.T) {
	p := withRules(policy.Rule{
		Name: "picture-wave", When: "to.strangers > 0 && account.age < 24h && message.bytes == 0 && counters.picture_accounts > 8",
		Verdict: policy.Hold, Why: "many new accounts send one picture to strangers",
	})
	p.Counters = []policy.Counter{{Name: "picture_accounts", Key: "attr.picture", Of: policy.CountSenders, Window: policy.Duration(24 * time.Hour)}}
	r := newRuled(t, nil, p)
	out := 0
	for i := range 150 {
		d := r.send(policy.Message{Sender: fmt.Sprint("new", i), Recipients: policy.To(fmt.Sprint("person", i)), Joined: r.now, Media: []string{fmt.Sprint("bytes", i)}, Attributes: map[string]any{"picture": "phash-77"}})
		if d.Delivered() {
			out++
		} else if d.Verdict != policy.Hold || d.Reasons[0].Code != "rule.picture-wave" || d.Reasons[0].String() != "many new accounts send one picture to strangers (rule.picture-wave)" {
			t.Fatalf("message %d: %v, %v", i, d.Verdict, d.Reasons)
		}
		if len(d.Imposed) > 0 {
			t.Fatalf("message %d: imposed %v", i, d.Imposed)
		}
	}
	if out != 8 {
		t.Errorf("%d of the wave went out", out)
	}
	// Another picture, an older account, and a text pass.
	for i, m := range []policy.Message{
		{Sender: "ann", Joined: r.now, Attributes: map[string]any{"picture": "phash-78"}},
		{Sender: "bea", Joined: r.now.AddDate(-1, 0, 0), Attributes: map[string]any{"picture": "phash-77"}},
		{Sender: "cleo", Joined: r.now, Text: "look", Attributes: map[string]any{"picture": "phash-77"}},
		{Sender: "dora", Joined: r.now},
	} {
		m.Recipients, m.Media = policy.To(fmt.Sprint("friend", i)), []string{fmt.Sprint("other", i)}
		if d := r.send(m); d.Verdict != policy.Allow {
			t.Errorf("%s: %v %v", m.Sender, d.Verdict, d.Reasons)
		}
	}
}

// 35 throwaways write to one person, who blocks each: a counter of those whom they turned
// away holds all after the fourth. A newcomer's first message to somebody whom many
// newcomers write to passes.
func TestRuleLooksAfterThePursued(t *testing.T) {
	p := withRules(policy.Rule{Name: "pursued", When: "to.strangers > 0 && counters.turned_away > 3", Verdict: policy.Hold, Why: "writes to somebody who turns strangers away"})
	for _, c := range p.Classes { // the policy's own way of seeing to it is off
		c.Limits.TurnedAwayNew, c.Limits.TurnedAwayAll, c.Received = 0, 0, policy.Received{}
	}
	p.Counters = []policy.Counter{{Name: "turned_away", Key: "recipient", Of: policy.CountBlockedSenders, Window: policy.Duration(7 * 24 * time.Hour)}}
	r := newRuled(t, nil, p)
	var out []int
	for i := range 35 {
		from := fmt.Sprint("throwaway", i)
		d := r.send(policy.Message{Sender: from, Recipients: policy.To("ines"), Text: fmt.Sprint("you will hear from me ", i), Joined: r.now})
		if d.Delivered() {
			out = append(out, i)
			if err := r.e.Record(t.Context(), policy.BlockedBy{From: "ines", Against: from, At: r.now}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(out) != 4 {
		t.Errorf("got through to the person: %v", out)
	}
	for i := range 40 {
		if d := r.send(policy.Message{Sender: fmt.Sprint("newcomer", i), Recipients: policy.To("star"), Text: fmt.Sprint("I liked what you sang on evening ", i), Joined: r.now}); d.Verdict != policy.Allow {
			t.Fatalf("newcomer %d: %v %v", i, d.Verdict, d.Reasons)
		}
	}
}

// TestRuleVariables: the reference in docs/rules.md is what rulekit says.
func TestRuleVariables(t *testing.T) {
	const file, mark = "docs/rules.md", "<!-- printed from code: go test ./policy -run TestRuleVariables -update -->\n"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page, _, found := strings.Cut(string(data), mark)
	if !found {
		t.Fatalf("%s has no mark for the table", file)
	}
	var b strings.Builder
	b.WriteString(page + mark + "\n| name | type | meaning |\n|---|---|---|\n")
	row := func(name, typ, doc string) { fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, typ, doc) }
	for _, v := range rulekit.Variables() {
		row(v.Name, v.Type.String(), v.Doc)
	}
	row("attr.NAME", "as declared", "An attribute of the message; of one that it does not have, the zero of the type. `has(attr.NAME)` tells.")
	row("lists.NAME", "list(string)", "A list of the policy.")
	row("counters.NAME", "int", "A counter of the policy, with the message that is judged; 0 where the message has nothing to count by.")
	row(rulekit.Like+"('NAME')", "double", "How much the text is like the nearest text on a list, 0 to 1.")
	b.WriteString("\nWhat is said of the text by what others send is known of messages to people without a contact only.\n")
	sameFile(t, file, b.String())
}

// A rule in shadow, one that is off and one that has ended change nothing; of the first
// each decision tells.
func TestRuleModes(t *testing.T) {
	rule := policy.Rule{Name: "all", When: "to.strangers > 0", Verdict: policy.Hold, Evidence: policy.RuleEvidence{Family: scoring.Network, Points: 3}, Why: "every stranger"}
	first := func(change func(*policy.Rule), shadow bool) policy.Decision {
		x := rule
		change(&x)
		p, shadows := withRules(x), []*policy.Policy(nil)
		if shadow {
			p.Name = "next"
			p, shadows = policy.Default(), []*policy.Policy{p}
		}
		r := newRuled(t, nil, p, shadows...)
		return r.send(policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: "hello, is it still there?"})
	}
	plain := first(func(r *policy.Rule) { r.Mode = policy.Off }, false)
	if len(plain.Reasons) != 0 || plain.Verdict != policy.Allow {
		t.Fatalf("off: %v", plain)
	}
	if d := first(func(r *policy.Rule) { r.Until = time.Date(2026, 11, 28, 22, 1, 0, 0, time.UTC) }, false); len(d.Reasons) != 0 || d.Verdict != policy.Allow {
		t.Errorf("ended: %v", d)
	}
	d := first(func(r *policy.Rule) { r.Until = time.Date(2026, 11, 28, 22, 1, 1, 0, time.UTC) }, false)
	if why, _ := reasonOf(d, "rule.all"); d.Verdict != policy.Hold || why.Share <= 0 || why.N != 0 || why.Limit != float64(policy.Hold) || d.Score <= plain.Score {
		t.Errorf("on: %v %v", d.Verdict, d.Reasons)
	}
	d = first(func(r *policy.Rule) { r.Mode = policy.ShadowMode }, false)
	why, ok := reasonOf(d, "rule.all")
	if !ok || d.Verdict != policy.Allow || d.Score != plain.Score || why.Share != 0 || why.String() != "every stranger (rule.all, in shadow: nothing follows)" {
		t.Errorf("in shadow: %v %v", d.Verdict, d.Reasons)
	}
	d = first(func(*policy.Rule) {}, true)
	if d.Verdict != policy.Allow || len(d.Reasons) != 0 || d.Shadow[0].Verdict != policy.Hold || d.Shadow[0].Reasons[0].Code != "rule.all" || len(d.Shadow[0].Reasons) != 1 {
		t.Errorf("of a shadow policy: %v", d)
	}
}

// TestRulesNeverSanction: rules that give all points in all families, to each message, bring
// nobody a sanction, nor a warning: who writes what is delivered either way is left in the
// same state, to the byte. Messages that they tip are flagged.
func TestRulesNeverSanction(t *testing.T) {
	var all []policy.Rule
	for f := scoring.Volume; f <= scoring.Standing; f++ {
		for i := range 2 {
			all = append(all, policy.Rule{Name: fmt.Sprintf("%v-%d", f, i), When: "true", Evidence: policy.RuleEvidence{Family: f, Points: 4}, Why: "everything"})
		}
	}
	imposed, flagged := 0, 0
	for seed := range uint64(5) {
		stores := []*policy.Memory{policy.NewMemory(0), policy.NewMemory(0)}
		plain, ruled := newRuled(t, stores[0], policy.Default()), newRuled(t, stores[1], withRules(all...))
		rng := rand.New(rand.NewPCG(seed, 5))
		for i := range 1500 {
			a := rng.IntN(60)
			m := policy.Message{Sender: fmt.Sprint("p", a), Recipients: policy.To(fmt.Sprint("p", rng.IntN(40))), Text: fmt.Sprintf("about that thing number %d, see you at %d", rng.IntN(1000), rng.IntN(24))}
			if a >= 40 { // somebody who deserves it
				m.Sender, m.Recipients = "abuser", []policy.Recipient{{ID: fmt.Sprint("s", rng.IntN(4000)), Relation: policy.Stranger}}
				m.Text = fmt.Sprintf("Dear friend, earn 5000 a week from home, write to me now and I send you the link, offer %d", i)
			}
			step := time.Duration(rng.IntN(60)) * time.Minute
			plain.now, ruled.now = plain.now.Add(step), ruled.now.Add(step)
			was, is := plain.send(m), ruled.send(m)
			imposed += len(is.Imposed)
			kind := func(d policy.Decision) (all []policy.Kind) {
				for _, s := range d.Imposed {
					all = append(all, s.Kind)
				}
				return all
			}
			switch {
			case !slices.Equal(kind(was), kind(is)):
				t.Fatalf("seed %d: message %d: without rules %v, with %v", seed, i, was.Imposed, is.Imposed)
			case was.Verdict != is.Verdict && !(was.Verdict == policy.Allow && is.Verdict == policy.Flag):
				t.Fatalf("seed %d: message %d: without rules %v, with %v", seed, i, was.Verdict, is.Verdict)
			case was.Verdict != is.Verdict:
				flagged++
			}
		}
	}
	if imposed == 0 || flagged == 0 {
		t.Errorf("%d sanctions, %d flagged: the test shows nothing", imposed, flagged)
	}
}

// What a message brings that cannot be, or is not of its type, is named, and nothing has
// changed; what no policy declares is not looked at.
func TestBadAttributes(t *testing.T) {
	r := newRuled(t, nil, withRules(policy.Rule{Name: "a", When: "attr.level > 2", Verdict: policy.Hold, Why: "a"}))
	many := map[string]any{}
	for i := range policy.MaxAttributes + 1 {
		many[fmt.Sprint("a", i)] = true
	}
	for _, x := range []struct {
		attributes map[string]any
		want       string
	}{
		{map[string]any{"level": "3"}, "policy: attributes.level: must be int, is a string"},
		{map[string]any{"level": 2.5}, "policy: attributes.level: must be int, is the number 2.5"},
		{map[string]any{"level": true}, "policy: attributes.level: must be int, is a bool"},
		{map[string]any{"level": struct{}{}}, "policy: attributes.level: must be int, is a struct {}"},
		{map[string]any{"paid": "yes"}, "policy: attributes.paid: must be bool, is a string"},
		{map[string]any{"score": "1"}, "policy: attributes.score: must be double, is a string"},
		{map[string]any{"links": []any{"a", 1}}, "policy: attributes.links: must be list(string), is a list"},
		{map[string]any{"links": "a"}, "policy: attributes.links: must be list(string), is a string"},
		{map[string]any{"links": make([]string, 33)}, "policy: attributes.links: has 33 entries, at most 32 are allowed"},
		{map[string]any{"x": strings.Repeat("x", 257)}, "policy: attributes.x: has 257 bytes, at most 256 are allowed"},
		{map[string]any{"x": "\xff"}, "policy: attributes.x: is no UTF-8"},
		{map[string]any{"": 1}, "policy: attributes.?: has a name of 0 bytes: it must have 1 to 48"},
		{many, "policy: attributes: has 65 entries, at most 64 are allowed"},
	} {
		m := policy.Message{ID: "m", Sender: "ann", Recipients: policy.To("bea"), At: r.now, Attributes: x.attributes}
		if _, err := r.e.Evaluate(t.Context(), m); err == nil || err.Error() != x.want {
			t.Errorf("%v: %v, want %s", x.attributes, err, x.want)
		}
		var p policy.Prepared
		err := r.e.Prepare(&p, m)
		if err == nil {
			_, err = r.e.EvaluatePrepared(t.Context(), &p)
		}
		if err == nil || err.Error() != x.want {
			t.Errorf("prepared: %v: %v", x.attributes, err)
		}
	}
	for _, x := range []struct {
		attributes map[string]any
		want       policy.Verdict
	}{
		{map[string]any{"level": 3, "unknown": 7, "paid": true, "score": 1, "links": []string{"a"}}, policy.Hold},
		{map[string]any{"level": int8(3)}, policy.Hold}, {map[string]any{"level": uint64(3)}, policy.Hold}, {map[string]any{"level": 3.0, "score": float32(1)}, policy.Hold},
		{map[string]any{"level": 2, "links": []any{"a"}}, policy.Allow}, {map[string]any{"level": nil}, policy.Allow}, {nil, policy.Allow},
	} {
		if d := r.send(policy.Message{Sender: "ann", Recipients: policy.To("bea"), Attributes: x.attributes}); d.Verdict != x.want {
			t.Errorf("%v: %v %v", x.attributes, d.Verdict, d.Reasons)
		}
	}
}
