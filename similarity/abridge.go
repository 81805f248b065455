package similarity

import (
	"strings"
	"unicode/utf8"
)

// Bounds of Abridge, in bytes.
const (
	mostRun   = 16      // kept of a run of what Fold drops
	mostRead  = 1 << 20 // read from each end
	blockSize = 8 << 10 // the end is read by blocks, the last one first
	mostUnit  = 32      // of a character, however it is written
)

// Abridge returns as much of text as is worth a look where only so many bytes can be
// looked at. A text of at most most bytes is returned as it is, without an allocation. Of
// a longer one it leaves out what [Fold] drops (white space, signs, what shows nothing,
// references to such characters), but for the first 16 bytes of each run. Of what then is
// still too long it keeps the beginning and the end, half of most each, with a line break
// between: who puts something long before a text, or after it, does not hide it. It cuts
// no character in two. It reads at most 1 MB from each end, and so
// takes tens of milliseconds at most, whatever the length: what has 1 MB of nothing on
// both sides is not found.
func Abridge(text string, most int) string {
	if len(text) <= most {
		return text
	}
	buf := make([]byte, 0, max(most, 0))
	head := text[:unitFloor(text, mostRead)]
	out, read := condense(buf, head)
	if read == len(text) {
		return string(out)
	}
	if half := max(most/2-1, 0); len(out) > half {
		out, read = condense(buf[:0:half], head)
	}
	// The end is written to the end of buf, and then moved.
	buf = buf[:cap(buf)]
	first, at := min(len(out)+1, len(buf)), len(buf)
	var block [blockSize]byte
	for end, least := len(text), max(read, len(text)-mostRead); end > least && at > first; {
		begin := max(least, unitFloor(text, end-blockSize+mostUnit))
		piece, _ := condense(block[:0], text[begin:end])
		if over := len(piece) - (at - first); over > 0 {
			piece, begin = piece[runeCeil(piece, over):], least
		}
		at -= len(piece)
		copy(buf[at:], piece)
		end = begin
	}
	if at < len(buf) {
		out = append(buf[:len(out)], '\n')
	}
	return string(append(out, buf[runeCeil(buf, at):]...))
}

// condense appends text to dst without what is too much of the runs of what Fold drops,
// until dst has no more room. It returns how much of text it has read.
func condense(dst []byte, text string) ([]byte, int) {
	var buf [chunkSize]byte
	f := folder{text: text}
	run, apart := 0, false // bytes of the run; what was left out of it separates words
	for i := 0; i < len(text); {
		f.tok, f.tokOut = i, 0
		e := asciiTable[text[i]]
		next, n := i+1, int(e>>16&3)
		if e&asciiSpecial != 0 {
			next, n = f.special(buf[:], i, 0)
		}
		keep := next
		if n > 0 {
			if apart && len(dst) < cap(dst) {
				dst = append(dst, ' ')
			}
			run, apart = 0, false
		} else if run += next - i; run > mostRun {
			apart = apart || e&asciiStart != 0 || f.tok > i
			if keep = i; text[i] >= utf8.RuneSelf { // many at once
				keep = max(i, runeFloor(text, next-run+mostRun))
			}
		}
		if room := cap(dst) - len(dst); keep-i > room {
			keep = max(i, runeFloor(text, i+room))
			return append(dst, text[i:keep]...), keep
		}
		dst = append(dst, text[i:keep]...)
		i = next
	}
	return dst, len(text)
}

// runeFloor is where the character begins that is at i.
func runeFloor(text string, i int) int {
	if i >= len(text) {
		return len(text)
	}
	for j := i; j >= 0 && j > i-utf8.UTFMax; j-- {
		if utf8.RuneStart(text[j]) {
			return j
		}
	}
	return max(i, 0)
}

// unitFloor is where the character begins that is at i, however it is written: as
// itself, as a character reference or percent-encoded.
func unitFloor(text string, i int) int {
	if i >= len(text) {
		return len(text)
	}
	i = runeFloor(text, i)
	near := text[max(0, i-mostUnit/2):i]
	if k := strings.LastIndexByte(near, '&'); k >= 0 && strings.IndexByte(near[k:], ';') < 0 {
		return i - len(near) + k
	}
	for k := 1; k <= 2 && k <= i; k++ {
		if text[i-k] == '%' {
			i -= k
			break
		}
	}
	for range utf8.UTFMax {
		c, ok := hexByte(text[i:])
		if !ok || c&0xC0 != 0x80 || i < 3 || text[i-3] != '%' {
			break
		}
		i -= 3
	}
	return i
}

// runeCeil is where the next character begins, if one is cut at i.
func runeCeil(p []byte, i int) int {
	j := i
	for ; j < len(p) && j < i+utf8.UTFMax; j++ {
		if utf8.RuneStart(p[j]) {
			return j
		}
	}
	if j == len(p) {
		return j
	}
	return i
}
