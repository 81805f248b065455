package similarity

import (
	"strings"
	"unicode/utf8"
)

// escape folds the & at i, which may begin a character reference (HTML, 13.5).
func (f *folder) escape(buf []byte, i, n int) (int, int) {
	if r, size := reference(f.text[i:]); size > 0 {
		return i + size, f.spelled(buf, r, i, i+size, n)
	}
	return f.separator(i, n)
}

// percent folds the % at i, which may begin a percent-encoded character (RFC
// 3986, 2.1).
func (f *folder) percent(buf []byte, i, n int) (int, int) {
	var b [utf8.UTFMax]byte
	size, end := 0, i
	for size < len(b) {
		c, ok := hexByte(f.text[end:])
		if !ok || size > 0 && c&0xC0 != 0x80 {
			break
		}
		b[size] = c
		size++
		end += 3
		if utf8.FullRune(b[:size]) {
			break
		}
	}
	r, used := utf8.DecodeRune(b[:size])
	if used != size || r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
		return i + 1, n
	}
	return end, f.spelled(buf, r, i, end, n)
}

// hexByte reads %XX at the beginning of s.
func hexByte(s string) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	a, b := hexDigit(s[1]), hexDigit(s[2])
	return byte(a<<4 | b), a|b >= 0
}

// hexDigit returns the value of a hexadecimal digit, or -1.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// reference reads the character reference that s begins with; its size is 0 if
// there is none. Of the names it knows those of signs, spaces and accented
// letters; a sign is a space.
func reference(s string) (r rune, size int) {
	if len(s) > 3 && s[1] == '#' {
		return numeric(s)
	}
	end := strings.IndexByte(s[:min(len(s), 18)], ';')
	if end < 3 {
		return 0, 0
	}
	switch name := s[1:end]; name {
	case "amp", "lt", "gt", "quot", "apos", "nbsp", "ensp", "emsp", "thinsp", "copy", "reg", "trade", "deg", "sect", "para",
		"hellip", "ndash", "mdash", "middot", "bull", "lsquo", "rsquo", "sbquo", "ldquo", "rdquo", "bdquo", "laquo", "raquo", "prime",
		"cent", "pound", "euro", "yen", "times", "hearts", "rarr", "larr", "Tab", "NewLine", "comma", "period", "colon", "semi", "excl", "quest", "num", "lpar", "rpar":
		return ' ', end + 1
	case "shy", "zwj", "zwnj", "lrm", "rlm", "ZeroWidthSpace", "NoBreak":
		return '\u200b', end + 1
	case "szlig":
		return 'ß', end + 1
	default:
		switch name[1:] {
		case "acute", "grave", "circ", "uml", "tilde", "cedil", "ring", "slash", "caron":
			if asciiTable[name[0]]&asciiLetter != 0 {
				return rune(name[0]), end + 1
			}
		}
	}
	return 0, 0
}

// numeric reads a reference by number; browsers want no semicolon.
func numeric(s string) (r rune, size int) {
	i, base := 2, rune(10)
	if s[i] == 'x' || s[i] == 'X' {
		i, base = 3, 16
	}
	start := i
	for i < len(s) && i-start < 8 {
		d := hexDigit(s[i])
		if d < 0 || d >= int(base) {
			break
		}
		r = r*base + rune(d)
		i++
	}
	if i == start || r > utf8.MaxRune {
		return 0, 0
	}
	if i < len(s) && s[i] == ';' {
		i++
	}
	return r, i
}

// spelled folds r, for which text[i:end] stands.
func (f *folder) spelled(buf []byte, r rune, i, end, n int) int {
	switch {
	case !utf8.ValidRune(r):
		return n
	case r < utf8.RuneSelf:
		return f.spelledASCII(buf, byte(r), i, end, n)
	case isHangul(r):
		return appendSyllable(buf, n, r)
	}
	w, id := runeValue(r)
	switch w.kind() {
	case kindLetter:
		if w&runeNative != 0 && f.native {
			w = runeWord(runeValues[id+1])
		}
		if s := w.script(); s != 0 {
			f.lastEnd, f.lastScript = end, s
		}
		if w.length() == 0 {
			return n + utf8.EncodeRune(buf[n:], r)
		}
		return n + copy(buf[n:], w.out())
	case kindDigit:
		return f.spelledDigit(buf, int(w.out()[0]-'0'), i, end, n)
	case kindSeparator, kindSpace:
		f.tok, f.tokOut = end, n
	}
	return n
}

// spelledASCII folds c, for which text[i:end] stands. A letter that somebody wrote
// as a number is a disguise.
func (f *folder) spelledASCII(buf []byte, c byte, i, end, n int) int {
	e := asciiTable[c]
	switch {
	case e&asciiLetter != 0:
		buf[n], buf[n+1] = byte(e), byte(e>>8)
		f.lastEnd, f.lastScript = end, 0
		f.obf.Leet = saturate(f.obf.Leet)
		return n + int(e>>16&3)
	case c >= '0' && c <= '9':
		return f.spelledDigit(buf, int(c-'0'), i, end, n)
	case c >= ' ' || e&asciiStart != 0:
		f.tok, f.tokOut = end, n
	}
	return n
}

// spelledDigit folds a digit: a letter after a letter, and otherwise the mask
// of the number that it belongs to.
func (f *folder) spelledDigit(buf []byte, d, i, end, n int) int {
	if l := leetLetters[d]; l != 0 && f.letterBefore(i) {
		buf[n] = l
		f.lastEnd, f.lastScript = end, 0
		return n + 1
	}
	if n > 0 && buf[n-1] == MaskNumber {
		return n
	}
	buf[n] = MaskNumber
	return n + 1
}
