package peers

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/cespare/xxhash/v2"
	"github.com/decorum-go/decorum/similarity"
	"github.com/dgryski/go-minhash"
	minhashlsh "github.com/ekzhu/minhash-lsh"
	"github.com/mfonda/simhash"
	"golang.org/x/text/unicode/norm"
)

// A resembler says how similar two texts are; all cut a text into grams of four
// bytes, decorum as it sees fit.
type resembler struct {
	name string
	// make returns what is kept of a text.
	make    func(text string) any
	compare func(a, b any) float64
}

func grams(text string, push func([]byte)) {
	b := []byte(text)
	for i := 0; i+4 <= len(b); i++ {
		push(b[i : i+4])
	}
}

func fnvHash(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

func resemblers() []resembler {
	h := similarity.NewHasher([]byte("peers"))
	return []resembler{
		{"decorum", func(s string) any {
			k := new(similarity.Sketch)
			h.Sketch(k, s)
			return k
		}, func(a, b any) float64 { return a.(*similarity.Sketch).Jaccard(b.(*similarity.Sketch)) }},
		{"dgryski-minwise128", func(s string) any {
			m := minhash.NewMinWise(fnvHash, xxhash.Sum64, 128)
			grams(s, m.Push)
			return m
		}, func(a, b any) float64 { return a.(*minhash.MinWise).Similarity(b.(*minhash.MinWise)) }},
		{"ekzhu-minhash128", func(s string) any {
			m := minhashlsh.NewMinhash(1, 128)
			grams(s, m.Push)
			return m.Signature()
		}, func(a, b any) float64 {
			x, y := a.([]uint64), b.([]uint64)
			n := 0
			for i := range x {
				if x[i] == y[i] {
					n++
				}
			}
			return float64(n) / float64(len(x))
		}},
		{"mfonda-simhash", func(s string) any {
			var all [][]byte
			grams(s, func(b []byte) { all = append(all, b) })
			return simhash.Fingerprint(simhash.VectorizeBytes(all))
		}, func(a, b any) float64 { return 1 - float64(simhash.Compare(a.(uint64), b.(uint64)))/64 }},
	}
}

const benchText = "Hi Anna, I came across your profile at Acme Corp and was impressed by your work "

func BenchmarkSketch(b *testing.B) {
	for _, size := range []int{80, 700} {
		text := strings.Repeat(benchText, 9)[:size]
		for _, r := range resemblers() {
			b.Run(fmt.Sprintf("%s/%d", r.name, size), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					r.make(text)
				}
			})
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	for _, r := range resemblers() {
		x, y := r.make(benchText), r.make(benchText[10:])
		b.Run(r.name, func(b *testing.B) {
			for b.Loop() {
				r.compare(x, y)
			}
		})
	}
}

// BenchmarkNearCopies looks a text up among 50,000, and measures how long it
// takes until a new one can be found.
func BenchmarkNearCopies(b *testing.B) {
	const n = 50_000
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range 18 {
			for range 3 + r.IntN(6) {
				b.WriteByte('a' + byte(r.IntN(26)))
			}
			b.WriteByte(' ')
		}
		return b.String()
	}
	b.Run("decorum", func(b *testing.B) {
		h := similarity.NewHasher([]byte("peers"))
		x := similarity.NewIndex(similarity.IndexConfig{MaxClusters: n + n/2})
		var s similarity.Sketch
		now := time.Unix(1.8e9, 0)
		for i := range n {
			h.Sketch(&s, text())
			x.Observe(now, &s, uint64(i), 1)
		}
		i := uint64(n)
		for b.Loop() { // found, counted and visible at once
			i++
			x.Observe(now, &s, i, 1)
		}
	})
	lsh := minhashlsh.NewMinhashLSH64(128, 0.35)
	var sig []uint64
	for i := range n {
		m := minhashlsh.NewMinhash(1, 128)
		grams(text(), m.Push)
		sig = m.Signature()
		lsh.Add(i, sig)
	}
	lsh.Index()
	b.Run("ekzhu-query", func(b *testing.B) {
		for b.Loop() {
			lsh.Query(sig)
		}
	})
	b.Run("ekzhu-until-visible", func(b *testing.B) {
		i := n
		for b.Loop() {
			i++
			lsh.Add(i, sig)
			lsh.Index()
		}
	})
}

