package console

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shown is a text that somebody else wrote as it can be shown: at most so many characters,
// and what would hide or turn around what stands beside it is named.
func shown(s string, most int) string {
	var b strings.Builder
	for _, r := range s {
		as := string(r)
		switch {
		case r == '\n' || r == '\t' || r == 0x200C || r == 0x200D: // lines, and what joins signs of Persian, or an emoji
		case r == utf8.RuneError || unicode.Is(unicode.Co, r):
			as = "\uFFFD"
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == 0x2028, r == 0x2029, r == 0x3164, r == 0x115F, r == 0x1160, r == 0xFFA0:
			as = "⟨" + strings.ToUpper(strconv.FormatInt(int64(r), 16)) + "⟩"
		}
		if most -= utf8.RuneCountInString(as); most < 0 {
			b.WriteString("…")
			break
		}
		b.WriteString(as)
	}
	return b.String()
}

// A part is a piece of a copy: what the first one has, or what it has not.
type part struct {
	Text  string
	Added bool
}

// most is how many words of a text are compared: it bounds the table, 1 MB of bytes.
const mostWords = 500

// differing splits a text into what it has in common with another one, word by word, and
// what it has not. What is beyond 500 words is not compared.
func differing(first, text string) []part {
	a, b := words(first), words(text)
	rest := b[min(len(b), mostWords):]
	a, b = a[:min(len(a), mostWords)], b[:min(len(b), mostWords)]
	// longest[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	longest := make([][]uint16, len(a)+1)
	for i := range longest {
		longest[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var all []part
	add := func(s string, added bool) {
		if n := len(all); n > 0 && all[n-1].Added == added {
			all[n-1].Text += s
			return
		}
		all = append(all, part{s, added})
	}
	for i, j := 0, 0; j < len(b); {
		switch {
		case i < len(a) && a[i] == b[j]:
			add(b[j], false)
			i, j = i+1, j+1
		case i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			add(b[j], true)
			j++
		}
	}
	if len(rest) > 0 {
		add(strings.Join(rest, ""), false)
	}
	return all
}

// words splits a text into words, the blanks between them, and single signs.
func words(s string) (all []string) {
	kind := func(r rune) int {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r):
			return 1
		case unicode.IsSpace(r):
			return 2
		}
		return 0
	}
	begin, was := 0, 0
	for i, r := range s {
		k := kind(r)
		if i > begin && (k != was || k == 0) {
			all = append(all, s[begin:i])
			begin = i
		}
		was = k
	}
	if begin < len(s) {
		all = append(all, s[begin:])
	}
	return all
}
