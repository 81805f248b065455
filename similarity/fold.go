package similarity

import (
	"encoding/binary"
	"unicode/utf8"
)

//go:generate go -C internal/gen run . -o ../../table.go

// What Fold writes in place of something whose value says nothing about the text
// around it: a campaign has another name and link in each copy. They are control
// characters; Fold drops those of a message.
const (
	MaskURL    = '\x11' // a link, or a host name without a scheme
	MaskEmail  = '\x12' // an e-mail address
	MaskPhone  = '\x13' // 7 to 15 digits, grouped as in a phone number
	MaskNumber = '\x14' // any other number that is not part of a word
	MaskHandle = '\x15' // @name
)

// Fold appends the normal form of text to dst: what a reader of it sees, in the
// plainest letters, without anything that can be varied without being noticed.
//
//   - characters that show nothing (zero width, bidi controls, variation
//     selectors, tags, soft hyphens) and combining marks are dropped;
//   - compatibility forms (full width, mathematical, enclosed, ligatures) and
//     the confusables of Unicode Technical Standard #39 become one skeleton,
//     lower case: l, I, 1 and | are i; m is rn; O and 0 are o;
//   - HTML character references and percent-encoding are read as what they stand for;
//   - digits and signs that stand for letters inside a word become those letters;
//   - a URL, e-mail address, phone number, other number or @handle becomes one mask byte,
//     unless a text was put there: what links have beyond 80 letters of words, a
//     handle of more than 32 bytes, and handles that are most of a message are read;
//   - everything that separates words is dropped, emoji included, also when they are
//     written out, as in :smile:, the first one, and more in a quarter of the text.
//
// Invalid UTF-8 becomes U+FFFD. Fold is idempotent and never fails. It writes at
// most nine bytes for one of text, and does not allocate if dst has room. It is
// meant for explanations and tests; a [Hasher] folds by itself.
func Fold(dst []byte, text string) []byte {
	if folded(text) {
		return append(dst, text...)
	}
	var buf [chunkSize]byte
	f := folder{text: text}
	f.init()
	for f.pos < len(text) {
		n := f.next(buf[:], 0)
		dst = append(dst, buf[:n]...)
	}
	return dst
}

// folded reports whether text came out of Fold and has a mask in it, which
// would otherwise be dropped as the control character that it is.
func folded(text string) bool {
	masks := false
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if isMask(c) {
				masks = true
			} else if c < 'a' || c > 'z' || c == 'l' || c == 'm' {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if w, _ := runeValue(r); r == utf8.RuneError && size == 1 || isHangul(r) || w.kind() != kindLetter || w.length() != 0 || w&runeNative != 0 {
			return false
		}
		i += size
	}
	return masks
}

func isMask(c byte) bool { return c >= MaskURL && c <= MaskHandle }

const (
	chunkSize   = 1024
	chunkMargin = 256 // more than anything but plain letters writes in one step
)

// A folder folds one text piece by piece, so that a text of any length needs only a
// small buffer. It writes at most two bytes for a plain byte and looks closer at
// everything else. When it comes to an @ or a dot, the name before it is already
// written: tokOut is where to go back to.
type folder struct {
	text   string
	pos    int  // next byte of text
	tok    int  // where the token at pos starts
	tokOut int  // what had been written then
	noHost int  // no host name ends before this
	native bool // the text is not in Latin letters
	behind int  // letters of words in addresses so far
	names  int  // bytes of handles and e-mail addresses so far
	noWord int  // end of the last emoji written out
	emoji  int  // bytes of all but the first

	lastEnd    int    // end of the last letter above ASCII that has a script
	lastScript uint32 // and the script
	mixedTok   int    // 1 + start of the token last counted as mixed
	marks      int    // combining marks in a row

	keys [4]uint64 // unkeyed hashes of hosts and phone numbers
	obf  Obfuscation
}

