package scoring

import "fmt"

// A Family groups evidence that one thing would cause. Pieces of one family
// overlap, so they share one cap; pieces of different families add up in full.
// The zero Family is none: such evidence adds up like any other, under one cap,
// and never counts as one of the independent families.
type Family uint8

const (
	Volume     Family = iota + 1 // how much is sent; never one of the independent families
	Content                      // what is sent: repeated text
	Contact                      // to which people: cold outreach, not existing contacts
	Reception                    // how it is received: answers, complaints
	Automation                   // when: machine-like timing
	Network                      // together with which accounts: campaigns, shared origins
	Standing                     // by which account: its age, earlier warnings; never one of the independent families
)

// NumFamilies is the number of families; an array indexed by Family has one
// element more.
const NumFamilies = int(Standing)

var familyNames = [NumFamilies + 1]string{"", "volume", "content", "contact", "reception", "automation", "network", "standing"}

// Independent reports whether evidence of the family can be one of the
// independent families that a sanction needs: all but Volume and Standing.
func (f Family) Independent() bool { return f >= Content && f <= Network }

// String returns the lower-case name, "" for the zero Family and
// "Family(n)" for one that is out of range.
func (f Family) String() string {
	if int(f) > NumFamilies {
		return fmt.Sprintf("Family(%d)", uint8(f))
	}
	return familyNames[f]
}

// MarshalText returns the lower-case name, and an error for a Family that is
// out of range.
func (f Family) MarshalText() ([]byte, error) {
	if int(f) > NumFamilies {
		return nil, fmt.Errorf("scoring: no family %d", uint8(f))
	}
	return []byte(familyNames[f]), nil
}

// UnmarshalText accepts what MarshalText returns.
func (f *Family) UnmarshalText(text []byte) error {
	for i, name := range familyNames {
		if name == string(text) {
			*f = Family(i)
			return nil
		}
	}
	return fmt.Errorf("scoring: unknown family %q", text)
}
