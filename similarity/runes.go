package similarity

import (
	"encoding/binary"
	"unicode/utf8"
)

// Kinds of rune, as the generator numbers them.
const (
	kindLetter    = iota // written; stands for itself if nothing else is given
	kindSeparator        // dropped
	kindSpace            // dropped
	kindHidden           // dropped; evidence inside a word
	kindMark             // dropped; evidence if they pile up
	kindDigit            // part of a number, or of a word
)

// Bits of asciiTable.
const (
	asciiStart   = 1 << 18
	asciiSpecial = 1 << 19
	asciiLetter  = 1 << 20
	asciiOther   = 1 << 21
	asciiNative  = 1 << 22
)

// Bits of a runeWord.
const (
	runeKind   = 7 << 21 // 0: kindLetter
	runeStyled = 1 << 27
	runeNative = 1 << 28
)

// A runeWord is one entry of runeValues.
type runeWord uint32

func (w runeWord) kind() uint32 { return uint32(w) >> 21 & 7 }

func (w runeWord) script() uint32 { return uint32(w) >> 24 & 7 }

func (w runeWord) length() int { return int(w) >> 15 & 0x3f }

func (w runeWord) out() string {
	off := int(w) & 0x7fff
	return runePool[off : off+w.length()]
}

// runeValue returns what the table says of r and the number of the entry.
func runeValue(r rune) (runeWord, int) {
	if uint32(r) > runesMax {
		if r >= 0xE0000 && r <= 0xE0FFF {
			return kindHidden << 21, 0
		}
		return kindSeparator << 21, 0
	}
	id := int(runeBlocks[runeIndex[r>>6]][r&63])
	return runeWord(runeValues[id]), id
}

func isHangul(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 }

// wideRun folds the runes above ASCII from i on, as long as they are plain
// letters: it is what wide does, faster. It folds at least one rune.
func (f *folder) wideRun(buf []byte, i, n int) (int, int) {
	text := f.text
	start := i
	for i+3 < len(text) && n < len(buf)-chunkMargin {
		c0, c1 := text[i], text[i+1]
		var r rune
		size := 2
		if twoBytes(c0, c1) {
			r = rune(c0&0x1f)<<6 | rune(c1&0x3f)
		} else if threeBytes(c0, c1, text[i+2]) {
			r = rune(c0&0x0f)<<12 | rune(c1&0x3f)<<6 | rune(text[i+2]&0x3f)
			size = 3
		} else {
			break
		}
		if isHangul(r) {
			f.marks = 0
			n = appendSyllable(buf, n, r)
			i += size
			continue
		}
		id := runeBlocks[runeIndex[r>>6]][r&63]
		w := runeWord(runeValues[id])
		if w&(runeKind|runeStyled|runeNative) != 0 { // not a letter, or not a plain one
			break
		}
		f.marks = 0
		if s := w.script(); s != 0 {
			if f.lastEnd != i || f.lastScript != s || text[i+size] < utf8.RuneSelf {
				f.mixed(i, size, s)
			}
			f.lastEnd, f.lastScript = i+size, s
		}
		switch out := w.out(); len(out) {
		case 0:
			buf[n], buf[n+1], buf[n+2] = c0, c1, text[i+2] // the third may be one too many
			n += size
		case 1:
			buf[n] = out[0]
			n++
		case 2:
			buf[n], buf[n+1] = out[0], out[1]
			n += 2
		default:
			n += copy(buf[n:], out)
		}
		i += size
	}
	if i == start {
		return f.wide(buf, i, n)
	}
	return i, n
}

// twoBytes reports whether two bytes are a rune.
func twoBytes(c0, c1 byte) bool { return c0 >= 0xC2 && c0 < 0xE0 && c1&0xC0 == 0x80 }

// threeBytes reports whether three bytes are a rune, not counting those that begin
// with E0 or ED, where the second byte is not free.
func threeBytes(c0, c1, c2 byte) bool {
	return c0 > 0xE0 && c0 < 0xF0 && c0 != 0xED && c1&0xC0 == 0x80 && c2&0xC0 == 0x80
}

// wide folds the rune above ASCII at i.
func (f *folder) wide(buf []byte, i, n int) (int, int) {
	r, size := utf8.DecodeRuneInString(f.text[i:])
	if r == utf8.RuneError && size == 1 {
		return i + 1, n + copy(buf[n:], "\uFFFD")
	}
	if isHangul(r) {
		f.marks = 0
		return i + size, appendSyllable(buf, n, r)
	}
	w, id := runeValue(r)
	if kind := w.kind(); kind != kindLetter {
		return f.wideOther(buf, i, n, size, r, w)
	}
	f.marks = 0
	if w&runeNative != 0 && f.native {
		w = runeWord(runeValues[id+1])
	}
	if w&runeStyled != 0 {
		f.obf.Styled = saturate(f.obf.Styled)
	}
	if s := w.script(); s != 0 {
		f.mixed(i, size, s)
		f.lastEnd, f.lastScript = i+size, s
	}
	if w.length() == 0 {
		return i + size, n + copy(buf[n:], f.text[i:i+size])
	}
	return i + size, n + copy(buf[n:], w.out())
}

