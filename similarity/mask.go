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
	run, j := 0, i
	for {
		_, size, _ := f.digitAt(j)
		if size == 0 {
			break
		}
		run++
		j += size
	}
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

// plainNumber masks a number that is not part of a word, with what is grouped with it.
func (f *folder) plainNumber(buf []byte, i, n int) (int, int) {
	var (
		tail   uint64 // the last nine digits
		digits int
		first  int // digits in the first group
		group  int
		phone  = true
		year   = false
		j      = i
		tok    = f.tok
	)
	for {
		group = 0
		value := 0
		for {
			d, size, _ := f.digitAt(j)
			if size == 0 {
				break
			}
			tail = (tail*10 + uint64(d)) % 1e9
			if value < 1e6 {
				value = value*10 + d
			}
			group++
			digits++
			j += size
		}
		if first == 0 {
			first = group
		}
		if group == 4 && (value/100 == 19 || value/100 == 20) {
			year = true
		}
		k := j
		for k < len(f.text) && k-j < 3 && strings.IndexByte(" .,:/-()'", f.text[k]) >= 0 {
			k++
		}
		if _, size, _ := f.digitAt(k); k == j || size == 0 {
			break
		}
		for _, c := range []byte(f.text[j:k]) {
			switch c {
			case ',', ':', '/', '\'':
				phone = false
			}
			if c == ' ' {
				tok = k
			}
		}
		j = k
	}
	if digits < 7 || digits > 15 || year && digits <= 8 {
		phone = false
	}
	if tok != f.tok {
		f.tok, f.tokOut = tok, n
	}
	if phone {
		f.addKey(tail ^ uint64(min(digits, 9))<<60)
		buf[n] = MaskPhone
	} else {
		buf[n] = MaskNumber
	}
	return j, n + 1
}

// dot folds the full stop at i, which may be inside a host name.
func (f *folder) dot(buf []byte, i, n int) (int, int) {
	if i > f.tok && i >= f.noHost && i-f.tok <= maxHost && hostByte(f.text[i-1]) && i+1 < len(f.text) && hostByte(f.text[i+1]) {
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
	if i+1 < len(f.text) && hostByte(f.text[i+1]) { // a name may still end here
		return i + 1, n
	}
	f.tok, f.tokOut = i+1, n
	return i + 1, n
}

// colon folds the colon at i, which may follow the scheme of a URL.
func (f *folder) colon(buf []byte, i, n int) (int, int) {
	if i-f.tok >= 2 && i >= f.noHost && strings.HasPrefix(f.text[i:], "://") && asciiTable[f.text[i-1]]&asciiLetter != 0 {
		start := i + 3
		if at := strings.IndexByte(f.text[start:min(len(f.text), start+maxHost)], '@'); at >= 0 && !strings.ContainsAny(f.text[start:start+at], "/?# \t\n") {
			start += at + 1
		}
		end := start
		for end < len(f.text) && end-start < maxHost && (f.text[end] == '.' || hostByte(f.text[end])) {
			end++
		}
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
	f.tok, f.tokOut = i+1, n
	return i + 1, n
}

// at folds the sign at i: an e-mail address, a handle, or an a.
func (f *folder) at(buf []byte, i, n int) (int, int) {
	text := f.text
	if i > f.tok && i+1 < len(text) && hostByte(text[i-1]) && hostByte(text[i+1]) && text[i+1] < utf8.RuneSelf {
		end, dot := i+1, 0
		for end < len(text) && end-i <= maxHost && (text[end] == '.' || hostByte(text[end])) {
			if text[end] == '.' {
				dot = end
			}
			end++
		}
		for end > i && (text[end-1] == '.' || text[end-1] == '-') {
			end--
		}
		if dot >= end {
			dot = strings.LastIndexByte(text[i:end], '.') + i
		}
		if dot > i+1 && end-dot > 2 {
			if f.name(end-f.tok, end) {
				n = f.tokOut
			}
			buf[n] = MaskEmail
			f.tok, f.tokOut = end, n+1
			return end, n + 1
		}
	}
	if f.letterBefore(i) {
		if f.letterAt(i + 1) {
			buf[n] = 'a'
			f.obf.Leet = saturate(f.obf.Leet)
			return i + 1, n + 1
		}
	} else if f.letterAt(i+1) || i+1 < len(text) && text[i+1] == '_' {
		j := i + 1
		for j < len(text) && (text[j] == '_' || text[j] == '.' && j+1 < len(text) && hostByte(text[j+1]) || hostByte(text[j]) && text[j] != '-') {
			j++
		}
		if f.name(j-i, j) {
			buf[n] = MaskHandle
			f.tok, f.tokOut = j, n+1
			return j, n + 1
		}
	}
	f.tok, f.tokOut = i+1, n
	return i + 1, n
}

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
