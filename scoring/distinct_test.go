package scoring

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestDistinctStandardError(t *testing.T) {
	const sets = 2000
	r := rand.New(rand.NewPCG(13, 1))
	square := map[int]float64{}
	for range sets {
		var d Distinct
		var added []uint64
		for n := 1; n <= 200; n++ {
			// 48-bit keys in a narrow range, as bad a hash as can be.
			h := r.Uint64() >> 16
			d.Add(h)
			added = append(added, h)
			if r.IntN(4) == 0 { // and some of them again
				d.Add(added[r.IntN(n)])
			}
			e := d.Count()/float64(n) - 1
			square[n] += e * e / sets
		}
	}
	t.Logf("standard error %.1f%% at 100, %.1f%% at 200", 100*math.Sqrt(square[100]), 100*math.Sqrt(square[200]))
	if square[200] > .06*.06 {
		t.Errorf("standard error %.3f at 200", math.Sqrt(square[200]))
	}
}

func TestDistinctIsNew(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 2))
	var d Distinct
	seen := map[uint64]bool{}
	for range 5000 {
		h := r.Uint64N(3000) << 16
		if d.Add(h) && seen[h] {
			t.Fatalf("%x is new again", h)
		}
		seen[h] = true
	}
	if n := d.Count(); n < 1000 || n > 1420 {
		t.Errorf("full: %v", n)
	}
	if (&Distinct{}).Count() != 0 {
		t.Error("empty is not 0")
	}
	if n := (&Distinct{Bits: [4]uint64{math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64}}).Count(); math.Abs(n-1419.6) > .1 {
		t.Errorf("full: %v", n)
	}
}

func TestDistinctMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 3))
	var a, b, both Distinct
	for i := range 150 {
		h := r.Uint64()
		both.Add(h)
		if i%3 > 0 {
			a.Add(h)
		}
		if i%3 < 2 {
			b.Add(h)
		}
	}
	a.Merge(b)
	if a != both {
		t.Error("merged counters differ from one that saw everything")
	}
}

func BenchmarkDistinct(b *testing.B) {
	var d Distinct
	b.Run("Add", func(b *testing.B) {
		h := uint64(0)
		for b.Loop() {
			h++
			d.Add(h)
		}
	})
	b.Run("Count", func(b *testing.B) {
		for b.Loop() {
			d.Count()
		}
	})
}
