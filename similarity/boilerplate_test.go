package similarity

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// learned is a Boilerplate that was shown mail merges of many people, each with
// a body of their own.
func learned(h *Hasher, seed uint64, senders int) *Boilerplate {
	g := grammar{rand.New(rand.NewPCG(seed, 1))}
	b := new(Boilerplate)
	text := prose(seed)
	for i := range senders {
		body := text(20 + i%10)
		for range 3 {
			b.Learn(t0, h, g.merge(body), uint64(i), 0)
		}
	}
	return b
}

// TestBoilerplateRecall finds copies of a body among messages that all have the
// same opener and closer, cold and with that learned.
func TestBoilerplateRecall(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("recall"))
	b := learned(h, 3, 800)
	g := grammar{rand.New(rand.NewPCG(4, 1))}
	text := prose(44)
	var bodies []string
	for i := range 600 {
		bodies = append(bodies, text(20+i%10))
	}
	recall := func(b *Boilerplate) (float64, float64) {
		pair := func(x, y string) float64 {
			var s, o Sketch
			h.SketchWithout(&s, x, b)
			h.SketchWithout(&o, y, b)
			return s.Jaccard(&o)
		}
		var all []Sketch // three messages of each body
		for range 3 {
			for _, body := range bodies {
				var s Sketch
				h.SketchWithout(&s, g.merge(body), b)
				all = append(all, s)
			}
		}
		var negative []float64
		for len(negative) < 100_000 {
			i, j := g.r.IntN(len(all)), g.r.IntN(len(all))
			if i%len(bodies) != j%len(bodies) {
				negative = append(negative, all[i].Jaccard(&all[j]))
			}
		}
		slices.Sort(negative)
		threshold := negative[len(negative)*999/1000]
		hit, pairs := 0, 0
		for _, m := range mutations {
			for i := range 60 {
				body := bodies[g.r.IntN(len(bodies))]
				_ = i
				pairs++
				if pair(m.do(g.r, g.merge(body)), m.do(g.r, g.merge(body))) > threshold {
					hit++
				}
			}
		}
		return float64(hit) / float64(pairs), threshold
	}
	cold, t0 := recall(nil)
	warm, t1 := recall(b)
	t.Logf("mail merge with shared opener and closer: recall %.3f cold (threshold %.3f), %.3f with learned boilerplate (threshold %.3f)", cold, t0, warm, t1)
	if warm < 0.96 || warm <= cold {
		t.Errorf("recall %.3f with learned boilerplate, %.3f cold", warm, cold)
	}
}

// The same opener and closer with another body is not a match once learned.
func TestBoilerplateIsNoMatch(t *testing.T) {
	h := NewHasher([]byte("key"))
	b := learned(h, 5, 300)
	g := grammar{rand.New(rand.NewPCG(6, 1))}
	text := prose(7)
	x := NewIndex(IndexConfig{})
	matched := 0
	for i := range 200 {
		var s Sketch
		h.SketchWithout(&s, g.merge(text(20)), b)
		if x.Observe(t0, &s, uint64(i), 1).Messages > 1 {
			matched++
		}
	}
	if matched > 2 {
		t.Errorf("%d of 200 messages with the same opener matched", matched)
	}
	var s Sketch
	h.SketchWithout(&s, "Hi Anna, I hope this message finds you well! I came across your profile at Acme Corp", b)
	if s.WeightAcross() != 0 || x.enough(&s) {
		t.Errorf("%d grams left of nothing but boilerplate", s.Grams)
	}
}

// One sender, however loud, teaches nothing.
func TestBoilerplateCountsSenders(t *testing.T) {
	h := NewHasher([]byte("key"))
	b := learned(h, 5, 300)
	const campaign = "earn four thousand a week from home with our exclusive secret trading robot, reply now"
	for i := range 5000 {
		b.Learn(t0, h, campaign, uint64(i%3), 0)
	}
	var s, o Sketch
	h.SketchWithout(&s, campaign, b)
	h.Sketch(&o, campaign)
	if s.Grams < o.Grams*8/10 {
		t.Errorf("%d of %d grams left: the campaign became boilerplate", s.Grams, o.Grams)
	}
}

