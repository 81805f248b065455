package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A number is moved by a third; what takes whole numbers or days alone, to one; and a
// probability that a third more would make impossible, by its odds.
func TestMoved(t *testing.T) {
	t.Parallel()
	member := func(p *policy.Policy) *policy.Rules { return p.Classes[policy.Member] }
	for _, tt := range []struct {
		path string
		by   float64
		of   func(p *policy.Policy) float64
		want float64
	}{
		{"signals.text_fast", down, func(p *policy.Policy) float64 { return member(p).Signals.TextFast.Curve[1].X }, 8},
		{"signals.text_fast", up, func(p *policy.Policy) float64 { return member(p).Signals.TextFast.Curve[0].X }, 5 * up},
		{"signals.reply_low", up, func(p *policy.Policy) float64 { return member(p).Signals.ReplyLow.Curve[0].X }, 4. / 7},
		{"signals.complaint_rate", up, func(p *policy.Policy) float64 { return p.Classes[policy.Page].Signals.ComplaintRate.Curve[1].X }, 12. / 13},
		{"limits.messages", down, func(p *policy.Policy) float64 { return float64(member(p).Limits.Messages[0].N) }, 13},
		{"signals.reply_prior", up, func(p *policy.Policy) float64 { return member(p).Signals.ReplyPrior.A }, 2 * up},
		{"silence.for", up, func(p *policy.Policy) float64 { return float64(member(p).Silence.For) }, float64(19 * day)},
		{"strikes.read_time", down, func(p *policy.Policy) float64 { return float64(p.Strikes.ReadTime) }, float64(40 * time.Minute)},
		{"strikes.tries", down, func(p *policy.Policy) float64 { return float64(p.Strikes.Tries) }, 7},
		{"ladder.strikes", up, func(p *policy.Policy) float64 { return member(p).Ladder[5].Strikes }, 5.5 * up},
	} {
		p := policy.Default()
		q, ok := moved(p, tt.path, tt.by)
		if !ok || p.ID() != policy.Default().ID() {
			t.Errorf("%s: %v, or the policy itself was changed", tt.path, ok)
		} else if got := tt.of(q); math.Abs(got-tt.want) > 1e-9*tt.want {
			t.Errorf("%s: %v, not %v", tt.path, got, tt.want)
		}
	}
	if _, ok := moved(policy.Default(), "weights.stranger", up); ok {
		t.Error("a stranger was made more than one")
	}
	if paths, err := movable(policy.Default(), []string{"limits", "signal"}); err == nil || !strings.Contains(err.Error(), "no number in signal") {
		t.Errorf("there are numbers of no part: %v, %v", paths, err)
	}
	if paths, err := movable(policy.Default(), nil); err != nil || len(paths) < 130 {
		t.Errorf("%d numbers, %v", len(paths), err)
	}
}

// What is missed by a policy, and no longer by it when a number is moved, is in the table.
func TestEffects(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "reported")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for i := range 60 { // none of them answers
		fmt.Fprintf(&log, `{"at":%q,"from":"blaster","to":["p%d"],"id":"m%d","text":"Earn four hundred a day from home, ask me how to begin now","to_relation":"stranger"}`+"\n",
			time.Date(2026, 3, 2, 9, i, 0, 0, time.UTC).Format(time.RFC3339), i, i)
	}
	log.WriteString(`{"at":"2026-03-02T12:00:00Z","from":"neighbour","to":["p1"],"id":"n1","text":"Is the key still with you?"}` + "\n")
	bars := []map[string]any{
		{"file": "log.jsonl", "senders": []string{"blaster"}, "at_least": "block", "max_delivered": 15},
		{"file": "log.jsonl", "senders": []string{"neighbour"}, "at_most": "none", "min_delivered_share": 1},
		{"file": "log.jsonl", "senders": []string{"blaster"}, "at_most": "none", "contested": true},
	}
	data, err := json.Marshal(bars)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "bars.json"), data, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "log.jsonl"), log.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMeasure(1, []string{folder})
	if err != nil {
		t.Fatal(err)
	}
	if m.zoo.roles, err = parseCast("blaster,greeter", m.zoo.bars); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := m.write(&out, io.Discard, policy.Default(), []string{"limits.messages", "score.cap", "weights.stranger"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	head, table := lines[:8], lines[8:]
	for i, want := range []string{"# commit", "# policy\tdefault@", "# data\t", "# seeds\t1", "# honest actors\t1", "# honest accounts\t1", "# abusive actors\t1", "# cases of reported\t2"} {
		if !strings.HasPrefix(head[i], want) {
			t.Errorf("%q begins not with %q", head[i], want)
		}
	}
	if len(table) != 8 || table[0] != effectsHead || table[7] != "weights.stranger\t4/3"+strings.Repeat("\t–", 6) || strings.Contains(table[5], "–") {
		t.Fatalf("the table is\n%s", strings.Join(table, "\n"))
	}
	missed := func(i int) string { return strings.Split(table[i], "\t")[7] }
	if missed(1) != "" || missed(4) != "reported/log.jsonl" { // with two points a family, text alone brings no more than it should
		t.Errorf("the policy misses %q; with a lower cap %q", missed(1), missed(4))
	}
	change := func(field string, to any) (*measure, error) {
		bars[0][field] = to
		data, _ = json.Marshal(bars)
		if err := os.WriteFile(filepath.Join(folder, "bars.json"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		return newMeasure(1, []string{folder})
	}
	if m, err = change("senders", []string{"nobody"}); err != nil {
		t.Fatal(err)
	}
	m.zoo.roles = m.zoo.roles[:1]
	if _, err := m.of(policy.Default()); err == nil || !strings.Contains(err.Error(), "no sender nobody") {
		t.Errorf("a sender that is not in the stream: %v", err)
	}
	if _, err := change("at_least", "blok"); err == nil || !strings.Contains(err.Error(), `unknown kind "blok"`) {
		t.Errorf("a bar of no kind: %v", err)
	}
}
