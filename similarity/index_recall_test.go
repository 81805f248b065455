package similarity

import (
	"math/rand/v2"
	"testing"
)

// background fills an index with n texts that have nothing to do with the
// test, a third of them real, and reports how many joined another.
func background(t testing.TB, h *Hasher, x *Index, n int, real []string) (joined int) {
	text := prose(8)
	if raceEnabled {
		n /= 10
	}
	for i := range n {
		s := text(12 + i%30)
		if i%3 == 0 && i/3 < len(real) {
			s = real[i/3]
		}
		if x.Observe(t0, sketch(h, s), uint64(i), uint64(i)).Messages > 1 {
			joined++
		}
	}
	return joined
}

// TestIndexRecall looks for mutated texts among 50,000 others.
func TestIndexRecall(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("recall"))
	n := 700
	texts := bases(t, n)
	taken := map[string]bool{}
	for _, s := range texts {
		taken[s] = true
	}
	var others []string
	for _, s := range corpus(t) {
		if !taken[s] {
			others = append(others, s)
		}
	}
	x := NewIndex(IndexConfig{MaxClusters: 1 << 17, Quota: 1 << 14})
	ids := map[string]uint64{}
	background(t, h, x, 25_000, others)
	for i, s := range texts {
		ids[s] = x.Observe(t0, sketch(h, s), uint64(i)).ID
	}
	background(t, h, x, 25_000, nil)
	r := rand.New(rand.NewPCG(1, 1))
	var pairs, found, above, joined, queries, compared int
	for _, m := range mutations {
		var mp, mf int
		for _, s := range texts {
			o := m.do(r, s)
			if trueJaccard(gramSet(s, 4), gramSet(o, 4)) < 0.27 {
				continue
			}
			mp++
			k := sketch(h, o)
			var c candidates
			x.anchors.find(k, &c)
			queries++
			compared += c.n
			for _, slot := range c.slots[:c.n] {
				if int(slot) == x.slotOf(ids[s]) {
					mf++
					break
				}
			}
			if p, ok := x.Preview(t0, k, 1, 2); ok && k.Jaccard(sketch(h, s)) >= 0.35 && k.Grams >= 32 {
				above++
				if p.ID == ids[s] {
					joined++
				}
			}
		}
		t.Logf("%-14s %4d of %4d found", m.name, mf, mp)
		pairs += mp
		found += mf
	}
	recall := float64(found) / float64(pairs)
	t.Logf("index recall at J ≥ 0.27: %.4f of %d; of those above the threshold %.4f join", recall, pairs, float64(joined)/float64(above))
	t.Logf("%.1f comparisons a query", float64(compared)/float64(queries))
	if recall < 0.985 {
		t.Errorf("index recall %.4f, want 0.985", recall)
	}
}

// TestIndexUnrelated observes texts that are not in the index and have no
// near-copy there.
func TestIndexUnrelated(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("recall"))
	x := NewIndex(IndexConfig{MaxClusters: 1 << 17, Quota: 1 << 14})
	background(t, h, x, 50_000, nil)
	n, joined := 0, 0
	for i, s := range bases(t, 1000) {
		if c := x.Observe(t0, sketch(h, s), uint64(i), 1); c.ID != 0 {
			n++
			if c.Messages > 1 {
				joined++
			}
		}
	}
	text := prose(9)
	previews := 20_000
	for i := range previews {
		if c, ok := x.Preview(t0, sketch(h, text(12+i%30)), 1, 1); ok {
			n++
			if c.Messages > 1 {
				joined++
			}
		}
	}
	t.Logf("%d of %d unrelated messages joined a cluster", joined, n)
	if float64(joined) > 0.001*float64(n) {
		t.Errorf("%d of %d unrelated messages joined a cluster, want less than 0.1 %%", joined, n)
	}
}

// TestIndexShort looks for real texts of 24 to 60 grams among 50,000 others, half of all
// real ones among them, and for copies of them that have changed a little. A text that
// joins another is unrelated if fewer of their grams are the same than make a copy.
func TestIndexShort(t *testing.T) {
	alone(t)
	all := corpus(t)
	r := rand.New(rand.NewPCG(21, 22))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var texts, unrelated, copies, found int
	for half := range 2 {
		h := NewHasher([]byte{byte(half)})
		x := NewIndex(IndexConfig{MaxClusters: 1 << 16, Quota: 1 << 16})
		first := map[uint64]string{}
		learn := func(s string) {
			if c := x.Observe(t0, sketch(h, s), uint64(len(first)), 1); c.Messages == 1 {
				first[c.ID] = s
			}
		}
		for i := half; i < len(all); i += 2 {
			learn(all[i])
		}
		for text := prose(8); x.Len() < 50_000; {
			learn(text(4 + x.Len()%30))
		}
		var held []string
		for i := 1 - half; i < len(all); i += 2 {
			k := sketch(h, all[i])
			if k.Information < 24 || k.Information > 60 {
				continue
			}
			held = append(held, all[i])
			if c, _ := x.Preview(t0, k, 1, 2); c.Messages > 1 && trueJaccard(gramSet(all[i], 4), gramSet(first[c.ID], 4)) < 0.35 {
				unrelated++
				t.Logf("%.2f: %q, %q", c.Similarity, all[i], first[c.ID])
			}
		}
		texts += len(held)
		for _, s := range held[:250] {
			grams, id := gramSet(s, 4), x.Observe(t0, sketch(h, s), 1, 2).ID
			for _, m := range mutations {
				o := m.do(r, s)
				if o := gramSet(o, 4); len(grams) < fullLikely || len(o) < fullLikely || trueJaccard(grams, o) < 0.4 {
					continue
				}
				copies++
				if p, _ := x.Preview(t0, sketch(h, o), 1, 2); p.ID == id {
					found++
				}
			}
		}
	}
	part, recall := float64(unrelated)/float64(texts), float64(found)/float64(copies)
	t.Logf("%d of %d unrelated texts join a cluster: %.3f %%; %.4f of %d copies are found", unrelated, texts, 100*part, recall, copies)
	if part > 0.001 || recall < 0.985 {
		t.Errorf("%.3f %% of unrelated texts join, want 0.1 %%; %.4f of copies are found, want 0.985", 100*part, recall)
	}
}
