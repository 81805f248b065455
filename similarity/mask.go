package similarity

import (
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// leetLetters are the letters that digits stand for inside a word.
const leetLetters = "oi\x00eas\x00tbg"

// digitAt returns the digit at i, how long it is, and the letters that it
// stands for inside a word.
func (f *folder) digitAt(i int) (d, size int, letters string) {
	if i >= len(f.text) {
		return 0, 0, ""
	}
	c := f.text[i]
	if c < utf8.RuneSelf {
		if c < '0' || c > '9' {
			return 0, 0, ""
		}
		d = int(c - '0')
		if leetLetters[d] == 0 {
			return d, 1, ""
		}
		return d, 1, leetLetters[d : d+1]
	}
	r, size := utf8.DecodeRuneInString(f.text[i:])
	w, _ := runeValue(r)
	if w.kind() != kindDigit {
		return 0, 0, ""
	}
	out := w.out()
	return int(out[0] - '0'), size, out[1:]
}

// number folds the digits at i: letters if they are part of a word, otherwise
// one mask for the number or phone number that they start.
func (f *folder) number(buf []byte, i, n int) (int, int) {
	j, run, _, _ := f.digitGroup(i, 0)
	before, after := f.letterBefore(i), f.letterAt(j)
	if before || after {
		word := before && (after || i-f.tok >= 2) && run <= 2 ||
			!before && run == 1 && f.letterAt(j+1) && f.letterAt(j+2)
		if !word {
			buf[n] = MaskNumber
			return j, n + 1
		}
		f.obf.Leet = saturate(f.obf.Leet)
		for k := i; k < j; {
			_, size, letters := f.digitAt(k)
			n += copy(buf[n:], letters)
			k += size
		}
		f.lastEnd, f.lastScript = j, 0
		return j, n
	}
	return f.plainNumber(buf, i, n)
}

// plainNumber masks a number that is not part of a word, with what is grouped
// with it: groups of digits with up to three signs or spaces between them. It is
// a phone number if it has as many digits as one, no sign that phone numbers have
// not, and does not look like a date.
func (f *folder) plainNumber(buf []byte, i, n int) (int, int) {
	var tail uint64 // the last nine digits: what is the same with and without a prefix
	digits, phone, year := 0, true, false
	j, tok := i, f.tok
	for {
		var group, value int
		j, group, value, tail = f.digitGroup(j, tail)
		digits += group
		year = year || group == 4 && (value/100 == 19 || value/100 == 20)
		k, space, other := f.grouping(j)
		if _, size, _ := f.digitAt(k); k == j || size == 0 {
			break
		}
		phone = phone && !other
		if space {
			tok = k
		}
		j = k
	}
	if digits < 7 || digits > 15 || year && digits <= 8 {
		phone = false
	}
	if tok != f.tok {
		f.tok, f.tokOut = tok, n
	}
	buf[n] = MaskNumber
	if phone {
		f.addKey(tail ^ uint64(min(digits, 9))<<60)
		buf[n] = MaskPhone
	}
	return j, n + 1
}

// digitGroup reads the digits at j: how many there are and their value, which stops
// at a million. It puts them behind the last nine digits in tail.
func (f *folder) digitGroup(j int, tail uint64) (end, digits, value int, last uint64) {
	for j < len(f.text) {
		d, size := int(f.text[j])-'0', 1
		if d < 0 || d > 9 {
			if d, size, _ = f.digitAt(j); size == 0 {
				break
			}
		}
		tail = (tail*10 + uint64(d)) % 1e9
		if value < 1e6 {
			value = value*10 + d
		}
		digits++
		j += size
	}
	return j, digits, value, tail
}

// grouping reads up to three signs at j that may group digits. It reports whether
// a space is among them, and one that phone numbers have not.
func (f *folder) grouping(j int) (end int, space, other bool) {
	for end = j; end < len(f.text) && end-j < 3; end++ {
		switch f.text[end] {
		case ' ':
			space = true
		case ',', ':', '/', '\'':
			other = true
		case '.', '-', '(', ')':
		default:
			return end, space, other
		}
	}
	return end, space, other
}

// separator folds the sign at i as what it is: the end of a word.
func (f *folder) separator(i, n int) (int, int) {
	f.tok, f.tokOut = i+1, n
	return i + 1, n
}

// dot folds the full stop at i, which may be inside a host name.
func (f *folder) dot(buf []byte, i, n int) (int, int) {
	named := i+1 < len(f.text) && hostByte(f.text[i+1])
	if named && i > f.tok && i >= f.noHost && i-f.tok <= maxHost && hostByte(f.text[i-1]) {
		start := f.tok
		for start < i && !hostByte(f.text[start]) {
			start++
		}
		end, ok := f.host(start)
		if ok {
			var masked bool
			if end, masked = f.url(start, end); masked {
				n = f.tokOut
				buf[n] = MaskURL
				f.tok, f.tokOut = end, n+1
				return end, n + 1
			}
		}
		f.noHost = end
	}
	if named { // a name may still end here
		return i + 1, n
	}
	return f.separator(i, n)
}

// colon folds the colon at i, which may begin an emoji or follow the scheme of a URL.
func (f *folder) colon(buf []byte, i, n int) (int, int) {
	if end, ok := f.shortcode(i); ok {
		return f.separator(end-1, n)
	}
	if i-f.tok < 2 || i < f.noHost || !strings.HasPrefix(f.text[i:], "://") || asciiTable[f.text[i-1]]&asciiLetter == 0 {
		return f.separator(i, n)
	}
	start, end := f.authority(i + 3)
	n = f.tokOut // without the scheme
	if !strings.Contains(f.text[start:end], ".") && (end == len(f.text) || f.text[end] != '/' && f.text[end] != ':') {
		f.tok, f.tokOut = start, n // no host is so
		return start, n
	}
	end, masked := f.url(start, end)
	if masked {
		buf[n] = MaskURL
		n++
	} else {
		f.noHost, end = end, start
	}
	f.tok, f.tokOut = end, n
	return end, n
}

// authority finds the host of a URL whose scheme ends at start (RFC 3986, 3.2):
// behind what precedes an @.
func (f *folder) authority(start int) (from, end int) {
	if at := strings.IndexByte(f.text[start:min(len(f.text), start+maxHost)], '@'); at >= 0 && !strings.ContainsAny(f.text[start:start+at], "/?# \t\n") {
		start += at + 1
	}
	end = start
	for end < len(f.text) && end-start < maxHost && (f.text[end] == '.' || hostByte(f.text[end])) {
		end++
	}
	return start, end
}

// at folds the sign at i: an e-mail address, a handle, or an a.
func (f *folder) at(buf []byte, i, n int) (int, int) {
	if end, ok := f.email(i); ok {
		if f.masks(end-f.tok, end) {
			n = f.tokOut
		}
		buf[n] = MaskEmail
		f.tok, f.tokOut = end, n+1
		return end, n + 1
	}
	letter := f.letterAt(i + 1)
	if f.letterBefore(i) {
		if letter {
			buf[n] = 'a'
			f.obf.Leet = saturate(f.obf.Leet)
			return i + 1, n + 1
		}
	} else if letter || i+1 < len(f.text) && f.text[i+1] == '_' {
		if end := f.handle(i); f.masks(end-i, end) {
			buf[n] = MaskHandle
			f.tok, f.tokOut = end, n+1
			return end, n + 1
		}
	}
	return f.separator(i, n)
}

// email finds the end of the e-mail address whose @ is at i.
func (f *folder) email(i int) (end int, ok bool) {
	text := f.text
	if i <= f.tok || i+1 >= len(text) || !hostByte(text[i-1]) || !hostByte(text[i+1]) || text[i+1] >= utf8.RuneSelf {
		return i, false
	}
	for end = i + 1; end < len(text) && end-i <= maxHost && (text[end] == '.' || hostByte(text[end])); end++ {
	}
	for text[end-1] == '.' || text[end-1] == '-' {
		end--
	}
	dot := strings.LastIndexByte(text[i:end], '.') + i
	return end, dot > i+1 && end-dot > 2
}

// handle finds the end of the handle whose @ is at i.
func (f *folder) handle(i int) (end int) {
	text := f.text
	for end = i + 1; end < len(text); end++ {
		c := text[end]
		dot := c == '.' && end+1 < len(text) && hostByte(text[end+1])
		if c != '_' && !dot && (c == '-' || !hostByte(c)) {
			break
		}
	}
	return end
}

// addHost keeps the host of a URL: lower case, without www.
func (f *folder) addHost(host string) {
	var lower [maxHost]byte
	n := 0
	for i := 0; i < len(host) && n < len(lower); i++ {
		c := host[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[n] = c
		n++
	}
	b := lower[:n]
	for len(b) > 0 && b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	if len(b) > 4 && string(b[:4]) == "www." {
		b = b[4:]
	}
	if len(b) > 0 {
		f.addKey(xxhash.Sum64(b))
	}
}

// addKey keeps up to four different keys.
func (f *folder) addKey(k uint64) {
	if k == 0 {
		k = 1
	}
	for i := range f.keys {
		if f.keys[i] == k {
			return
		}
		if f.keys[i] == 0 {
			f.keys[i] = k
			return
		}
	}
}
