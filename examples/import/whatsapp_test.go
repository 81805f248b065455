package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStamped: how lines begin in the locales of phones, and what is none.
func TestStamped(t *testing.T) {
	at := func(y int, m time.Month, d, h, min, s int) time.Time {
		return time.Date(y, m, d, h, min, s, 0, time.UTC)
	}
	const rest = "Ann: hello"
	for _, c := range []struct {
		line  string
		order order
		want  time.Time
	}{
		{"[05/03/2025, 10:14:33] " + rest, dmy, at(2025, 3, 5, 10, 14, 33)},
		{"\u200e[05/03/2025, 10:14:33] " + rest, dmy, at(2025, 3, 5, 10, 14, 33)},
		{"\ufeff[3/5/25, 10:14:33\u202fPM] " + rest, mdy, at(2025, 3, 5, 22, 14, 33)},
		{"[3/5/25, 12:14:33 AM] " + rest, mdy, at(2025, 3, 5, 0, 14, 33)},
		{"[05.03.25, 10:14:33] " + rest, dmy, at(2025, 3, 5, 10, 14, 33)},
		{"[5.3.2025 klo 10.14.33] " + rest, dmy, at(2025, 3, 5, 10, 14, 33)},
		{"[05-03-2025 10:14:33] " + rest, dmy, at(2025, 3, 5, 10, 14, 33)},
		{"[2025/03/05, 10:14:33] " + rest, ymd, at(2025, 3, 5, 10, 14, 33)},
		{"[2025/3/5 下午3:15:02] " + rest, ymd, at(2025, 3, 5, 15, 15, 2)},
		{"[2025. 3. 5. 오후 3:15:02] " + rest, ymd, at(2025, 3, 5, 15, 15, 2)},
		{"[5/3/25 10:14:33 a.\u00a0m.] " + rest, dmy, at(2025, 3, 5, 10, 14, 33)},
		{"[٥/٣/٢٠٢٥، ١٠:١٤:٣٣ م] " + rest, dmy, at(2025, 3, 5, 22, 14, 33)},
		{"5/3/2568 10:14 - " + rest, dmy, at(2025, 3, 5, 10, 14, 0)},
		{"3/5/25, 10:14 - " + rest, mdy, at(2025, 3, 5, 10, 14, 0)},
		{"3/5/25, 10:14\u202fPM - " + rest, mdy, at(2025, 3, 5, 22, 14, 0)},
		{"05/03/2025, 10:14 pm - " + rest, dmy, at(2025, 3, 5, 22, 14, 0)},
		{"05/03/25 à 10:14 - " + rest, dmy, at(2025, 3, 5, 10, 14, 0)},
		{"05.03.25, 10:14 - " + rest, dmy, at(2025, 3, 5, 10, 14, 0)},
		{"5. 3. 2025 10:14 - " + rest, dmy, at(2025, 3, 5, 10, 14, 0)},
		{"5/3/25 10.14 - " + rest, dmy, at(2025, 3, 5, 10, 14, 0)},
		{"2025-03-05, 10:14 a.m. - " + rest, ymd, at(2025, 3, 5, 10, 14, 0)},
		{"2025. 03. 05. 10:14 - " + rest, ymd, at(2025, 3, 5, 10, 14, 0)},
	} {
		s, got, ok := stamped(c.line)
		when, fits := s.time(c.order, time.UTC)
		if !ok || !fits || got != rest || !when.Equal(c.want) {
			t.Errorf("%q: %v, %q, %v, %v; want %v", c.line, ok, got, fits, when, c.want)
		}
	}
	for _, line := range []string{"", "hello", "12", "3/5/25", "3/5/25, 10:14", "3/5/25, 25:14 - x: y", "3/5/25, 10:74 - x: y", "3/5/25, 13:14 PM - x: y", "3/5-25, 10:14 - x: y",
		"[3/5/25, 10:14:33 - x: y", "3/5/25 bread 10:14 - x: y", "3/5/25, 10:14 bread - x: y", "1234/5/25/6, 10:14 - x: y", "10:14 - x: y"} {
		if _, _, ok := stamped(line); ok {
			t.Errorf("%q: taken for the beginning of a message", line)
		}
	}
}

// TestDates: what order days and months have is found out from the whole file, and
// asked for where two fit.
func TestDates(t *testing.T) {
	for _, c := range []struct {
		name, lines, order, err string
	}{
		{"a day over 12", "3/5/25 13/5/25", "dmy", ""},
		{"a day over 12, in the middle", "3/5/25 5/13/25", "mdy", ""},
		{"no such day", "30/2/25 1/3/25", "", "line 1: its date does not go with the others"},
		{"one order jumps back", "1/5/25 2/5/25 1/6/25", "dmy", ""},
		{"the other one does", "5/1/25 5/2/25 6/1/25", "mdy", ""},
		{"both fit", "3/5/25 4/5/25", "", "both fit the whole file"},
		{"both jump", "3/5/25 1/1/25", "", "both fit the whole file"},
		{"both are the same", "3/3/25 4/4/25", "dmy", ""},
		{"with points", "3.5.25 4.5.25", "dmy", ""},
		{"a year first", "2025/3/5 2025/3/6", "ymd", ""},
		{"neither fits", "13/5/25 5/13/25", "", "line 2: its date does not go with the others"},
	} {
		var v survey
		for i, date := range strings.Fields(c.lines) {
			v.line(i+1, date+", 10:14 - Ann: hello")
		}
		w := &whatsapp{job: &job{options: &options{}, report: &report{w: io.Discard}}}
		err := w.decide(&v)
		if c.err == "" && (err != nil || string(w.order) != c.order) || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %s, %v; want %s%s", c.name, w.order, err, c.order, c.err)
		}
	}
}

// FuzzWhatsApp: whatever a file holds, no reading panics, and all that is written
// can be read back in order.
func FuzzWhatsApp(f *testing.F) {
	files, err := filepath.Glob("testdata/whatsapp/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("[٥/٣/٢٠٢٥، ١٠:١٤:٣٣ م] a: b\n\n5/3/2568 10.14 - :\n2025. 3. 5. 오후 3:15 -"))
	f.Fuzz(func(t *testing.T, in []byte) {
		file := filepath.Join(t.TempDir(), "x.txt")
		if err := os.WriteFile(file, in, 0o644); err != nil {
			t.Fatal(err)
		}
		readable(t, "whatsapp", file)
		readable(t, "-dates", "mdy", "whatsapp", file)
	})
}
