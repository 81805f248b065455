package console_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
)

// BenchmarkPages measures every page beside a queue of 100,000 cases, of which one has
// 1,000 messages, and an account with 10,000 events: the median and the 99th percentile of
// a page, as a browser gets it. It fills the database through the hooks, which takes a
// minute, with DECORUM_LONG=1; otherwise all of it is a twentieth.
func BenchmarkPages(b *testing.B) {
	size := 5000
	if os.Getenv("DECORUM_LONG") == "1" {
		size = 100_000
	}
	h := open(b, console.Config{Undo: -1, Queue: 2 * size}, "", nil)
	hooks := h.console.Hooks()
	decided := func(i int, sender string, cluster uint64) {
		m := policy.Message{ID: fmt.Sprint("m", i), Sender: sender, Recipients: policy.To("bea"), Text: invitation(i)}
		d := policy.Decision{Message: m.ID, Verdict: policy.Hold, Score: .6, At: time.Now(), Cluster: cluster, Reasons: []policy.Reason{{Code: policy.CodeReach, Value: float64(i), Limit: 5, N: 12, K: 11, Text: m.Text}}}
		hooks.Decided(b.Context(), &m, &d)
	}
	for i := range size {
		decided(i, fmt.Sprint("sender", i), 0)
	}
	for i := range size / 10 {
		decided(size+i, "busy", 0)
	}
	for i := range size / 100 {
		decided(2*size+i, fmt.Sprint("mal", i%50), 7)
	}
	for h.console.Health().Waiting > 0 {
		time.Sleep(50 * time.Millisecond)
	}
	h.flush()
	p := h.person("lea.lead.1")
	p.get("/?kind=held").has("1\u202f000+")
	p.get("/campaign?cluster=7").has(map[int]string{5000: "50 messages", 100_000: "1\u202f000 messages"}[size], "50 accounts")
	for name, path := range map[string]string{
		"queue": "/", "queue-held": "/?kind=held", "case": "/case/1", "campaign-case": p.caseOf("/campaign?cluster=7"), "account": "/account?id=busy", "campaign": "/campaign?cluster=7",
		"search": "/search?q=double", "search-account": "/search?q=sender5", "audit": "/audit", "figures": "/figures?days=90", "label": "/label",
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if p.get(path); p.code != 200 {
					b.Fatal(path, p.code, p.page)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "ms/median")
			b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "ms/p99")
		})
	}
}

// caseOf is the first case on a page.
func (p *person) caseOf(path string) string {
	p.get(path)
	for _, f := range cases.FindAllStringSubmatch(p.page, -1) {
		return f[1]
	}
	return "/"
}
