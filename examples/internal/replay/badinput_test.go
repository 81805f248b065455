package replay

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

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
	if status != exitOK || !strings.Contains(out, `"messages": 2,`) || !strings.Contains(out, `"unread_lines": 5,`) {
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
	html := filepath.Join(t.TempDir(), "report.html")
	if status, out, _ := command("", "-strict", "-html", html, "-sensitivity=false", file); status != exitFailed || !strings.Contains(out, "\n5 lines of the log could not be used") {
		t.Errorf("-strict: status %d, %s", status, out)
	}
	if page := words(read(t, html)); !strings.Contains(page, "5 lines of the log could not be used, and are in none of these figures.") {
		t.Errorf("the page says nothing of them: %s", page)
	}
	many := write(t, "many.jsonl", []byte(lineA+strings.Repeat("nonsense\n", 500)+lineB))
	_, _, errs = command("", many)
	if n := strings.Count(errs, "\n"); n != faultsShown+1 || !strings.Contains(errs, "… and 490 more; 500 lines in all") {
		t.Errorf("%d lines of errors\n%s", n, errs)
	}
}

// TestContacts: a log tells who knows whom, however many: then nobody is a stranger, who
// else would be too many.
func TestContacts(t *testing.T) {
	delivered := func(kind string) string {
		var b strings.Builder
		b.WriteString(`{"at":"2026-11-23T12:00:00Z","kind":"` + kind + `","from":"a","to":["b"`)
		for i := range 25_000 {
			fmt.Fprintf(&b, `,"p%d"`, i)
		}
		b.WriteString("]}\n")
		for i := range 50 {
			fmt.Fprintf(&b, `{"at":"2026-11-23T12:%02d:00Z","from":"a","to":["p%d"],"text":"A happy new year to you and your family, and all the best from the lake!"}`+"\n", i, 24_999-i)
		}
		status, out, errs := command("", "-json", "-sensitivity=false", write(t, "a.jsonl", []byte(b.String())))
		if status != exitOK || errs != "" && strings.Contains(errs, "a.jsonl") {
			t.Errorf("status %d, %s", status, errs)
		}
		_, out, _ = strings.Cut(out, `"allow": `)
		allowed, _, _ := strings.Cut(out, ",")
		return allowed
	}
	if with, without := delivered("contacts"), delivered("reply"); with != "50" || without == "50" {
		t.Errorf("%s of 50 delivered to contacts, %s to strangers", with, without)
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
		{"unknown flag", "", []string{"-nonsense", good}, exitUsage, "not defined: -nonsense\nreplay -h lists the flags\n"},
		{"absent", "", []string{good + "x"}, exitFailed, "no such file"},
		{"directory", "", []string{t.TempDir()}, exitFailed, "a directory, not a file of events"},
		{"empty", "", []string{write(t, "empty.jsonl", nil)}, exitFailed, "no messages in "},
		{"empty standard input", "", []string{"-"}, exitFailed, "no messages in standard input"},
		{"not gzip", "", []string{write(t, "a.jsonl.gz", []byte(lineA))}, exitFailed, "named .gz but not gzip"},
		{"only feedback", `{"at":"2026-11-23T12:00:02Z","kind":"blocked","from":"b","against":"a"}`, []string{"-"}, exitFailed, "no messages in standard input, only 1 event of feedback"},
		{"10 MB line", "", []string{long}, exitOK, "long.jsonl:2: a line of more than 4 MB: skipped"},
		{"policy absent", "", []string{"-policy", good + "x", good}, exitFailed, "no such file"},
		{"policy with a typo", "", []string{"-policy", write(t, "policy.json", []byte(`{"version":1,"name":"x","clases":{}}`)), good}, exitFailed, "clases"},
		{"decisions into a directory", "", []string{"-decisions", t.TempDir(), good}, exitFailed, "is a directory"},
		{"decisions over the events", "", []string{"-decisions", good, good}, exitUsage, "would overwrite"},
		{"senders over the events", "", []string{"-senders", good, good}, exitUsage, "would overwrite"},
		{"senders into a directory", "", []string{"-senders", t.TempDir(), good}, exitFailed, "is a directory"},
		{"zoo with senders", "", []string{"-zoo", "-senders", good + ".x"}, exitUsage, "-zoo prints a table"},
		{"second policy with a typo", "", []string{"-against", write(t, "policy.json", []byte(`{"extends":"default","name":"x","strikes":{"half_live":"3d"}}`)), good}, exitFailed, "did you mean half_life?"},
		{"policy that is no JSON", "", []string{"-policy", write(t, "policy.json", []byte(`{"version":1,`)), good}, exitFailed, "policy.json: "},
		{"page over the events", "", []string{"-html", good, good}, exitUsage, "would overwrite"},
		{"fit over the policy", "", []string{"-fit", "truth", "-fit-to", good, "-policy", good, good}, exitUsage, "would overwrite"},
		{"two outputs in one file", "", []string{"-html", good + ".x", "-decisions", good + ".x", good}, exitUsage, "would both write"},
		{"page into a directory that is not there", "", []string{"-html", good + "/x/report.html", good}, exitFailed, "not a directory"},
		{"page to standard output", "", []string{"-html", "-", good}, exitUsage, "want a file"},
		{"fit with a second policy", "", []string{"-fit", "truth", "-against", good, good}, exitUsage, "leave out -against"},
		{"fit without a truth", "", []string{"-fit", "truth", "-fit-to", filepath.Join(t.TempDir(), "x"), good}, exitFailed, "no sender of the log has a label"},
		{"page of no messages", "", []string{"-html", filepath.Join(t.TempDir(), "x"), write(t, "empty.jsonl", nil)}, exitFailed, "no messages in "},
		{"unknown kind", `{"at":"2026-11-23T12:00:02Z","kind":"wave","from":"b","to":["a"]}` + "\n" + lineA, []string{"-strict", "-"}, exitFailed, `standard input:1: kind: unknown value "wave"`},
		{"columns of no field", "", []string{"-map", "when=x", good}, exitUsage, `no field "when"`},
		{"share of all", "", []string{"-share", "1", good}, exitUsage, "-share wants"},
		{"zoo with files", "", []string{"-zoo", good}, exitUsage, "makes its own events"},
		{"zoo without such an actor", "", []string{"-zoo", "-actors", "nobody"}, exitFailed, `no actor "nobody"`},
		{"standard input", lineA + lineB, []string{"-"}, exitOK, ""},
		{"help", "", []string{"-h"}, exitOK, "usage: replay"},
	} {
		status, out, errs := command(test.stdin, test.args...)
		if strings.HasPrefix(test.want, "no messages") && (out != "" || strings.Count(errs, "\n") != 1) {
			t.Errorf("%s: %q, %q are more than a line", test.name, out, errs)
		}
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

// TestLabelledSample: what people labelled is not written over, whether it is read or not.
func TestLabelledSample(t *testing.T) {
	log := write(t, "a.jsonl", []byte(lineA+lineB))
	labelled := write(t, "review.csv", []byte("sender,abusive\na,no\nb,\n"))
	status, _, errs := command("", "-sample", "5", "-sample-to", labelled, log)
	if status != exitFailed || !strings.Contains(errs, "has 1 label, which would be lost") || read(t, labelled) != "sender,abusive\na,no\nb,\n" {
		t.Errorf("status %d: %s\n%s", status, errs, read(t, labelled))
	}
}

// TestOneOutput: two things are not written to one file, whatever it is called.
func TestOneOutput(t *testing.T) {
	log := write(t, "a.jsonl", []byte(lineA+lineB))
	t.Chdir(t.TempDir())
	if status, _, errs := command("", "-senders", "x", "-html", "./x", log); status != exitUsage || !strings.Contains(errs, "would both write") {
		t.Errorf("status %d: %s", status, errs)
	}
}

// TestLabelsContradict: who is labelled otherwise than the log says is named.
func TestLabelsContradict(t *testing.T) {
	log := write(t, "a.jsonl", []byte(strings.Replace(lineA, "}", `,"abuse":true}`, 1)+lineB))
	labels := write(t, "labels.csv", []byte("sender,abusive\na,no\nb,no\n"))
	if _, _, errs := command("", "-labels", labels, log); !strings.Contains(errs, "1 sender labelled otherwise than the log itself says; the label counts: a\n") {
		t.Error(errs)
	}
}
