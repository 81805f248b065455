package actors

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// A writer makes texts from patterns: {name} is a word of that list, or of
// fixed.
type writer struct {
	rng   *rand.Rand
	fixed map[string]string
}

// fill replaces every {name} of a pattern. A word of a list is drawn anew each
// time.
func (w *writer) fill(pattern string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		var name string
		name, pattern, _ = strings.Cut(rest, "}")
		switch value, ok := w.fixed[name]; {
		case ok:
			b.WriteString(value)
		case name == "personal":
			b.WriteString(capital(w.one(personals)))
		default:
			b.WriteString(pick(w.rng, lists[name]))
		}
	}
}

// one fills one pattern of a list.
func (w *writer) one(patterns []string) string { return w.fill(pick(w.rng, patterns)) }

// choose makes one letter of a list: a pattern that is still to be filled.
func (w *writer) choose(all []letter) string {
	parts := make([]string, 0, 8)
	for _, ways := range pick(w.rng, all) {
		parts = append(parts, pick(w.rng, ways))
	}
	return strings.Join(parts, " ")
}

// chat is something that friends write: a sentence or three.
func (w *writer) chat() string {
	n := 1 + w.rng.IntN(3)
	parts := make([]string, n)
	for i := range parts {
		parts[i] = w.one(chats)
	}
	return strings.Join(parts, pick(w.rng, []string{". ", " ", "\n", "... ", "! "}))
}

// opener is what a member writes to somebody new.
func (w *writer) opener() string { return w.one(openers) + " " + capital(w.one(chats)) }

// spin says one of the texts of slow in new words.
func (w *writer) spin(text int) string {
	var parts []string
	for _, ways := range slow[text] {
		parts = append(parts, w.one(ways))
	}
	return strings.Join(parts, " ")
}

// disguise edits a share of the letters, and hides between the others.
func (w *writer) disguise(text string, share float64) string {
	var b strings.Builder
	for _, r := range text {
		if r < 'A' || w.rng.Float64() >= share {
			b.WriteRune(r)
			continue
		}
		switch like, ok := homoglyphs[r]; w.rng.IntN(4) {
		case 0: // another letter
			b.WriteRune('a' + rune(w.rng.IntN(26)))
		case 1: // hidden company
			b.WriteRune(r)
			b.WriteRune(pick(w.rng, []rune{'\u200b', '\u200c', '\u2060', '\u00ad'}))
		case 2: // doubled
			b.WriteRune(r)
			b.WriteRune(r)
		default: // a twin from another script
			if ok {
				r = like
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

var homoglyphs = map[rune]rune{
	'a': 'а', 'c': 'с', 'e': 'е', 'i': 'і', 'j': 'ј', 'o': 'о', 'p': 'р', 's': 'ѕ', 'x': 'х', 'y': 'у', 'd': 'ԁ', 'h': 'һ',
	'A': 'А', 'B': 'В', 'C': 'С', 'E': 'Е', 'H': 'Н', 'K': 'К', 'M': 'М', 'O': 'О', 'P': 'Р', 'T': 'Т', 'X': 'Х',
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[n:]
}

func pick[T any](rng *rand.Rand, items []T) T { return items[rng.IntN(len(items))] }
