package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// A rumour is a text that ten accounts send to strangers, account i to i of them.
type rumour struct {
	*town
	cluster  uint64
	accounts []string
}

// rumoured has it sent. Nobody who gets a copy answers, or nearly all do at once.
func rumoured(t *testing.T, cfg policy.Config, answered bool) *rumour {
	t.Helper()
	r := &rumour{town: newTown(t, cfg)}
	for i := range 10 {
		r.accounts = append(r.accounts, fmt.Sprint("sender", i))
		for k := range i {
			r.pass(2 * time.Minute)
			to := fmt.Sprintf("person%d-%d", i, k)
			d := r.send(policy.Message{Sender: r.accounts[i], Recipients: []policy.Recipient{{ID: to, Relation: policy.Stranger}}, Text: scheme})
			if d.Cluster != 0 {
				r.cluster = d.Cluster
			}
			if answered && k%4 != 3 && k < 4 {
				r.pass(time.Minute)
				r.say(to, r.accounts[i], "thank you, I shall look")
			}
		}
		if i == 4 && r.cluster == 0 { // it is found in what is known of a sender
			r.cluster = r.account(r.accounts[i]).Texts[0].Cluster
		}
	}
	if r.cluster == 0 {
		t.Fatal("the text has no cluster")
	}
	return r
}

func (r *rumour) rule(x policy.TextRuling) policy.TextEffect {
	r.Helper()
	x.Cluster, x.By, x.Accounts = r.cluster, "ada", append(slices.Clone(r.accounts), "nobody", r.accounts[9])
	out, err := r.e.RuleText(r.Context(), x)
	r.must(err)
	return out
}

// whole is what is known of all accounts, but for when it was asked.
func (r *rumour) whole() string {
	var all []policy.Account
	for _, name := range r.accounts[1:] {
		a := r.account(name)
		all = append(all, a)
	}
	b, err := json.MarshalIndent(all, "", " ")
	r.must(err)
	return string(b)
}

// TestRuleText: of those who sent a text that a person finds abusive, those answer for it
// who sent it to five strangers or more who did not answer; a dry run says who, and
// changes nothing; one call takes all of it back, and leaves nothing of it.
func TestRuleText(t *testing.T) {
	r := rumoured(t, policy.Config{}, false)
	before := r.whole()
	dry := r.rule(policy.TextRuling{Finding: policy.TextAbusive, DryRun: true})
	if diff := gocmp.Diff(before, r.whole()); diff != "" {
		t.Fatalf("a dry run changes (-before +after)\n%s", diff)
	}
	if want := r.accounts[5:]; !slices.Equal(dry.Accounts, want) || len(dry.Sanctions) != 0 || dry.Welcome {
		t.Errorf("a dry run says %+v; want %v", dry, want)
	}
	stood, was := map[string]bool{}, map[string]string{}
	counts := func(name string) string {
		a := r.account(name)
		return fmt.Sprint(a.Strikes, a.Offences, a.Standing)
	}
	for _, name := range r.accounts[1:] {
		stood[name] = slices.ContainsFunc(r.account(name).Standing, func(s policy.Sanction) bool { return harsh(s.Kind) })
		was[name] = counts(name)
	}
	out := r.rule(policy.TextRuling{Finding: policy.TextAbusive})
	imposed := 0
	for i, name := range r.accounts[1:] {
		a := r.account(name)
		blocked := slices.ContainsFunc(a.Standing, func(s policy.Sanction) bool { return harsh(s.Kind) })
		if want := i+1 >= 5 || stood[name]; blocked != want {
			t.Errorf("%s is blocked: %t, want %t: %v", name, blocked, want, a.Standing)
		}
		if blocked && !stood[name] {
			imposed++
		}
	}
	if imposed != len(out.Sanctions) || imposed == 0 {
		t.Errorf("%d are blocked by the ruling, which tells of %d", imposed, len(out.Sanctions))
	}
	for _, s := range out.Sanctions {
		if s.By != "ada" || s.Kind != policy.Block || s.Scope != policy.Outreach || s.Reasons[0].Code != policy.CodeRuled || s.Until.IsZero() {
			t.Errorf("imposed %v %+v", s, s.Reasons)
		}
		if st := s.Statement(policy.Language{}); len(st.Facts) != 1 {
			t.Errorf("the sender is told %q", st.Facts)
		}
	}
	if again := r.rule(policy.TextRuling{Finding: policy.TextAbusive}); len(again.Sanctions) != 0 {
		t.Errorf("a second ruling imposes %v", again.Sanctions)
	}
	if back := r.rule(policy.TextRuling{Finding: policy.TextUndecided, DryRun: true}); back.Lifted != imposed {
		t.Errorf("%d would be taken back, %d were imposed", back.Lifted, imposed)
	}
	back := r.rule(policy.TextRuling{Finding: policy.TextUndecided, Note: "it was a play"})
	if back.Lifted != imposed {
		t.Errorf("%d are taken back, %d were imposed", back.Lifted, imposed)
	}
	for _, name := range r.accounts[1:] {
		if diff := gocmp.Diff(was[name], counts(name)); diff != "" {
			t.Errorf("%s, taken back (-before +after): %s", name, diff)
		}
	}
	if n := r.rule(policy.TextRuling{Finding: policy.TextUndecided}).Lifted; n != 0 {
		t.Errorf("taken back twice: %d", n)
	}
}

