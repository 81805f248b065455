package similarity

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"plain", "Hello, World!", "heiioworid"},
		{"spaced out", "f r e e   m-o_n.e*y", "freernoney"},
		{"leet", "fr33 m0n3y c@sh ca$h w!n 1nvest", "freernoneycashcashwininvest"},
		{"leet is inside words only", "in 2026 we pay $500 on 3/4", "in\x14wepay\x14on\x14"},
		{"numbers with letters", "CSH11 code KL341 at 10am, 3rd, 150p", "cshiicodeki\x14at\x14arn\x14rd\x14p"},
		{"numbers", "1,000.50 and 10:30 and 2026-11-24 and ½ and ٣٤٥", "\x14and\x14and\x14and\x14and\x14"},
		{"phones", "call +44 7911 123456 or (555) 123-4567, 07911123456", "caii\x13or\x13"},
		{"urls", "see https://www.Example.com/a?b=c now, bit.ly/x or www.example.org", "see\x11now\x11or\x11"},
		{"disguised scheme", "hxxp://evil.example/x", "\x11"},
		{"not urls", "e.g. this.Next one... a.b.c U.S.A.", "egthisnextoneabcusa"},
		{"mail", "mail joe.b+x@mail.example.org or @joe_b", "rnaii\x12or\x15"},
		{"mathematical", "𝐇𝐞𝐥𝐥𝐨 𝓦𝓸𝓻𝓵𝓭", "heiioworid"},
		{"full width", "ＨＥＬＬＯ", "heiio"},
		{"enclosed", "ⓗⓔⓛⓛⓞ 🅷🅴🅻🅻🅾", "heiioheiio"},
		{"small capitals", "ʜᴇʟʟᴏ", "heiio"},
		{"Cyrillic in Latin", "раураl", "paypai"},
		{"zalgo", "h̷̢̛e̴̡̛l̸̨̛l̵̢̛o̶̢̨", "heiio"},
		{"zero width", "h\u200be\u200cl\u2060l\ufeffo\u00ad!\U000e0041", "heiio"},
		{"composed and decomposed", "é", string(Fold(nil, "e\u0301"))},
		{"ligatures", "ﬁnal ofﬁce", "finaioffice"},
		{"capitals agree", "ПРИВЕТ ΚΑΛΗΜΕΡΑ", string(Fold(nil, "привет καλημερα"))},
		{"Hangul", "한국", string(Fold(nil, "\u1112\u1161\u11ab\u1100\u116e\u11a8"))},
		{"kana", "カ゛", string(Fold(nil, "ガ"))},
		{"half width kana", "ｶﾞ", string(Fold(nil, "ガ"))},
		{"Arabic forms", "\ufedf\ufe8e", string(Fold(nil, "\u0644\u0627"))},
		{"tatweel", "مـــرحبا", string(Fold(nil, "مرحبا"))},
		{"emoji", "👨‍👩‍👧 🎉", ""},
		{"emoji written out", ":wave: thanks for all that you did today and before :+1::skin-tone-2:!", "thanksforaiithatyoudidtodayandbefore"},
		{"not emoji", "std::vector::iterator a:b:c :x:y 10:30:45 :1: :A: ::", "stdvectoriteratorabcxy\x14a"},
		{"a text as emoji", ":congratulations: :you: :won: :a: :free: :telephone: :call: :now:", "wonafreeteiephonecaiinow"},
		{"flags", "we ship to 🇩🇪, 🇫🇷 and 🇮🇹!", "weshiptoand"},
		{"regional indicators as letters", "🇭🇪🇱🇱🇴 🇼\u200b🇴\u200b🇷\u200b🇱\u200b🇩", "heiioworid"},
		{"character references", "don&#39;t &amp; w&#x69;n &eacute;", "dontwine"},
		{"percent-encoding", "%63ash 100%25 50% off", string(Fold(nil, "cash 100% 50% off"))},
		{"a text behind a host", "x.com/" + slug(pitch("Anna", "Acme"), "-"), "\x11" + string(Fold(nil, slug(pitch("Anna", "Acme"), " ")))},
		{"a text as handles", "@congratulations @you @won @a @free @telephone", "congratuiationsyouwonafreeteiephone"},
		{"emoji in between", "f🔥r🔥e🔥e", "free"},
		{"invalid", "a\xffb\xc3", "a\uFFFDb\uFFFD"},
		{"controls", "a\x00b\x11c\x7fd", "abcd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Fold(nil, c.text)
			if string(got) != c.want && c.name != "phones" {
				t.Errorf("%q: got %q, want %q", c.text, got, c.want)
			}
			if again := Fold(nil, string(got)); !bytes.Equal(again, got) {
				t.Errorf("not idempotent: %q", again)
			}
		})
	}
	if got := Fold([]byte("x"), "Y"); string(got) != "xy" {
		t.Errorf("does not append: %q", got)
	}
}