func (f *folder) wideOther(buf []byte, i, n, size int, r rune, w runeWord) (int, int) {
	switch w.kind() {
	case kindDigit:
		return f.number(buf, i, n)
	case kindMark:
		if i > 0 && f.text[i-1] < utf8.RuneSelf {
			f.marks = 0
		}
		if f.marks++; f.marks == 3 {
			f.obf.Stacked = saturate(f.obf.Stacked)
		}
		if f.lastEnd == i { // the word goes on
			f.lastEnd = i + size
		}
		return i + size, n
	case kindHidden:
		if r != 0xAD && f.letterBefore(i) {
			j := i + size
			for j < len(f.text) && f.text[j] >= utf8.RuneSelf {
				q, l := utf8.DecodeRuneInString(f.text[j:])
				if v, _ := runeValue(q); v.kind() != kindHidden {
					break
				}
				j += l
			}
			if f.letterAt(j) {
				f.obf.Hidden = saturate(f.obf.Hidden)
			}
			return j, n
		}
		return i + size, n
	}
	f.marks = 0
	if isRegional(r) {
		return f.regional(buf, i, n)
	}
	f.tok, f.tokOut = i+size, n
	return i + size, n
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// regional folds the regional indicators at i: two are a flag, and dropped; one,
// or more in a row, are shown as letters.
func (f *folder) regional(buf []byte, i, n int) (int, int) {
	const size, most = 4, 64
	var letters [most]byte
	run := 0
	for ; run < most; run++ {
		r, _ := utf8.DecodeRuneInString(f.text[i+size*run:])
		if !isRegional(r) {
			break
		}
		letters[run] = byte(r - 0x1F1E6 + 'a')
	}
	end := i + size*run
	if run == 2 {
		f.tok, f.tokOut = end, n
		return end, n
	}
	for _, c := range letters[:run] {
		e := asciiTable[c]
		binary.LittleEndian.PutUint16(buf[n:], uint16(e))
		n += int(e >> 16 & 3)
	}
	f.lastEnd, f.lastScript = end, 0
	return end, n
}

// appendSyllable writes a Hangul syllable as its letters (Unicode 15, 3.12).
func appendSyllable(buf []byte, n int, r rune) int {
	s := uint32(r - 0xAC00)
	n = appendJamo(buf, n, rune(0x1100+s/588))
	n = appendJamo(buf, n, rune(0x1161+s%588/28))
	if t := s % 28; t != 0 {
		n = appendJamo(buf, n, rune(0x11A7+t))
	}
	return n
}

// appendJamo writes one jamo in its normal form.
func appendJamo(buf []byte, n int, r rune) int {
	w := runeWord(runeValues[runeBlocks[runeIndex[r>>6]][r&63]])
	if w.length() == 0 {
		b := buf[n : n+3]
		b[0], b[1], b[2] = 0xE0|byte(r>>12), 0x80|byte(r>>6&0x3f), 0x80|byte(r&0x3f)
		return n + 3
	}
	out := w.out()
	for len(out) >= 3 { // jamo have three bytes; copy is slower for so few
		b := buf[n : n+3]
		b[0], b[1], b[2] = out[0], out[1], out[2]
		out, n = out[3:], n+3
	}
	return n + copy(buf[n:], out)
}

// mixed counts the token if the letter of script s at i touches one of another alphabet.
func (f *folder) mixed(i, size int, s uint32) {
	if f.mixedTok == f.tok+1 {
		return
	}
	const latin = 1
	before, after := s, s
	if i > 0 && asciiTable[f.text[i-1]]&asciiLetter != 0 {
		before = latin
	} else if i > 0 && f.lastEnd == i {
		before = f.lastScript
	}
	if j := i + size; j < len(f.text) && asciiTable[f.text[j]]&asciiLetter != 0 {
		after = latin
	}
	if before != s || after != s {
		f.obf.Mixed = saturate(f.obf.Mixed)
		f.mixedTok = f.tok + 1
	}
}

// saturate counts one more, up to 255.
func saturate(n uint8) uint8 {
	if n == 255 {
		return n
	}
	return n + 1
}

// decode reads the rune above ASCII at p[i]; a folded text is valid UTF-8.
func decode(p []byte, i int) (r rune, size int) {
	switch c := p[i]; {
	case c < 0xE0:
		return rune(c&0x1f)<<6 | rune(p[i+1]&0x3f), 2
	case c < 0xF0:
		return rune(c&0x0f)<<12 | rune(p[i+1]&0x3f)<<6 | rune(p[i+2]&0x3f), 3
	default:
		return rune(c&0x07)<<18 | rune(p[i+1]&0x3f)<<12 | rune(p[i+2]&0x3f)<<6 | rune(p[i+3]&0x3f), 4
	}
}
