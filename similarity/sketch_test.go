package similarity

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJaccardOracle compares estimates with the similarity of the sets of grams
// themselves, for short and long texts, in both forms.
func TestJaccardOracle(t *testing.T) {
	alone(t)
	r := rand.New(rand.NewPCG(1, 2))
	text := prose(2)
	for _, n := range []int{12, 40, 150, 600} {
		var sum, squares, compactSum, compactSquares, containment float64
		const pairs = 600
		for i := range pairs {
			h := NewHasher([]byte{byte(i), byte(i >> 8)}) // over keys, that is, over the sample
			a := strings.Fields(text(n))
			b := append([]string(nil), a...)
			for k := range b {
				if r.Float64() < float64(i%10)/20 {
					b[k] = text(1)
				}
			}
			s, o := strings.Join(a, " "), strings.Join(b, " ")
			x, y := gramSet(s, 4), gramSet(o, 4)
			want := trueJaccard(x, y)
			k, l := sketch(h, s), sketch(h, o)
			c := k.Compact()
			d, e := k.Jaccard(l)-want, c.Jaccard(l)-want
			if m := l.Compact(); c.JaccardCompact(&m) != c.Jaccard(l) {
				t.Errorf("a Compact says %v of a Compact, %v of its Sketch", c.JaccardCompact(&m), c.Jaccard(l))
			}
			sum += d
			squares += d * d
			compactSum += e
			compactSquares += e * e
			common := 0
			for g := range x {
				if y[g] {
					common++
				}
			}
			containment += math.Abs(k.Containment(l) - float64(common)/float64(len(x)))
			if g := int(k.Grams); math.Abs(float64(g-len(x))) > 2+0.09*float64(len(x)) {
				t.Errorf("%d grams, want %d", g, len(x))
			}
		}
		rmse, compactRMSE := math.Sqrt(squares/pairs), math.Sqrt(compactSquares/pairs)
		t.Logf("%3d words: bias %+.4f, RMSE %.4f; compact: bias %+.4f, RMSE %.4f; containment off by %.4f", n, sum/pairs, rmse, compactSum/pairs, compactRMSE, containment/pairs)
		if math.Abs(sum/pairs) > 0.005 || rmse > 0.045 {
			t.Errorf("%d words: bias %+.4f, RMSE %.4f", n, sum/pairs, rmse)
		}
		if math.Abs(compactSum/pairs) > 0.006 || compactRMSE > 0.05 {
			t.Errorf("%d words: compact bias %+.4f, RMSE %.4f", n, compactSum/pairs, compactRMSE)
		}
		if containment/pairs > 0.05 {
			t.Errorf("%d words: containment off by %.4f", n, containment/pairs)
		}
	}
}

// Unrelated texts are not similar, however long: agreement by chance is taken out.
func TestJaccardUnrelated(t *testing.T) {
	h := NewHasher([]byte("key"))
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte('a' + byte(r.IntN(26)))
		}
		return b.String()
	}
	for _, n := range []int{200, 5000, 60_000} {
		s, o := sketch(h, random(n)), sketch(h, random(n))
		c := s.Compact()
		want := trueJaccardSize(n)
		if j := s.Jaccard(o); math.Abs(j-want) > 0.09 {
			t.Errorf("%d letters: %.3f, want %.3f", n, j, want)
		}
		if j := c.Jaccard(o); math.Abs(j-want) > 0.13 {
			t.Errorf("%d letters, compact: %.3f, want %.3f", n, j, want)
		}
	}
}

// trueJaccardSize is the expected similarity of two random texts of n letters.
func trueJaccardSize(n int) float64 {
	const all = 24 * 24 * 24 * 24 // about: i and l are one, m is two
	p := 1 - math.Exp(-float64(n)/all)
	return p * p / (1 - (1-p)*(1-p))
}

