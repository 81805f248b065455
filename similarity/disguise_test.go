package similarity

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDisguises prints, for each disguise, which part of the texts is found
// again at 0.1 % of false positives: in the plain text, and in another disguise.
func TestDisguises(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("disguises"))
	const n = 600 // of fewer, too few are long enough for some classes
	all := bases(t, n)
	r := rand.New(rand.NewPCG(5, 6))
	plain := map[string]*Sketch{}
	for _, s := range all {
		plain[s] = sketch(h, s)
	}
	var negative []float64
	for range 100_000 {
		i, j := r.IntN(n), r.IntN(n)
		if i != j {
			negative = append(negative, plain[all[i]].Jaccard(plain[all[j]]))
		}
	}
	slices.Sort(negative)
	limit := negative[len(negative)*999/1000]
	t.Logf("threshold %.3f at FPR 0.1 %%", limit)
	t.Logf("%-20s %-20s %-20s %s", "", "plain and disguised", "two disguises", "unrelated, disguised")
	t.Logf("%-20s %6s %6s %6s %6s %6s %6s %8s %8s", "", "0.1 %", "0.35", "mean", "0.1 %", "0.35", "mean", "FPR", "0.35")
	for _, d := range disguises {
		texts := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return len(lettersOnly(s)) < d.letters })
		n := len(texts)
		var hit, pairHit [2]float64
		var sum, pairSum float64
		a := make([]*Sketch, n)
		for i, s := range texts {
			a[i] = sketch(h, d.do(r, s))
			b := sketch(h, d.do(r, s))
			for k, o := range []*Sketch{plain[s], b} {
				j := a[i].Jaccard(o)
				if a[i].WeightAcross() == 0 || o.WeightAcross() == 0 { // never taken for a copy
					j = 0
				}
				to, mean := &hit, &sum
				if k == 1 {
					to, mean = &pairHit, &pairSum
				}
				*mean += j
				if j > limit {
					to[0]++
				}
				if j >= 0.35 {
					to[1]++
				}
			}
		}
		var unrelated [2]float64
		const others = 20_000
		for range others {
			i, j := r.IntN(n), r.IntN(n)
			if i == j || a[i].WeightAcross() == 0 || a[j].WeightAcross() == 0 {
				continue
			}
			s := a[i].Jaccard(a[j])
			if s > limit {
				unrelated[0]++
			}
			if s >= 0.35 {
				unrelated[1]++
			}
		}
		f := float64(n)
		t.Logf("%-20s %6.3f %6.3f %6.2f %6.3f %6.3f %6.2f %7.2f%% %7.2f%%  %d texts", d.name, hit[0]/f, hit[1]/f, sum/f, pairHit[0]/f, pairHit[1]/f, pairSum/f, 100*unrelated[0]/others, 100*unrelated[1]/others, n)
		if d.left == "" && (hit[0]/f < 0.9 || pairHit[0]/f < 0.9) {
			t.Errorf("%s: found %.3f in the plain text, %.3f in another disguise, want 0.90", d.name, hit[0]/f, pairHit[0]/f)
		}
	}
}
