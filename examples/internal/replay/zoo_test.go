package replay

import (
	"io"
	"regexp"
	"strings"
	"testing"
)

// TestZoo plays two actors alone and over a background, twice, with other
// numbers of workers.
func TestZoo(t *testing.T) {
	lines, _ := mixture(t, 3)
	background := write(t, "background.jsonl", lines)
	args := []string{"-zoo", "-seeds", "3", "-actors", "blaster:hours=1,member:days=5", "-each"}
	alone := must(t, append(args, "-workers", "1")...)
	if again := must(t, append(args, "-workers", "2")...); again != alone {
		t.Errorf("two workers: other results: %s", firstDifference(alone, again))
	}
	over := must(t, append(args, "-background", background)...)
	for _, out := range []string{alone, over} {
		for _, want := range []string{
			`(?m)^ *blaster:hours=1 +abusive +3 +3 \(100.0%\) +3 \(100.0%\) `, `(?m)^ *member:days=5 +honest +3 +0 \(0%\) +0 \(0%\) `, `seed 3 sim\.member\.1x?: none`,
		} {
			if !regexp.MustCompile(want).MatchString(out) {
				t.Errorf("the table lacks %q:\n%s", want, out)
			}
		}
	}
}

// TestCheck: -check fails for a policy that lets everything pass, and for one
// that spares nobody, and not for the default.
func TestCheck(t *testing.T) {
	lax := write(t, "lax.json", []byte(`{"extends": "observe", "name": "lax"}`))
	strict := write(t, "strict.json", []byte(`{"extends": "default", "name": "strict", "classes": {"member": {"score": {"warn": 0.011, "act": 0.012}}}}`))
	for _, c := range []struct {
		actor, policy string
		status        int
	}{{"blaster", "", exitOK}, {"blaster", lax, exitFailed}, {"recruiter", "", exitOK}, {"recruiter", strict, exitFailed}} {
		args := []string{"-zoo", "-check", "-seeds", "3", "-actors", c.actor}
		if c.policy != "" {
			args = append(args, "-policy", c.policy)
		}
		status, out, errs := command("", args...)
		if status != c.status || (status == exitFailed) != strings.Contains(out, "MISSED") {
			t.Errorf("%s under %s: status %d, want %d\n%s%s", c.actor, c.policy, status, c.status, out, errs)
		}
	}
	if few(1, 20, .01, 1) || !few(1, 20, .01, clearly) || few(3, 20, .01, clearly) || few(1, 20, 0, clearly) {
		t.Error("a share is missed clearly where its interval lies above it, and 0 is 0")
	}
}

// A client that tries again when it is told is no scheduler: in these plays, before, its
// obedience was taken for a rhythm, and brought teachers a block.
func TestObedienceIsNoRhythm(t *testing.T) {
	for _, seed := range []uint64{63, 91, 100, 165} {
		_, plays, err := playZoo(&options{accounts: 1 << 16, zoo: zooOptions{seeds: 1, first: seed, actors: "teachers", relations: true, workers: 1}}, nil, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if o := outcomeOf(plays); o.blocked > 0 {
			t.Errorf("seed %d: %d of %d teachers are blocked", seed, o.blocked, o.accounts)
		}
	}
}