// TestOverlapOracle compares the counts of eight bins at a time with those one by one.
func TestOverlapOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var a, b Sketch
		fill, same := r.Float64(), r.Float64()
		for i := range a.Bins {
			if r.Float64() < fill {
				a.Bins[i] = uint8(1 + r.IntN(255))
			}
			if r.Float64() < fill {
				b.Bins[i] = uint8(1 + r.IntN(255))
			}
			if r.Float64() < same {
				b.Bins[i] = a.Bins[i]
			}
		}
		var match, both, either, match4 int
		for i, v := range a.Bins {
			w := b.Bins[i]
			if v != 0 && v == w {
				match++
			}
			if v != 0 && w != 0 {
				both++
				if (v-1)%15 == (w-1)%15 { // any map of 255 to 15 that is even
					match4++
				}
			}
			if v != 0 || w != 0 {
				either++
			}
		}
		a.Filled, b.Filled = filledBins(&a.Bins), filledBins(&b.Bins)
		m, e := overlap(&a.Bins, &b.Bins)
		if m != match || e != either || int(a.Filled)+int(b.Filled)-e != both {
			t.Fatalf("overlap %d, %d, want %d, %d", m, e, match, either)
		}
		c := a.Compact()
		if got, want := c.Jaccard(&b), jaccard(match4, both, either, 1.0/14); math.Abs(got-want) > 1e-12 {
			t.Fatalf("compact: %v, want %v", got, want)
		}
	}
}

func TestSketchBinary(t *testing.T) {
	h := NewHasher([]byte("key"))
	for _, text := range []string{"", "a", benchMasks, benchMixed, benchHan, strings.Repeat(benchCyr, 30)} {
		s := sketch(h, text)
		b, err := s.AppendBinary([]byte("x"))
		if err != nil || b[0] != 'x' {
			t.Fatal(err)
		}
		var o Sketch
		if err := o.UnmarshalBinary(b[1:]); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(*s, o); d != "" {
			t.Error(d)
		}
		c := s.Compact()
		b, _ = c.AppendBinary(nil)
		var p Compact
		if err := p.UnmarshalBinary(b); err != nil || len(b) != 74 || p != c {
			t.Errorf("%v, %d bytes", err, len(b))
		}
		if text != "" && !c.Same(s) || c.Same(sketch(h, "another")) {
			t.Error("Same")
		}
	}
	s := sketch(h, "unchanged on error")
	c := s.Compact()
	was, cwas := *s, c
	for _, bad := range [][]byte{nil, {1}, make([]byte, 74+1), make([]byte, sketchSize), append([]byte{saysVersion}, make([]byte, saysSize-1)...), bytes.Repeat([]byte{1}, sketchSize+1)} {
		if s.UnmarshalBinary(bad) == nil || *s != was {
			t.Errorf("sketch of %d bytes accepted", len(bad))
		}
		if c.UnmarshalBinary(bad) == nil || c != cwas {
			t.Errorf("compact of %d bytes accepted", len(bad))
		}
	}
}

func FuzzSketchBinary(f *testing.F) {
	b, _ := sketch(NewHasher(nil), benchMasks).AppendBinary(nil)
	f.Add(b)
	f.Add(b[:74])
	b, _ = sketch(NewHasher(nil), benchHan).AppendBinary(nil)
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Sketch
		var c Compact
		if s.UnmarshalBinary(data) == nil {
			if again, _ := s.AppendBinary(nil); !bytes.Equal(again, data) {
				t.Error("sketch reads back differently")
			}
			if j := s.Jaccard(&s); j < 0 || j > 1 {
				t.Error(j)
			}
		}
		if c.UnmarshalBinary(data) == nil {
			if again, _ := c.AppendBinary(nil); !bytes.Equal(again, data) {
				t.Error("compact reads back differently")
			}
			if j := c.Jaccard(&s); j < 0 || j > 1 {
				t.Error(j)
			}
		}
	})
}

