package similarity

import "unicode/utf8"

// maxHost is the longest host name (RFC 1035).
const maxHost = 253

// hostByte reports whether c can be part of a label of a host name.
func hostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c >= utf8.RuneSelf
}

// host looks for a host name without a scheme at start: labels with dots
// between them, and at the end a top-level domain that is not taken for the
// first word of a sentence whose space was forgotten. It returns where the
// labels end.
func (f *folder) host(start int) (end int, ok bool) {
	text := f.text
	end, dot := f.labels(start)
	if dot == start || end-start > maxHost {
		return end, false
	}
	var buf [12]byte
	tld := lowerLetters(buf[:0], text[dot+1:end])
	switch {
	case len(tld) < 2:
		return end, false
	case end < len(text) && text[end] == '/':
		return end, true
	case dot > start+3 && (text[start:start+4] == "www." || text[start:start+4] == "WWW." || text[start:start+4] == "Www."):
		return end, true
	}
	return end, topLevel(string(tld))
}

// labels finds the end of labels with dots between them, and the last dot: start if
// there is none.
func (f *folder) labels(start int) (end, dot int) {
	text := f.text
	dot = start
	for end = start; end < len(text) && end-start <= maxHost; end++ {
		if text[end] == '.' && end+1 < len(text) && hostByte(text[end+1]) {
			dot = end
		} else if !hostByte(text[end]) {
			break
		}
	}
	return end, dot
}

// lowerLetters appends label in lower case, if it is of ASCII letters only and dst
// has room for them; else it returns nil.
func lowerLetters(dst []byte, label string) []byte {
	for _, c := range []byte(label) {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if len(dst) == cap(dst) || c < 'a' || c > 'z' {
			return nil
		}
		dst = append(dst, c)
	}
	return dst
}

// topLevel reports whether s is a top-level domain that people put in messages
// and that is not also a common word.
func topLevel(s string) bool {
	switch s {
	case "com", "net", "org", "info", "biz", "edu", "gov", "mil", "int",
		"io", "co", "ai", "app", "dev", "ly", "gl", "gd", "gg", "gy", "cc", "ws", "tv", "fm", "vc", "tk", "ml", "ga", "cf", "gq",
		"link", "click", "site", "online", "website", "shop", "store", "top", "xyz", "club", "vip", "pro", "icu", "buzz", "loan", "page",
		"tech", "cloud", "digital", "email", "agency", "network", "blog", "finance", "bet", "casino",
		"ru", "ua", "kz", "cn", "tw", "hk", "jp", "kr", "de", "uk", "fr", "es", "nl", "pl", "br", "ca", "au", "nz", "eu", "ch", "se",
		"fi", "dk", "cz", "sk", "gr", "tr", "ir", "sg", "th", "vn", "ph", "pk", "bd", "lk", "za", "ng", "ke", "eg", "ma", "mx", "ar", "cl", "pe", "ro", "bg", "hu", "rs", "lt", "lv", "ee", "ie", "il", "sa", "ae":
		return true
	}
	return false
}
