package replay

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inCI returns the command, the policy and the actors that the guide gives for CI, and
// changes to a folder that has both files.
func inCI(t *testing.T) (args []string) {
	t.Helper()
	guide := read(t, guideFile)
	t.Chdir(t.TempDir())
	for name, form := range map[string]string{
		"ours.json": "(?s)```json\n(.*?)```", "ours.actors": "(?s)```text\n(# .*?)```",
	} {
		found := regexp.MustCompile(form).FindStringSubmatch(guide)
		if found == nil {
			t.Fatalf("README.md has no %s", name)
		}
		if err := os.WriteFile(name, []byte(found[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	step := regexp.MustCompile(`run: go run github\.com/decorum-go/decorum/examples/replay (.*)`).FindStringSubmatch(guide)
	if step == nil {
		t.Fatal("README.md has no step for CI")
	}
	return strings.Fields(step[1])
}

// TestPolicyInCI runs the step that the guide gives for CI, on the guide's own files: it
// passes, and with a worse knob it fails, and says which.
func TestPolicyInCI(t *testing.T) {
	takesLong(t)
	args := inCI(t)
	among := func(list string) []string {
		few := slices.Clone(args)
		for i := range few {
			few[i] = strings.Replace(few[i], "bars,", list, 1)
		}
		return few
	}
	some := "filler,member,recruiter,"
	status, out, errs := command("", among("campaign,campaign:days=1,campaign:days=7,"+some)...) // three plays miss a bar of campaigns
	if os.Getenv("DECORUM_LONG") != "" {
		some = "bars,"
		status, out, errs = command("", args...)
	}
	if status != exitOK || !strings.Contains(out, " bars checked: 0 missed clearly") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	for _, c := range []struct{ policy, want, unwanted string }{
		{`{"signals": {"text_fast": {"curve": [[400, 0], [800, 3]]}}}`, `(?s)filler, abusive, is to be: blocked after ≤ 35 people\n.* that is [2-9]\.\d times .*met with the default's classes\.member\.signals\.text_fast\.curve \(here \[\[400,0\],\[800,3\]\], there `, "recruiter, honest, is"},
		{`{"score": {"warn": 0.011, "act": 0.012}, "limits": {"messages": ["20/1m", "100/1d"]}}`, `(?s)recruiter, honest, is to be: warned ≤ 1%, .* it is: warned 20 \(100\.0%\).*reasons: contact\.strangers \(20 accounts\)\n.*met with the default's classes\.member\.score\.act \(here 0\.012, there 0\.35\), classes\.member\.score\.warn \(here 0\.011, there 0\.2\)\n`, "filler, abusive, is"},
	} {
		if err := os.WriteFile("ours.json", []byte(`{"extends": "default", "name": "worse", "classes": {"member": `+c.policy+`}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		status, out, errs := command("", among(some)...)
		if status != exitFailed || !regexp.MustCompile(c.want).MatchString(out) || strings.Contains(out, c.unwanted) {
			t.Errorf("%s: status %d\n%s%s", c.policy, status, out, errs)
		}
	}
}

// TestOwnBars: bars of a file's own hold, also against the bar that the actor has, and
// what is wrong with a file is named by its line.
func TestOwnBars(t *testing.T) {
	for _, c := range []struct {
		file, want string
		status     int
	}{
		{"blaster:hours=1 # ours\n\n# none\nmember:days=3 delivered>=1 warned<=0", "not checked, for want of a bar: blaster:hours=1\n", exitOK},
		{"blaster each<=3", "blaster, abusive, is to be: each<=3\n    it is: warned 20 (100.0%), blocked 20 (100.0%);", exitFailed},
		{"blaster each<=3", "that is 4.0 times what the bar allows", exitFailed},
		{"blaster each<=3", "the policy says nothing else than the default", exitFailed},
		{"blaster blocked>=1 delivered<=0.2 each<=15", "1 bar checked: 0 missed clearly", exitOK},
		{"member:days=3", "-check: none of these actors has a bar", exitFailed},
		{"member\nnobody", `own:2: no actor "nobody"`, exitFailed},
		{"member warned<0.1", `own:1: "warned<0.1" is no bound such as warned<=0.05`, exitFailed},
		{"member sent<=0.1", `own:1: "sent<=0.1": a bound is of blocked, delivered, warned (shares), or each<=`, exitFailed},
		{"member each>=3", `own:1: "each>=3": a bound is of`, exitFailed},
		{"member warned<=5", `own:1: "warned<=5": a share is from 0 to 1`, exitFailed},
		{"member warned<=NaN", `is no bound`, exitFailed},
		{"# nothing\n", "own names no actor; a line is such as", exitFailed},
	} {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("own", []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		status, out, errs := command("", "-zoo", "-check", "-seeds", "3", "-actors", "@own")
		if status != c.status || !strings.Contains(out+errs, c.want) {
			t.Errorf("%q: status %d, want %q\n%s%s", c.file, status, c.want, out, errs)
		}
	}
	for _, flags := range [][]string{{"-seeds", "0"}, {"-seeds", "-1"}, {"-workers", "-1"}} { // no play misses a bar
		if status, out, errs := command("", append(flags, "-zoo", "-check", "-actors", "blaster")...); status != exitUsage {
			t.Errorf("%q: status %d\n%s%s", flags, status, out, errs)
		}
	}
	if status, _, errs := command("", "-zoo", "-actors", "@nowhere"); status != exitFailed || !strings.Contains(errs, "nowhere") {
		t.Errorf("status %d: %s", status, errs)
	}
}
