package scoring

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestDistinctWithinTwelvePercent(t *testing.T) {
	const sets = 2000
	type counter interface {
		Add(uint64) bool
		Count() float64
	}
	for name, fresh := range map[string]func() counter{
		"linear":            func() counter { return new(Distinct) },
		"exact then linear": func() counter { return new(ExactDistinct) },
	} {
		r := rand.New(rand.NewPCG(13, 1))
		within := map[int]int{}
		square := map[int]float64{}
		for range sets {
			d := fresh()
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
				if math.Abs(e) <= .12 {
					within[n]++
				}
			}
		}
		least := float64(sets)
		for n := 1; n <= 200; n++ {
			least = min(least, float64(within[n]))
		}
		t.Logf("%s: within 12%% in %.1f%% of sets at the worst size up to 200, %.1f%% at 200; standard error %.1f%% at 100, %.1f%% at 200", name,
			100*least/sets, 100*float64(within[200])/sets, 100*math.Sqrt(square[100]), 100*math.Sqrt(square[200]))
		if name != "linear" && least < .98*sets {
			t.Errorf("%s: within 12%% in only %.1f%% of sets", name, 100*least/sets)
		}
		if square[200] > .06*.06 {
			t.Errorf("%s: standard error %.3f at 200", name, math.Sqrt(square[200]))
		}
	}
}

func TestDistinctIsNew(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 2))
	var d Distinct
	var e ExactDistinct
	seen := map[uint64]bool{}
	for range 5000 {
		h := r.Uint64N(3000) << 16
		if was := d.Has(h); d.Add(h) == was || !d.Has(h) {
			t.Fatal("Has and Add disagree")
		}
		exact := len(seen) < exactKeys
		isNew := e.Add(h)
		if isNew && seen[h] || exact && !isNew && !seen[h] {
			t.Fatalf("%x: new %v, seen %v", h, isNew, seen[h])
		}
		seen[h] = true
		if exact && e.Count() != float64(len(seen)) {
			t.Fatalf("count %v of %d", e.Count(), len(seen))
		}
	}
	if n := d.Count(); n < 1000 || n > 1420 {
		t.Errorf("full: %v", n)
	}
	if (&Distinct{}).Count() != 0 || (&ExactDistinct{}).Count() != 0 {
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

func FuzzExactDistinct(f *testing.F) {
	var d ExactDistinct
	for i := range 40 {
		d.Add(mix(uint64(i)))
		if i == 3 || i == 39 {
			b, _ := d.AppendBinary(nil)
			f.Add(b)
		}
	}
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, data []byte) {
		got := d
		if err := got.UnmarshalBinary(data); err != nil {
			if got != d {
				t.Errorf("an error left %v", got)
			}
			return
		}
		again, err := got.AppendBinary(nil)
		if err != nil || string(again) != string(data) {
			t.Errorf("%x came back as %x, %v", data, again, err)
		}
		got.Add(7)
		if n := got.Count(); !(n >= 1 && n <= 1444) {
			t.Errorf("count %v", n)
		}
	})
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
