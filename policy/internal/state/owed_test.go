package state

import (
	"strings"
	"testing"
)

// TestOwed: lines wait until they were told; where they have no room the oldest go, and a
// full page of the bank with as many as it can have is still read.
func TestOwed(t *testing.T) {
	r := &Record{}
	r.Touch(dawn)
	if !r.Bare() {
		t.Error("a record of nothing is not bare")
	}
	if r.NShadows = 2; !r.Bare() || r.NShadows != 2 {
		t.Error("beside shadow policies a record of nothing is not bare")
	}
	r.NShadows = 0
	line := func(c string) string { return strings.Repeat(c, 700) }
	for _, c := range []string{"a", "b", "c", "d", "e"} {
		r.Owe(line(c))
	}
	if len(r.Owed) != 4 || r.Owed[0] != line("b") || r.Owing() != 2800 || r.Bare() {
		t.Errorf("%d lines are owed, the first %.3s", len(r.Owed), r.Owed[0])
	}
	var got Record
	if err := got.Decode(r.Encode(nil)); err != nil || len(got.Owed) != 4 {
		t.Fatal(err, len(got.Owed))
	}
	if _, listed, _ := got.Meta(); !listed {
		t.Error("who owes an act is not listed")
	}
	if !got.Told([]string{line("b"), line("c"), line("e"), "x"}) || got.Told([]string{line("b")}) || len(got.Owed) != 1 || got.Owed[0] != line("d") {
		t.Errorf("left are %d", len(got.Owed))
	}
	if got.Clean(); len(got.Owed) != 1 || got.Newest != 0 {
		t.Error("what is cleaned does not owe what it owed")
	}

	page := &Record{Bank: make([]byte, 15_000)}
	page.Touch(dawn)
	for range 4 {
		page.Owe(line("p"))
	}
	if err := got.Decode(page.Encode(nil)); err != nil || len(got.Owed) != 1 {
		t.Errorf("a full page: %v, %d lines", err, len(got.Owed))
	}
	if _, listed, pinned := got.Meta(); !listed || !pinned {
		t.Error("a page that owes an act is not listed")
	}
}
