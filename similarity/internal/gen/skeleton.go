package main

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"
)

// ignorable reports whether r has the property Default_Ignorable_Code_Point,
// or is another format character, or a stretcher that shows nothing of its own.
func ignorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r >= 0xE0000 && r <= 0xE0FFF ||
		r == 0x0640 || r == 0x07FA // Arabic tatweel, N'Ko lajanyalan
}

func mark(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me) }

// separator reports whether r is neither letter, mark nor number.
func separator(r rune) bool {
	return unicode.In(r, unicode.P, unicode.S, unicode.Z, unicode.Co)
}

// styledNames are the beginnings of names that end in a Latin letter and mean it.
var styledNames = []string{
	"LATIN LETTER SMALL CAPITAL ",
	"NEGATIVE CIRCLED LATIN CAPITAL LETTER ",
	"NEGATIVE SQUARED LATIN CAPITAL LETTER ",
	"CROSSED NEGATIVE SQUARED LATIN CAPITAL LETTER ",
}

// named returns the letter that the name of r says r is, or 0.
func named(r rune) rune {
	if r < 0x80 {
		return 0
	}
	name := runenames.Name(r)
	for _, prefix := range styledNames {
		if rest, ok := strings.CutPrefix(name, prefix); ok && len(rest) == 1 {
			return unicode.ToLower(rune(rest[0]))
		}
	}
	return 0
}

// finals writes the 27 final consonants of Hangul syllables as initial ones, so
// that syllables, jamo and compatibility jamo agree.
var finals = func() (out [27][]rune) {
	for i, s := range strings.Fields("0 1 0,9 2 2,12 2,18 3 5 5,0 5,6 5,7 5,9 5,16 5,17 5,18 6 7 7,9 9 10 11 12 14 15 16 17 18") {
		for n := range strings.SplitSeq(s, ",") {
			v, _ := strconv.Atoi(n)
			out[i] = append(out[i], 0x1100+rune(v))
		}
	}
	return out
}()

// confuse applies the UTS #39 mapping of one rune where it leads to letters.
// A letter that looks like a digit above 1 stays the letter it is: text in
// Cyrillic is full of them, and a digit would be masked.
func confuse(r rune) []rune {
	if n := named(r); n != 0 {
		return []rune{n}
	}
	if r >= 0x11A8 && r <= 0x11C2 {
		return finals[r-0x11A8]
	}
	to := confusable.GetReplacement(r)
	if to == "" {
		return []rune{r}
	}
	letters := 0
	for _, c := range to {
		switch {
		case unicode.IsLetter(c):
			letters++
		case c >= '2' && c <= '9':
			return []rune{r}
		}
	}
	if letters == 0 {
		return []rune{r}
	}
	return []rune(to)
}

func drop(s []rune) []rune {
	return slices.DeleteFunc(s, func(r rune) bool { return mark(r) || ignorable(r) || separator(r) })
}

// skeleton is the normal form of one rune as letters: confusables,
// compatibility form, lower case, no marks, until nothing changes. With native
// set case goes first, so that capitals of another alphabet agree with its
// small letters instead of with the Latin capitals they look like.
func skeleton(r rune, native bool) []rune {
	s := []rune{r}
	if separator(r) {
		if s = confuse(r); len(s) == 1 && s[0] == r {
			s = []rune(norm.NFKD.String(string(r)))
		}
	}
	for range 12 {
		// The marks go first: ö is o with two dots, not the Arabic letter that
		// it is said to look like as a whole.
		var next []rune
		for _, c := range drop([]rune(norm.NFD.String(string(s)))) {
			if native {
				c = unicode.ToLower(c)
			}
			to := confuse(c)
			if len(to) == 1 && to[0] == c {
				to = []rune(norm.NFKD.String(string(c)))
			}
			for _, d := range to {
				next = append(next, finish(d)...)
			}
		}
		next = drop(next)
		if string(next) == string(s) {
			return next
		}
		s = next
	}
	return s
}

// finish lowers one rune and joins what UTS #39 joins across case: l, I, 1 and
// O, 0 have one form each.
func finish(r rune) []rune {
	switch r {
	case 'l', 'I', '1', 'L':
		return []rune{'i'}
	case '0':
		return []rune{'o'}
	case 'm', 'M':
		return []rune{'r', 'n'}
	case '3', '4', '5', '7', '8', '9':
		return []rune{rune(leet[r-'0'])}
	case '2', '6':
		return nil
	}
	return []rune{unicode.ToLower(r)}
}
