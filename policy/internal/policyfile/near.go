package policyfile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// nearest returns the known name that is most like name, or "" if none is; of two, the one
// that begins like it.
func nearest(name string, known []string) string {
	plain := strings.NewReplacer("_", "", "-", "", " ", "").Replace
	name = plain(strings.ToLower(wire.Clip(name, 64)))
	best, least := "", 2+len(name)/4
	for _, k := range known {
		as := plain(k)
		if max(len(as)-len(name), len(name)-len(as)) > least {
			continue // so many letters are too many or missing
		}
		n := editDistance(name, as)
		if n < least || n == least && best != "" && strings.HasPrefix(k, name) && !strings.HasPrefix(best, name) {
			best, least = k, n
		}
	}
	return best
}

// editDistance is the number of bytes to insert, delete or replace between a and b
// (Levenshtein distance).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0] // of the row before, one to the left
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Plain is a name without spaces and in lower case.
func Plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// Almost reports whether a name is a plain one, or is it but for one letter that is
// another, too many or missing, or two that have changed places. Unlike nearest it takes
// no other for it, and allocates nothing.
func Almost(name, known string) bool {
	i := 0
	for i < len(name) && i < len(known) && name[i] == known[i] {
		i++
	}
	name, known = name[i:], known[i:]
	_, letter := utf8.DecodeRuneInString(name)
	rest := name[letter:]
	swapped := len(name) > 1 && len(known) > 1 && name[0] == known[1] && name[1] == known[0] && name[2:] == known[2:]
	return name == known || rest == known || swapped || known != "" && (rest == known[1:] || name == known[1:])
}
