package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

// command runs the program.
func command(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(args, strings.NewReader(stdin), &out, &err)
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

// TestJSON compares the object with counts made here from -decisions.
func TestJSON(t *testing.T) {
	lines, list := mixture(t, 1)
	file := write(t, "mixture.jsonl", lines)
	decisions := filepath.Join(t.TempDir(), "decisions.jsonl")
	out := must(t, "-json", file, "-decisions", decisions)

	// Exactly the keys of the format, at every level.
	var tree map[string]any
	if err := json.Unmarshal([]byte(out), &tree); err != nil {
		t.Fatal(err)
	}
	verdicts := []string{"allow", "defer", "flag", "hold", "reject"}
	kinds := []string{"block", "referral", "restriction", "suspension", "warning"}
	for path, want := range map[string][]string{
		"":         {"bytes_per_sender", "evaluations_per_second", "messages", "policy", "sanctioned_senders", "sanctions", "seconds", "senders", "truth", "verdicts"},
		"verdicts": verdicts, "sanctions": kinds, "sanctioned_senders": kinds,
		"truth":        {"abusive_delivered", "abusive_messages", "abusive_senders", "caught", "delivered_before_block", "harmed", "honest_messages", "honest_not_delivered", "honest_senders"},
		"truth/caught": kinds, "truth/harmed": kinds, "truth/delivered_before_block": {"max", "median", "p90"},
	} {
		at := tree
		for key := range strings.SplitSeq(path, "/") {
			if key != "" {
				at = at[key].(map[string]any)
			}
		}
		var got []string
		for key := range at {
			got = append(got, key)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("keys under %q (-want +got)\n%s", path, diff)
		}
	}

	var got report
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Policy == "" || got.Seconds < 0 || got.Rate <= 0 || got.Bytes <= 0 {
		t.Errorf("policy %q, %v s, %v a second, %v bytes", got.Policy, got.Seconds, got.Rate, got.Bytes)
	}

	// The same from the decisions, by brute force.
	truth := map[string]bool{}
	known := map[string]bool{}
	for _, e := range list {
		if e.Truth != events.Unknown {
			known[e.From], truth[e.From] = true, e.Truth == events.Abusive
		}
	}
	want := report{Policy: got.Policy, Truth: &truthReport{}, Seconds: got.Seconds, Rate: got.Rate, Bytes: got.Bytes}
	order := []string{"warning", "block", "restriction", "suspension", "referral"}
	reached, delivered, before := map[string]int{}, map[string]int{}, map[string]int{}
	senders := map[string]bool{}
	add := func(k *kindCount, kind, n int) {
		for i, p := range []*int{&k.Warning, &k.Block, &k.Restriction, &k.Suspension, &k.Referral} {
			if i == kind {
				*p += n
			}
		}
	}
	for line := range strings.Lines(read(t, decisions)) {
		var d struct {
			ID, From, Verdict string
			At                time.Time
			Score             *float64
			Reasons           []map[string]any
			Imposed           []struct{ Kind string }
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if d.ID == "" || d.Score == nil || d.Reasons == nil || d.Imposed == nil || d.At.IsZero() {
			t.Fatalf("something is missing in %s", line)
		}
		want.Messages++
		senders[d.From] = true
		goes := d.Verdict == "allow" || d.Verdict == "flag"
		switch d.Verdict {
		case "allow":
			want.Verdicts.Allow++
		case "flag":
			want.Verdicts.Flag++
		case "defer":
			want.Verdicts.Defer++
		case "hold":
			want.Verdicts.Hold++
		case "reject":
			want.Verdicts.Reject++
		}
		for _, s := range d.Imposed {
			kind := slices.Index(order, s.Kind)
			add(&want.Sanctions, kind, 1)
			reached[d.From] = max(reached[d.From], kind+1)
			if _, ok := before[d.From]; !ok && kind >= 1 {
				before[d.From] = delivered[d.From]
			}
		}
		if goes {
			delivered[d.From]++
		}
		switch {
		case known[d.From] && truth[d.From]:
			want.Truth.AbusiveMessages++
			if goes {
				want.Truth.AbusiveDelivered++
			}
		case known[d.From]:
			want.Truth.HonestMessages++
			if !goes {
				want.Truth.HonestNotDelivered++
			}
		}
	}
	want.Senders = len(senders)
	var counts []int
	for name := range senders {
		for kind := range reached[name] {
			add(&want.Reached, kind, 1)
			if known[name] && truth[name] {
				add(&want.Truth.Caught, kind, 1)
			} else if known[name] {
				add(&want.Truth.Harmed, kind, 1)
			}
		}
		if n, ok := before[name]; ok && known[name] && truth[name] {
			counts = append(counts, n)
		}
		if known[name] && truth[name] {
			want.Truth.AbusiveSenders++
		} else if known[name] {
			want.Truth.HonestSenders++
		}
	}
	slices.Sort(counts)
	if n := len(counts); n > 0 {
		want.Truth.Before = quantiles{counts[(n+1)/2-1], counts[(9*n+9)/10-1], counts[n-1]}
	}
	// Sanctions that feedback brings are not in -decisions: this fixture has
	// none, see TestFeedback.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-json and -decisions differ (-decisions +json)\n%s", diff)
	}
	if got.Truth.Caught.Block < 2 {
		t.Errorf("of two blasters and two harassers only %d were blocked", got.Truth.Caught.Block)
	}
	if got.Truth.Harmed.Block > 0 {
		t.Errorf("%d honest senders were blocked", got.Truth.Harmed.Block)
	}
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
			if n, ok := strings.CutSuffix(strings.TrimSpace(line), " messages repeated an earlier one and got its answer"); ok {
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

const (
	lineA = `{"at":"2026-11-23T12:00:01Z","from":"a","to":["b"],"text":"hello"}` + "\n"
	lineB = `{"at":"2026-11-23T12:00:02Z","from":"b","to":["a"]}` + "\n"
)

func TestBrokenLines(t *testing.T) {
	var b strings.Builder
	b.WriteString(lineA + "nonsense\n" + lineB)
	b.WriteString(`{"at":"2026-11-23T12:00:03Z","from":"a","to":["b"],"relation":"cousin"}` + "\n")
	b.WriteString(`{"at":"2026-11-23T12:00:03Z","from":"` + strings.Repeat("x", 300) + `","to":["b"]}` + "\n")
	b.WriteString(`{"at":"2026-11-23T12:00:03Z","kind":"complaint","from":"a","against":"b","category":"rudeness"}` + "\n")
	b.WriteString(`{"at":"1969-11-23T12:00:03Z","from":"late","to":["b"]}` + "\n") // sorted to the front, then refused
	file := write(t, "a.jsonl", []byte(b.String()))
	status, out, errs := command("", "-json", file)
	if status != exitOK || !strings.Contains(out, `"messages": 2,`) {
		t.Errorf("status %d, %s", status, out)
	}
	for _, want := range []string{
		file + ":2: not a JSON object", file + `:4: relation: unknown value "cousin"`, file + ":5: sender: has 300 bytes",
		file + `:6: category: unknown value "rudeness"`, file + ":7: at: must lie in the years",
	} {
		if !strings.Contains(errs, want) {
			t.Errorf("nothing says %s in\n%s", want, errs)
		}
	}
	if status, _, _ := command("", "-strict", file); status != exitFailed {
		t.Errorf("-strict: status %d", status)
	}
	many := write(t, "many.jsonl", []byte(lineA+strings.Repeat("nonsense\n", 500)+lineB))
	_, _, errs = command("", many)
	if n := strings.Count(errs, "\n"); n != faultsShown+1 || !strings.Contains(errs, "… and 490 more; 500 lines in all") {
		t.Errorf("%d lines of errors\n%s", n, errs)
	}
}

func TestBadInput(t *testing.T) {
	good := write(t, "good.jsonl", []byte(lineA))
	long := write(t, "long.jsonl", []byte(lineA+`{"at":"2026-11-23T12:00:02Z","from":"a","to":["b"],"text":"`+strings.Repeat("x", 10<<20)+"\"}\n"+lineB))
	for _, test := range []struct {
		name   string
		stdin  string
		args   []string
		status int
		want   string
	}{
		{"no files", "", nil, exitUsage, "usage: replay"},
		{"unknown flag", "", []string{"-nonsense", good}, exitUsage, "not defined"},
		{"absent", "", []string{good + "x"}, exitFailed, "no such file"},
		{"directory", "", []string{t.TempDir()}, exitFailed, "a directory, not a file of events"},
		{"empty", "", []string{write(t, "empty.jsonl", nil)}, exitFailed, "no messages in "},
		{"empty standard input", "", []string{"-"}, exitFailed, "no messages in -"},
		{"not gzip", "", []string{write(t, "a.jsonl.gz", []byte(lineA))}, exitFailed, "named .gz but not gzip"},
		{"only feedback", `{"at":"2026-11-23T12:00:02Z","kind":"blocked","from":"b","against":"a"}`, []string{"-"}, exitFailed, "no messages in -"},
		{"10 MB line", "", []string{long}, exitOK, "long.jsonl:2: a line of more than 4 MB: skipped"},
		{"policy absent", "", []string{"-policy", good + "x", good}, exitFailed, "no such file"},
		{"policy with a typo", "", []string{"-policy", write(t, "policy.json", []byte(`{"version":1,"name":"x","clases":{}}`)), good}, exitFailed, "clases"},
		{"decisions into a directory", "", []string{"-decisions", t.TempDir(), good}, exitFailed, "is a directory"},
		{"decisions over the events", "", []string{"-decisions", good, good}, exitUsage, "would overwrite"},
		{"senders over the events", "", []string{"-senders", good, good}, exitUsage, "would overwrite"},
		{"senders into a directory", "", []string{"-senders", t.TempDir(), good}, exitFailed, "is a directory"},
		{"zoo with senders", "", []string{"-zoo", "-senders", good + ".x"}, exitUsage, "-zoo prints a table"},
		{"zoo with a page", "", []string{"-zoo", "-html", "report.html"}, exitUsage, "-zoo prints a table"},
		{"second policy with a typo", "", []string{"-against", write(t, "policy.json", []byte(`{"extends":"default","name":"x","strikes":{"half_live":"3d"}}`)), good}, exitFailed, "did you mean half_life?"},
		{"policy that is no JSON", "", []string{"-policy", write(t, "policy.json", []byte(`{"version":1,`)), good}, exitFailed, "policy.json: "},
		{"page over the events", "", []string{"-html", good, good}, exitUsage, "would overwrite"},
		{"fit over the policy", "", []string{"-fit", "truth", "-fit-to", good, "-policy", good, good}, exitUsage, "would overwrite"},
		{"two outputs in one file", "", []string{"-html", good + ".x", "-decisions", good + ".x", good}, exitUsage, "would both write"},
		{"page into a directory that is not there", "", []string{"-html", good + "/x/report.html", good}, exitFailed, "not a directory"},
		{"page to standard output", "", []string{"-html", "-", good}, exitUsage, "want a file"},
		{"fit with a second policy", "", []string{"-fit", "truth", "-against", good, good}, exitUsage, "leave out -against"},
		{"fit without a truth", "", []string{"-fit", "truth", "-fit-to", filepath.Join(t.TempDir(), "x"), good}, exitFailed, "at least 5 of each"},
		{"page of no messages", "", []string{"-html", filepath.Join(t.TempDir(), "x"), write(t, "empty.jsonl", nil)}, exitFailed, "no messages in "},
		{"unknown kind", `{"at":"2026-11-23T12:00:02Z","kind":"wave","from":"b","to":["a"]}` + "\n" + lineA, []string{"-strict", "-"}, exitFailed, `standard input:1: kind: unknown value "wave"`},
		{"columns of no field", "", []string{"-csv", "when=x", good}, exitUsage, `no field "when"`},
		{"share of all", "", []string{"-share", "1", good}, exitUsage, "-share wants"},
		{"zoo with files", "", []string{"-zoo", good}, exitUsage, "makes its own events"},
		{"zoo without such an actor", "", []string{"-zoo", "-actors", "nobody"}, exitFailed, `no actor "nobody"`},
		{"standard input", lineA + lineB, []string{"-"}, exitOK, ""},
		{"help", "", []string{"-h"}, exitOK, "usage: replay"},
	} {
		status, _, errs := command(test.stdin, test.args...)
		if status != test.status || !strings.Contains(errs, test.want) {
			t.Errorf("%s: status %d, %q; want %d, %q", test.name, status, errs, test.status, test.want)
		}
	}
	// A file that ends early is judged as far as it goes, and said to.
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	lines, _ := mixture(t, 1)
	z.Write(lines)
	z.Close()
	cut := write(t, "cut.jsonl.gz", packed.Bytes()[:packed.Len()/2])
	status, out, errs := command("", cut)
	if status != exitFailed || !strings.Contains(errs, "cut short") || !strings.Contains(out, " messages from ") {
		t.Errorf("cut short: status %d, %s%s", status, errs, out)
	}
}

func TestResolution(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		step time.Duration
		want string
	}{
		{time.Minute, "multiples of 1m0s"}, {time.Hour, "multiples of 1h0m0s"}, {24 * time.Hour, "multiples of 1h0m0s"}, {time.Second, ""}, {61 * time.Second, ""},
	} {
		var b []byte
		for i := range 100 {
			b = events.AppendLine(b, &events.Event{At: at.Add(time.Duration(i) * test.step), From: "a", To: []string{"b"}})
		}
		_, _, errs := command(string(b), "-")
		if got := strings.Contains(errs, "taken as the resolution"); got != (test.want != "") || !strings.Contains(errs, test.want) {
			t.Errorf("steps of %v: %q, want %q", test.step, errs, test.want)
		}
		if _, _, errs := command(string(b), "-resolution", "0", "-"); errs != "" {
			t.Errorf("steps of %v with -resolution: %q", test.step, errs)
		}
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

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, "", func() (int64, int64) { return 25, 100 })
	p.step(1)
	if b.Len() > 0 {
		t.Errorf("said at once: %s", &b)
	}
	if got, want := p.line(50_000, 10*time.Second), "replay: 50,000 messages, 5,000 a second, 25%, 30s left\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.begin = p.begin.Add(-time.Minute)
	p.next = p.begin
	for range 1024 {
		p.step(7)
	}
	if got := b.String(); !strings.HasPrefix(got, "replay: 7 messages, 0 a second, 25%, 3m0s left") || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q", got)
	}
}

// TestTop compares the bounded list with a sort of everybody.
func TestTop(t *testing.T) {
	var list top
	all := []*sender{}
	for i := range 200 {
		all = append(all, &sender{name: fmt.Sprint(i)})
	}
	for i := range 5000 {
		s := all[i*i*31%len(all)]
		if i%7 == 0 && s.worst < 3 && i%len(all) < 40 {
			s.worst++
		} else {
			s.peak += float64(i*7919%101) / 1000
		}
		list.offer(s, nil)
	}
	slices.SortFunc(all, func(a, b *sender) int { return rank{b.worst, b.peak}.compare(rank{a.worst, a.peak}) })
	for i, got := range list.list {
		want := all[i]
		if got.rank != (rank{want.worst, want.peak}) {
			t.Fatalf("place %d: %v, want %v", i, got.rank, want)
		}
	}
	if len(list.list) != topSize {
		t.Errorf("%d in the list", len(list.list))
	}
}

func TestQuantile(t *testing.T) {
	one := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for q, want := range map[float64]int{.5: 5, .9: 9, 1: 10, 0: 1} {
		if got := quantile(one, q); got != want {
			t.Errorf("quantile(%v) = %d, want %d", q, got, want)
		}
	}
	if quantile(nil, .5) != 0 || quantile([]int{7}, .9) != 7 {
		t.Error("of none 0, of one itself")
	}
}

func TestUndelivered(t *testing.T) {
	var u undelivered
	u.set("a", "1", true)
	u.set("a", "2", true)
	u.set("a", "2", false) // a retry
	if !u.has("a", "1") || u.has("a", "2") || u.has("b", "1") {
		t.Error("does not remember")
	}
	for i := range 3 * maxUndelivered {
		u.set("b", fmt.Sprint(i), true)
	}
	if u.has("a", "1") || !u.has("b", fmt.Sprint(3*maxUndelivered-1)) || len(u.known) > maxUndelivered || len(u.order) > maxUndelivered {
		t.Errorf("not bounded: %d", len(u.known))
	}
}

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
