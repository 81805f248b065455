package replay

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
	var r struct{ Result struct{ Value string } }
	b.call("Runtime.evaluate", map[string]any{"expression": axe + `; 0`}, nil)
	b.call("Runtime.evaluate", map[string]any{"awaitPromise": true, "returnByValue": true, "expression": `axe.run(document, {resultTypes: ["violations"]})
		.then((r) => JSON.stringify(r.violations.map((v) => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + n.failureSummary)}))))`}, &r)
	var all []struct {
		ID, Impact, Help string
		Nodes            []string
	}
	if err := json.Unmarshal([]byte(r.Result.Value), &all); err != nil {
		b.t.Fatalf("axe-core says %q: %v", r.Result.Value, err)
	}
	for _, v := range all {
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Errorf("%s: %s (%s): %s\n%s", name, v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n"))
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
