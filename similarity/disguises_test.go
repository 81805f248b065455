package similarity

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// A disguise rewrites the whole of a text, so that it is compared with the
// plain text as well as with another disguise of it.
type disguise struct {
	mutation
	left    string // why it is not closed; empty if it must be found
	letters int    // texts with fewer letters are left
}

// alphabet maps the plain letters, and what else from has, to the runes of to.
func alphabet(from, to string) func(*rand.Rand, string) string {
	m := map[rune]rune{}
	f, t := []rune(from), []rune(to)
	for i, c := range f {
		m[c] = t[i]
	}
	return func(_ *rand.Rand, s string) string {
		return strings.Map(func(c rune) rune {
			if o, ok := m[c]; ok {
				return o
			}
			if o, ok := m[unicode.ToLower(c)]; ok {
				return o
			}
			return c
		}, s)
	}
}

const az = "abcdefghijklmnopqrstuvwxyz"

// block maps a to z to the 26 runes from first on.
func block(first rune) func(*rand.Rand, string) string {
	var to []rune
	for i := range rune(26) {
		to = append(to, first+i)
	}
	return alphabet(az, string(to))
}

func reverse(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

// eachWord writes every word anew, with sep between them.
func eachWord(sep string, f func(r *rand.Rand, w string) string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, s string) string {
		w := strings.Fields(s)
		for i := range w {
			w[i] = f(r, w[i])
		}
		return strings.Join(w, sep)
	}
}

// lettersOnly drops what is not a letter or a digit.
func lettersOnly(w string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, w)
}

// slug is what a link makes of a text.
func slug(s, sep string) string {
	return strings.Trim(strings.Join(strings.FieldsFunc(s, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }), sep), sep)
}

func host(r *rand.Rand) string {
	return strings.ToLower(lettersOnly(words(r, 1))) + fmt.Sprint(r.IntN(1000)) + ".com"
}

func entity(r *rand.Rand, c rune) string {
	switch r.IntN(4) {
	case 0:
		return fmt.Sprintf("&#%d;", c)
	case 1:
		return fmt.Sprintf("&#x%x;", c)
	case 2:
		return fmt.Sprintf("&#X%04X;", c)
	default:
		return fmt.Sprintf("&#%05d;", c)
	}
}

var leetAll = strings.NewReplacer("a", "4", "e", "3", "i", "1", "o", "0", "s", "5", "t", "7", "b", "8", "A", "4", "E", "3", "I", "1", "O", "0", "S", "5", "T", "7", "B", "8")

