package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// The rules and the dashboard name nothing that the service does not export: every
// selector in them finds something, once there was a campaign, an appeal, a store that was
// emptied, and one that is away.
func TestRulesAndDashboard(t *testing.T) {
	t.Parallel()
	exported := story(t)
	rules, err := os.ReadFile("docs/prometheus-rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^ +expr: (?:\|(?: #.*)?\n((?: {10}.*\n)+)|(.*)\n)`).FindAllStringSubmatch(string(rules), -1) {
		all = append(all, m[1]+m[2])
	}
	if want := strings.Count(string(rules), "alert: "); len(all) != want || want == 0 {
		t.Errorf("%d rules have %d expressions", want, len(all))
	}
	var board struct {
		Panels []struct {
			Title, Description string
			Targets            []struct{ Expr string }
		}
	}
	data, err := os.ReadFile("docs/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("the panel %q shows nothing, or does not say what", p.Title)
		}
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	by := regexp.MustCompile(`by \(([^)]*)\)`)
	selector := regexp.MustCompile(`\b((?:decorum|process|chat)_\w+)(?:\{([^}]*)\})?`)
	for _, expr := range all {
		if strings.Count(expr, "(") != strings.Count(expr, ")") {
			t.Errorf("%s: brackets", expr)
		}
		for _, m := range by.FindAllStringSubmatch(expr, -1) {
			for label := range strings.SplitSeq(m[1], ", ") {
				if label != "instance" && !strings.Contains(exported, label+`="`) { // Prometheus adds the instance
					t.Errorf("%s: nothing has the label %s", expr, label)
				}
			}
		}
		found := selector.FindAllStringSubmatch(by.ReplaceAllString(expr, ""), -1)
		if len(found) == 0 {
			t.Errorf("%s: asks for nothing", expr)
		}
		for _, m := range found {
			if !finds(exported, m[1], m[2]) {
				t.Errorf("%s: the service exports no %s{%s}", expr, m[1], m[2])
			}
		}
	}
}

// finds reports whether a selector finds a series among those that were scraped.
func finds(exported, name, labels string) bool {
	lines := regexp.MustCompile(`(?m)^`+name+`(\{.*\})? .*$`).FindAllString(exported, -1)
	for _, m := range regexp.MustCompile(`(\w+)=(~?)"([^"]*)"`).FindAllStringSubmatch(labels, -1) {
		value := m[3]
		if m[2] == "" {
			value = regexp.QuoteMeta(value)
		}
		has := regexp.MustCompile(m[1] + `="(` + value + `)"`)
		lines = slices.DeleteFunc(lines, func(line string) bool { return !has.MatchString(line) })
	}
	return len(lines) > 0
}

// story has all happen that there are metrics of, and returns what was scraped.
func story(t *testing.T) string {
	t.Helper()
	store, kill := startRedis(t)
	c, _ := start(t, options{store: store})
	c.post("/waves", "actor", "blaster")
	c.until("the blaster is through", func() bool { return played(c, "1 blaster") == waveOfTests })
	c.post("/as/sam/send", "to", "bea", "text", "Hello!", "id", "s1")
	c.post("/as/bea/report", "against", "sam", "message", "s1", "category", "spam")
	c.api("PUT", "/v1/accounts/ann/override", map[string]string{"verdict": "hold"}, nil)
	c.post("/as/ann/send", "to", "bea", "text", "This waits.")
	var a policy.Account
	c.api("GET", "/v1/accounts/sim.blaster.1", nil, &a)
	c.post("/as/sim.blaster.1/appeal", "sanction", a.Standing[0].ID, "statement", "It was a mistake.")
	c.api("GET", "/v1/accounts/sim.blaster.1", nil, &a)
	for _, s := range a.Standing {
		if s.Appeal != nil {
			c.api("POST", "/v1/accounts/sim.blaster.1/appeals/"+s.Appeal.ID+"/ruling", policy.Ruling{Outcome: policy.Overturned}, nil)
		}
	}
	seen := map[string]bool{}
	scrape := func() string {
		page := c.get("/metrics")
		for line := range strings.Lines(page) {
			seen[line] = true
		}
		return page
	}
	scrape()

	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(store, "redis://"), "/0"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "FLUSHALL\r\n")
	n := 0
	until := func(what, line string) {
		c.until(what, func() bool {
			n++
			c.post("/as/carl/send", "to", fmt.Sprint("someone", n), "text", fmt.Sprint("Hello ", n))
			return finds(scrape(), line, `decorum_degraded="true"`) || finds(scrape(), line, `error_type="emptied"`)
		})
	}
	until("it is told that the store was emptied", "decorum_faults_total")
	c.until("it is not ready", func() bool {
		status, _, body := c.do("GET", "/readyz", "", "", nil)
		return status == 503 && strings.Contains(body, "empt")
	})
	kill()
	c.away = true
	until("decisions are made without the store", "decorum_decisions_total")
	return strings.Join(slices.Sorted(maps.Keys(seen)), "")
}

// The rules wake somebody when they should, and else do not; Prometheus itself says so.
func TestRulesWake(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool: install Debian's package prometheus to have the rules tried")
	}
	if out, err := exec.Command(path, "test", "rules", "docs/prometheus-rules.test.yml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
