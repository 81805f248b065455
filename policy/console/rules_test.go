package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/policy/storetest"
)

// burst compiles the one rule of the tests, account.messages > 2, and says what is wrong
// with any other. examples/service tests the page with policy/celrules.
type burst struct{}

func (burst) Compile(when string, _ *rulekit.Declared) (*rulekit.Program, []rulekit.Fault) {
	if when != "account.messages > 2" {
		return nil, []rulekit.Fault{{Line: 1, Column: 1, Problem: "unknown; did you mean account.messages > 2?"}, {Line: 1, Column: 9, Problem: "a second fault"}}
	}
	return &rulekit.Program{Cost: 1, Eval: func(f *rulekit.Facts) (bool, error) { return f.Messages > 2, nil }}, nil
}

// ruled is a host whose console changes rules.
func ruled(t *testing.T, apply func(h *host, p *policy.Policy) error) *host {
	t.Helper()
	var h *host
	c := now
	c.Compiler = burst{}
	c.Apply = func(_ context.Context, p *policy.Policy) error { return apply(h, p) }
	h = openWith(t, c, "", storetest.NewAudited(policy.NewMemory(0)), burst{})
	return h
}

func set(h *host, p *policy.Policy) error { return h.engine.SetPolicy(p) }

// TestRules: a rule is written, checked, run in shadow, turned on and off, and each change
// is in the audit; what is wrong changes nothing, and is said all at once.
func TestRules(t *testing.T) {
	h := ruled(t, set)
	lea := h.person("lea.lead.1").get("/rules")
	lea.has("The policy has no rules", "account.age", "duration")
	write := func(action string, more ...string) *person {
		v := url.Values{"token": {lea.token()}, "policy": {h.engine.Policy().ID()}, "action": {action}, "name": {"burst"}, "when": {"account.messages > 2"},
			"family": {"volume"}, "points": {"1.5"}, "verdict": {"hold"}, "why": {"many messages"}, "note": {"a wave since nine"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return lea.post(h.base+"/rules", v)
	}
	for _, wrong := range [][]string{
		{"when", "acount > 2", "when: 1:1: unknown; did you mean", "when: 1:9: a second fault"},
		{"points", "9", "evidence.points: must be more than 0 and at most 4"},
		{"points", "1.5 or so", "points: must be a number"},
		{"verdict", "suspend", "verdict: "},
		{"family", "weather", "family: "},
		{"until", "tomorrow", "until: "},
		{"why", "", "why: is missing"},
		{"name", "Burst!", "name: must be lower-case"},
		{"note", "", "kept in the audit"},
		{"policy", "another", "changed the policy meanwhile"},
		{"name", hostile, "name: must be"},
	} {
		write("on", wrong[:2]...).mustBe(200).has("Nothing was changed")
		for _, want := range wrong[2:] {
			lea.has(want)
		}
	}
	write("explode").has("no such action")
	write("check").has("Nothing is wrong with the rule", `value="burst"`)
	if n := len(h.engine.Policy().Rules); n != 0 {
		t.Fatalf("%d rules after nothing but checks and faults", n)
	}
	write("shadow").mustBe(200).has("runs in shadow", "<code>account.messages &gt; 2</code>", "1.5 points, volume; hold", `<span class="tag">shadow</span>`, "none")
	mode := func(action, note string) *person {
		return lea.post(h.base+"/rules", url.Values{"token": {lea.token()}, "policy": {h.engine.Policy().ID()}, "action": {action}, "name": {"burst"}, "note": {note}})
	}
	mode("on", "it hits the wave alone").has("The rule is on", `<span class="tag">on</span>`)
	lea.get("/rules?rule=burst").has(`value="1.5"`, ">account.messages &gt; 2</textarea>")
	mode("off", "").has("kept in the audit")
	mode("off", "it is over").has("The rule is off")
	if r := h.engine.Policy().Rules; len(r) != 1 || r[0].Mode != policy.Off || r[0].Verdict != policy.Hold || r[0].Evidence.Points != 1.5 {
		t.Errorf("rules: %+v", r)
	}
	mode("remove", "it was for one day").has("The rule is removed", "The policy has no rules")
	mode("on", "again").has("there is no rule burst")
	lea.get("/audit?what=policy_changed").has("1.5 points, volume; hold; when account.messages &gt; 2", "a wave since nine", "rule burst: on", "it hits the wave alone", "rule burst: off", "rule burst: remove")
	if n := strings.Count(lea.page, "<td>policy_changed"); n != 4 {
		t.Errorf("%d acts in the audit, want 4", n)
	}
}

// TestRulesNotApplied: a host that fails to put a policy in force is said so, and the audit
// does not hide it; without Apply, nothing can be changed.
func TestRulesNotApplied(t *testing.T) {
	h := ruled(t, func(*host, *policy.Policy) error { return errors.New("the disk is full") })
	lea := h.person("lea.lead.1").get("/rules")
	lea.post(h.base+"/rules", url.Values{"token": {lea.token()}, "policy": {h.engine.Policy().ID()}, "action": {"on"}, "name": {"burst"}, "when": {"account.messages > 2"}, "verdict": {"flag"}, "why": {"many"}, "note": {"now"}})
	lea.has("it was not put in force: the disk is full", "The policy has no rules")
	lea.get("/audit").has("it was not put in force: the disk is full")

	h = open(t, now, "", nil)
	lea = h.person("lea.lead.1").get("/rules")
	lea.has("takes no changes here")
	lea.hasNot(`action="` + h.base + `/rules"`)
	lea.post(h.base+"/rules", url.Values{"token": {lea.get("/").token()}, "action": {"check"}, "name": {"burst"}, "when": {"true"}}).has("has no rules: Config.Compiler is missing")
}

// TestRulesHits: the page says what rules were true of, by what became of the message.
func TestRulesHits(t *testing.T) {
	h := ruled(t, set)
	p := h.engine.Policy().Clone()
	for _, name := range []string{"burst", "wave", "calm"} {
		p.Rules = append(p.Rules, policy.Rule{Name: name, When: "account.messages > 2", Verdict: policy.Flag, Why: "many", Mode: policy.ShadowMode})
	}
	if err := h.engine.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
	hooks := h.console.Hooks()
	for i, v := range []policy.Verdict{policy.Allow, policy.Allow, policy.Hold, policy.Flag} {
		d := policy.Decision{Verdict: v, At: time.Now(), Reasons: []policy.Reason{{Code: "rule.burst"}, {Code: "rule.wave"}}[:1+i%2]}
		m := policy.Message{ID: fmt.Sprint(i), Sender: "sam", Recipients: policy.To("bea"), Text: "x"}
		hooks.Decided(t.Context(), &m, &d)
		if d.Repeat = true; v != policy.Allow { // told twice, counted once
			hooks.Decided(t.Context(), &m, &d)
		}
	}
	h.flush()
	h.person("lea.lead.1").get("/rules").has("4: 2 allow, 1 flag, 1 hold", "2: 1 allow, 1 flag", "none")
}