// TestSketchWithoutBySymbols: the loops over many letters do what is done letter
// by letter, whatever is left out.
func TestSketchWithoutBySymbols(t *testing.T) {
	h := NewHasher([]byte("symbols"))
	r := rand.New(rand.NewPCG(8, 1))
	pieces := []string{benchASCII, benchMasks, benchCyr, benchMixed, benchHan, benchKor, benchArab, "สวัสดี", "こんにちは", "a", "é", "漢"}
	for i := range 3000 {
		var text string
		for range 1 + r.IntN(6) {
			p := []rune(pieces[r.IntN(len(pieces))])
			from := r.IntN(len(p))
			text += string(p[from:min(len(p), from+1+r.IntN(40))])
		}
		if i%50 == 0 {
			text = strings.Repeat(text, 40) // more than one piece of the folded text
		}
		var b Boilerplate
		set := new(gramBits)
		for k := range set {
			set[k] = r.Uint64() & r.Uint64()
		}
		if i%3 > 0 {
			b.show(set)
		}
		skip := b.set.Load()
		var want, got Sketch
		slow := new(scratch)
		h.SketchWithout(&got, text, &b)
		var told, each []uint64
		folded := Fold(nil, text)
		for k := 0; k < len(folded); {
			slow.skip = skip
			k = h.symbol(slow, folded, k)
		}
		slow.finishBoth(&want, nil, false)
		if got.Bins != want.Bins || got.Anchors != want.Anchors || got.Grams != want.Grams || got.Information != want.Information || got.Common != want.Common || got.Filled != want.Filled {
			t.Fatalf("%q: %d grams, by symbols %d", text, got.Grams, want.Grams)
		}
		slow = &scratch{visit: func(x uint64) { told = append(told, x) }}
		for k := 0; k < len(folded); {
			k = h.symbol(slow, folded, k)
		}
		h.each(text, func(x uint64) { each = append(each, x) })
		if !slices.Equal(told, each) {
			t.Fatalf("%q: %d grams are told, by symbols %d", text, len(each), len(told))
		}
	}
}

// TestBoilerplateGeneration: a sketch that was made in a generation is the one
// that is made later in it; learning what changes nothing begins none.
func TestBoilerplateGeneration(t *testing.T) {
	h := NewHasher([]byte("generation"))
	var b Boilerplate
	text := "I hope that this message finds you well and in good health"
	sketch := func() (s Sketch) {
		h.SketchWithout(&s, text, &b)
		return s
	}
	before, changes := sketch(), 0
	for i := range 8 * boilerEvery {
		generation := b.Generation()
		b.Learn(t0, h, text, uint64(i%40), 0)
		after := sketch()
		switch same := before == after; {
		case b.Generation() != generation:
			changes++
			if same {
				t.Errorf("message %d begins generation %d, in which nothing is different", i, b.Generation())
			}
		case !same:
			t.Fatalf("message %d changes the sketch within generation %d", i, generation)
		}
		before = after
	}
	if changes != 1 {
		t.Errorf("%d generations, want 1", changes)
	}
	data, err := b.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	generation := b.Generation()
	if err := b.UnmarshalBinary(data); err != nil || b.Generation() == generation {
		t.Errorf("read from a snapshot in the same generation: %v", err)
	}
}

// Sampling keeps the counts right when there are many senders.
func TestBoilerplateManySenders(t *testing.T) {
	h := NewHasher([]byte("key"))
	b := new(Boilerplate)
	text := prose(3)
	for i := range 20_000 {
		s := text(6)
		if i%25 == 0 { // 4 %
			s += "please do not hesitate to contact me"
		}
		if i%1000 == 0 { // 0.1 %
			s += "buy genuine luxury handbags"
		}
		b.Learn(t0, h, s, uint64(i)*2654435761, 0)
	}
	var s Sketch
	h.SketchWithout(&s, "please do not hesitate to contact me", b)
	if s.Grams > 10 { // the third that is always kept
		t.Errorf("%d grams left of what 4 %% write", s.Grams)
	}
	h.SketchWithout(&s, "buy genuine luxury handbags", b)
	if s.Grams < 12 {
		t.Errorf("%d grams left of what 0.1 %% write", s.Grams)
	}
}

