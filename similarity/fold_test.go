package similarity
import ("testing";"unicode/utf8";"bytes")
func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "a", benchMasks, benchCyr, benchMixed, benchKor, benchHan, benchArab, "\xff\xc0a", "раураl", "x\x11y", "a.b.com", "\uFDFA", "1 2 3 4 5", "e\u0301\u0302\u0303", "👨‍👩‍👧", "한ᄒ", "ǆ", "a@b.co", "@me", "12:30", "$ale w!n"} {
		f.Add(s)
	}
	h := NewHasher([]byte("key"))
	f.Fuzz(func(t *testing.T, s string) {
		a := Fold(nil, s)
		if !utf8.Valid(a) {
			t.Fatalf("%q: not valid UTF-8: %q", s, a)
		}
		if len(a) > MaxExpansion*len(s) {
			t.Fatalf("%q: %d bytes from %d", s, len(a), len(s))
		}
		if b := Fold(nil, string(a)); !bytes.Equal(a, b) {
			t.Fatalf("%q: not idempotent: %q, then %q", s, a, b)
		}
		var k Sketch
		h.Sketch(&k, s)
		if n := len(gramSet(s,4)); k.Grams == 0 != (n == 0) {
			t.Fatalf("%q: %d grams, want %d", s, k.Grams, n)
		}
	})
}
