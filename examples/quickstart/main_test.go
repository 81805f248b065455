package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// output runs main and returns what it prints.
func output(t *testing.T) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = stdout }()
	done := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		done <- string(b)
	}()
	main()
	w.Close()
	return <-done
}

// The story goes in this order, whatever the numbers of the policy are.
func TestStory(t *testing.T) {
	out := output(t)
	rest := out
	for _, part := range []string{
		`ann to ida: allow\n`,
		`ann to bea: allow\n`,
		`bea to ann: allow\n`,
		`carl to ann: allow\n`,
		`sam to member1: allow\n`,
		`member4 complains\n`,
		`member6 complains\n`,
		`sam to member\d+: \w+, score 0\.\d\d: .*complaint`,
		`warning for sam until .*, because the account\n +- [a-z]+\.[a-z]+: .+\n +- .+\n`,
		`sam to member\d+: flag, score 0\.\d\d: .+\n +sam is told: .*write only to people who expect`,
		`block for sam until 24 November, .*, because the account\n +- [a-z]+\.[a-z]+: .+\n +- .+\n`,
		`sam to member\d+: reject, score 0\.\d\d: .+\n +sam is told: You cannot start new conversations for 24 hours, until 24 November 2026, .* appeal; please quote [0-9a-f]{16}\.\n`,
		`ann to sam: allow\n`,
		`sam to ann: allow\b`,
		`sam to zoe: reject: a sanction stands: block\n`,
		`Where does Sam stand\?\nsam at 23 November 2026, .*: warning until .*; block \(outreach\) until 24 November 2026, .*; strikes 1\n`,
		`messages: \d+ of 100 left in an? hour\n`,
		`people: \d+ of 100 left in a day\n`,
		`answers: 0 of [\d.]+ people written to first`,
		`complaints: 2, counted as .*\n`,
		`block [0-9a-f]{16}, imposed at \d\d:\d\d under default@[0-9a-f]+\n`,
		`Next: .*\n  go run ./examples/replay -map .*\n.*policy/docs/start\.md\n$`,
	} {
		at := regexp.MustCompile(part).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("after the parts before it, there is no\n\t%s\nin\n%s", part, out)
		}
		rest = rest[at[1]:]
	}
	if n := strings.Count(out, " because the account\n"); n != 2 {
		t.Errorf("%d sanctions, want a warning and a block:\n%s", n, out)
	}
	if again := output(t); again != out {
		t.Errorf("a second run printed something else:\n%s\nthen\n%s", out, again)
	}
}

// The program is there to be read and copied.
func TestLength(t *testing.T) {
	src, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(src), "\n"); n >= 100 {
		t.Errorf("main.go has %d lines, want less than 100", n)
	}
}