// init decides what alphabet capitals are read in: Ν is N among Latin letters,
// but the capital of ν in Greek. A text is Greek, Cyrillic or Armenian if two
// thirds of its letters are. Most texts are ASCII and need no count: the first
// loops find that out eight bytes at a time.
func (f *folder) init() {
	text := f.text
	i := 0
	for ; i+8 <= len(text) && load64(text[i:])&high == 0; i += 8 {
	}
	if i+8 > len(text) {
		for ; i < len(text) && text[i] < utf8.RuneSelf; i++ {
		}
		if i == len(text) {
			return
		}
	}
	var native, other uint32
	for i := range len(text) {
		e := asciiTable[text[i]]
		native += e >> 22 & 1 // asciiNative
		other += e >> 21 & 1  // asciiOther
	}
	f.native = native > 2*other
}

// load64 is binary.LittleEndian.Uint64 of a string.
func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// next folds on into buf[n:] until the text or the room ends, and returns how
// much of buf is used.
func (f *folder) next(buf []byte, n int) int {
	text, i := f.text, f.pos
	f.tokOut = n
	for i < len(text) && n < len(buf)-chunkMargin {
		end := min(len(text), i+(len(buf)-chunkMargin-n+1)/2)
		tok, tokOut := f.tok, f.tokOut
		special := false
		for ; i < end; i++ {
			e := asciiTable[text[i]]
			if e&asciiSpecial != 0 {
				special = true
				break
			}
			binary.LittleEndian.PutUint16(buf[n:], uint16(e))
			n += int(e >> 16 & 3)
			if e&asciiStart != 0 {
				tok, tokOut = i+1, n
			}
		}
		f.tok, f.tokOut = tok, tokOut
		if special {
			i, n = f.special(buf, i, n)
		}
	}
	f.pos = i
	return n
}

// special folds what starts at i and is not a plain letter or separator. It
// returns the next position in the text and in buf.
func (f *folder) special(buf []byte, i, n int) (int, int) {
	switch c := f.text[i]; {
	case c >= utf8.RuneSelf:
		return f.wideRun(buf, i, n)
	case c >= '0' && c <= '9':
		return f.number(buf, i, n)
	case c == '.':
		return f.dot(buf, i, n)
	case c == ':':
		return f.colon(buf, i, n)
	case c == '@':
		return f.at(buf, i, n)
	case c == '&':
		return f.escape(buf, i, n)
	case c == '%':
		return f.percent(buf, i, n)
	case c == '$', c == '!', c == '|':
		if l := f.signLetter(i); l != 0 {
			buf[n] = l
			f.obf.Leet = saturate(f.obf.Leet)
			return i + 1, n + 1
		}
	default: // a control character
		if f.letterBefore(i) && f.letterAt(i+1) {
			f.obf.Hidden = saturate(f.obf.Hidden)
		}
		return i + 1, n
	}
	return f.separator(i, n)
}

// signLetter is the letter that the sign at i stands for, or 0.
func (f *folder) signLetter(i int) byte {
	switch f.text[i] {
	case '$':
		if f.letterAt(i+1) && (f.letterBefore(i) || i == f.tok) {
			return 's'
		}
	case '!':
		if f.letterBefore(i) && i+1 < len(f.text) && f.text[i+1] >= 'a' && f.text[i+1] <= 'z' {
			return 'i'
		}
	case '|':
		if f.letterBefore(i) || f.letterAt(i+1) {
			return 'i'
		}
	}
	return 0
}

// letterBefore reports whether a letter of an alphabet ends at i.
func (f *folder) letterBefore(i int) bool {
	return i > 0 && asciiTable[f.text[i-1]]&asciiLetter != 0 || i > 0 && f.lastEnd == i
}

// letterAt reports whether a letter of an alphabet starts at i.
func (f *folder) letterAt(i int) bool {
	if i >= len(f.text) {
		return false
	}
	if c := f.text[i]; c < utf8.RuneSelf {
		return asciiTable[c]&asciiLetter != 0
	}
	r, _ := utf8.DecodeRuneInString(f.text[i:])
	w, _ := runeValue(r)
	return w.kind() == kindLetter && w.script() != 0
}
