package similarity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// maxTokens bounds how much of a text a Template looks at.
const maxTokens = 256

// A token is a word, or the signs between two words.
type token struct {
	hash  uint64 // of the folded word, or of the signs
	text  string
	space bool // something white stands before it
	word  bool
	class SlotClass // what it would be in a slot
}

// tokens cuts text into words and signs, of which it looks at maxTokens. What Fold would
// mask is one word.
func tokens(dst []token, text string, key uint64) []token {
	return tokensUpTo(maxTokens, dst, text, key)
}

func tokensUpTo(most int, dst []token, text string, key uint64) []token {
	var buf [64]byte
	space := false
	for i := 0; i < len(text) && len(dst) < most; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			space = true
			i += size
			continue
		}
		end := len(text)
		if n := strings.IndexFunc(text[i:], unicode.IsSpace); n >= 0 {
			end = i + n
		}
		for i < end && len(dst) < most {
			n, word := cut(text[i:end])
			if phone := phoneLength(text[i:min(len(text), i+maxPhone)]); phone > n {
				n, word = phone, true
				end = max(end, i+n)
			}
			t := token{text: text[i : i+n], space: space, word: word}
			if word {
				folded := Fold(buf[:0], t.text)
				t.class = classOf(t.text, folded)
				if len(folded) == 0 {
					t.word = false
				}
				if len(folded) == 1 && isMask(folded[0]) { // the same link in all is worth showing
					folded = append(folded, t.text...)
				}
				t.hash = mix64(xxhash.Sum64(folded) ^ key)
			}
			if !t.word {
				t.hash = mix64(^xxhash.Sum64String(t.text) ^ key)
			}
			dst = append(dst, t)
			i += n
			space = false
		}
	}
	return dst
}

// cut returns the length of the first token of a run without white space.
func cut(s string) (n int, word bool) {
	first, size := utf8.DecodeRuneInString(s)
	if wordRune(first) || (first == '@' || first == '+' || first == '#') && len(s) > 1 {
		if gramWidth(first) < 4 { // no spaces: a few characters are a word
			return size, true
		}
		return size + cutWord(s[size:]), true
	}
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if wordRune(r) || n > 0 && r == '@' {
			break
		}
		n += size
	}
	return n, false
}

// cutWord returns how far a word goes on in s. An address or a number keeps the
// signs inside it, but not those at its end.
func cutWord(s string) (end int) {
	for n := 0; n < len(s); {
		r, size := utf8.DecodeRuneInString(s[n:])
		n += size
		switch {
		case r >= 0x2000 && gramWidth(r) < 4:
			return end
		case wordRune(r) || r == '/':
			end = n
		case strings.ContainsRune(",;!?()\"", r) && !goesOn(r, s[n:]):
			return end
		}
	}
	return end
}

// goesOn reports whether an address or a number goes on behind the sign r: with a
// digit, or behind a ? with the letters of a query.
func goesOn(r rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	return (r == ',' || r == '?') && unicode.IsDigit(next) || r == '?' && wordRune(next)
}

// maxPhone is how long a phone number may be, with its signs and spaces.
const maxPhone = 40

// phoneLength returns how long the phone number is that s begins with, spaces
// included, or 0.
func phoneLength(s string) int {
	i := 0
	for i < len(s) && i < 2 && (s[i] == '+' || s[i] == '(') {
		i++
	}
	if i >= len(s) || s[i] < '0' || s[i] > '9' {
		return 0
	}
	var buf [1]byte
	f := folder{text: s}
	j, _ := f.plainNumber(buf[:], i, 0)
	if buf[0] != MaskPhone || f.letterAt(j) {
		return 0
	}
	return j
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf { // nearly all are
		return r == '_' || 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M) || r == 0x200C || r == 0x200D
}

// classOf is the class of a slot in which a word with such a folded form stands.
func classOf(text string, folded []byte) SlotClass {
	if len(folded) == 1 && isMask(folded[0]) {
		return [...]SlotClass{SlotURL, SlotEmail, SlotPhone, SlotNumber, SlotHandle}[folded[0]-MaskURL]
	}
	if r, _ := utf8.DecodeRuneInString(text); unicode.IsUpper(r) || unicode.IsTitle(r) {
		return SlotName
	}
	return SlotFree
}
