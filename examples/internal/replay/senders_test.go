package replay

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// listing is a run with -senders: its lines by name, and all of its decisions.
func listing(t *testing.T, args ...string) (lines map[string]senderLine, decisions string) {
	t.Helper()
	dir := t.TempDir()
	must(t, append(args, "-senders", filepath.Join(dir, "senders"), "-decisions", filepath.Join(dir, "decisions"))...)
	lines = map[string]senderLine{}
	for line := range strings.Lines(read(t, filepath.Join(dir, "senders"))) {
		var l senderLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if _, twice := lines[string(l.From)]; twice {
			t.Errorf("%s has two lines", l.From)
		}
		lines[string(l.From)] = l
	}
	return lines, read(t, filepath.Join(dir, "decisions"))
}

// answer is a line of -decisions.
type answer struct {
	ID, From, Verdict string
	At                time.Time
	Retry             bool
	Score             float64
	Reasons           []struct{ Code string }
	Imposed           []struct{ Kind string }
}

func answers(t *testing.T, decisions string) (list []answer) {
	t.Helper()
	for line := range strings.Lines(decisions) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		list = append(list, a)
	}
	return list
}

// TestSenders compares the lines with counts made here from -decisions. No
// sanction comes from feedback here: those are not in -decisions.
func TestSenders(t *testing.T) {
	file := write(t, "log.jsonl", lined(played(t, "member,recruiter:days=3,jobseeker,blaster:hours=1,filler:days=1,harasser:complaint=0,disguiser:hours=1", 2)))
	got, decisions := listing(t, file)
	to, truth := map[string][]string{}, map[string]bool{}
	ordinal := 0
	for line := range strings.Lines(read(t, file)) {
		var e events.Event
		if err := events.Parse(line, &e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == events.Message {
			ordinal++
			id := e.ID
			if id == "" {
				id = fmt.Sprint("#", ordinal)
			}
			to[id] = append(to[id], e.To...)
			if e.Truth != events.Unknown {
				truth[e.From] = e.Truth == events.Abusive
			}
		}
	}
	want := map[string]*senderLine{}
	people := map[string]map[string]bool{}
	retried := 0
	order := []string{"", "warning", "block", "restriction", "suspension", "referral"}
	for _, a := range answers(t, decisions) {
		w := want[a.From]
		if w == nil {
			w = &senderLine{From: said(a.From), Class: "member"}
			want[a.From], people[a.From] = w, map[string]bool{}
			if abusive, ok := truth[a.From]; ok {
				w.Abuse = &abusive
			}
		}
		at := a.At.Truncate(time.Second) // as a sanction has it
		for _, s := range a.Imposed {
			if n := w.Delivered; w.WarnedAt == nil {
				w.WarnedAfter, w.WarnedAt = &n, &at
			}
			if n := w.Delivered; w.BlockedAt == nil && s.Kind != "warning" {
				w.BlockedAfter, w.BlockedAt = &n, &at
			}
			if slices.Index(order, s.Kind) > slices.Index(order, w.Gravest) {
				w.Gravest = s.Kind
			}
		}
		w.Score = max(w.Score, a.Score)
		if a.Retry {
			retried++
		} else {
			w.Messages++
			switch a.Verdict {
			case "flag":
				w.Flagged++
			case "defer":
				w.Deferred++
			case "hold":
				w.Held++
			case "reject":
				w.Rejected++
			}
		}
		if a.Verdict == "allow" || a.Verdict == "flag" {
			w.Delivered++
			for _, id := range to[a.ID] {
				people[a.From][id] = true
			}
		}
	}
	if retried < 3 {
		t.Errorf("%d messages were tried again: the test shows little", retried)
	}
	texts := 0
	for name, w := range want {
		w.People = len(people[name])
		g := got[name]
		blamed := slices.ContainsFunc(g.Reasons, func(c policy.Code) bool { return strings.HasPrefix(c, "text.") })
		if g.Gravest != "" && len(g.Reasons) == 0 {
			t.Errorf("%s: a %s without reasons", name, g.Gravest)
		}
		if g.Gravest != "" && blamed {
			texts++
			if n, err := strconv.ParseUint(g.Cluster, 10, 64); err != nil || n == 0 {
				t.Errorf("%s: sanctioned for a text, and no cluster: %q", name, g.Cluster)
			}
		} else if g.Cluster != "" {
			t.Errorf("%s: cluster %s, sanctioned for no text", name, g.Cluster)
		}
		w.Reasons, w.Cluster = g.Reasons, g.Cluster
		if diff := cmp.Diff(*w, g); diff != "" {
			t.Errorf("%s (-decisions +senders)\n%s", name, diff)
		}
	}
	if len(got) != len(want) || texts < 4 {
		t.Errorf("%d lines for %d senders; %d were sanctioned for a text", len(got), len(want), texts)
	}
}

// TestSendersFeedback: what a ruling brings is in the line, too.
func TestSendersFeedback(t *testing.T) {
	got, _ := listing(t, write(t, "log.jsonl", lined(played(t, "harasser", 1))))
	l := got["sim.harasser.0"]
	if l.Gravest != "block" || l.BlockedAfter == nil || *l.BlockedAfter != l.Delivered || !slices.Contains(l.Reasons, policy.CodeModerator) || l.Cluster != "" {
		t.Errorf("%+v", l)
	}
}

// TestSendersFormat pins the keys and their order, both forms, and the order of
// the lines.
func TestSendersFormat(t *testing.T) {
	file := crowd(t)
	_, out, errs := command("", "-senders", "-", file)
	if !strings.Contains(errs, " messages from ") {
		t.Errorf("the summary is not on standard error:\n%s", errs)
	}
	first := strings.SplitN(out, "\n", 2)[0]
	var keys []string
	for d := json.NewDecoder(strings.NewReader(first)); ; {
		token, err := d.Token()
		if err != nil {
			break
		}
		if key, ok := token.(string); ok && strings.Contains(first, `"`+key+`":`) {
			keys = append(keys, key)
		}
	}
	table := filepath.Join(t.TempDir(), "senders.csv")
	must(t, "-senders", table, file)
	rows, err := csv.NewReader(strings.NewReader(read(t, table))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"from", "class", "messages", "delivered", "people", "flagged", "deferred", "held", "rejected", "gravest",
		"warned_after", "blocked_after", "warned_at", "blocked_at", "score", "reasons", "cluster", "abuse"}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("keys (-want +got)\n%s\n%s", diff, first)
	}
	if diff := cmp.Diff(want, rows[0]); diff != "" {
		t.Errorf("columns (-want +got)\n%s", diff)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(rows) != len(lines)+1 {
		t.Fatalf("%d rows for %d lines", len(rows)-1, len(lines))
	}
	order := []string{"", "warning", "block", "restriction", "suspension", "referral"}
	last := senderLine{Gravest: "referral", Score: 2}
	for i, line := range lines {
		var l senderLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if a, b := slices.Index(order, last.Gravest), slices.Index(order, l.Gravest); a < b || a == b && last.Score < l.Score {
			t.Errorf("line %d is graver than the one before", i+1)
		}
		last = l
		row := rows[i+1]
		abuse := ""
		if l.Abuse != nil {
			abuse = fmt.Sprint(*l.Abuse)
		}
		score, _ := strconv.ParseFloat(row[14], 64)
		if bare(row[0]) != string(l.From) || row[3] != fmt.Sprint(l.Delivered) || row[9] != l.Gravest || score != l.Score || row[17] != abuse ||
			(row[10] == "") != (l.WarnedAfter == nil) || (row[13] == "") != (l.BlockedAt == nil) || len(strings.Fields(row[15])) != len(l.Reasons) {
			t.Errorf("line %d: %s\nas CSV: %q", i+1, line, row)
		}
	}
}

// Two messages an hour, and nothing else.
const slow = `{"extends": "default", "name": "slow", "classes": {"member": {"limits": {"messages": ["2/1h"], "people": ["100/1d"]}}}}`

// sent makes lines: the sender, minutes since the beginning, and an ID that may
// be "".
func sent(who string, minutes []int, ids ...string) []byte {
	var b []byte
	for i, m := range minutes {
		e := events.Event{
			At: time.Date(2026, 11, 23, 12, m, 0, 1e6, time.UTC), From: who, To: []string{"friend"}, Answer: true,
			Text: fmt.Sprint("the ", m, " o'clock news"), Truth: events.Honest,
		}
		if ids != nil {
			e.ID = ids[i]
		}
		b = events.AppendLine(b, &e)
	}
	return b
}

func TestRetry(t *testing.T) {
	strict := write(t, "slow.json", []byte(slow))
	run := func(lines []byte, args ...string) (senderLine, report) {
		t.Helper()
		file := write(t, "log.jsonl", lines)
		args = append(args, "-policy", strict, file)
		list, _ := listing(t, args...)
		return list["a"], jsonOf(t, append(args, "-senders", filepath.Join(t.TempDir(), "senders"))...)
	}
	minutes := []int{0, 1, 10, 20, 90}
	for name, ids := range map[string][]string{"named": {"1", "2", "3", "4", "5"}, "without IDs": nil} {
		t.Run(name, func(t *testing.T) {
			// The third and the fourth are over the limit, and go out as the first
			// two leave its window, whose end the limiter knows to two minutes. Then
			// the fifth is over it.
			l, rep := run(sent("a", minutes, ids...))
			if l.Messages != 5 || l.Deferred != 3 || l.Delivered != 5 || l.Gravest != "" {
				t.Errorf("%+v", l)
			}
			if want := (&retryReport{Tried: 3, Delivered: 3, Median: 42 * 60}); rep.Retries == nil || cmp.Diff(want, rep.Retries) != "" {
				t.Errorf("retries %+v, want %+v", rep.Retries, want)
			}
			if rep.Truth.HonestNotDelivered != 0 || rep.Verdicts.Defer != 3 {
				t.Errorf("%+v, %+v", rep.Truth, rep.Verdicts)
			}
			l, rep = run(sent("a", minutes, ids...), "-retry=false")
			if l.Messages != 5 || l.Deferred != 2 || l.Delivered != 3 || rep.Retries != nil {
				t.Errorf("without retries: %+v, %+v", l, rep.Retries)
			}
		})
	}
	t.Run("the log's own", func(t *testing.T) {
		// The log has the third once more after it went out here: the engine knows
		// it, and it is tried no further.
		both := append(sent("a", []int{0, 1, 10}, "1", "2", "3"), strings.Replace(string(sent("a", []int{10}, "3")), "12:10:00.001", "13:05:00", 1)...)
		l, rep := run(both)
		if l.Messages != 3 || l.Deferred != 1 || l.Delivered != 3 || rep.Retries.Tried != 1 || rep.Messages != 4 || rep.Verdicts.Duplicate != 1 {
			t.Errorf("%+v, %+v, %+v", l, rep.Retries, rep.Verdicts)
		}
	})
	t.Run("summary", func(t *testing.T) {
		out := must(t, "-policy", strict, "-senders", filepath.Join(t.TempDir(), "senders"), write(t, "log.jsonl", sent("a", minutes)))
		if want := "3 messages deferred; 3 of them went out when tried again, after 42m0s at the median"; !strings.Contains(out, want) {
			t.Errorf("the summary lacks %q:\n%s", want, out)
		}
	})
}

// TestSendersChangeNothing: -senders decides as a run without it, with retries and
// without them; with them a snapshot in the middle changes nothing, and the
// policy of -against is judged as in a run of its own.
func TestSendersChangeNothing(t *testing.T) {
	file, dir := crowd(t), t.TempDir()
	plain := filepath.Join(dir, "plain")
	once := ""
	for _, retry := range []string{"-retry=false", "-retry"} {
		must(t, "-decisions", plain, retry, file)
		if _, got := listing(t, retry, file); got != read(t, plain) {
			t.Errorf("-senders %s: other decisions: %s", retry, firstDifference(read(t, plain), got))
		}
		if read(t, plain) == once {
			t.Error("nothing was tried again: the test shows little")
		}
		once = read(t, plain)
	}
	lines, want := listing(t, file)
	again, got := listing(t, "-snapshot-at", "200", file)
	for name, l := range again { // a snapshot gives clusters no promise
		l.Cluster = lines[name].Cluster
		again[name] = l
	}
	if diff := cmp.Diff(lines, again); diff != "" || got != want {
		t.Errorf("a snapshot: %s\n%s", firstDifference(want, got), diff)
	}
	second := write(t, "patient.json", []byte(patient))
	senders := filepath.Join(dir, "senders")
	alone, both := jsonOf(t, "-policy", second, "-senders", senders, file), jsonOf(t, "-against", second, "-senders", senders, file)
	if diff := cmp.Diff(alone.Truth, both.Against.Truth); diff != "" {
		t.Errorf("alone and as -against (-alone +against)\n%s", diff)
	}
}
