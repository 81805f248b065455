package similarity

import "strings"

// A mask hides what is behind it, and so a whole text can be put there: as
// @handles, as the path of a link, as labels of a host. A sender could then write
// the same text to everybody and be seen to write nothing but links. What no
// address needs is therefore read like any other text.
const (
	maxBehind = 80 // letters of words in all addresses of a text: one real text in a thousand has more
	maxWord   = 24 // bytes of a word; what is longer, or has two digits, is an identifier
	maxLabels = 6  // of a host
	maxLabel  = 64 // bytes of a host
	maxHandle = 32 // bytes of a handle, and of all names of a text beside a quarter of what precedes them
)

// masks counts the bytes of a handle or e-mail address that ends at end, and
// reports whether it is to be masked.
func (f *folder) masks(size, end int) bool {
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
// and whether it is to be masked. If its path is a text it ends before the path.
func (f *folder) url(start, end int) (int, bool) {
	host := f.text[start:end]
	f.addHost(host)
	tail := f.path(end)
	if f.behind > maxBehind || len(host) > maxLabel || strings.Count(host, ".") >= maxLabels {
		f.behind = maxBehind + 1
		return tail, false
	}
	f.behind += wordLetters(host)
	if tail > end {
		if f.behind += wordLetters(f.text[end:tail]); f.behind > maxBehind {
			f.noHost = tail
			return end, true
		}
	}
	return tail, true
}

// path finds where the URL ends whose host ends at end: port, path, query and
// fragment, up to what no URL holds.
func (f *folder) path(end int) int {
	text := f.text
	if end == len(text) || text[end] != '/' && text[end] != '?' && text[end] != '#' && text[end] != ':' {
		return end
	}
	for end < len(text) && text[end] > ' ' && text[end] != '<' && text[end] != '>' && text[end] != '"' {
		end++
	}
	return end
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
