package policy

import "github.com/decorum-go/decorum/policy/internal/policyfile"

// A Class is a kind of sender with rules of its own. Hosts may add theirs to their
// policies; a class without rules is judged as Member. But one that no policy of the
// engine has, and whose name differs from a class below by case, by spaces, by one
// letter, or by two that have changed places, is a *FieldError: a service that is spelled
// "servce" must not be blocked as a member.
type Class string

// The classes that Default has rules for. A policy without rules for one judges it as
// Member: then automation may sanction a Service, and Staff.
const (
	Member   Class = "member"   // a person; also ""
	Page     Class = "page"     // a company or a public figure that broadcasts to its followers
	Business Class = "business" // a business that the service has verified, and what a page is to strangers
	Service  Class = "service"  // transactional: passcodes, order notices
	Staff    Class = "staff"    // people of the service itself: moderators, support
)

var classes = [...]Class{Member, Page, Business, Service, Staff}

// meant is the known class whose name this one nearly is, or "". That of a known one
// is itself.
func (c Class) meant() Class {
	name := policyfile.Plain(string(c))
	for _, k := range classes {
		if policyfile.Almost(name, string(k)) {
			return k
		}
	}
	return ""
}
