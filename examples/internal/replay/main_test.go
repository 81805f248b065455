package replay

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
)

// takesLong is for tests that go test has no time for: .ci/run plays them in a step of
// their own, with DECORUM_SLOW=1.
func takesLong(t *testing.T) {
	t.Helper()
	if os.Getenv("DECORUM_SLOW")+os.Getenv("DECORUM_LONG") == "" {
		t.Skip("slow: DECORUM_SLOW=1 go test ./examples/internal/replay plays it")
	}
	if racing {
		t.Skip("takes too long under the race detector, which other tests run under")
	}
}

// command runs the program.
func command(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = Main(args, strings.NewReader(stdin), &out, &err, Extras{})
	return status, out.String(), err.String()
}

// must runs the program, which must succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := command("", args...)
	if status != exitOK {
		t.Fatalf("replay %v: status %d\n%s", args, status, stderr)
	}
	return stdout
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// mixture is a fixture: a month of members, with a blaster among them.
func mixture(t *testing.T, seed uint64) (lines []byte, list []events.Event) {
	t.Helper()
	roles, err := actors.Parse("member,recruiter:days=3,blaster:hours=1,victim:days=5,harasser:complaint=0")
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range roles {
		for n := range 2 {
			list = append(list, role.Play(actors.World{}, seed, n)...)
		}
	}
	slices.SortStableFunc(list, func(a, b events.Event) int { return a.At.Compare(b.At) })
	for i := range list {
		lines = events.AppendLine(lines, &list[i])
	}
	return lines, list
}

// TestSameDecisions holds the decisions to byte equality: twice, with one
// processor and two, over two files instead of one, packed, and with a snapshot
// in the middle.
func TestSameDecisions(t *testing.T) {
	lines, list := mixture(t, 2)
	file := write(t, "mixture.jsonl", lines)
	dir := t.TempDir()
	replay := func(name string, args ...string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		must(t, append(args, "-decisions", name)...)
		return read(t, name)
	}
	want := replay("first", file)
	if n := strings.Count(want, "\n"); n < 1000 {
		t.Fatalf("only %d decisions", n)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(lines)
	z.Close()
	var halves [2][]byte
	for i := range list {
		halves[i%2] = events.AppendLine(halves[i%2], &list[i])
	}
	for name, args := range map[string][]string{
		"again":       {file},
		"packed":      {write(t, "mixture.jsonl.gz", packed.Bytes())},
		"snapshot":    {"-snapshot-at", fmt.Sprint(strings.Count(want, "\n") / 2), file},
		"snapshot 37": {"-snapshot-at", "37", file},
	} {
		if got := replay("other", args...); got != want {
			t.Errorf("%s: other decisions: %s", name, firstDifference(want, got))
		}
	}
	for _, n := range []int{1, 2} {
		old := runtime.GOMAXPROCS(n)
		got := replay("procs", file)
		runtime.GOMAXPROCS(old)
		if got != want {
			t.Errorf("%d processors: other decisions: %s", n, firstDifference(want, got))
		}
	}
	// Events of one time may change places between files: times made distinct.
	for i := range list {
		list[i].At = list[i].At.Add(time.Duration(i) * time.Microsecond)
	}
	var whole []byte
	halves = [2][]byte{}
	for i := range list {
		whole = events.AppendLine(whole, &list[i])
		halves[i%2] = events.AppendLine(halves[i%2], &list[i])
	}
	one := replay("whole", write(t, "whole.jsonl", whole))
	two := replay("halves", write(t, "a.jsonl", halves[0]), write(t, "b.jsonl", halves[1]))
	if one != two {
		t.Errorf("two files: other decisions: %s", firstDifference(one, two))
	}
}

// TestFeedback: a sanction that a confirmed complaint brings is counted.
func TestFeedback(t *testing.T) {
	var lines []byte
	roles, err := actors.Parse("harasser")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range roles[0].Play(actors.World{}, 1, 1) {
		lines = events.AppendLine(lines, &e)
	}
	var got report
	if err := json.Unmarshal([]byte(must(t, "-json", write(t, "harasser.jsonl", lines))), &got); err != nil {
		t.Fatal(err)
	}
	if got.Truth.Caught.Block != 1 || got.Sanctions.Block != 1 {
		t.Errorf("%+v, %+v", got.Sanctions, got.Truth)
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}

func TestSummary(t *testing.T) {
	lines, _ := mixture(t, 1)
	out := must(t, write(t, "mixture.jsonl", lines))
	for _, want := range []string{
		" messages from ", "2026", "verdicts", "allow", "reject", "sanctions", "suspension", "of 4 abusive senders", "of 6 honest senders",
		"before the first block: median", "honest:", "events of feedback", "most suspicious senders", "sim.blaster.0: ", "in truth abusive",
		"messages a second", "bytes a sender", "left out: they answer messages that would not have arrived",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// TestSameIDs: two files with the same messages are retries, and told so; the
// same IDs with other texts are other messages.
func TestSameIDs(t *testing.T) {
	lines, _ := mixture(t, 4)
	file := write(t, "a.jsonl", lines)
	other := write(t, "b.jsonl", bytes.ReplaceAll(lines, []byte(`"text":"`), []byte(`"text":"Again: `)))
	var once, same, changed report
	for args, into := range map[*[]string]*report{{file}: &once, {file, file}: &same, {file, other}: &changed} {
		if err := json.Unmarshal([]byte(must(t, append([]string{"-json"}, *args...)...)), into); err != nil {
			t.Fatal(err)
		}
	}
	if same.Messages != 2*once.Messages || same.Senders != once.Senders {
		t.Errorf("%d messages of %d senders, want %d of %d", same.Messages, same.Senders, 2*once.Messages, once.Senders)
	}
	if diff := cmp.Diff(once.Reached, same.Reached); diff != "" {
		t.Errorf("the same file again brought other sanctions (-once +twice)\n%s", diff)
	}
	repeats := func(second string) int {
		for line := range strings.Lines(must(t, file, second)) {
			if n, ok := strings.CutSuffix(strings.TrimSpace(line), " messages repeated an earlier one: they count once, and go out once"); ok {
				n, _ := strconv.Atoi(strings.ReplaceAll(n, ",", ""))
				return n
			}
		}
		return 0
	}
	if n := repeats(file); n < once.Messages*9/10 {
		t.Errorf("%d of %d messages were seen to be repeated", n, once.Messages)
	}
	if n := repeats(other); n > once.Messages/10 {
		t.Errorf("%d of %d other messages under the same IDs were taken for repeats", n, once.Messages)
	}
}

// TestOrdinals: messages without an ID are told apart in -decisions.
func TestOrdinals(t *testing.T) {
	status, out, errs := command(lineA+lineB, "-decisions", "-", "-")
	if status != exitOK || !strings.HasPrefix(out, `{"id":"#1","from":"a","at":"2026-11-23T12:00:01Z","verdict":"allow","score":`) || !strings.Contains(out, "\n"+`{"id":"#2","from":"b"`) {
		t.Errorf("status %d\n%s", status, out)
	}
	if !strings.Contains(errs, "2 messages from 2 senders") {
		t.Errorf("the summary is not on standard error:\n%s", errs)
	}
}
