package main

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/decorum-go/decorum/similarity"
	"go.mau.fi/util/confusable"
)

// TestConfusables folds every source of confusables.txt and what it is
// confused with, inside a Latin word, and counts where the two differ.
func TestConfusables(t *testing.T) {
	n, letters, same, lettersSame := 0, 0, 0, 0
	fold := func(s string) string { return string(similarity.Fold(nil, "a latin sentence with wo"+s+"rd in it")) }
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		to := confusable.GetReplacement(r)
		if to == "" {
			continue
		}
		n++
		ok := fold(string(r)) == fold(to)
		if ok {
			same++
		}
		ascii := len(to) > 0
		for _, c := range to {
			if c >= 0x80 || !unicode.IsLetter(c) {
				ascii = false
			}
		}
		if ascii {
			letters++
			if ok {
				lettersSame++
			} else {
				t.Logf("%U %q -> %q: %q, %q", r, r, to, fold(string(r)), fold(to))
			}
		} else if !ok && n%23 == 0 {
			t.Logf("other %U %q -> %q: %q, %q", r, r, to, fold(string(r))[21:], fold(to)[21:])
		}
	}
	if same < 6000 || lettersSame != letters {
		t.Error("too many differ")
	}
	t.Logf("%d of %d fold to the same, %d of %d with plain letters", same, n, lettersSame, letters)
}
