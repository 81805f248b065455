package console_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// axe has axe-core look at the page: what is serious or worse is a fault.
func (b *browser) axe(name string) {
	b.t.Helper()
	if axe == "" {
		return
	}
	var found string
	b.must(axe, nil)
	b.must(`axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + n.failureSummary)}))))`, &found)
	var all []struct {
		ID, Impact, Help string
		Nodes            []string
	}
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range all {
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Errorf("%s: %s (%s): %s\n%s", name, v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n"))
		} else {
			b.t.Logf("%s: %s (%s): %s", name, v.ID, v.Impact, v.Help)
		}
	}
}

var axe = func() string {
	script, err := os.ReadFile(os.Getenv("AXE_CORE"))
	if err != nil {
		return ""
	}
	return string(script)
}()

// needAxe says what is not looked at without axe-core.
func needAxe(t *testing.T) {
	if axe != "" {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("CI=true, and AXE_CORE does not name axe.min.js: npm install axe-core")
	}
	t.Log("NOT CHECKED: AXE_CORE does not name axe.min.js (npm install axe-core): screen readers are not thought of")
}
