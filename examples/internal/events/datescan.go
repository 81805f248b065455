package events

import "strings"

// A dateScanner reads one token after the other.
type dateScanner struct {
	s   string
	i   int
	sep byte // since the last number
	w   *written
}

func (p *dateScanner) token() bool {
	switch c := p.s[p.i]; {
	case digitsAt(p.s, p.i) > 0:
		return p.digits()
	case lettersAt(p.s, p.i) > 0:
		return p.word()
	case (c == '+' || c == '-') && p.w.clock > 0 && p.w.letters == "" && p.w.offset == 0:
		return p.zone()
	case (c == '(' || c == '[') && p.w.zoned: // the name of the zone, again
		p.i = len(p.s)
		return true
	case strings.IndexByte(" -/.,", c) >= 0:
		if c != ' ' || p.sep == 0 {
			p.sep = c
		}
		p.i++
		return true
	}
	return false
}

// dated reports whether all of the date is there.
func (p *dateScanner) dated() bool { return p.w.n == 3 || p.w.n == 2 && p.w.month > 0 }

func (p *dateScanner) digits() bool {
	w, n := p.w, digitsAt(p.s, p.i)
	switch {
	case w.clock == 0 && w.n > 0 && n <= 2 && p.colon(p.i+n) != 0:
		return p.clock(n, p.colon(p.i+n))
	case w.clock == 0 && p.dated():
		if !p.hours(n) {
			return false
		}
	case n == 8 && w.n == 0 && w.month == 0:
		w.num, w.digits, w.n = [3]int{number(p.s[p.i : p.i+4]), two(p.s, p.i+4), two(p.s, p.i+6)}, [3]int{4, 2, 2}, 3
		w.seps = [3]byte{'-', '-', '-'}
	case n > 4 || p.dated() || w.clock > 0 && w.n == 0:
		return false
	default:
		w.num[w.n], w.digits[w.n], w.seps[w.n] = number(p.s[p.i:p.i+n]), n, p.sep
		w.n++
	}
	p.i += n
	p.sep = 0
	return p.fraction()
}

// colon is what stands between hours and minutes at i: a colon or, behind a date, a
// point with two digits; 0: neither.
func (p *dateScanner) colon(i int) byte {
	switch {
	case i >= len(p.s):
	case p.s[i] == ':', p.s[i] == '.' && p.dated() && digitsAt(p.s, i+1) == 2:
		return p.s[i]
	}
	return 0
}

// hours reads n digits of 20240201T1000, or of 10 AM.
func (p *dateScanner) hours(n int) bool {
	w := p.w
	switch {
	case n == 4 || n == 6:
		w.hour, w.min, w.clock = two(p.s, p.i), two(p.s, p.i+2), n/2
		if n == 6 {
			w.sec = two(p.s, p.i+4)
		}
	case n <= 2 && lettersAt(p.s, skip(p.s, p.i+n)) > 0:
		w.hour, w.clock = number(p.s[p.i:p.i+n]), 1
	default:
		return false
	}
	return true
}

func skip(s string, i int) int {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return i
}

// clock reads hours, minutes and seconds with the same sign between them.
func (p *dateScanner) clock(n int, colon byte) bool {
	w := p.w
	for _, part := range []*int{&w.hour, &w.min, &w.sec} {
		if n == 0 || n > 2 || w.clock > 0 && n != 2 {
			return false
		}
		*part = number(p.s[p.i : p.i+n])
		w.clock++
		p.i += n
		if w.clock == 3 || p.i >= len(p.s) || p.s[p.i] != colon {
			break
		}
		p.i++
		n = digitsAt(p.s, p.i)
	}
	p.sep = 0
	return w.clock >= 2 && p.fraction()
}

// fraction reads parts of a second behind the seconds.
func (p *dateScanner) fraction() bool {
	w := p.w
	if w.clock < 3 || p.i >= len(p.s) || p.s[p.i] != '.' && p.s[p.i] != ',' || w.ns != 0 {
		return true
	}
	n := digitsAt(p.s, p.i+1)
	if n == 0 {
		return true
	}
	w.ns = parts(p.s[p.i+1:p.i+1+n], 9)
	p.i += 1 + n
	return true
}

// parts reads digits behind a point, in units of 10^-places; what is less is cut off.
func parts(digits string, places int) int {
	if len(digits) > places {
		digits = digits[:places]
	}
	n := number(digits)
	for range places - len(digits) {
		n *= 10
	}
	return n
}

// zone reads +01:00, +0100 or +01.
func (p *dateScanner) zone() bool {
	sign := 1
	if p.s[p.i] == '-' {
		sign = -1
	}
	p.i++
	n := digitsAt(p.s, p.i)
	if n != 2 && n != 4 {
		return false
	}
	hours, minutes := two(p.s, p.i), 0
	if n == 4 {
		minutes = two(p.s, p.i+2)
	}
	p.i += n
	if n == 2 && p.i+2 < len(p.s) && p.s[p.i] == ':' && digitsAt(p.s, p.i+1) == 2 {
		minutes = two(p.s, p.i+1)
		p.i += 3
	}
	p.w.zoned, p.w.offset = true, sign*(3600*hours+60*minutes)
	return hours < 24 && minutes < 60
}

// word reads a month, a day of the week, AM or PM, a zone, or what stands between.
func (p *dateScanner) word() bool {
	w, n := p.w, lettersAt(p.s, p.i)
	word := strings.ToLower(p.s[p.i : p.i+n])
	p.i += n
	if (word == "a" || word == "p") && strings.HasPrefix(strings.ToLower(p.s[p.i:]), ".m.") {
		word += "m"
		p.i += 3
	}
	if w.clock > 0 {
		return p.behind(word)
	}
	switch {
	case (word == "t" || word == "at") && p.dated():
	case n >= 3 && w.month == 0 && named(word, months) > 0:
		w.month = named(word, months)
		p.sep = 0
	case n >= 3 && w.n == 0 && named(word, days) > 0:
		p.sep = 0
	default:
		return false
	}
	return true
}

// behind reads a word behind the time of the day: AM, PM, or a zone.
func (p *dateScanner) behind(word string) bool {
	w := p.w
	switch {
	case word == "am" || word == "pm":
		if w.half != 0 {
			return false
		}
		w.half = word[0]
	case w.zoned || len(word) > 5:
		return false
	case word == "z" || word == "utc" || word == "gmt" || word == "ut":
		w.zoned = true
	case len(word) >= 2:
		w.zoned, w.letters = true, strings.ToUpper(word)
	default:
		return false
	}
	return true
}

var (
	months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	days   = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
)

// named is the place of what a word begins, from 1; 0: of nothing.
func named(word string, names []string) int {
	for i, name := range names {
		if strings.HasPrefix(name, word) {
			return i + 1
		}
	}
	return 0
}
