package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
)

// Kinds of rune; the values are those of package similarity.
const (
	kindLetter = iota
	kindSeparator
	kindSpace
	kindHidden
	kindMark
	kindDigit
)

const (
	blockBits = 6
	blockSize = 1 << blockBits
	maxRune   = 0x3FFFF // above are only tags, selectors and private use
)

// A value says everything that folding needs of one rune.
type value struct {
	kind   int
	out    string // letters; empty for a letter that stands for itself
	native string // the same where the text is not Latin, if it differs
	digit  int
	script int
	styled bool
}

type table struct {
	index  []uint16 // block of a rune
	blocks [][blockSize]uint16
	values []uint32
	pool   string
	ascii  [256]uint32
	ratio  int // most bytes out for one byte in, rounded up
	mapped int
}

var scripts = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Cherokee, unicode.Coptic}

// script is the group of r among alphabets that are mistaken for one another;
// 0 for every other script.
func script(r rune) int {
	for i, t := range scripts {
		if unicode.Is(t, r) {
			return i + 1
		}
	}
	return 0
}

// leet is the letter that each digit stands for inside a word; 2 and 6 are
// not used so in a way that is worth the confusion.
const leet = "oi\x00eas\x00tbg"

// digitOf returns the digit that r is or, if it is newer than this release of
// Go, looks like.
func digitOf(r rune) (int, bool) {
	if to := confusable.GetReplacement(r); len(to) == 1 && to[0] >= '2' && to[0] <= '9' && !unicode.In(r, unicode.L, unicode.N, unicode.M) {
		return int(to[0] - '0'), true
	}
	digits, first := 0, -1
	for _, c := range norm.NFKD.String(string(r)) {
		if unicode.Is(unicode.Nd, c) {
			if digits == 0 {
				first = digitValue(c)
			}
			digits++
		} else if !separator(c) && !ignorable(c) {
			return 0, false
		}
	}
	return first, digits > 0
}

// digitValue counts from the zero of a run of decimal digits, which come in tens.
func digitValue(r rune) int {
	if r < 0x80 {
		return int(r - '0')
	}
	for _, rg := range unicode.Nd.R16 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int(r-rune(rg.Lo)) % 10
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int(r-rune(rg.Lo)) % 10
		}
	}
	return 0
}

func asciiLetters(s []rune) bool {
	for _, r := range s {
		if r >= 0x80 || !unicode.IsLetter(r) {
			return false
		}
	}
	return len(s) > 0
}

func styled(r rune) bool {
	return r >= 0x1D400 && r <= 0x1D7FF || r >= 0x249C && r <= 0x24E9 || r >= 0x1F110 && r <= 0x1F189 ||
		r >= 0x1CCD6 && r <= 0x1CCF9 || r >= 0x1D00 && r <= 0x1D6B && named(r) != 0
}

func valueOf(r rune) value {
	switch {
	case strings.ContainsRune("\t\n\v\f\r\u0085", r) || unicode.Is(unicode.Z, r):
		return value{kind: kindSpace}
	case ignorable(r) || unicode.Is(unicode.Cc, r):
		return value{kind: kindHidden}
	case mark(r):
		return value{kind: kindMark}
	case r == utf8.RuneError:
		return value{}
	}
	if d, ok := digitOf(r); ok && !unicode.In(r, unicode.L, unicode.M) {
		return value{kind: kindDigit, digit: d, out: digitLetters(r, d)}
	}
	if separator(r) {
		return signOf(r)
	}
	return letterOf(r)
}

// digitLetters is what the digit d stands for inside a word.
func digitLetters(r rune, d int) string {
	plain := unicode.Is(unicode.Nd, []rune(norm.NFKD.String(string(r)))[0])
	if s := skeleton(r, false); asciiLetters(s) && (!plain || r >= 0x80 && unicode.Is(unicode.Nd, r)) {
		return string(s)
	}
	if l := leet[d]; l != 0 {
		return string(rune(l))
	}
	return ""
}

// signOf is a separator, or a letter for a sign that stands for one.
func signOf(r rune) value {
	out := skeleton(r, false)
	// Dashes and boxes are said to look like a kana; a copyright sign that
	// stands for a letter is one.
	radical := r >= 0x2E80 && r <= 0x2FDF
	compatible := unicode.Is(unicode.S, r) && norm.NFKD.String(string(r)) != string(r) && len(out) > 0
	if unicode.Is(unicode.Co, r) || !asciiLetters(out) && !radical && !compatible {
		return value{kind: kindSeparator}
	}
	return value{out: string(out), styled: styled(r)}
}

