package replay

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// TestLogs runs the commands of LOGS.md, on the tables among the test data.
func TestLogs(t *testing.T) {
	guide := read(t, "../../replay/LOGS.md")
	t.Chdir("../../..") // where its commands are run
	matches := regexp.MustCompile(`(?m)^    go run \./examples/replay (.*)$`).FindAllStringSubmatch(guide, -1)
	var args [][]string
	for _, m := range matches {
		args = append(args, strings.Fields(strings.ReplaceAll(m[1], "'", "")))
	}
	if len(args) != 3 {
		t.Fatalf("LOGS.md has %d commands, want 3", len(args))
	}
	for i, want := range []struct {
		status    int
		out, errs []string
	}{
		{exitFailed, nil, []string{`examples/replay/testdata/shop/messages.csv: no column "at"; it has nr, gesendet, absender, an, nachricht, ip: say which it is with -map at=…`}},
		{exitFailed, nil, []string{`examples/replay/testdata/shop/complaints.csv: at: "3/1/2026 9:12 AM" can be 3 January 2026 (-dates dmy) or 1 March 2026 (-dates mdy), and nothing in the file tells: say which`}},
		{exitOK, []string{"174 messages from 20 senders, 27 February 2026 to 2 March 2026", "5 events of feedback", "1. ronny: block"}, []string{
			"messages.csv: columns that are not read: ip", "messages.csv: dates are read as day.month.year hour:minute, Europe/Berlin; -dates and -zone change that", "2 rows left out, as the mapping says",
		}},
	} {
		status, out, errs := command("", args[i]...)
		if status != want.status {
			t.Errorf("%v: status %d\n%s", args[i], status, errs)
		}
		for _, w := range want.out {
			if !strings.Contains(out, w) {
				t.Errorf("%v does not print %q:\n%s", args[i], w, out)
			}
		}
		for _, w := range want.errs {
			if !strings.Contains(errs, w) || !strings.Contains(guide, strings.TrimPrefix(w, "examples/replay/testdata/shop/")) {
				t.Errorf("%v, or LOGS.md, does not say %q:\n%s", args[i], w, errs)
			}
		}
	}
}

// TestSpooledLog: a log on standard input that is read several times has its mapping, and
// is named so, each time.
func TestSpooledLog(t *testing.T) {
	table := "t,from,to\nnever,a,b\n" + strings.Repeat("2026-11-23 12:00:01,a,b\n", 3)
	status, out, errs := command(table, "-html", filepath.Join(t.TempDir(), "x.html"), "-sensitivity=false", "-map", "-:at=t", "-")
	if status != exitOK || !strings.Contains(out, "3 messages") || !strings.Contains(errs, "standard input: dates are read") || strings.Count(errs, `standard input:2: at: "never"`) != 1 {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

// TestOddLogs: logs that are small, old, or broken off are judged as far as they go.
func TestOddLogs(t *testing.T) {
	row := func(at time.Time, from string) string {
		return string(events.AppendLine(nil, &events.Event{At: at, From: from, To: []string{"b"}, Text: "hello " + from}))
	}
	at := time.Date(2026, 11, 23, 12, 0, 1, 0, time.UTC)
	repeat := func(n int, of func(i int) string) (all string) {
		for i := range n {
			all += of(i)
		}
		return all
	}
	table := "at,from,to,text\n" + repeat(30, func(i int) string { return at.Add(time.Duration(i)*time.Minute).Format(time.DateTime) + ",a,b,hello\n" })
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, repeat(5000, func(i int) string { return row(at.Add(time.Duration(i)*time.Second), fmt.Sprint("a", i*7919%5000)) }))
	z.Close()
	for name, test := range map[string]struct {
		file, text string
		status     int
		out, errs  string
	}{
		"one sender":           {"m.jsonl", repeat(40, func(i int) string { return row(at.Add(time.Duration(i)*time.Hour), "a") }), exitOK, "40 messages from 1 sender, 23 November 2026 to 25 November 2026", ""},
		"one message":          {"m.jsonl", row(at, "a"), exitOK, "1 message from 1 sender", ""},
		"one minute":           {"m.jsonl", repeat(40, func(i int) string { return row(at.Add(time.Duration(i)*time.Second), fmt.Sprint(i%3)) }), exitOK, "40 messages from 3 senders, 23 November 2026\n", ""},
		"1970":                 {"m.csv", "at,from,to\n" + repeat(40, func(i int) string { return fmt.Sprintf("%d,a,b\n", i*100) }), exitOK, "40 messages from 1 sender, 1 January 1970\n", "dates are read as Unix times"},
		"gzip cut off":         {"m.jsonl.gz", packed.String()[:packed.Len()*2/3], exitFailed, " messages from ", "m.jsonl.gz:"},
		"JSON cut off":         {"m.jsonl", row(at, "a") + row(at, "b")[:40], exitOK, "1 message from", "m.jsonl:2: ends in the middle of the object"},
		"an array cut off":     {"m.json", "[" + strings.TrimSpace(row(at, "a")) + ",\n" + row(at, "b")[:40], exitFailed, "1 message from", "m.json: cut off in what begins in line 2"},
		"CSV with an open end": {"m.csv", table + "2026-11-23 13:00:01,a,b,\"hello\nyou\n", exitOK, "30 messages from", "m.csv:32: a quotation mark is never closed: the 1 line after it is lost"},
		"CSV cut off":          {"m.csv", table + "2026-11-23 13:00:01,a", exitOK, "30 messages from", "m.csv:32: cut off: the file ends after 2 of 4 columns"},
		"a header twice":       {"m.csv", table + table, exitOK, "60 messages from", "m.csv:32: the line of column names again: left out"},
		"columns of one name":  {"m.csv", "at,from,to,From\n", exitOK, "", ""},
		"the year 10000":       {"m.csv", table + "10000-01-01 00:00:00,a,b,x\n9999-12-31 23:59:59,a,b,x\n", exitOK, "31 messages from", `m.csv:32: at: "10000-01-01 00:00:00" is no time`},
		"nothing but NUL":      {"m.jsonl", strings.Repeat("\x00", 100), exitFailed, "", `m.jsonl:1: not a JSON object: starts with "\x00`},
		"NUL in a table":       {"m.csv", table + "2026-11-23 13:00:01,a,b,\"x\x00y\"\n", exitOK, "31 messages from", ""},
		"Windows lines":        {"m.csv", "\ufeff" + strings.ReplaceAll(table, "\n", "\r\n"), exitOK, "30 messages from", ""},
		"a header alone":       {"m.csv", "at,from,to\n", exitFailed, "", "no messages in "},
		"an empty table":       {"m.csv", "", exitFailed, "", "no messages in "},
		"two exports":          {"m.json", strings.Repeat(`{"user":"U1","ts":"1706781600.000200","text":"hi"}`+"\n", 7), exitFailed, "", "this looks like a Slack export"},
	} {
		if name == "columns of one name" {
			test.status, test.errs = exitFailed, "no messages"
		}
		file := write(t, test.file, []byte(test.text))
		html := filepath.Join(t.TempDir(), "report.html")
		status, out, errs := command("", "-html", html, "-sensitivity=false", file)
		if status != test.status || !strings.Contains(out, test.out) || !strings.Contains(errs, test.errs) || test.out == "" && out != "" {
			t.Errorf("%s: status %d\n%s%s", name, status, out, errs)
		}
		if test.out != "" {
			if page := read(t, html); strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
				t.Errorf("%s: the page has a figure that is none", name)
			}
		}
	}
}
