package similarity

import (
	"errors"
	"slices"
)

// A SlotClass says what is put into a slot.
type SlotClass uint8

// Classes of slots, from what says least.
const (
	SlotFree   SlotClass = iota // anything
	SlotName                    // one or two capitalized words at the beginning or end of the text, where people are addressed and sign
	SlotNumber                  // a number
	SlotPhone                   // a phone number
	SlotHandle                  // an @name
	SlotEmail                   // an e-mail address
	SlotURL                     // a link
)

var slotNames = [...]string{"free", "name", "number", "phone", "handle", "email", "url"}

// String returns "name", "url" and so on.
func (c SlotClass) String() string {
	if int(c) < len(slotNames) {
		return slotNames[c]
	}
	return "unknown"
}

var errSlotClass = errors.New("similarity: unknown slot class")

// MarshalText returns what String does.
func (c SlotClass) MarshalText() ([]byte, error) {
	if int(c) >= len(slotNames) {
		return nil, errSlotClass
	}
	return []byte(slotNames[c]), nil
}

// UnmarshalText reads what MarshalText wrote. On error c is unchanged.
func (c *SlotClass) UnmarshalText(text []byte) error {
	i := slices.Index(slotNames[:], string(text))
	if i < 0 {
		return errSlotClass
	}
	*c = SlotClass(i)
	return nil
}

// A Slot is a place of a Template where its messages differ. It is a plain value.
type Slot struct {
	Class    SlotClass
	Distinct int  // different values seen: exactly up to 32, within 9% above
	Optional bool // at least one message has nothing there
}

// slot is a Slot while it is being learned.
type slot struct {
	values counter
	class  SlotClass
	known  bool // class holds for at least one value
	empty  bool // some message has nothing there
}

// put adds the value that is made of some tokens.
func (s *slot) put(value []token) {
	h, class, words := uint64(len(value)), SlotFree, 0
	for i := range value {
		h = mix64(h ^ value[i].hash)
		if !value[i].word {
			continue
		}
		if words++; words == 1 {
			class = value[i].class
		} else if class != value[i].class || class != SlotName || words > 2 {
			class = SlotFree
		}
	}
	if words == 0 {
		s.empty = true
		return
	}
	s.values.add(hash32(h))
	if s.known && s.class != class {
		class = SlotFree
	}
	s.class, s.known = class, true
}

// join adds what another slot has seen. Values of two slots that become one
// are not paired any more: the larger number of them stays.
func (s *slot) join(o *slot) {
	switch {
	case !o.known:
	case !s.known:
		s.class, s.known, s.values = o.class, true, o.values
	default:
		s.class = SlotFree
		if o.values.count() > s.values.count() {
			s.values = o.values
		}
	}
	s.empty = s.empty && o.empty
}
