package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScale measures two small towns, and draws them.
func TestScale(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "scale.svg")
	var out, fault strings.Builder
	if code := run([]string{"-accounts", "1000,2000", "-messages", "1000", "-svg", svg}, &out, &fault); code != 0 {
		t.Fatalf("%d: %s", code, &fault)
	}
	if got := out.String(); strings.Count(got, "\n") != 4 || !strings.Contains(got, "\n| 2000 | ") {
		t.Errorf("%s", got)
	}
	b, err := os.ReadFile(svg)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "<circle"); n != 6 {
		t.Errorf("%d circles, want 2 of each of 3 lines", n)
	}
	for d := xml.NewDecoder(strings.NewReader(string(b))); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestBadInput: what cannot be measured is named.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ flag, value, want string }{
		{"-accounts", "ten", "-accounts"},
		{"-accounts", "2000,1000", "ascending"},
		{"-accounts", "90000000", "50000000"},
		{"-accounts", "1e6", "in digits alone"},
		{"-messages", "1", "-messages"},
		{"-messages=1000", "2000", `"2000": there are flags alone`},
	} {
		var out, fault strings.Builder
		if code := run([]string{c.flag, c.value}, &out, &fault); code != 2 || !strings.Contains(fault.String(), c.want) || out.Len() > 0 {
			t.Errorf("%s %s: %d, %q", c.flag, c.value, code, &fault)
		}
	}
}
