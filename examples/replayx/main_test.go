package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/examples/internal/replay"
)

// play returns a log of simulated people and programs.
func play(t *testing.T, days, list string) string {
	t.Helper()
	out, err := exec.Command("go", "run", "github.com/decorum-go/decorum/examples/simulate", "-days", days, "-actors", list).Output()
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "events.jsonl", string(out))
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func command(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = replay.Main(args, strings.NewReader(""), &out, &err, extras())
	return status, out.String(), err.String()
}

// TestRule tries rules on a log: of which messages they are true, who wrote them, what
// else was said of them; and nothing else changes.
func TestRule(t *testing.T) {
	log := play(t, "5", "recruiter,member,filler")
	read := func(args ...string) (rep struct {
		Messages int
		Verdicts map[string]int
		Rule     *struct {
			Messages, Delivered, Senders int
			Abusive                      int      `json:"abusive_senders"`
			Honest                       int      `json:"honest_senders"`
			Unknown                      int      `json:"unknown_senders"`
			Names                        []string `json:"honest"`
			Also                         []struct{ Messages int }
			Alone                        int `json:"nothing_else"`
		}
	}) {
		t.Helper()
		status, out, errs := command(append(args, "-json", log)...)
		if err := json.Unmarshal([]byte(out), &rep); status != 0 || err != nil {
			t.Fatalf("%v: status %d, %v, %s", args, status, err, errs)
		}
		return rep
	}
	without, all := read(), read("-rule", "true")
	for verdict, n := range without.Verdicts {
		if all.Verdicts[verdict] != n {
			t.Errorf("%s: %d with a rule that is tried, %d without", verdict, all.Verdicts[verdict], n)
		}
	}
	r := all.Rule
	if without.Rule != nil || r == nil || r.Delivered != all.Verdicts["allow"]+all.Verdicts["flag"] || r.Messages < r.Delivered || r.Abusive != 1 || r.Honest < 2 || len(r.Names) != r.Honest || len(r.Also) == 0 {
		t.Fatalf("%+v of %+v", r, all)
	}
	labels := write(t, "labels.csv", "sender,abusive\nsim.recruiter.1,yes\n")
	if r := read("-rule", "to.strangers > 0 && account.messages > 20", "-labels", labels).Rule; r.Honest != 0 || r.Abusive != 2 || r.Unknown != 0 || r.Messages == 0 {
		t.Errorf("by labels: %+v", r)
	}
	if r := read("-rule", "false").Rule; r.Messages != 0 || r.Senders != 0 {
		t.Errorf("of nothing: %+v", r)
	}
	status, out, errs := command("-rule", "to.strangers > 0 && account.messages > 20", log)
	for _, want := range []string{"the rule to.strangers > 0 && account.messages > 20\nis true of ", ": 1 honest, 1 abusive, 0 unknown\nhonest: sim.recruiter.1\nwhat else is said of these messages:\n", " nothing\n"} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d, no %q in\n%s%s", status, want, out, errs)
		}
	}
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "rules[0].when: 1:20: ", []string{"-rule", "account.messages > acount.age"}},
		{2, "leave out -fit", []string{"-rule", "true", "-fit", "truth"}},
		{2, "leave out -fit, -zoo", []string{"-rule", "true", "-zoo"}},
	} {
		if status, _, errs := command(append(c.args, log)...); status != c.status || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %s", c.args, status, errs)
		}
	}
}

// TestMonth: a month with rules and counters is judged alike with a snapshot in the
// middle.
func TestMonth(t *testing.T) {
	log := play(t, "30", "member,recruiter,filler,rotator,drip,harasser")
	ours := write(t, "ours.json", `{
		"extends": "default", "name": "ours",
		"counters": [{"name": "approached", "key": "sender", "of": "strangers", "window": "24h"}, {"name": "sent", "key": "sender", "of": "delivered", "window": "7d"}],
		"rules": [
			{"name": "crowd", "when": "to.strangers > 0 && counters.approached > 8", "verdict": "flag", "why": "approaches many people"},
			{"name": "much", "when": "to.strangers > 0 && counters.sent > 20", "verdict": "defer", "retry": "30m", "evidence": {"family": "standing", "points": 0.5}, "why": "writes to many strangers"}]}`)
	dir := t.TempDir()
	run := func(name string, more ...string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		status, _, errs := command(append(more, "-policy", ours, "-decisions", file, log)...)
		decisions, err := os.ReadFile(file)
		if status != 0 || err != nil {
			t.Fatalf("status %d, %v, %s", status, err, errs)
		}
		return string(decisions)
	}
	whole := run("whole")
	for _, rule := range []string{"rule.crowd", "rule.much"} {
		if strings.Count(whole, rule) < 5 {
			t.Errorf("%s holds %d times: it shows nothing", rule, strings.Count(whole, rule))
		}
	}
	if halves := run("halves", "-snapshot-at", "700"); halves != whole {
		t.Error("decisions differ after a snapshot")
	}
}
