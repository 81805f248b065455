package similarity

import "strings"

// A mask hides what is behind it, and so a whole text can be put there: as
// @handles, as the path of a link, as labels of a host. What no address needs
// is therefore read like any other text.
const (
	maxBehind = 80 // letters of words in all addresses of a text: one real text in a thousand has more
	maxWord   = 24 // bytes of a word; what is longer, or has two digits, is an identifier
	maxLabels = 6  // of a host
	maxLabel  = 64 // bytes of a host
	maxHandle = 32 // bytes of a handle, and of all names of a text beside a quarter of what precedes them
)

// name counts the bytes of a handle or e-mail address that ends at end, and
// reports whether it is to be masked.
func (f *folder) name(size, end int) bool {
	if f.names == 0 && allHandles(f.text) {
		f.names = len(f.text) + maxHandle
	}
	f.names += size
	return size <= maxHandle && f.names <= maxHandle+end/4
}

// allHandles reports whether most of text is handles: four or more, or long ones.
func allHandles(text string) bool {
	if maxWord*strings.Count(text, "@") < len(text) {
		return false
	}
	handles, size := 0, 0
	for i := 0; i < len(text); i++ {
		if text[i] != '@' || i > 0 && hostByte(text[i-1]) {
			continue
		}
		start := i
		for i < len(text) && asciiTable[text[i]]&asciiStart == 0 {
			i++
		}
		handles++
		size += i - start
	}
	return 2*size > len(text) && (handles >= 4 || size > maxHandle+maxHandle/2)
}

// url notes the URL whose host is text[start:end], and reports where it ends
// and whether it is to be masked. If its path is a text it ends before the
// path.
func (f *folder) url(start, end int) (int, bool) {
	text := f.text
	f.addHost(text[start:end])
	tail := end
	if end < len(text) && (text[end] == '/' || text[end] == '?' || text[end] == '#' || text[end] == ':') {
		for tail < len(text) && text[tail] > ' ' && text[tail] != '<' && text[tail] != '>' && text[tail] != '"' {
			tail++
		}
	}
	if f.behind > maxBehind || end-start > maxLabel || strings.Count(text[start:end], ".") >= maxLabels {
		f.behind = maxBehind + 1
		return tail, false
	}
	f.behind += wordLetters(text[start:end])
	if tail > end {
		if f.behind += wordLetters(text[end:tail]); f.behind > maxBehind {
			f.noHost = tail
			return end, true
		}
	}
	return tail, true
}

// wordLetters counts the bytes of the words in s, a part of a URL.
func wordLetters(s string) int {
	n, word, digits := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		c := byte(' ')
		if i < len(s) {
			c = s[i]
		}
		if c == '%' {
			if b, ok := hexByte(s[i:]); ok {
				c = b
				i += 2
			}
		}
		switch {
		case c >= 0x80 || asciiTable[c]&asciiLetter != 0:
			word++
		case c >= '0' && c <= '9':
			digits++
		default:
			if digits < 2 && word <= maxWord {
				n += word
			}
			word, digits = 0, 0
		}
	}
	return n
}