func TestBoilerplateBinary(t *testing.T) {
	h := NewHasher([]byte("key"))
	b := learned(h, 5, 300)
	data, _ := b.AppendBinary(nil)
	c := new(Boilerplate)
	if err := c.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Boilerplate{b, c} {
		p.Learn(t0, h, "and on it goes as if nothing had been in between", 999, 0)
	}
	again, _ := b.AppendBinary(nil)
	other, _ := c.AppendBinary(nil)
	if !bytes.Equal(again, other) || bytes.Equal(again, data) {
		t.Error("what was restored goes on differently")
	}
	data[100] ^= 1
	if err := c.UnmarshalBinary(data); err == nil {
		t.Error("damaged data was accepted")
	}
}

// TestBoilerplateShared has three processes that each see a third of the senders
// learn, together, what one learns that sees them all.
func TestBoilerplateShared(t *testing.T) {
	h := NewHasher([]byte("key"))
	var one Boilerplate
	shared, alone := make([]Boilerplate, 3), make([]Boilerplate, 3)
	g := grammar{rand.New(rand.NewPCG(3, 1))}
	text := prose(3)
	told, words := 0, 0
	for i := range 768 {
		sender := uint64(i)
		own := text(25)
		s := g.merge(own)
		one.Learn(t0, h, s, sender, 0)
		alone[i%3].Learn(t0, h, s, sender, 0)
		grams, ok := shared[i%3].LearnShared(nil, t0, h, s, sender, 0)
		if !ok {
			t.Fatal("not sampled")
		}
		if !slices.IsSorted(grams) || len(slices.Compact(slices.Clone(grams))) != len(grams) {
			t.Fatal("neither sorted nor each once")
		}
		told, words = told+len(grams), words+int(sketch(h, s).Grams)
		for k := range shared {
			if k != i%3 {
				shared[k].LearnGrams(t0, grams, sender, 0)
				shared[k].LearnGrams(t0, grams, sender, 0) // harmless
			}
		}
	}
	t.Logf("%.0f%% of the grams were told", 100*float64(told)/float64(words))
	for i := range shared {
		shared[i].publish()
		alone[i].publish()
	}
	one.publish()
	alike := func(b *Boilerplate) float64 {
		var sum float64
		for range 200 {
			s := g.merge(text(25))
			var x, y Sketch
			h.SketchWithout(&x, s, &one)
			h.SketchWithout(&y, s, b)
			sum += x.Jaccard(&y)
		}
		return sum / 200
	}
	for i := range shared {
		with, without := alike(&shared[i]), alike(&alone[i])
		t.Logf("sketches as those of one process: %.3f shared, %.3f alone", with, without)
		if with < .95 || with < without+.1 {
			t.Errorf("sketches are as alike as %.3f, %.3f without sharing", with, without)
		}
	}
	// What one sender alone writes is told to nobody.
	var b Boilerplate
	for range 20 {
		if grams, _ := b.LearnShared(nil, t0, h, "a phrase that is used by nobody but this one sender, day after day", 7, 0); len(grams) != 0 {
			t.Fatalf("%d grams of one sender are told", len(grams))
		}
		if grams, _ := b.LearnGramsShared(nil, t0, []uint32{0, 11}, 7, 0); len(grams) != 0 {
			t.Fatalf("a picture of one sender is told: %d", grams)
		}
	}
	if grams, ok := b.LearnGramsShared([]uint32{5}, t0, []uint32{0, 11, 12}, 8, 0); !ok || !slices.Equal(grams, []uint32{5, 1, 11}) {
		t.Errorf("of two senders' pictures %d are told, sampled %v", grams, ok)
	}
}
