package similarity

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRecall prints, for each class of mutation, which part of the pairs of
// two independent mutations of one text is more similar than all but 0.1 % and
// 0.01 % of the pairs of different texts.
func TestRecall(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("recall"))
	n := 1200
	texts := bases(t, n)
	r := rand.New(rand.NewPCG(5, 6))
	sketches := make([]Sketch, len(texts))
	for i, s := range texts {
		// One light mutation each, so that the negatives are not cleaner than
		// the positives.
		m := mutations[r.IntN(len(mutations))]
		h.Sketch(&sketches[i], m.do(r, s))
	}
	var negative []float64
	for len(negative) < 200_000 {
		i, j := r.IntN(len(texts)), r.IntN(len(texts))
		if i != j {
			negative = append(negative, sketches[i].Jaccard(&sketches[j]))
		}
	}
	slices.Sort(negative)
	t3, t4 := negative[len(negative)*999/1000], negative[len(negative)*9999/10000]
	joins := 0
	for _, j := range negative {
		if j >= 0.35 {
			joins++
		}
	}
	t.Logf("%d texts, %d negative pairs: threshold %.3f at FPR 0.1 %%, %.3f at 0.01 %%; %.4f %% of them reach 0.35", len(texts), len(negative), t3, t4, 100*float64(joins)/float64(len(negative)))
	if p := float64(joins) / float64(len(negative)); p >= 0.001 {
		t.Errorf("%.4f %% of unrelated pairs reach 0.35", 100*p)
	}
	var mean3, mean4, mean35 float64
	for _, m := range mutations {
		var hit3, hit4, hit35, pairs, sum float64
		for _, s := range texts {
			var a, b Sketch
			h.Sketch(&a, m.do(r, s))
			h.Sketch(&b, m.do(r, s))
			j := a.Jaccard(&b)
			pairs++
			sum += j
			if j > t3 {
				hit3++
			}
			if j > t4 {
				hit4++
			}
			if j >= 0.35 {
				hit35++
			}
		}
		t.Logf("%-14s recall %.3f at FPR 0.1 %%, %.3f at 0.01 %%, %.3f at 0.35; mean similarity %.2f", m.name, hit3/pairs, hit4/pairs, hit35/pairs, sum/pairs)
		mean3 += hit3 / pairs
		mean4 += hit4 / pairs
		mean35 += hit35 / pairs
	}
	classes := float64(len(mutations))
	t.Logf("%-14s recall %.3f at FPR 0.1 %%, %.3f at 0.01 %%, %.3f at 0.35", "mean", mean3/classes, mean4/classes, mean35/classes)
	if mean3/classes < 0.90 {
		t.Errorf("mean recall %.3f, want 0.90", mean3/classes)
	}
}
