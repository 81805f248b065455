package console

import "net/http"

// A Moderator is the person that a request is from, as the host says.
type Moderator struct {
	// ID names the person in the audit, for ever: it is the By of all that they do. Required.
	ID string
	// Name is shown to them; "": the ID.
	Name string
	// Role is what they may do. The zero Role reads.
	Role Role
	// Session is something that the host changes when the person signs in: what a page of
	// another session holds can then do nothing. "" leaves that to the host's own cookies.
	Session string
}

// A Role is what a moderator may do. Each may do what those before it may.
type Role uint8

// Roles.
const (
	Reader Role = iota // reads all pages but the audit, the figures and the rules, and changes nothing
	Mod                // decides cases, and labels samples
	Lead               // suspends, reads the audit and the figures, and changes rules
)

// String returns the name of the role.
func (r Role) String() string {
	switch r {
	case Reader:
		return "reader"
	case Mod:
		return "moderator"
	case Lead:
		return "lead"
	}
	return "unknown role"
}

// may reports whether a request of a moderator is allowed: others get an answer that
// says why not.
func (m *Moderator) may(w http.ResponseWriter, need Role) bool {
	if m.Role >= need && m.Role <= Lead {
		return true
	}
	http.Error(w, "this needs the role "+need.String()+"; yours is "+m.Role.String(), http.StatusForbidden)
	return false
}
