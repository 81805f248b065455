package similarity

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// A mutation disguises a text as an author would who wants to look different
// to a program and the same to a reader.
type mutation struct {
	name string
	do   func(r *rand.Rand, s string) string
}

// lookalikes lists for every plain letter what folds to it alone: the whole of
// the rune table.
var lookalikes = sync.OnceValue(func() map[rune][]rune {
	m := map[rune][]rune{}
	for r := rune(0x80); r < runesMax; r++ {
		w, _ := runeValue(r)
		if w.kind() == kindLetter && w.length() == 1 {
			c := rune(w.out()[0])
			m[c] = append(m[c], r)
		}
	}
	return m
})

func perRune(p float64, f func(r *rand.Rand, c rune) string) func(*rand.Rand, string) string {
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

func perWord(f func(r *rand.Rand, w []string) []string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, s string) string { return strings.Join(f(r, strings.Fields(s)), " ") }
}

func homoglyph(r *rand.Rand, c rune) string {
	l := unicode.ToLower(c)
	if l == 'l' {
		l = 'i'
	}
	if o := lookalikes()[l]; len(o) > 0 {
		return string(o[r.IntN(len(o))])
	}
	return string(c)
}

func typo(r *rand.Rand, c rune) string {
	if !unicode.IsLetter(c) {
		return string(c)
	}
	other := string(rune('a' + r.IntN(26)))
	switch r.IntN(3) {
	case 0:
		return other
	case 1:
		return ""
	default:
		return string(c) + other
	}
}

var invisible = []string{"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202a", "\u202c", "\u2066", "\u2069", "\ufe0f", "\U000e0041", "\u034f", "\u180e", "\u061c"}

var leetOf = map[rune]string{'a': "4", 'e': "3", 'i': "1", 'o': "0", 's': "5", 't': "7", 'b': "8"}

var mutations = []mutation{
	{"identity", func(_ *rand.Rand, s string) string { return s }},
	{"zero width", perRune(0.3, func(r *rand.Rand, c rune) string { return string(c) + invisible[r.IntN(len(invisible))] })},
	{"homoglyph 30%", perRune(0.3, homoglyph)},
	{"homoglyph all", perRune(1, homoglyph)},
	{"case", perRune(0.5, func(r *rand.Rand, c rune) string { return string(unicode.ToUpper(c)) })},
	{"marks", perRune(0.5, func(r *rand.Rand, c rune) string {
		return string(c) + strings.Repeat(string(rune(0x300+r.IntN(0x6f))), 1+r.IntN(3))
	})},
	{"punctuation", perRune(0.2, func(r *rand.Rand, c rune) string {
		if c == ' ' {
			return []string{", ", "... ", " - ", "! ", "  ", "\n", " ~ "}[r.IntN(7)]
		}
		if strings.ContainsRune(".,!?;:'\"-", c) {
			return ""
		}
		return string(c)
	})},
	{"emoji", perRune(0.15, func(r *rand.Rand, c rune) string {
		if c == ' ' {
			return []string{" 🔥 ", " 👋🏽 ", " ✨ ", " ➡️ ", " 🎉🎉 "}[r.IntN(5)]
		}
		return string(c)
	})},
	{"numbers", perRune(1, func(r *rand.Rand, c rune) string {
		if c >= '0' && c <= '9' {
			return string(rune('0' + r.IntN(10)))
		}
		return string(c)
	})},
	{"leet", perRune(0.25, func(r *rand.Rand, c rune) string {
		if l, ok := leetOf[unicode.ToLower(c)]; ok {
			return l
		}
		return string(c)
	})},
	{"spacing", perRune(0.6, func(r *rand.Rand, c rune) string { return string(c) + []string{" ", ".", "-", "_", "*"}[r.IntN(5)] })},
	{"slots", perWord(func(r *rand.Rand, w []string) []string {
		g := grammar{r}
		w[r.IntN(len(w))] = g.name()
		w[r.IntN(len(w))] = g.company()
		return append([]string{"Hi " + g.name() + ","}, w...)
	})},
	{"links", perWord(func(r *rand.Rand, w []string) []string {
		link := fmt.Sprintf("https://%s.%s/%x", strings.ToLower(strings.Fields(words(r, 1))[0]), []string{"com", "xyz", "top", "ru"}[r.IntN(4)], r.Uint64())
		return append(w, link)
	})},
	{"typos 4%", perRune(0.04, typo)},
	{"typos 8%", perRune(0.08, typo)},
	{"spin 15%", perWord(spin(0.15))},
	{"spin 25%", perWord(spin(0.25))},
	{"reorder", func(r *rand.Rand, s string) string {
		parts := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(".!?,;\n", c) })
		if len(parts) < 3 {
			w := strings.Fields(s)
			parts = nil
			for len(w) > 4 {
				parts = append(parts, strings.Join(w[:4], " "))
				w = w[4:]
			}
			parts = append(parts, strings.Join(w, " "))
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		return strings.Join(parts, ". ")
	}},
	{"tail 30%", perWord(func(r *rand.Rand, w []string) []string { return append(w, words(r, max(1, len(w)*3/10))) })},
	{"head+tail 20%", perWord(func(r *rand.Rand, w []string) []string {
		return append([]string{words(r, max(1, len(w)/5))}, append(w, words(r, max(1, len(w)/5)))...)
	})},
	{"combination", func(r *rand.Rand, s string) string {
		light := slices.Clone(mutations1)
		r.Shuffle(len(light), func(i, j int) { light[i], light[j] = light[j], light[i] })
		for _, m := range light[:3] {
			s = m.do(r, s)
		}
		return s
	}},
}

// mutations1 are those that a combination is made of.
var mutations1 = []mutation{
	{"", perRune(0.2, homoglyph)},
	{"", perRune(0.2, func(r *rand.Rand, c rune) string { return string(c) + invisible[r.IntN(len(invisible))] })},
	{"", perRune(0.03, typo)},
	{"", perWord(spin(0.1))},
	{"", perWord(func(r *rand.Rand, w []string) []string { return append([]string{"Hello " + grammar{r}.name()}, w...) })},
	{"", perRune(0.3, func(r *rand.Rand, c rune) string { return string(unicode.ToUpper(c)) })},
}

func spin(p float64) func(r *rand.Rand, w []string) []string {
	return func(r *rand.Rand, w []string) []string {
		for i := range w {
			if r.Float64() < p {
				w[i] = strings.TrimSpace(words(r, 1))
			}
		}
		return w
	}
}