// Mutations that need no table.
var disguises = []struct {
	name string
	do   func(r *rand.Rand, s string) string
}{
	{"case", perRune(0.5, func(_ *rand.Rand, c rune) string { return string(unicode.ToUpper(c)) })},
	{"zero width", perRune(0.3, func(_ *rand.Rand, c rune) string { return string(c) + "\u200b" })},
	{"Cyrillic", perRune(0.5, func(_ *rand.Rand, c rune) string {
		if i := strings.IndexRune("aceiopxys", c); i >= 0 {
			return string([]rune("асеіорхуѕ")[i])
		}
		return string(c)
	})},
	{"mathematical", perRune(1, func(_ *rand.Rand, c rune) string {
		if c >= 'a' && c <= 'z' {
			return string(0x1D41A + c - 'a')
		}
		return string(c)
	})},
	{"spacing", perRune(0.6, func(_ *rand.Rand, c rune) string { return string(c) + " " })},
	{"leet", perRune(0.3, func(_ *rand.Rand, c rune) string {
		if i := strings.IndexRune("aeios", c); i >= 0 {
			return "43105"[i : i+1]
		}
		return string(c)
	})},
	{"typos 4%", perRune(0.04, func(r *rand.Rand, c rune) string { return string(rune('a' + r.IntN(26))) })},
	{"other words 20%", func(r *rand.Rand, s string) string {
		w := strings.Fields(s)
		for i := range w {
			if r.Float64() < 0.2 {
				w[i] = fmt.Sprintf("%x", r.Uint32())
			}
		}
		return strings.Join(w, " ")
	}},
	{"names and links", func(r *rand.Rand, s string) string {
		return fmt.Sprintf("Hi %c%x, %s https://%x.example/%x", 'A'+r.IntN(26), r.Uint32(), s, r.Uint32(), r.Uint64())
	}},
}

func perRune(p float64, f func(*rand.Rand, rune) string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, s string) string {
		var b strings.Builder
		for _, c := range s {
			if r.Float64() < p {
				b.WriteString(f(r, c))
			} else {
				b.WriteRune(c)
			}
		}
		return b.String()
	}
}

// TestSimilarityRecall compares a text with its disguises. The peers get them
// as they are, after NFKC, and folded by decorum.
func TestSimilarityRecall(t *testing.T) {
	dir := os.Getenv("DECORUM_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, "texts", "sms-spam-collection.tsv"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("NOT CHECKED: the real texts are not in %s (set DECORUM_DATA; a failure where CI=true)", dir)
	}
	var texts []string
	for line := range strings.Lines(string(data)) {
		if _, s, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && len(s) >= 60 && !slices.Contains(texts, s) {
			texts = append(texts, s)
		}
	}
	texts = texts[:600]
	prepare := []struct {
		name string
		do   func(string) string
	}{
		{"raw", func(s string) string { return s }},
		{"NFKC", norm.NFKC.String},
		{"our fold", func(s string) string { return string(similarity.Fold(nil, s)) }},
	}
	for _, k := range resemblers() {
		for _, p := range prepare {
			if k.name == "decorum" && p.name != "raw" {
				continue
			}
			r := rand.New(rand.NewPCG(1, 2))
			var kept []any
			for _, s := range texts {
				kept = append(kept, k.make(p.do(s)))
			}
			var negative []float64
			for i := range kept {
				for j := range i {
					negative = append(negative, k.compare(kept[i], kept[j]))
				}
			}
			slices.Sort(negative)
			threshold := negative[len(negative)*999/1000]
			var line strings.Builder
			mean := 0.0
			for _, d := range disguises {
				hit := 0
				for i, s := range texts {
					if k.compare(kept[i], k.make(p.do(d.do(r, s)))) > threshold {
						hit++
					}
				}
				recall := float64(hit) / float64(len(texts))
				fmt.Fprintf(&line, " %s %.2f", d.name, recall)
				mean += recall / float64(len(disguises))
			}
			t.Logf("%-19s %-8s mean %.3f:%s", k.name, p.name, mean, &line)
			if k.name == "decorum" && mean < 0.9 {
				t.Errorf("mean recall %.3f", mean)
			}
		}
	}
}
