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
	dots, dot := 0, start
	for end = start; end < len(text) && end-start <= maxHost; end++ {
		if text[end] == '.' {
			if end+1 >= len(text) || !hostByte(text[end+1]) {
				break
			}
			dots++
			dot = end
		} else if !hostByte(text[end]) {
			break
		}
	}
	if dots == 0 || dot == start || end-start > maxHost {
		return end, false
	}
	var tld [12]byte
	n := 0
	for _, c := range []byte(text[dot+1 : end]) {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if n == len(tld) || c < 'a' || c > 'z' {
			return end, false
		}
		tld[n] = c
		n++
	}
	if n < 2 {
		return end, false
	}
	if end < len(text) && text[end] == '/' {
		return end, true
	}
	if www := start + 4; dot > start+3 && www < end && (text[start:www] == "www." || text[start:www] == "WWW." || text[start:www] == "Www.") {
		return end, true
	}
	return end, topLevel(string(tld[:n]))
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