var disguises = []disguise{
	{mutation: mutation{"@words", eachWord(" ", func(_ *rand.Rand, w string) string { return "@" + w })}},
	{mutation: mutation{"@some words", eachWord(" ", func(r *rand.Rand, w string) string {
		return []string{"@", "", "@_"}[r.IntN(3)] + w
	})}},
	{mutation: mutation{"@joined", func(r *rand.Rand, s string) string { return "@" + slug(s, "_") }}},
	{mutation: mutation{"@phrases", func(r *rand.Rand, s string) string {
		var b strings.Builder
		for i, w := range strings.Fields(s) {
			if i%4 == 0 {
				b.WriteString(" @")
			} else {
				b.WriteByte('_')
			}
			b.WriteString(lettersOnly(w))
		}
		return b.String()
	}}},
	{mutation: mutation{"#words", eachWord(" ", func(_ *rand.Rand, w string) string { return "#" + w })}},
	{mutation: mutation{"#joined", func(r *rand.Rand, s string) string { return "#" + slug(s, "") }}},
	{letters: 130, mutation: mutation{"path", func(r *rand.Rand, s string) string { return "https://" + host(r) + "/" + slug(s, "-") }}},
	{letters: 130, mutation: mutation{"path in parts", func(r *rand.Rand, s string) string { return host(r) + "/" + slug(s, "/") }}},
	{letters: 130, mutation: mutation{"query", func(r *rand.Rand, s string) string { return "https://" + host(r) + "/?q=" + url.QueryEscape(s) }}},
	{letters: 130, mutation: mutation{"query %20", func(r *rand.Rand, s string) string { return "http://" + host(r) + "/share?text=" + url.PathEscape(s) }}},
	{letters: 130, mutation: mutation{"fragment", func(r *rand.Rand, s string) string { return host(r) + "#" + slug(s, "_") }}},
	{letters: 130, mutation: mutation{"paths", func(r *rand.Rand, s string) string {
		var b strings.Builder
		for i, w := range strings.Fields(s) {
			if i%5 == 0 {
				b.WriteString(" " + host(r) + "/")
			} else {
				b.WriteByte('-')
			}
			b.WriteString(lettersOnly(w))
		}
		return b.String()
	}}},
	{mutation: mutation{"scheme on words", eachWord(" ", func(r *rand.Rand, w string) string { return []string{"x://", "", "http://"}[r.IntN(3)] + w })}},
	{mutation: mutation{"host", func(r *rand.Rand, s string) string { return slug(s, ".") + ".com" }}},
	{letters: 130, mutation: mutation{"hosts", func(r *rand.Rand, s string) string {
		var b strings.Builder
		w := strings.Fields(s)
		for i := range w {
			b.WriteString(lettersOnly(w[i]))
			if i%4 == 3 || i == len(w)-1 {
				b.WriteString([]string{".com ", ".net ", ".info "}[r.IntN(3)])
			} else {
				b.WriteString(".")
			}
		}
		return b.String()
	}}},
	{mutation: mutation{"addresses", func(r *rand.Rand, s string) string {
		var b strings.Builder
		w := strings.Fields(s)
		for i := range w {
			b.WriteString(lettersOnly(w[i]))
			if i%6 == 5 || i == len(w)-1 {
				b.WriteString("@" + host(r) + " ")
			} else {
				b.WriteString(".")
			}
		}
		return b.String()
	}}},
	{mutation: mutation{"entities", perRune(1, entity)}},
	{mutation: mutation{"some entities", perRune(0.3, entity)}},
	{mutation: mutation{"named entities", perRune(1, func(r *rand.Rand, c rune) string {
		switch {
		case c == ' ':
			return []string{"&nbsp;", "&ensp;", "&thinsp;", "&#32;"}[r.IntN(4)]
		case c < 0x80 && unicode.IsLetter(c) && r.IntN(6) == 0:
			return string(c) + []string{"&shy;", "&zwj;", "&zwnj;", "&ZeroWidthSpace;"}[r.IntN(4)]
		case strings.ContainsRune("aeioucn", c) && r.IntN(2) == 0:
			return "&" + string(c) + map[rune]string{'c': "cedil", 'n': "tilde"}[c] + map[bool]string{true: []string{"acute", "grave", "uml", "circ"}[r.IntN(4)]}[c != 'c' && c != 'n'] + ";"
		}
		return string(c)
	})}},
	{mutation: mutation{"percent", perRune(1, func(r *rand.Rand, c rune) string {
		var b strings.Builder
		for _, x := range []byte(string(c)) {
			fmt.Fprintf(&b, "%%%02X", x)
		}
		return b.String()
	})}},
	{mutation: mutation{"some percent", perRune(0.3, func(r *rand.Rand, c rune) string {
		var b strings.Builder
		for _, x := range []byte(string(c)) {
			fmt.Fprintf(&b, "%%%02x", x)
		}
		return b.String()
	})}},
	{mutation: mutation{"percent spaces", func(_ *rand.Rand, s string) string { return strings.ReplaceAll(s, " ", "%20") }}},
	{left: "no program shows it as letters", mutation: mutation{"backslash u", perRune(0.5, func(_ *rand.Rand, c rune) string { return fmt.Sprintf("\\u%04x", c) })}},
	{left: "what is a tag depends on what shows the text; the caller strips them", mutation: mutation{"tags", perRune(0.2, func(r *rand.Rand, c rune) string {
		return []string{"<b>", "<i>", "<u>"}[r.IntN(3)] + string(c) + []string{"</b>", "</i>", "</u>"}[r.IntN(3)]
	})}},
	{mutation: mutation{"regional", block(0x1F1E6)}},
	{mutation: mutation{"regional apart", func(r *rand.Rand, s string) string {
		return strings.Join(strings.Split(block(0x1F1E6)(r, s), ""), []string{" ", "\u200b", "."}[r.IntN(3)])
	}}},
	{mutation: mutation{"circled", block(0x24D0)}},
	{mutation: mutation{"negative circled", block(0x1F150)}},
	{mutation: mutation{"squared", block(0x1F130)}},
	{mutation: mutation{"negative squared", block(0x1F170)}},
	{mutation: mutation{"parenthesized", block(0x249C)}},
	{mutation: mutation{"script bold", block(0x1D4EA)}},
	{mutation: mutation{"monospace", block(0x1D68A)}},
	{mutation: mutation{"full width", block(0xFF41)}},
	{left: "they show nothing", mutation: mutation{"tag letters", block(0xE0061)}},
	{mutation: mutation{"small capitals", alphabet(az, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ")}},
	{mutation: mutation{"superscript", alphabet(az, "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ")}},
	{mutation: mutation{"subscript", alphabet("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")}},
	{left: "one alphabet: its texts find one another", mutation: mutation{"currency", alphabet("abcdefhiknlopqrstuwxyz", "₳฿₵ĐɆ₣ⱧłꝀ₦Ⱡ₲₱QⱤ₴₮ɄWӾɎⱫ")}},
	{left: "one alphabet: its texts find one another", mutation: mutation{"faux Cyrillic", alphabet("abeghiklmnoprstuwxy", "ДБЄБЊІКГМИФРЯЅТЦШЖУ")}},
	{left: "one alphabet: its texts find one another", mutation: mutation{"faux Greek", alphabet("abeinoprtuvwxy", "αβεινορπτυνωχγ")}},
	{mutation: mutation{"faux Canadian", alphabet("abcdeghijklnpqrstuvwxyz", "ᗩᗷᑕᗪEGᕼIᒍKᒪᑎᑭᑫᖇᔕTᑌᐯᗯ᙭YZ")}},
	{mutation: mutation{"Cyrillic forms", alphabet("aceghijkopqsuvwxyhABCEHIJKMOPSTXY", "асеɡһіјкорԛѕսѵԝхуһАВСЕНІЈКМОРЅТХУ")}},
	{left: "one alphabet: its texts find one another", mutation: mutation{"runes", alphabet("abdefghiklmnoprstuxyz", "ᚨᛒᛞᛖᚠᚷᚺᛁᚲᛚᛗᚾᛟᛈᚱᛊᛏᚢᛪᛇᛉ")}},
	{left: "one alphabet: its texts find one another", mutation: mutation{"upside down", func(r *rand.Rand, s string) string {
		return reverse(alphabet(az, "ɐqɔpǝɟƃɥᴉɾʞןɯuodbɹsʇnʌʍxʎz")(r, s))
	}}},
	{left: "one alphabet: its texts find one another", mutation: mutation{"upside-down letters", alphabet("acefghijkmrtvwy", "ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ")}},
	{left: "its texts find one another", mutation: mutation{"right to left", func(_ *rand.Rand, s string) string { return "\u202e" + reverse(s) + "\u202c" }}},
	{left: "nine of ten are found all the same", mutation: mutation{"right to left words", eachWord(" ", func(r *rand.Rand, w string) string {
		if r.IntN(2) == 0 {
			return w
		}
		return "\u202e" + reverse(w) + "\u202c"
	})}},
	{mutation: mutation{"bidi marks", perRune(0.5, func(r *rand.Rand, c rune) string {
		return string(c) + []string{"\u200e", "\u200f", "\u202a", "\u202d", "\u202c", "\u2068", "\u2069"}[r.IntN(7)]
	})}},
	{mutation: mutation{"line breaks", perRune(0.3, func(r *rand.Rand, c rune) string {
		return string(c) + []string{"\n", "-\n", "\r\n", "\u2028", "\u0085", "\v"}[r.IntN(6)]
	})}},
	{mutation: mutation{"repeated some", perRune(0.15, func(r *rand.Rand, c rune) string { return strings.Repeat(string(c), 2+r.IntN(4)) })}},
	{left: "two letters where one was, half of the time, on average: hardly to be read", mutation: mutation{"repeated most", perRune(0.5, func(r *rand.Rand, c rune) string { return strings.Repeat(string(c), 2+r.IntN(4)) })}},
	{mutation: mutation{"doubled", perRune(0.3, func(_ *rand.Rand, c rune) string { return string(c) + string(c) })}},
	{mutation: mutation{"repeated vowels", perRune(0.5, func(r *rand.Rand, c rune) string {
		if strings.ContainsRune("aeiou", c) {
			return strings.Repeat(string(c), 3+r.IntN(3))
		}
		return string(c)
	})}},
	{mutation: mutation{"repeated ends", eachWord(" ", func(r *rand.Rand, w string) string {
		return w + strings.Repeat(w[len(w)-1:], r.IntN(4))
	})}},
	{mutation: mutation{"emoji letters", perRune(1, func(r *rand.Rand, c rune) string {
		return string(c) + []string{"🔥", "✨", "👋🏽", "💰"}[r.IntN(4)]
	})}},
	{mutation: mutation{"spaced", perRune(1, func(r *rand.Rand, c rune) string { return string(c) + " " })}},
	{mutation: mutation{"dotted", perRune(1, func(r *rand.Rand, c rune) string { return string(c) + "." })}},
	{mutation: mutation{"marks stacked", perRune(1, func(r *rand.Rand, c rune) string {
		return string(c) + strings.Repeat(string(rune(0x300+r.IntN(0x6f))), r.IntN(12))
	})}},
	{mutation: mutation{"leet all", func(_ *rand.Rand, s string) string { return leetAll.Replace(s) }}},
	{mutation: mutation{"leet 60%", perRune(0.6, func(r *rand.Rand, c rune) string { return leetAll.Replace(string(c)) })}},
	{left: "hardly to be read", mutation: mutation{"leet spaced", func(_ *rand.Rand, s string) string { return strings.Join(strings.Split(leetAll.Replace(s), ""), " ") }}},
	{mutation: mutation{"leet signs", perRune(0.3, func(r *rand.Rand, c rune) string {
		o, ok := map[rune][]string{'a': {"@", "4", "^", "/\\"}, 'e': {"3", "€"}, 'i': {"!", "1", "|"}, 'o': {"0", "()"}, 's': {"$", "5"}, 't': {"7", "+"}, 'l': {"|", "1"}, 'c': {"(", "<", "¢"}}[unicode.ToLower(c)]
		if !ok {
			return string(c)
		}
		return o[r.IntN(len(o))]
	})}},
	{mutation: mutation{"starred", eachWord(" ", func(r *rand.Rand, w string) string {
		c := []rune(w)
		if len(c) > 3 {
			c[1+r.IntN(len(c)-2)] = []rune("*#_.-")[r.IntN(5)]
		}
		return string(c)
	})}},
	{mutation: mutation{"digits on words", eachWord(" ", func(r *rand.Rand, w string) string {
		if r.IntN(2) == 0 {
			return w
		}
		return w + fmt.Sprint(r.IntN(1000))
	})}},
	{mutation: mutation{"digits in words", eachWord(" ", func(r *rand.Rand, w string) string {
		c := []rune(w)
		if len(c) < 4 {
			return w
		}
		i := 1 + r.IntN(len(c)-1)
		return string(c[:i]) + fmt.Sprint(100+r.IntN(900)) + string(c[i:])
	})}},
	{mutation: mutation{"numbers between", eachWord(" ", func(r *rand.Rand, w string) string {
		return w + []string{"", fmt.Sprintf(" (%d)", r.IntN(100)), fmt.Sprintf(" %d.", r.IntN(1000))}[r.IntN(3)]
	})}},
	{mutation: mutation{"handles between", eachWord(" ", func(r *rand.Rand, w string) string {
		return w + []string{"", "", " @" + lettersOnly(words(r, 1))}[r.IntN(3)]
	})}},
	{mutation: mutation{"links between", eachWord(" ", func(r *rand.Rand, w string) string {
		return w + []string{"", "", " " + host(r)}[r.IntN(3)]
	})}},
	{mutation: mutation{"emoji for words", eachWord(" ", func(r *rand.Rand, w string) string {
		if r.IntN(5) == 0 {
			return []string{"🔥", "✨", "👋🏽", "💰"}[r.IntN(4)]
		}
		return w
	})}},
	{mutation: mutation{"words as emoji", eachWord(" ", func(_ *rand.Rand, w string) string {
		return ":" + strings.ToLower(lettersOnly(w)) + ":"
	})}},
	{mutation: mutation{"words inside", eachWord(" ", func(r *rand.Rand, w string) string {
		if r.IntN(4) == 0 {
			return w + " " + words(r, 1)
		}
		return w
	})}},
	{mutation: mutation{"padding 100%", perWord(func(r *rand.Rand, w []string) []string {
		n := len(w)
		return append([]string{words(r, max(1, n/2))}, append(w, words(r, max(1, n/2)))...)
	})}},
	{left: "a quarter of a text is not the text", mutation: mutation{"padding 300%", perWord(func(r *rand.Rand, w []string) []string { return append(w, words(r, 3*len(w))) })}},
	{mutation: mutation{"words shuffled", perWord(func(r *rand.Rand, w []string) []string {
		r.Shuffle(len(w), func(i, j int) { w[i], w[j] = w[j], w[i] })
		return w
	})}},
	{mutation: mutation{"letters shuffled", eachWord(" ", func(r *rand.Rand, w string) string {
		c := []rune(w)
		if len(c) > 3 {
			m := c[1 : len(c)-1]
			i := r.IntN(len(m))
			j := min(i+1, len(m)-1)
			m[i], m[j] = m[j], m[i]
		}
		return string(c)
	})}},
	{mutation: mutation{"vowels dropped", perRune(0.5, func(_ *rand.Rand, c rune) string {
		if strings.ContainsRune("aeiou", c) {
			return ""
		}
		return string(c)
	})}},
}
