package similarity

import (
	"strings"
	"unicode"
)

// Names are where people are addressed and sign: of the first words so many may be
// names, and of the last.
const (
	addressed, addressees = 4, 3
	signed                = 2
)

// manySigns is how many pictographs a text may have in any number: more can draw.
const manySigns = 16

// Wording is a keyed hash of what a text says: equal for two texts that are equal after
// folding but for dates, times, numbers of up to two digits, signs, and the names of those
// who are addressed and sign, which is up to three capitalized words among the first four,
// and the last two, of letters alone and joined to nothing. Links, e-mail addresses,
// handles, telephone and other numbers are in it as they are written, and so is how many
// pictographs there are, if many. Where a [Sketch] is wide this is narrow: it tells nothing
// of what is nearly the same. That of a text without words is 0.
func (h *Hasher) Wording(text string) uint64 {
	all := tokensUpTo(len(text), nil, text, h.key)
	words := countWords(all)
	sum, at, names := h.exact, 0, 0
	for i := range all {
		t := &all[i]
		if !t.word {
			continue
		}
		at++
		x := t.hash
		switch {
		case t.class == SlotName && at > words-signed && standsFree(all, i):
			continue
		case t.class == SlotName && at <= addressed && names < addressees && standsFree(all, i):
			names++
			continue
		case t.class == SlotNumber && isDate(t.text):
			x = uint64(SlotNumber)
		}
		sum = h.mix(sum ^ x)
	}
	if sum == h.exact {
		return 0
	}
	if n := pictographs(text); n > manySigns {
		sum = h.mix(sum ^ uint64(n))
	}
	return sum
}

// standsFree reports whether a word is of letters, and no other word is joined to it by
// signs, as in an address.
func standsFree(all []token, i int) bool {
	if strings.ContainsFunc(all[i].text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("'’-", r)
	}) {
		return false
	}
	left, right := i, i+1
	for left > 0 && !all[left].space && !all[left-1].word {
		left--
	}
	for right < len(all) && !all[right].space && !all[right].word {
		right++
	}
	return (left == 0 || all[left].space) && (right == len(all) || all[right].space)
}

// isDate reports whether a number is a date or a time, or of up to two digits.
func isDate(number string) bool {
	groups := strings.FieldsFunc(number, func(r rune) bool { return !unicode.IsDigit(r) })
	years := 0
	for _, g := range groups {
		if len(g) == 4 && (g[:2] == "19" || g[:2] == "20") {
			years++
		} else if len(g) > 2 {
			return false
		}
	}
	// With hyphens it is a sort code, but for 2026-07-12.
	return len(groups) <= 3 && years <= 1 && (years == 1 || !strings.Contains(number, "-")) && strings.Trim(number, ".:/-0123456789") == ""
}

// pictographs is how many signs a text has that are neither punctuation nor part of a word.
func pictographs(text string) (n int) {
	for _, r := range text {
		if r >= 0x80 && unicode.In(r, unicode.So, unicode.Co) {
			n++
		}
	}
	return n
}
