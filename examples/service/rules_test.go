package main

import (
	unescape "html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// A moderator writes a rule on the console, which is wrong at first and changes nothing;
// then runs it in shadow, where it changes nothing for senders, turns it on, and off. It is
// in the policy file, which keeps all else.
func TestRules(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(file, []byte(`{"extends": "default", "name": "ours", "lists": {"shops": ["shop.example"]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _ := start(t, options{policy: file})
	dora := c.signIn("dora")
	page := func(values ...string) string {
		dora.open("GET", "/console/rules", "")
		v := url.Values{"name": {"wave-17"}, "verdict": {"hold"}, "why": {"an offer of telephones"}, "note": {"since nine"}}
		for _, f := range consoleForm.FindAllStringSubmatch(dora.page, -1) {
			for _, field := range hiddenField.FindAllStringSubmatch(f[2], -1) {
				v.Set(field[1], field[2])
			}
		}
		for i := 0; i < len(values); i += 2 {
			v.Set(values[i], values[i+1])
		}
		return unescape.UnescapeString(dora.open("POST", "/console/rules", v.Encode()).page)
	}
	says := func(page string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %q:\n%.3000s", want, page)
			}
		}
	}
	const when = "message.bytes > 60 && to.strangers > 0"
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	says(page("action", "on", "when", "text.like('shop') > 0.9\n  || mesage.bytes > 60 && to.strangers == 0.5"), "Nothing was changed",
		"when: 1:11: unknown list shop; did you mean shops?", "when: 2:6: unknown name mesage.bytes; did you mean message.bytes?", "when: 2:40: == does not go between an int and a double")
	if after, _ := os.ReadFile(file); string(after) != string(before) {
		t.Errorf("a wrong rule is in the file: %s", after)
	}
	says(page("action", "check", "when", when), "Nothing is wrong with the rule")
	says(page("action", "shadow", "when", when), "runs in shadow")
	const offer = "Dear friend, we have the best telephones of the whole town for you, today only"
	c.post("/as/sam/send", "to", "bea", "text", offer)
	c.wants("/as/bea?with=sam", offer)
	c.until("the page says what the rule was true of", func() bool {
		return strings.Contains(dora.open("GET", "/console/rules", "").page, "1: 1 allow")
	})
	says(page("action", "on"), "The rule is on")
	c.post("/as/tom/send", "to", "bea", "text", offer)
	c.lacks("/as/bea?with=tom", offer)
	if dora.open("GET", dora.caseOf("held"), ""); !strings.Contains(dora.page, "an offer of telephones") {
		t.Errorf("the case does not say which rule:\n%.2000s", body(dora.page))
	}
	says(page("action", "off", "note", "it is over"), "The rule is off")
	c.post("/as/uma/send", "to", "bea", "text", offer)
	c.wants("/as/bea?with=uma", offer)
	p, err := readPolicy(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules) != 1 || p.Rules[0].When != when || p.Rules[0].Mode != policy.Off || p.Name != "ours" || len(p.Lists["shops"]) != 1 {
		t.Errorf("the file has %+v", p)
	}
}
