package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Class is a kind of sender with rules of its own. Hosts may add theirs to their
// policies; a class without rules is judged as Member. But one that no policy of the
// engine has, and whose name differs from a class below by case, by spaces, or by one
// letter, is a *FieldError: a service that is spelled "servce" must not be blocked as a
// member.
type Class string

// The classes that Default has rules for. A policy without rules for one judges it as
// Member: then automation may sanction a Service, and Staff.
const (
	Member  Class = "member"  // a person; also ""
	Page    Class = "page"    // a company or a public figure that broadcasts
	Service Class = "service" // transactional: passcodes, order notices
	Staff   Class = "staff"   // people of the service itself: moderators, support
)

var classes = [...]Class{Member, Page, Service, Staff}

// plain is the name without spaces and in lower case.
func (c Class) plain() string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, string(c))
}

// meant is the known class whose name this one nearly is, or "". That of a known one
// is itself.
func (c Class) meant() Class {
	name := c.plain()
	for _, k := range classes {
		if almost(name, string(k)) {
			return k
		}
	}
	return ""
}

// almost reports whether a name is a plain one, or is it but for one letter that is
// another, too many or missing.
func almost(name, known string) bool {
	i := 0
	for i < len(name) && i < len(known) && name[i] == known[i] {
		i++
	}
	name, known = name[i:], known[i:]
	_, letter := utf8.DecodeRuneInString(name)
	rest := name[letter:]
	return name == known || rest == known || known != "" && (rest == known[1:] || name == known[1:])
}
