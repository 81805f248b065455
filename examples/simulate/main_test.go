package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
)

// simulate runs the program and returns its standard output.
func simulate(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, err bytes.Buffer
	if status := run(args, &out, &err); status != 0 {
		t.Fatalf("simulate %v: status %d, %s", args, status, &err)
	}
	return out.Bytes()
}

// load reads events back; it fails on a broken line, or on one out of order.
func load(t *testing.T, file string) (list []*events.Event) {
	t.Helper()
	s, err := events.Open([]string{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Fault = func(f *events.Fault) { t.Error(f) }
	for {
		e, err := s.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := len(list); n > 0 && (e.At.Before(list[n-1].At) || e.Line < list[n-1].Line) {
			t.Fatalf("line %d is out of order", e.Line)
		}
		list = append(list, e)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	a := simulate(t, "-actors", "all", "-seed", "3")
	if !bytes.Equal(a, simulate(t, "-actors", "all", "-seed", "3")) {
		t.Error("the same seed made other bytes")
	}
	if bytes.Equal(a, simulate(t, "-actors", "all", "-seed", "4")) {
		t.Error("another seed made the same bytes")
	}
}

// fixture writes a small background: 30 people, ten weeks.
func fixture(t *testing.T) string {
	t.Helper()
	var b []byte
	at := time.Date(2004, 4, 15, 14, 56, 1, 0, time.UTC)
	for i := range 3000 {
		at = at.Add(33 * time.Minute)
		b = events.AppendLine(b, &events.Event{At: at, From: "p" + string(rune('a'+i%30)), To: []string{"p" + string(rune('a'+i*7%30))}})
	}
	name := filepath.Join(t.TempDir(), "background.jsonl")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOverBackground(t *testing.T) {
	background := fixture(t)
	out := filepath.Join(t.TempDir(), "mixed.jsonl.gz")
	simulate(t, "-background", background, "-actors", "recruiter,blaster", "-count", "2", "-o", out)
	before, list := load(t, background), load(t, out)
	var kept []*events.Event
	recipients, senders := map[string]bool{}, map[string]bool{}
	for _, e := range list {
		if e.At.Before(before[0].At) || e.At.After(before[len(before)-1].At) {
			t.Fatalf("line %d is outside the span of the background", e.Line)
		}
		if e.Actor == "" && e.Message == "" {
			kept = append(kept, e)
			continue
		}
		if e.Truth != events.Unknown {
			senders[e.From] = true
			recipients[e.To[0]] = true
		}
	}
	if len(kept) != len(before) {
		t.Errorf("%d events of the background are left of %d", len(kept), len(before))
	}
	for i, e := range kept {
		if !e.At.Equal(before[i].At) || e.From != before[i].From || e.To[0] != before[i].To[0] {
			t.Fatalf("event %d of the background has changed", i)
		}
	}
	if len(senders) != 4 {
		t.Errorf("%d actors wrote, want 4: %v", len(senders), senders)
	}
	for _, e := range before {
		if !recipients[e.From] {
			t.Fatalf("nobody wrote to %s of the background's 30 people", e.From)
		}
	}
}

func TestList(t *testing.T) {
	got := string(simulate(t, "-list"))
	for _, a := range actors.All() {
		if !strings.Contains(got, a.Name+" ") || !strings.Contains(got, a.About) {
			t.Errorf("-list says nothing of %s", a.Name)
		}
	}
	if n := strings.Count(got, "\n"); n != len(actors.All()) {
		t.Errorf("%d lines for %d actors", n, len(actors.All()))
	}
}

func TestRelations(t *testing.T) {
	if out := simulate(t, "-actors", "greeter,page", "-relations=false"); bytes.Contains(out, []byte(`"relation"`)) {
		t.Error("-relations=false left relations")
	}
}

func TestBadUse(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fixed := fixture(t)
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-actors", "nobody"}, 2, `no actor "nobody"`},
		{[]string{"-actors", "blaster:speed=1"}, 2, `no parameter "speed"`},
		{[]string{"-from", "tomorrow"}, 2, "-from wants a date"},
		{[]string{"-count", "0"}, 2, "at least 1"},
		{[]string{"blaster"}, 2, `"blaster" is no flag`},
		{[]string{"-background", "-"}, 1, "read twice"},
		{[]string{"-background", t.TempDir()}, 1, "a directory"},
		{[]string{"-background", empty}, 1, "no messages"},
		{[]string{"-o", t.TempDir()}, 1, "is a directory"},
		{[]string{"-background", fixed, "-o", fixed}, 2, "would overwrite"},
		{[]string{"-nonsense"}, 2, "not defined"},
	} {
		var out, err bytes.Buffer
		if status := run(test.args, &out, &err); status != test.status || !strings.Contains(err.String(), test.want) {
			t.Errorf("simulate %v: status %d, %q; want %d, %s", test.args, status, &err, test.status, test.want)
		}
	}
}