func FuzzIndexRestore(f *testing.F) {
	h := NewHasher(nil)
	x := NewIndex(IndexConfig{MaxClusters: 16, SnapshotText: true})
	for i, s := range []string{benchASCII, benchASCII, benchMasks, benchCyr} {
		c := x.Observe(t0, sketch(h, s), uint64(i), 1, 2, 3, 4)
		x.AddText(h, c.ID, s)
	}
	f.Add(x.snapshot())
	f.Fuzz(func(t *testing.T, data []byte) {
		y := NewIndex(IndexConfig{MaxClusters: 16, SnapshotText: true})
		if len(data) > 8 { // let the fuzzer past the checksum
			data = sealed(data[:len(data)-8])
		}
		if y.Restore(bytes.NewReader(data)) != nil {
			return
		}
		for i := range 40 {
			c := y.Observe(t0, sketch(h, benchASCII+strings.Repeat("x", i)), uint64(i), 7)
			y.AddText(h, c.ID, benchASCII)
			y.Template(c.ID, benchASCII)
			y.Flag(t0, c.ID, 1)
			y.Lookup(t0, c.ID)
		}
		y.snapshot()
	})
}

func FuzzBoilerplate(f *testing.F) {
	h := NewHasher(nil)
	b, _ := learned(h, 1, 20).AppendBinary(nil)
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		var b Boilerplate
		if len(data) > 8 {
			data = sealed(data[:len(data)-8])
		}
		if b.UnmarshalBinary(data) == nil {
			b.Learn(t0, h, benchASCII, 1, 0)
		}
	})
}

func TestSketchAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector drops pooled memory")
	}
	h := NewHasher([]byte("key"))
	var s, o Sketch
	long := strings.Repeat(benchMixed+benchMasks+benchKor, 300)
	dst := make([]byte, 0, runesRatio*len(benchMasks))
	for name, f := range map[string]func(){
		"Sketch":  func() { h.Sketch(&s, benchMasks) },
		"long":    func() { h.Sketch(&s, long) },
		"Jaccard": func() { s.Jaccard(&o); s.Containment(&o); c := s.Compact(); c.Jaccard(&o) },
		"Fold":    func() { dst = Fold(dst[:0], benchMasks) },
	} {
		if n := testing.AllocsPerRun(200, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// The same key gives the same sketch everywhere and always: these values must
// never change, records hold them.
func TestSketchStable(t *testing.T) {
	s := sketch(NewHasher([]byte("golden")), benchMasks+benchCyr+benchHan)
	b, _ := s.AppendBinary(nil)
	if b[0] != saysVersion || len(b) != saysSize {
		t.Fatalf("version %d, %d bytes", b[0], len(b))
	}
	b[0], b = sketchVersion, b[:sketchSize] // what the first version says is the same
	const want = uint64(0xa42a5dc96e617190)
	if got := mix64(uint64(len(b))) ^ sumOf(b); got != want {
		t.Errorf("sketch is %#x, was %#x", got, want)
	}
}

// TestFraming plays an attacker who knows the code and wants a text of
// nonsense to be taken for a victim's. Knowing the key, it works: choose words
// whose grams fall into the right bins with the right fingerprints. Without the
// key it does not.
func TestFraming(t *testing.T) {
	known, secret := NewHasher(nil), NewHasher([]byte("secret"))
	victim := pitch("Anna", "Acme")
	forged := forge(known, sketch(known, victim))
	if j := trueJaccard(gramSet(forged, 4), gramSet(victim, 4)); j > 0.05 {
		t.Fatalf("the forged text is similar: %.2f", j)
	}
	if j := sketch(known, forged).Jaccard(sketch(known, victim)); j < 0.35 {
		t.Errorf("with the key the attack should work: %.2f", j)
	}
	if j := sketch(secret, forged).Jaccard(sketch(secret, victim)); j > 0.1 {
		t.Errorf("without the key the attack works: %.2f", j)
	}
}

// forge writes a text of four-letter words that imitates a sketch.
func forge(h *Hasher, victim *Sketch) string {
	var best [numBins]uint32
	var word [numBins]string
	const letters = "abcdefghijknopqrstuvwxyz"
	for a := range len(letters) * len(letters) * len(letters) * len(letters) {
		w := string([]byte{letters[a%24], letters[a/24%24], letters[a/24/24%24], letters[a/24/24/24]})
		h.each(w, func(x uint64) {
			v := uint32(x >> 25)
			v |= (v&0xff - 1) >> 31
			if b := x >> 57; uint8(v) == victim.Bins[b] && v > best[b] {
				best[b], word[b] = v, w
			}
		})
	}
	return strings.Join(word[:], "")
}