// TestRuleTextWelcome: where people answer a text a person who finds it abusive warns, and
// no more; taken back, nothing is left, nor of a finding that it is harmless.
func TestRuleTextWelcome(t *testing.T) {
	for _, finding := range []policy.TextFinding{policy.TextAbusive, policy.TextHarmless} {
		r := rumoured(t, policy.Config{}, true)
		out := r.rule(policy.TextRuling{Finding: finding})
		if !out.Welcome || len(out.Accounts) == 0 {
			t.Fatalf("%v: %+v", finding, out)
		}
		for _, s := range out.Sanctions {
			if s.Kind != policy.Warning {
				t.Errorf("imposed %v", s)
			}
		}
		if warned := len(out.Sanctions); (finding == policy.TextAbusive) != (warned > 0) {
			t.Errorf("%v: %d are warned", finding, warned)
		}
		if back := r.rule(policy.TextRuling{Finding: policy.TextUndecided}); back.Lifted != len(out.Sanctions) {
			t.Errorf("%v: %d of %d are taken back", finding, back.Lifted, len(out.Sanctions))
		}
		for _, name := range r.accounts[1:] {
			if a := r.account(name); len(a.Standing)+len(a.Offences) > 0 || a.Strikes != 0 {
				t.Errorf("%v: %s is left with %v", finding, name, a)
			}
		}
	}
}

// TestRuleTextForce: two people can see through those who answer a text for its senders.
func TestRuleTextForce(t *testing.T) {
	r := rumoured(t, policy.Config{}, true)
	ruling := policy.TextRuling{Cluster: r.cluster, Finding: policy.TextAbusive, Accounts: r.accounts, By: "ada", Force: true}
	if _, err := r.e.RuleText(t.Context(), ruling); !strings.Contains(fmt.Sprint(err), "second") {
		t.Errorf("alone: %v", err)
	}
	ruling.Second = "bob"
	out, err := r.e.RuleText(t.Context(), ruling)
	r.must(err)
	if !out.Welcome || len(out.Sanctions) == 0 {
		t.Fatalf("%+v", out)
	}
	for _, s := range out.Sanctions {
		if s.Kind == policy.Warning {
			t.Errorf("imposed %v", s)
		}
	}
}

// TestRuleTextHarmless: what a text that a person finds harmless had added is answered.
func TestRuleTextHarmless(t *testing.T) {
	warned := func(find bool) (n int) {
		w := newTown(t, policy.Config{})
		for i := range 24 {
			w.pass(45 * time.Second)
			d := w.invite("org", i)
			for range d.Imposed {
				n++
			}
			if i%5 != 4 || !find {
				continue
			}
			a := w.account("org")
			_, err := w.e.RuleText(t.Context(), policy.TextRuling{Cluster: a.Texts[0].Cluster, Finding: policy.TextHarmless, Accounts: []string{"org"}, By: "ada"})
			w.must(err)
		}
		return n
	}
	if with, without := warned(true), warned(false); with != 0 || without == 0 {
		t.Errorf("%d sanctions where the text is found harmless, %d else", with, without)
	}
}

