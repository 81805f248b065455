package events

import (
	"strings"
	"time"
)

// A written is a date as it stands there, before it is known which of its
// numbers is the day. The zero written is none.
type written struct {
	form   form
	num    [3]int // of the date, in the order in which they stand
	digits [3]int
	n      int
	seps   [3]byte // before each of them, the last but spaces
	month  int     // that is named; 0: none

	clock              int // how many of hour, minute and second are there
	hour, min, sec, ns int
	half               byte // a or p of AM and PM
	zoned              bool
	offset             int    // seconds east of UTC
	letters            string // of a zone that is named otherwise than UTC

	whole, frac string // of a numeral
}

// A form says what decides how a date is read.
type form uint8

const (
	none    form = iota
	fixed        // it can be read in one way
	triple       // three numbers of which any may be the day
	numeral      // one number
)

// scanDate takes a date apart: years first or last, months by number or in
// English, 24 or 12 hours, offsets, or one number.
func scanDate(s string) written {
	var w written
	if w.numeral(s) {
		return w
	}
	for i := range len(s) {
		if s[i] >= 0x80 { // spaces that do not break, as JavaScript writes them
			s = strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(s)
			break
		}
	}
	p := dateScanner{s: s, w: &w}
	for p.i < len(s) {
		if !p.token() {
			return written{}
		}
	}
	w.form = w.judge()
	return w
}

// numeral reads digits with a part behind a point or comma, or nothing else.
func (w *written) numeral(s string) bool {
	i := digitsAt(s, 0)
	if i == 0 || i > 19 {
		return false
	}
	w.whole = s[:i]
	if i < len(s) {
		if s[i] != '.' && s[i] != ',' || i+1 == len(s) || digitsAt(s, i+1) != len(s)-i-1 {
			w.whole = ""
			return false
		}
		w.frac = s[i+1:]
	}
	w.form = numeral
	return true
}

// digitsAt is how many digits begin at i.
func digitsAt(s string, i int) int {
	n := 0
	for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
		n++
	}
	return n
}

func lettersAt(s string, i int) int {
	n := 0
	for i+n < len(s) && (s[i+n]|0x20 >= 'a' && s[i+n]|0x20 <= 'z') {
		n++
	}
	return n
}

// number of digits, few of them.
func number(s string) (n int) {
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// judge says of which form the date is, if its numbers can be one.
func (w *written) judge() form {
	switch {
	case !w.clocked():
		return none
	case w.month > 0:
		return w.withMonth()
	case w.n != 3 || w.seps[1] != w.seps[2] || w.seps[1] == 0 || w.digits[1] > 2:
		return none
	case w.digits[0] == 4 && w.digits[2] <= 2:
		return fixed
	case w.digits[0] <= 2 && (w.digits[2] == 4 || w.digits[2] == 2):
		return triple
	}
	return none
}

// withMonth is judge where the month is named: the other two are the day, and a
// year of four digits, or of two behind the day.
func (w *written) withMonth() form {
	switch d := w.digits; {
	case w.n == 2 && d[0] <= 2 && (d[1] == 4 || d[1] == 2), w.n == 2 && d[0] == 4 && d[1] <= 2:
		return fixed
	}
	return none
}

// clocked reports whether there is no time of the day, or one that can be.
func (w *written) clocked() bool {
	if w.half != 0 && (w.clock == 0 || w.hour < 1 || w.hour > 12) {
		return false
	}
	return w.hour < 24 && w.min < 60 && w.sec < 60
}

// ymd are year, month and day under a reading; false if they are no date.
func (w *written) ymd(r reading) (year, month, day int, ok bool) {
	y, m, d := 0, 1, 2
	switch {
	case w.month > 0 && w.digits[0] == 4:
		year, month, day = w.num[0], w.month, w.num[1]
	case w.month > 0:
		year, month, day = century(w.num[1], w.digits[1]), w.month, w.num[0]
	default:
		if w.form == triple {
			switch r {
			case dayFirst:
				y, m, d = 2, 1, 0
			case monthFirst:
				y, m, d = 2, 0, 1
			case yearFirst:
			default:
				return 0, 0, 0, false
			}
		}
		if w.digits[m] > 2 || w.digits[d] > 2 || w.digits[y] < 2 {
			return 0, 0, 0, false
		}
		year, month, day = century(w.num[y], w.digits[y]), w.num[m], w.num[d]
	}
	ok = month >= 1 && month <= 12 && day >= 1 && day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return year, month, day, ok
}

// century is the year of two digits: 1969 to 2068.
func century(year, digits int) int {
	switch {
	case digits > 2:
		return year
	case year >= 69:
		return 1900 + year
	}
	return 2000 + year
}
