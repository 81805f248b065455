package main

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A stamp is how a line of WhatsApp's begins: a date, a time, and then who wrote,
// each as the locale of the phone has it.
//
//	[05/03/2025, 10:14:33] Ann: hello       iOS
//	3/5/25, 10:14 AM - Ann: hello           Android
type stamp struct {
	style
	part                 [3]int // of the date, as they stand there
	hour, minute, second int
	half                 half
}

// A style is what is the same in all lines of a file. What somebody pasted from
// another chat mostly has another.
type style struct {
	bracket bool
	sep     byte // between the parts of the date
	halves  bool // a clock of twelve hours
	seconds bool
	year    bool // it comes first
}

// A half is of the day.
type half uint8

const (
	none half = iota
	before
	after
)

// halves are the words for them, without points and blanks, in small letters.
var halves = map[string]half{
	"am": before, "pm": after, "a": before, "p": after,
	"上午": before, "凌晨": before, "清晨": before, "早上": before, "中午": after, "下午": after, "晚上": after,
	"오전": before, "오후": after, "午前": before, "午後": after,
	"πμ": before, "μμ": after, "ص": before, "م": after, "ق\u200cظ": before, "قظ": before, "بظ": after,
	"sa": before, "ch": after, "öö": before, "ös": after, "de": before, "du": after,
	"fm": before, "em": after, "vorm": before, "nachm": after, "dop": before, "odp": after,
	"पूर्वाह्न": before, "अपराह्न": after, "ก่อนเที่ยง": before, "หลังเที่ยง": after,
	"pd": before, "md": after, "pg": before, "ptg": after,
	// Not of the day, but where they stand.
	"": none, "à": none, "às": none, "kl": none, "klo": none, "um": none, "at": none, "u": none,
}

// zeros are the digits 0 of scripts in which dates are written.
var zeros = [...]rune{'0', '٠', '۰', '०', '০', '๐', '၀', '０'}

// digit returns the value of a digit, −1 for anything else.
func digit(r rune) int {
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return int(r - zero)
		}
	}
	return -1
}

// number reads a number from the beginning of s.
func number(s string) (n, width int, rest string) {
	for s != "" && width < 5 {
		r, size := utf8.DecodeRuneInString(s)
		d := digit(r)
		if d < 0 {
			break
		}
		n, width, s = n*10+d, width+1, s[size:]
	}
	return n, width, s
}

// isMark reports whether a rune only turns the direction of writing, or joins
// nothing: WhatsApp puts them anywhere.
func isMark(r rune) bool {
	return r == '\ufeff' || r == '\u200b' || r != '\u200c' && r != '\u200d' && unicode.Is(unicode.Bidi_Control, r)
}

// unmarked takes marks away from the beginning of s.
func unmarked(s string) string { return strings.TrimLeftFunc(s, isMark) }

// stamped reads how a line begins; rest is what follows, and ok whether it begins
// so at all.
func stamped(line string) (t stamp, rest string, ok bool) {
	s := unmarked(line)
	s, t.bracket = strings.CutPrefix(s, "[")
	if s, ok = t.date(unmarked(s)); !ok {
		return t, "", false
	}
	if s, ok = t.clock(s); !ok {
		return t, "", false
	}
	before, rest, ok := t.end(s)
	if !ok {
		return t, "", false
	}
	h, known := halves[word(before)]
	if !known || h != none && t.half != none {
		return t, "", false
	}
	t.half = max(t.half, h)
	t.halves = t.half != none
	return t, rest, !t.halves || t.hour <= 12
}

// end parts what may stand behind the time from what comes after.
func (t *stamp) end(s string) (before, rest string, ok bool) {
	end := " - "
	if t.bracket {
		end = "]"
	} else if strings.HasSuffix(s, " -") {
		s += " "
	}
	before, rest, ok = strings.Cut(s, end)
	return before, strings.TrimPrefix(rest, " "), ok && len(before) <= 40
}

// word makes a word for half a day comparable.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || isMark(r) || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// date reads the three parts of the date.
func (t *stamp) date(s string) (string, bool) {
	for i := range t.part {
		var width int
		if t.part[i], width, s = number(s); width == 0 || width == 3 || width > 4 || width == 4 && i == 1 {
			return s, false
		}
		if i == 0 {
			t.year = width == 4
		}
		if i == 2 {
			return strings.TrimPrefix(s, "."), true
		}
		if s == "" || !strings.ContainsRune("/.-", rune(s[0])) || i > 0 && s[0] != t.sep {
			return s, false
		}
		t.sep = s[0]
		s = strings.TrimPrefix(s[1:], " ")
	}
	return s, false
}

// clock reads the time of day, before which a word may stand.
func (t *stamp) clock(s string) (string, bool) {
	i := strings.IndexFunc(s, func(r rune) bool { return digit(r) >= 0 })
	if i < 1 || i > 40 {
		return s, false
	}
	var known bool
	before := strings.TrimFunc(s[:i], func(r rune) bool { return r == ',' || r == '،' || isMark(r) || unicode.IsSpace(r) })
	if t.half, known = halves[word(before)]; !known {
		return s, false
	}
	var width int
	if t.hour, width, s = number(s[i:]); width == 0 || width > 2 || t.hour > 23 {
		return s, false
	}
	if t.minute, s, known = sixtieth(s); !known {
		return s, false
	}
	t.second, s, t.seconds = sixtieth(s)
	return s, true
}

// sixtieth reads a point or colon and two digits; s stays as it is where they are
// not there: in 10.14 a.m., too.
func sixtieth(s string) (n int, rest string, ok bool) {
	if s == "" || s[0] != ':' && s[0] != '.' {
		return 0, s, false
	}
	n, width, rest := number(s[1:])
	if width != 2 || n > 59 {
		return 0, s, false
	}
	return n, rest, true
}

// clock24 is the hour of a clock of 24.
func (t *stamp) clock24() int {
	switch {
	case t.half == after && t.hour < 12:
		return t.hour + 12
	case t.half == before && t.hour == 12:
		return 0
	}
	return t.hour
}
