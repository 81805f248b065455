package similarity

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corpus reads the texts of the data folder, 20 to 2,000 bytes long, each once.
// It skips the test where the folder is absent, and fails it where CI=true.
func corpus(t testing.TB) []string {
	t.Helper()
	dir := os.Getenv("DECORUM_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, "texts")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("NOT CHECKED: the real texts are not in %s (set DECORUM_DATA; a failure where CI=true)", dir)
	}
	var all []string
	seen := map[string]bool{}
	add := func(s string) {
		s = strings.TrimSpace(s)
		if len(s) >= 20 && len(s) <= 2000 && !seen[s] {
			seen[s] = true
			all = append(all, s)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "sms-spam-collection.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if _, text, ok := strings.Cut(line, "\t"); ok {
			add(text)
		}
	}
	names, _ := filepath.Glob(filepath.Join(dir, "Youtube*.csv"))
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(f)
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		rows, err := r.ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			add(row[3])
		}
	}
	names, _ = filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(z)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var m struct{ Text string }
			if json.Unmarshal(lines.Bytes(), &m) == nil {
				add(m.Text)
			}
		}
		f.Close()
	}
	return all
}

// grammar writes pitches: an opener, some sentences, a closer, all from small
// sets, so that different pitches share parts.
type grammar struct{ r *rand.Rand }

func (g grammar) pick(s ...string) string { return s[g.r.IntN(len(s))] }

func (g grammar) name() string {
	return g.pick("Anna", "Bob", "Chidi", "Dolores", "Emeka", "Fatima", "Giorgos", "Hana", "Ivan", "Jorge", "Kwame", "Li", "Maria", "Noor", "Olga", "Priya", "Quentin", "Rosa", "Sven", "Tariq", "Uma", "Viktor", "Wen", "Ximena", "Yusuf", "Zoe")
}

func (g grammar) company() string {
	return g.pick("Acme", "Globex", "Initech", "Umbrella", "Hooli", "Stark", "Wayne", "Wonka", "Soylent", "Tyrell", "Cyberdyne", "Aperture", "Massive", "Vandelay") + g.pick(" Corp", " Ltd", " Partners", " Group", " Labs", "")
}

func (g grammar) pitch() string {
	subject := g.pick("sales", "hiring", "cloud costs", "logistics", "payroll", "lead generation", "data quality", "customer support", "compliance", "onboarding", "energy bills", "insurance", "crypto trading", "fitness coaching", "interior design", "tax planning")
	verb := g.pick("cut", "double", "automate", "simplify", "rethink", "outsource", "measure", "insure", "finance")
	proof := g.pick("Last quarter a team like yours saved forty percent of their budget", "Our founders ran this at two public companies", "We were just named a leader by the analysts", "More than nine hundred firms rely on it every day", "It takes ten minutes to set up and needs no engineers", "The pilot is free and you can stop whenever you like", "Three of your competitors signed up this spring", "I wrote a short guide about it that people seem to enjoy", "There is a waiting list but I can move you up")
	detail := g.pick("It plugs into the tools that you already have", "The report arrives every Monday before nine", "We only get paid when you see results", "Your people keep full control of what is sent", "Nothing leaves your own servers at any time", "A dedicated manager walks you through every step", "You get the raw numbers as well as the summary")
	return "My job is to help firms " + verb + " their " + subject + ". " + proof + ". " + detail + "."
}

// merge writes one message of a mail merge with a given body.
func (g grammar) merge(body string) string {
	return "Hi " + g.name() + ", I hope this message finds you well! I came across your profile at " + g.company() + " and was really impressed by your experience. " + body +
		" Would you be open to a quick chat this week? Looking forward to hearing from you. Best regards, " + g.name()
}

// bases are the texts that recall is measured on: long enough to count in
// full, no two of them nearly the same.
func bases(t testing.TB, n int) []string {
	all := corpus(t)
	r := rand.New(rand.NewPCG(11, 12))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	g := grammar{r}
	pitches := map[string]bool{}
	for len(pitches) < n/8 {
		p := g.pitch()
		if !pitches[p] {
			pitches[p] = true
			all = append([]string{p}, all...)
		}
	}
	h := NewHasher([]byte("bases"))
	var out []string
	var kept []*Sketch
	for _, s := range all {
		k := sketch(h, s)
		if k.Grams < fullLikely || slices.ContainsFunc(kept, func(o *Sketch) bool { return k.Jaccard(o) > 0.2 }) {
			continue
		}
		if out, kept = append(out, s), append(kept, k); len(out) == n {
			return out
		}
	}
	t.Fatalf("only %d texts", len(out))
	return nil
}

// gramSet is the set of grams of a folded text, by brute force.
func gramSet(text string, n int) map[string]bool {
	set := map[string]bool{}
	f := []rune(string(Fold(nil, text)))
	for i := range f {
		w := n
		if g := gramWidth(f[i]); g < 4 && g < w {
			w = g
		}
		if i+1 >= w {
			set[string(f[i+1-w:i+1])] = true
		}
	}
	return set
}

func trueJaccard(a, b map[string]bool) float64 {
	common := 0
	for k := range a {
		if b[k] {
			common++
		}
	}
	if len(a)+len(b) == 0 {
		return 0
	}
	return float64(common) / float64(len(a)+len(b)-common)
}
