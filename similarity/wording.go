package similarity

// Names are where people are addressed and sign: of the first words so many may be
// names, and of the last.
const (
	addressed, addressees = 4, 3
	signed                = 2
)

// Wording is a keyed hash of what a text says: equal for two texts that are equal after
// folding but for numbers, signs, and the names of those who are addressed and sign, which
// is up to three capitalized words among the first four, and the last two. Links, e-mail
// addresses, handles and telephone numbers are in it as they are written. Where a
// [Sketch] is wide this is narrow: it tells nothing of what is nearly the same. That of
// a text without words is 0.
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
		case t.class == SlotName && at > words-signed:
			continue
		case t.class == SlotName && at <= addressed && names < addressees:
			names++
			continue
		case t.class == SlotNumber:
			x = uint64(SlotNumber)
		}
		sum = h.mix(sum ^ x)
	}
	if sum == h.exact {
		return 0
	}
	return sum
}
