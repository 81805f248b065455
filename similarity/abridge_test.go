package similarity

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

const abridged = 64 << 10

// nothing are things that show nothing, or nothing but signs.
var nothing = map[string]string{
	"spaces": " ", "lines": "\r\n", "controls": "\x01", "no-break": "\u00a0", "ideographic": "\u3000", "zero width": "\u200b",
	"joiners": "\u200d\ufeff\u2060", "variation": "\ufe0f", "Hangul filler": "\u3164", "soft hyphen": "\u00ad", "tags": "\U000e0041", "bidi": "\u202e",
	"selectors": "\U000e0100", "marks": "\u0301", "signs": ".-!", "emoji": "😀", "reference": "&nbsp;", "number": "&#8203;", "percent": "%20", "mixed": " \u200b\u00ad&shy;\n\U000e0020.",
}

// TestAbridgeNothing: long runs of nothing before a text, after it, on both sides and
// within it do not hide it: what is left is the same text to Fold and to a sketch.
func TestAbridgeNothing(t *testing.T) {
	alone(t)
	const plain = "You have won a prize in our lottery. Call us now and tell us the number of your bank account"
	const letters = "the beginning of what is shown and then "
	h := NewHasher([]byte("0123456789abcdef"))
	for name, s := range nothing {
		pad := strings.Repeat(s, abridged/len(s)+1)
		for _, c := range [...]struct{ where, text, want string }{
			{"before", pad + plain, plain}, {"after", plain + pad, plain}, {"around", pad + plain + pad, plain},
			{"between", letters + "\n" + pad + "\n" + plain + "\n" + pad + "\nend", letters + plain + "end"},
			{"much", strings.Repeat(pad, 1<<20/len(pad)-1) + plain + strings.Repeat(pad, 1<<20/len(pad)-1), plain},
		} {
			got := Abridge(c.text, abridged)
			if a, b := Fold(nil, got), Fold(nil, c.want); !bytes.Equal(a, b) {
				t.Errorf("%s %s: %.200q, want %q", name, c.where, a, b)
			}
			var a, b Sketch
			if h.Sketch(&a, got); a.Exact == 0 {
				t.Errorf("%s %s: no sketch", name, c.where)
			}
			if h.Sketch(&b, c.want); a.Exact != b.Exact {
				t.Errorf("%s %s: another sketch", name, c.where)
			}
		}
	}
}

// TestAbridgeAlloc: a short text is returned as it is, without an allocation, whatever is in
// it; of a long one neither end is hidden, no more is kept than is asked for, and no
// character is cut in two.
func TestAbridgeAlloc(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	parts := []string{"a", "word ", "ж", "漢", "한", "😀", "\u0301", "https://example.com/a?b=1 ", "@ann ", "+49 30 1234567 ", "&amp;", "%E2%80%8B"}
	for _, s := range nothing {
		parts = append(parts, s)
	}
	for range 2000 {
		var b strings.Builder
		for range rnd.IntN(60) {
			b.WriteString(strings.Repeat(parts[rnd.IntN(len(parts))], 1+rnd.IntN(40)))
		}
		text := b.String()
		for _, most := range []int{len(text), len(text) + rnd.IntN(9)} {
			if got := Abridge(text, most); got != text {
				t.Fatalf("Abridge(%q, %d) = %q", text, most, got)
			}
		}
		most := rnd.IntN(len(text) + 1)
		if got := Abridge(text, most); len(got) > most || !utf8.ValidString(got) {
			t.Fatalf("Abridge(%q, %d) = %q, %d bytes", text, most, got, len(got))
		}
	}
	for _, letter := range []string{"x", "ж", "漢", "𝒳"} {
		for shift := range 4 {
			long := "first words " + strings.Repeat("y", shift) + strings.Repeat(letter, abridged) + strings.Repeat("z", shift) + " last words"
			got := Abridge(long, abridged)
			if !utf8.ValidString(got) || len(got) > abridged || len(got) < abridged-16 || !strings.HasPrefix(got, "first words ") || !strings.HasSuffix(got, " last words") {
				t.Errorf("%s, %d: %d bytes, %.20q … %q", letter, shift, len(got), got, got[max(0, len(got)-20):])
			}
		}
	}
	text := strings.Repeat("a b ", abridged/4)
	if n := testing.AllocsPerRun(10, func() { Abridge(text, abridged) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzAbridge: any bytes are abridged to what was asked for, and what is valid stays so.
func FuzzAbridge(f *testing.F) {
	f.Add("a  b\u200b\u200b", " ", 5)
	f.Add("\xff\x80\x80\x80\x80\x80", "\x80", 3)
	for _, s := range nothing {
		f.Add("hello", s, 40)
	}
	f.Fuzz(func(t *testing.T, text, pad string, most int) {
		text = strings.Repeat(pad, 3000/(len(pad)+1)) + text + strings.Repeat(pad, 9000/(len(pad)+1))
		most %= 10_000
		got := Abridge(text, most)
		if len(got) > max(most, 0) || utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Fatalf("Abridge(%q, %d) = %q", text, most, got)
		}
	})
}

// BenchmarkAbridge is a text of 10 MB.
func BenchmarkAbridge(b *testing.B) {
	for _, s := range []string{"a", "All work and no play. ", " ", "\u200b", "a\u200b", "&nbsp;", "%E2%80%8B", ".", "://", "@", "a.", "&", "&#", "%", "1 ", "\u0301", "a@", "@a ", "https://a.b/", "%20.a@"} {
		text := strings.Repeat(s, 10<<20/len(s))
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				Abridge(text, abridged)
			}
		})
	}
}
