package policyotel_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
)

// TestPrometheus scrapes a service over HTTP, as Prometheus would.
func TestPrometheus(t *testing.T) {
	registry := prometheus.NewRegistry()
	reader, err := otelprom.New(otelprom.WithRegisterer(registry), otelprom.WithoutScopeInfo())
	if err != nil {
		t.Fatal(err)
	}
	w := watch(t, policy.Config{Shadow: []*policy.Policy{policy.Strict()}}, nil, reader)
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}))
	defer server.Close()
	w.story()
	answer, err := http.Get(server.URL)
	w.must(err)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	w.must(err)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", answer.StatusCode, page)
	}
	for _, line := range []string{
		`decorum_decisions_total{decorum_class="member",decorum_degraded="false",decorum_verdict="reject"} 2`,
		`decorum_decision_score_count{decorum_class="member"} 4`,
		`decorum_sanctions_total{decorum_automatic="true",decorum_sanction="block"} 1`,
		`decorum_operation_duration_seconds_count{decorum_operation="evaluate"} 7`,
		`decorum_events_total{decorum_event="complaint"} 1`,
	} {
		if !strings.Contains(string(page), line) {
			t.Errorf("no line %s in\n%s", line, page)
		}
	}
	for _, name := range private {
		if strings.Contains(strings.ToLower(string(page)), name) {
			t.Errorf("the page tells of %q", name)
		}
	}
	problems, err := promlint.New(bytes.NewReader(page)).Lint()
	w.must(err)
	for _, p := range problems {
		t.Errorf("promlint: %s: %s", p.Metric, p.Text)
	}
	alerts(t, string(page))
}

// alerts checks that the series and labels that README.md names are there.
func alerts(t *testing.T, page string) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`decorum_\w+`).FindAllString(string(readme), -1)
	if len(names) == 0 {
		t.Error("README.md names no series")
	}
	for _, name := range names {
		if !strings.Contains(page, "\n"+name) && !strings.Contains(page, name+"=") && name != "decorum_faults_total" { // no fault yet
			t.Errorf("README.md tells of %s, which is not there", name)
		}
	}
}

// TestDocumented: the table in doc.go lists all metrics that there are, and no other.
func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^//\t(decorum\.\S+) +(\S+) +(counter|histogram|gauge|updowncounter)`).FindAllStringSubmatch(string(doc), -1) {
		rows[m[1]] = m[2]
	}
	w := watch(t, policy.Config{Shadow: []*policy.Policy{policy.Strict()}}, nil)
	w.story()
	for _, scope := range w.collect().ScopeMetrics {
		for _, m := range scope.Metrics {
			if rows[m.Name] != m.Unit || m.Description == "" {
				t.Errorf("%s in %s (%q): the table says %q", m.Name, m.Unit, m.Description, rows[m.Name])
			}
			delete(rows, m.Name)
		}
	}
	if delete(rows, "decorum.faults"); len(rows) > 0 { // TestAway has those
		t.Errorf("documented, but not there: %v", rows)
	}
}
