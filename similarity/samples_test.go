package similarity

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// nearest is the most similar sample; 0: none is near.
func nearest(x *Samples, s *Sketch) (best uint64, at float64) {
	x.Near(s, func(id uint64, j float64) {
		if j > at {
			best, at = id, j
		}
	})
	return best, at
}

// TestSamples finds mutations of some of 10,000 samples, and of unrelated texts next to
// none.
func TestSamples(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("samples"))
	n, size, unrelated := 1200, 10_000, 20_000
	texts := bases(t, n)
	chosen, others := texts[:n/2], slices.Clone(texts[n/2:])
	text := prose(8)
	var x Samples
	for _, s := range chosen {
		x.Add(sketch(h, s))
	}
	for i := 0; x.Len() < size; i++ {
		x.Add(sketch(h, text(12+i%30)))
	}
	for i := 0; len(others) < unrelated; i++ {
		others = append(others, text(12+i%30))
	}
	wrong := 0
	for _, s := range others {
		if id, _ := nearest(&x, sketch(h, s)); id != 0 {
			wrong++
		}
	}
	t.Logf("%d of %d unrelated texts are taken for one of %d samples", wrong, len(others), x.Len())
	if 1000*wrong > len(others) {
		t.Errorf("%d of %d unrelated texts are taken for a sample, want 0.1 %% at most", wrong, len(others))
	}
	r := rand.New(rand.NewPCG(1, 1))
	var found, all float64
	for _, m := range mutations {
		hit := 0
		for _, s := range chosen {
			if id, _ := nearest(&x, sketch(h, m.do(r, s))); id == sketch(h, s).ID() {
				hit++
			}
		}
		t.Logf("%-14s %.3f found", m.name, float64(hit)/float64(len(chosen)))
		found, all = found+float64(hit), all+float64(len(chosen))
	}
	t.Logf("%-14s %.4f found", "mean", found/all)
	if found < .98*all {
		t.Errorf("%.4f found, want 0.98", found/all)
	}
}

// TestSamplesModel adds and removes samples, many of them near-copies of each other, and
// holds what is found against a comparison with each.
func TestSamplesModel(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("model"))
	r := rand.New(rand.NewPCG(3, 4))
	text := prose(5)
	var x Samples
	model := map[uint64]*Sketch{}
	var ids []uint64
	missed, near := 0, 0
	base := text(40)
	for step := range 4000 {
		if step%7 == 0 {
			base = text(20 + step%40)
		}
		k := sketch(h, mutations1[step%len(mutations1)].do(r, base))
		if id, _ := nearest(&x, k); id != 0 && model[id] == nil {
			t.Fatalf("step %d: found %x, which was removed", step, id)
		} else if best := closest(model, k); best > .5 {
			if near++; id == 0 {
				missed++
			}
		}
		if r.IntN(3) > 0 {
			if id := x.Add(k); id != k.ID() || x.Add(k) != id {
				t.Fatalf("step %d: Add() = %x", step, id)
			}
			if model[k.ID()] == nil {
				ids = append(ids, k.ID())
			}
			model[k.ID()] = k
		} else if len(ids) > 0 {
			i := r.IntN(len(ids))
			id := ids[i]
			ids = slices.Delete(ids, i, i+1)
			delete(model, id)
			if !x.Remove(id) || x.Remove(id) {
				t.Fatalf("step %d: Remove(%x)", step, id)
			}
		}
		if x.Len() != len(model) {
			t.Fatalf("step %d: %d samples, want %d", step, x.Len(), len(model))
		}
	}
	if near < 500 || missed > near/100 {
		t.Errorf("of %d texts that are much like a sample %d were missed", near, missed)
	}
	for id, k := range model {
		if got, j := nearest(&x, k); j != 1 || got != id {
			t.Errorf("a sample itself: %x at %v, want %x", got, j, id)
		}
	}
}

func closest(all map[uint64]*Sketch, k *Sketch) (best float64) {
	for _, o := range all {
		best = max(best, k.Jaccard(o))
	}
	return best
}

// TestSamplesAlloc: to look for a sample allocates nothing; three letters are none.
func TestSamplesAlloc(t *testing.T) {
	h := NewHasher(nil)
	var x Samples
	if id := x.Add(sketch(h, "hey")); id != 0 || x.Len() != 0 {
		t.Errorf("three letters: %x", id)
	}
	k := sketch(h, benchASCII)
	if _, j := nearest(&x, k); j != 0 {
		t.Error("found something in nothing")
	}
	x.Add(k)
	n := 0
	if a := testing.AllocsPerRun(100, func() { x.Near(k, func(uint64, float64) { n++ }) }); a > 0 || n == 0 {
		t.Errorf("%v allocations, found %d times", a, n)
	}
}

func BenchmarkSamples(b *testing.B) {
	h := NewHasher([]byte("samples"))
	text := prose(8)
	var x Samples
	for i := 0; x.Len() < 1<<16; i++ {
		x.Add(sketch(h, text(12+i%30)))
	}
	real := corpus(b)[:4096]
	all := make([]*Sketch, len(real))
	for i, s := range real {
		all[i] = sketch(h, s)
	}
	i := 0
	b.Run("full", func(b *testing.B) {
		for b.Loop() {
			x.Near(all[i%len(all)], func(uint64, float64) {})
			i++
		}
	})
}
