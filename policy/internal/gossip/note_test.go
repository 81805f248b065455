package gossip

import (
	"bytes"
	"errors"
	"testing"

	"github.com/decorum-go/decorum/similarity"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func someNotes() []Note {
	h := similarity.NewHasher([]byte("key"))
	var s similarity.Sketch
	h.Sketch(&s, "I came across your profile and was impressed by it; see https://example.org/x")
	return []Note{
		{Kind: Observed, At: 123456789, Who: 1<<48 - 1, Cluster: 1 << 63, To: []uint64{1, 2, 1<<48 - 2}, Sketch: s},
		{Kind: ObservedAsking, At: 1, Who: 1, Cluster: 1 << 63, Asked: 2, To: []uint64{1, 2, 1<<48 - 2}, Sketch: s},
		{Kind: Flagged, At: -5, Who: 7, Cluster: 9},
		{Kind: Unflagged, At: 5, Who: 7, Cluster: 9},
		{Kind: Phrases, At: 5, Who: 7, Grams: []uint32{1, 1 << 31}},
		{Kind: PhrasesFrom, At: 5, Who: 7, Grams: []uint32{9}, Origin: 1 << 63},
		{Kind: Phrases, At: 5, Who: 7},
		{Kind: Struck, At: 5, Who: 7, Key: [16]byte{1, 15: 2}, Asked: 9, Mass: 1.5},
		{Kind: Ruled, At: 5, Who: 7, Asked: 9, Weight: 1},
	}
}

func TestNote(t *testing.T) {
	for _, want := range someNotes() {
		b := want.Append([]byte("x"), 77)[1:]
		var got Note
		if err := got.Decode(b, 77); err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		if want.Kind != Observed && want.Kind != ObservedAsking {
			got.Sketch = similarity.Sketch{}
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(Note{}), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		if err := got.Decode(b, 78); !errors.Is(err, ErrSecret) {
			t.Errorf("another Secret: %v", err)
		}
		for cut := range b {
			if got.Decode(b[:cut], 77) == nil {
				t.Errorf("kind %d: %d of %d bytes were taken", want.Kind, cut, len(b))
			}
		}
		if got.Decode(append(bytes.Clone(b), 0), 77) == nil {
			t.Errorf("kind %d: a byte too many was taken", want.Kind)
		}
		b[0]++
		if err := got.Decode(b, 77); !errors.Is(err, errVersion) {
			t.Errorf("another version: %v", err)
		}
	}
}

// What is too long for a note is cut, and still a note.
func TestNoteBounds(t *testing.T) {
	for _, n := range []Note{
		{Kind: Observed, To: make([]uint64, 500)},
		{Kind: Phrases, Grams: make([]uint32, 70_000)},
	} {
		b := n.Append(nil, 1)
		if len(b) > 4100 {
			t.Errorf("%d bytes", len(b))
		}
		if err := new(Note).Decode(b, 1); err != nil {
			t.Error(err)
		}
	}
}

func FuzzNote(f *testing.F) {
	for _, n := range someNotes() {
		f.Add(n.Append(nil, 77))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var n Note
		if n.Decode(data, 77) != nil {
			return
		}
		b := n.Append(nil, 77)
		if n.Kind != Observed && n.Kind != ObservedAsking && !bytes.Equal(b, data) { // a sketch says how many bins are filled twice
			t.Errorf("%x became %x", data, b)
		}
		var again Note
		if err := again.Decode(b, 77); err != nil {
			t.Errorf("%x: %v", b, err)
		}
	})
}
