package similarity

import (
	"fmt"
	"testing"
)

// TestSketchFingerprint: a fingerprint is like itself, and like no other, no text, and
// none of another key; an Index and a Compact know it.
func TestSketchFingerprint(t *testing.T) {
	h := NewHasher([]byte("key"))
	var first Sketch
	h.SketchFingerprint(&first, "picture")
	x := NewIndex(IndexConfig{})
	start := x.Observe(t0, &first, 1, 100)
	if start.ID == 0 || first.Weight() != 1 || first.WeightAcross() != 1 {
		t.Errorf("no cluster, or the weight %v", first.Weight())
	}
	small := first.Compact()
	worst := 0.
	for i := range 2000 {
		var s Sketch
		switch i % 3 {
		case 0:
			h.SketchFingerprint(&s, fmt.Sprint("picture", i))
		case 1:
			h.Sketch(&s, fmt.Sprint("picture of a long text, with a number, that goes on for a while ", i))
		default:
			NewHasher([]byte{byte(i), byte(i >> 8)}).SketchFingerprint(&s, "picture")
		}
		worst = max(worst, first.Jaccard(&s), small.Jaccard(&s))
		if first.Same(&s) || small.Same(&s) {
			t.Fatalf("%d is the same", i)
		}
	}
	if worst > .15 {
		t.Errorf("others are alike by %v", worst)
	}
	var again, none Sketch
	again.Grams = 7
	h.SketchFingerprint(&again, "picture")
	if c := x.Observe(t0, &again, 2, 101); again != first || c.ID != start.ID || c.Senders != 2 || small.Jaccard(&again) != 1 {
		t.Errorf("the same picture is in %+v", c)
	}
	h.Sketch(&none, "picture")
	if none.Exact == first.Exact {
		t.Error("a text is a picture")
	}
	if h.SketchFingerprint(&none, ""); none != (Sketch{}) {
		t.Errorf("no fingerprint is %+v", none)
	}
}

// TestBoilerplateHas: what enough senders taught is boilerplate, and what they did not.
func TestBoilerplateHas(t *testing.T) {
	var b Boilerplate
	if b.Has(7) {
		t.Error("an empty one has something")
	}
	for sender := range uint64(400) {
		b.LearnGrams(t0, []uint32{7, 1000 + uint32(sender)}, sender, 0)
	}
	if !b.Has(7) || b.Has(1003) {
		t.Errorf("what 400 teach: %v, what one teaches: %v", b.Has(7), b.Has(1003))
	}
}