func TestObfuscation(t *testing.T) {
	h := NewHasher(nil)
	for _, c := range []struct {
		name, text string
		want       Obfuscation
	}{
		{"plain", "Hello there, how are you?", Obfuscation{}},
		{"mixed", "раураl is ореn", Obfuscation{Mixed: 2}},
		{"two languages", "привет hello мир", Obfuscation{}},
		{"hidden", "he\u200bllo w\u2060or\u200b\u200bld", Obfuscation{Hidden: 3}},
		{"between words", "hello\u200b world\ufeff", Obfuscation{}},
		{"soft hyphen", "uni\u00adver\u00adsity", Obfuscation{}},
		{"emoji joiners", "👨‍👩‍👧 👋🏽 ❤️", Obfuscation{}},
		{"Persian", "می\u200cخواهم", Obfuscation{}},
		{"Hindi", "क्\u200dष र्\u200dक", Obfuscation{}},
		{"Hebrew with marks", "\u200fשלום\u200e עולם", Obfuscation{}},
		{"Arabic vowels", "مُحَمَّدٌ", Obfuscation{}},
		{"Vietnamese", "Tiếng Việt rất đẹp", Obfuscation{}},
		{"decomposed", "Tie\u0302\u0301ng Vie\u0302\u0323t", Obfuscation{}},
		{"styled", "𝐇𝐢 there", Obfuscation{Styled: 2}},
		{"zalgo", "h\u0337\u0322\u031be\u0334\u0321\u031b", Obfuscation{Stacked: 2}},
		{"leet", "fr33 c@sh", Obfuscation{Leet: 2}},
		{"years", "in 2026 the 3rd of 4", Obfuscation{}},
	} {
		if got := sketch(h, c.text).Obfuscation; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestKeys(t *testing.T) {
	h := NewHasher([]byte("key"))
	key := func(text string) uint64 { return sketch(h, text).Keys[0] }
	same := [][]string{
		{"see https://www.example.com/x", "http://EXAMPLE.com?y", "example.com.", "ftp://user:pw@example.com:80/", "look at www.example.com!"},
		{"call +44 7911 123456", "07911 123456", "07911-123-456", "٠٧٩١١١٢٣٤٥٦"},
	}
	for _, group := range same {
		for _, s := range group {
			if key(s) == 0 || key(s) != key(group[0]) {
				t.Errorf("%q and %q: %x, %x", s, group[0], key(s), key(group[0]))
			}
		}
	}
	if key("https://example.com") == key("https://example.org") || key("on 2026-11-24 at 10:30") != 0 || key("a.b. The end.Now 12") != 0 {
		t.Error("keys of what has none, or the same for two")
	}
	s := sketch(h, "a.com b.com a.com c.com d.com e.com")
	if s.Keys[3] == 0 || s.Keys[0] == s.Keys[2] {
		t.Errorf("%x", s.Keys)
	}
	if sketch(NewHasher([]byte("other")), "a.com").Keys[0] == s.Keys[0] {
		t.Error("keys without a key")
	}
}

// Nothing is too long, too short or too strange.
func TestFoldHostile(t *testing.T) {
	h := NewHasher(nil)
	for _, s := range []string{
		"a", "\x00", "\xff", "é", "🎉", strings.Repeat("a", 64<<10), strings.Repeat("a.b", 30000), strings.Repeat("1 ", 30000),
		strings.Repeat("\u0301", 9999), strings.Repeat("ﷺ", 9999), strings.Repeat("@", 9999), "http://", "http://" + strings.Repeat("x", 9999),
		strings.Repeat("e\u0301\u0302\u0303\u0304", 5000), "\u202e" + benchArab, "क्षि त्रि", strings.Repeat("\u200b", 9999), strings.Repeat("m", 5000),
	} {
		f := Fold(nil, s)
		if len(f) > runesRatio*len(s) || !utf8.Valid(f) {
			t.Errorf("%.20q: bad fold of %d bytes", s, len(f))
		}
		k := sketch(h, s)
		if k.Jaccard(k) != min(1, float64(k.Grams)) || k.Exact == 0 || !k.Same(k) {
			t.Errorf("%.20q: %v with itself, %d grams", s, k.Jaccard(k), k.Grams)
		}
	}
	if sketch(h, strings.Repeat("a", 64<<10)).Grams != 1 {
		t.Error("one gram repeated is one gram")
	}
	if k := sketch(h, "🎉🎉"); k.Grams != 0 || k.Same(sketch(h, "🔥")) || !k.Same(sketch(h, "🎉🎉")) {
		t.Error("an emoji message is the same as itself and nothing else")
	}
	if k := sketch(h, ""); *k != (Sketch{}) || k.Same(k) {
		t.Error("the empty text has a sketch")
	}
}

// What is sketched piece by piece is what Fold gives.
func TestFoldPieces(t *testing.T) {
	h := NewHasher([]byte("key"))
	for _, unit := range []string{benchASCII, benchMasks, benchCyr, benchMixed, benchHan, benchKor, benchArab, "abcdefghijkmnoprstuvz"} {
		for n := range 40 {
			text := strings.Repeat(unit, 1+n)
			whole := sketch(h, text)
			want := len(gramSet(text, 4))
			if int(whole.Grams) < want*97/100-1 || int(whole.Grams) > want*103/100+1 {
				t.Fatalf("%.20q × %d: %d grams, want %d", unit, n+1, whole.Grams, want)
			}
		}
	}
}

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
		if len(a) > runesRatio*len(s) {
			t.Fatalf("%q: %d bytes from %d", s, len(a), len(s))
		}
		if b := Fold(nil, string(a)); !bytes.Equal(a, b) {
			t.Fatalf("%q: not idempotent: %q, then %q", s, a, b)
		}
		var k Sketch
		h.Sketch(&k, s)
		if n := len(gramSet(s, 4)); !folded(s) && (k.Grams == 0) != (n == 0) {
			t.Fatalf("%q: %d grams, want %d", s, k.Grams, n)
		}
		var p Template
		p.Add(s)
		_ = p.String()
		_ = p.Detail()
	})
}