// TestRuleTextBounds: neither brake nor budget bounds a person; a policy that only
// observes imposes nothing; and over twenty accounts take two persons.
func TestRuleTextBounds(t *testing.T) {
	p := policy.Default()
	p.Budget = policy.Budget{PerHour: 1}
	r := rumoured(t, policy.Config{Policy: p}, false)
	r.must(r.e.Brake(t.Context(), "lead", "a drill"))
	if out := r.rule(policy.TextRuling{Finding: policy.TextAbusive}); len(out.Sanctions) < 3 {
		t.Errorf("under brake and budget: %+v", out)
	}
	r = rumoured(t, policy.Config{Policy: policy.Observe()}, false)
	if out := r.rule(policy.TextRuling{Finding: policy.TextAbusive}); len(out.Sanctions) != 0 || len(out.Accounts) == 0 {
		t.Errorf("under a policy that observes: %+v", out)
	}

	w := newTown(t, policy.Config{})
	x := policy.TextRuling{Finding: policy.TextAbusive, By: "ada"}
	for i := range 21 {
		name := fmt.Sprint("sender", i)
		x.Accounts = append(x.Accounts, name)
		for k := range 6 {
			w.pass(time.Second)
			w.send(policy.Message{Sender: name, Recipients: policy.To(fmt.Sprint("p", i, "-", k)), Text: scheme})
		}
	}
	x.Cluster = w.account("sender20").Texts[0].Cluster
	x.DryRun = true
	if out, err := w.e.RuleText(t.Context(), x); err != nil || !out.Second {
		t.Errorf("a dry run about 21 accounts: %+v, %v", out, err)
	}
	x.DryRun = false
	for _, second := range []string{"", "ada", "bob"} {
		x.Second = second
		out, err := w.e.RuleText(t.Context(), x)
		if f, refused := errors.AsType[*policy.FieldError](err); refused != (second != "bob") || refused && f.Field != "second" || len(out.Accounts) != 21 {
			t.Errorf("with %q: %d accounts, %v", second, len(out.Accounts), err)
		}
	}
	for field, bad := range map[string]policy.TextRuling{
		"cluster":  {Finding: policy.TextAbusive, By: "ada"},
		"finding":  {Cluster: 1, By: "ada"},
		"by":       {Cluster: 1, Finding: policy.TextHarmless},
		"accounts": {Cluster: 1, Finding: policy.TextHarmless, By: "ada", Accounts: []string{"ann", ""}},
		"at":       {Cluster: 1, Finding: policy.TextHarmless, By: "ada", At: time.Unix(-5, 0)},
	} {
		_, err := w.e.RuleText(t.Context(), bad)
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestRuleTextUnknown: a text of which nobody knows is not found; one that the process has
// forgotten is, where an account sent it.
func TestRuleTextUnknown(t *testing.T) {
	r := rumoured(t, policy.Config{}, false)
	x := policy.TextRuling{Finding: policy.TextHarmless, By: "ada", Accounts: r.accounts, DryRun: true}
	for cluster, known := range map[uint64]bool{r.cluster: true, r.cluster + 1: false} {
		for _, x.Finding = range []policy.TextFinding{policy.TextAbusive, policy.TextHarmless} {
			for _, x.DryRun = range []bool{true, false} {
				x.Cluster = cluster
				if out, err := r.e.RuleText(t.Context(), x); known && err != nil || !known && (!errors.Is(err, policy.ErrNotFound) || len(out.Sanctions) != 0) {
					t.Errorf("%v of %d, known %t: %+v, %v", x.Finding, cluster, known, out, err)
				}
			}
		}
	}
	x.Cluster, x.Accounts, x.Finding = r.cluster, nil, policy.TextHarmless
	if _, err := r.e.RuleText(t.Context(), x); err != nil {
		t.Errorf("the process knows it: %v", err)
	}
	r.pass(30 * aDay)
	if _, err := r.e.RuleText(t.Context(), x); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("forgotten: %v", err)
	}
	x.Accounts = r.accounts[9:]
	if _, err := r.e.RuleText(t.Context(), x); err != nil {
		t.Errorf("its sender knows it: %v", err)
	}
}

// TestRuleTextCascade: a notice that a hundred people pass on to strangers, found abusive
// by mistake after an hour, and again for whoever goes on, warns at most; taken back an
// hour later nothing of it is left.
func TestRuleTextCascade(t *testing.T) {
	warned := 0
	for seed := range seeds(4, 40) {
		s := newSquare(t, seed, .3)
		s.copies(100, 7, 3*time.Hour, func(int, int) string { return notices[seed%3] })
		s.run(dawn.Add(time.Hour))
		x := policy.TextRuling{Finding: policy.TextAbusive, By: "ada", Second: "bob"}
		for i := range 100 {
			name := fmt.Sprint("sender ", i)
			x.Accounts = append(x.Accounts, name)
			if a, err := s.e.Account(t.Context(), name); err == nil && len(a.Texts) > 0 && a.Texts[0].Cluster != 0 {
				x.Cluster = a.Texts[0].Cluster
			}
		}
		rule := func() {
			out, err := s.e.RuleText(t.Context(), x)
			s.must(err)
			for _, k := range out.Sanctions {
				if warned++; k.Kind != policy.Warning {
					t.Errorf("seed %d: %s gets %v", seed, k.Account, k)
				}
			}
		}
		for range 12 {
			rule()
			s.run(s.now.Add(5 * time.Minute))
		}
		x.Finding = policy.TextUndecided
		rule()
		if len(s.sanctioned) > 0 {
			t.Errorf("seed %d: %d are blocked", seed, len(s.sanctioned))
		}
		for _, name := range x.Accounts {
			if a, err := s.e.Account(t.Context(), name); err == nil && (len(a.Standing)+len(a.Offences) > 0 || a.Strikes != 0) {
				t.Errorf("seed %d: %s is left with %v %v", seed, name, a, a.Standing)
			}
		}
		s.run(dawn.Add(24 * time.Hour))
		if 10*s.delivered < 9*s.sent {
			t.Errorf("seed %d: %d of %d are delivered", seed, s.delivered, s.sent)
		}
	}
	if warned == 0 {
		t.Error("nobody was warned by mistake: nothing is tried")
	}
}