// letterOf is a letter, or a separator for one that is a mere modifier.
func letterOf(r rune) value {
	out, native := skeleton(r, false), skeleton(r, true)
	if len(out) == 0 {
		if unicode.In(r, unicode.Lm, unicode.Sk) {
			return value{kind: kindSeparator}
		}
		out = []rune{unicode.ToLower(r)}
	}
	if len(native) == 0 {
		native = out
	}
	v := value{out: string(out), script: script(r), styled: styled(r)}
	if string(native) != string(out) {
		v.native = string(native)
	}
	if v.out == string(r) {
		v.out = ""
	}
	return v
}

// A builder makes a table in which nothing is there twice.
type builder struct {
	table
	texts   strings.Builder
	offsets map[string]int
	seen    map[[2]uint32]uint16
	known   map[[blockSize]uint16]uint16
}

// word is v with out in place of its letters, as 32 bits.
func (b *builder) word(v value, out string) (uint32, error) {
	if v.kind == kindDigit {
		out = string(rune('0'+v.digit)) + out
	}
	off, ok := b.offsets[out]
	if !ok {
		off = b.texts.Len()
		b.offsets[out] = off
		b.texts.WriteString(out)
	}
	if off >= 1<<15 || len(out) >= 1<<6 {
		return 0, fmt.Errorf("table full at %q, offset %d", out, off)
	}
	w := uint32(off) | uint32(len(out))<<15 | uint32(v.kind)<<21 | uint32(v.script)<<24
	if v.styled {
		w |= 1 << 27
	}
	return w, nil
}

// value returns the number of the value of r.
func (b *builder) value(r rune) (uint16, error) {
	v := valueOf(r)
	var key [2]uint32
	var err error
	if key[0], err = b.word(v, v.out); err != nil {
		return 0, err
	}
	if v.native != "" {
		key[0] |= 1 << 28
		if key[1], err = b.word(v, v.native); err != nil {
			return 0, err
		}
	}
	if v.out != "" {
		b.mapped++
		n := utf8.RuneLen(r)
		b.ratio = max(b.ratio, (len(v.out)+n-1)/n, (len(v.native)+n-1)/n)
	}
	id, ok := b.seen[key]
	if !ok {
		id = uint16(len(b.values))
		b.seen[key] = id
		b.values = append(b.values, key[0])
		if v.native != "" {
			b.values = append(b.values, key[1])
		}
	}
	return id, nil
}

// itself reports whether r is none of what the table says, or stands for itself:
// no rune, a Hangul syllable, which is taken apart, or most of Han.
func itself(r rune) bool {
	if !utf8.ValidRune(r) || r >= 0xAC00 && r <= 0xD7A3 {
		return true
	}
	s := skeleton(r, false)
	return r > 0x4E00 && r <= 0x9FFF && len(s) == 1 && s[0] == r
}

func build() (*table, error) {
	b := &builder{
		table:   table{values: []uint32{0}},
		offsets: map[string]int{"": 0},
		seen:    map[[2]uint32]uint16{{0, 0}: 0},
		known:   map[[blockSize]uint16]uint16{},
	}
	for base := rune(0); base <= maxRune; base += blockSize {
		var block [blockSize]uint16
		for i := range block {
			r := base + rune(i)
			if itself(r) {
				continue
			}
			var err error
			if block[i], err = b.value(r); err != nil {
				return nil, err
			}
		}
		id, ok := b.known[block]
		if !ok {
			id = uint16(len(b.blocks))
			b.known[block] = id
			b.blocks = append(b.blocks, block)
		}
		b.index = append(b.index, id)
	}
	if len(b.values) >= 1<<16 {
		return nil, fmt.Errorf("%d values", len(b.values))
	}
	b.pool = b.texts.String()
	b.fillASCII()
	return &b.table, b.check()
}

// check proves that what comes out of the table folds to itself.
func (t *table) check() error {
	for r := rune(0); r <= maxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		id := t.blocks[t.index[r>>blockBits]][r&(blockSize-1)]
		ws := []uint32{t.values[id]}
		if ws[0]&(1<<28) != 0 {
			ws = append(ws, t.values[id+1])
		}
		for _, w := range ws {
			kind, out := w>>21&7, t.pool[w&0x7fff:][:w>>15&0x3f]
			if kind == kindDigit {
				out = out[1:]
			}
			for _, c := range out {
				if c < 0x80 {
					if c < 'a' || c > 'z' || c == 'l' || c == 'm' {
						return fmt.Errorf("%U: %q is not in normal form", r, out)
					}
				} else if x := t.values[t.blocks[t.index[c>>blockBits]][c&(blockSize-1)]]; x>>21&7 != kindLetter || x>>15&0x3f != 0 || x&(1<<28) != 0 {
					return fmt.Errorf("%U: %q is not in normal form at %U", r, out, c)
				}
			}
		}
	}
	return nil
}
