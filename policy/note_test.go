package policy

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/decorum-go/decorum/similarity"
)

func someNotes() []note {
	h := similarity.NewHasher([]byte("key"))
	var s similarity.Sketch
	h.Sketch(&s, "I came across your profile and was impressed by it; see https://example.org/x")
	return []note{
		{kind: noteObserved, at: 123456789, who: 1<<48 - 1, cluster: 1 << 63, to: []uint64{1, 2, 1<<48 - 2}, sketch: s},
		{kind: noteTainted, at: -5, who: 7, cluster: 9},
		{kind: noteUntainted, at: 5, who: 7, cluster: 9},
		{kind: notePhrases, at: 5, who: 7, grams: []uint32{1, 1 << 31}},
		{kind: notePhrases, at: 5, who: 7},
	}
}

func TestNote(t *testing.T) {
	for _, want := range someNotes() {
		b := want.appendTo([]byte("x"), 77)[1:]
		var got note
		if err := got.decode(b, 77); err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		if want.kind != noteObserved {
			got.sketch = similarity.Sketch{}
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(note{}), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		if err := got.decode(b, 78); !errors.Is(err, errNoteSecret) {
			t.Errorf("another Secret: %v", err)
		}
		for cut := range b {
			if got.decode(b[:cut], 77) == nil {
				t.Errorf("kind %d: %d of %d bytes were taken", want.kind, cut, len(b))
			}
		}
		if got.decode(append(bytes.Clone(b), 0), 77) == nil {
			t.Errorf("kind %d: a byte too many was taken", want.kind)
		}
		b[0]++
		if err := got.decode(b, 77); !errors.Is(err, errNoteVersion) {
			t.Errorf("another version: %v", err)
		}
	}
}

// What is too long for a note is cut, and still a note.
func TestNoteBounds(t *testing.T) {
	for _, n := range []note{
		{kind: noteObserved, to: make([]uint64, 500)},
		{kind: notePhrases, grams: make([]uint32, 70_000)},
	} {
		b := n.appendTo(nil, 1)
		if len(b) > 4100 {
			t.Errorf("%d bytes", len(b))
		}
		if err := new(note).decode(b, 1); err != nil {
			t.Error(err)
		}
	}
}

func FuzzNote(f *testing.F) {
	for _, n := range someNotes() {
		f.Add(n.appendTo(nil, 77))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var n note
		if n.decode(data, 77) != nil {
			return
		}
		b := n.appendTo(nil, 77)
		if n.kind != noteObserved && !bytes.Equal(b, data) { // a sketch says how many bins are filled twice
			t.Errorf("%x became %x", data, b)
		}
		var again note
		if err := again.decode(b, 77); err != nil {
			t.Errorf("%x: %v", b, err)
		}
	})
}
