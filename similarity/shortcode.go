package similarity

import "strings"

// shortcode returns where the emoji ends that the colon at i begins, and reports whether
// there is one. Programs for chat write emoji as :name:, and everybody sends the same few:
// four words and a smile would be mostly :slightly_smiling_face:. So they are dropped as
// emoji are, the first one, and others as long as they are no more than a quarter of
// the text so far: a text may be put there.
//
// A name is of small letters, digits and _ + -, with a letter or + in it or - before it.
// No word is joined to either colon: std::vector::iterator is none.
func (f *folder) shortcode(i int) (end int, ok bool) {
	text := f.text
	if i > f.tok || i > 0 && text[i-1] == ':' && i != f.noWord {
		return i, false
	}
	for end = i + 1; end < len(text) && (hostByte(text[end]) || text[end] == '_' || text[end] == '+'); end++ {
	}
	if end == len(text) || text[end] != ':' || end-i > maxHandle || !emojiName(text[i+1:end]) || f.letterAt(end+1) {
		return end, false
	}
	end++
	if f.noWord > 0 {
		f.emoji += end - i
	}
	f.noWord = end
	return end, 4*f.emoji <= end
}

// emojiName reports whether s is a name of an emoji, as far as can be seen.
func emojiName(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' || r > '~' }) {
		return false
	}
	return strings.Trim(s, "0123456789_-") != "" || len(s) > 1 && s[0] == '-'
}
