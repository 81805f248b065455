package policy

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
)

// A Kind is what happens to an account. The zero Kind is none: where a Kind is
// required it is a *FieldError.
type Kind uint8

// Kinds of sanctions, from mild to severe. The numbers are no ranks: a later
// release may add a kind whose severity lies between these.
const (
	Warning     Kind = iota + 1 // told to stop; nothing is refused
	Block                       // nothing goes out within the scope
	Restriction                 // PerDay messages a day within the scope
	Suspension                  // nothing goes out
	Referral                    // a case for a person, the legal team's; refuses nothing by itself
)

var kindNames = []string{"warning", "block", "restriction", "suspension", "referral"}

// String returns the name of the kind.
func (k Kind) String() string { return nameOf(kindNames, 1, uint8(k), "Kind") }

// MarshalText implements encoding.TextMarshaler; the zero Kind has no name, and
// is an error.
func (k Kind) MarshalText() ([]byte, error) { return marshalName(kindNames, 1, uint8(k), "kind") }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *Kind) UnmarshalText(b []byte) error {
	return unmarshalName(kindNames, 1, b, (*uint8)(k), "kind")
}

// above reports whether a kind is severer than another.
func (k Kind) above(than Kind) bool { return ladder.Kind(k).Above(ladder.Kind(than)) }

// A Scope is what a sanction covers. The zero Scope is none: a Warning and a
// Referral cover nothing.
type Scope uint8

// Scopes, each within the next.
const (
	// Outreach covers messages to strangers: people who neither wrote first nor
	// answered. Replies pass.
	Outreach Scope = iota + 1
	// Messaging covers all messages.
	Messaging
	// WholeAccount covers all messages, too; the host should also stop what else
	// the account can do.
	WholeAccount
)

var scopeNames = []string{"outreach", "messaging", "account"}

// String returns the name of the scope.
func (s Scope) String() string {
	if s == 0 {
		return "none"
	}
	return nameOf(scopeNames, 1, uint8(s), "Scope")
}

// MarshalText implements encoding.TextMarshaler; the zero Scope is "none".
func (s Scope) MarshalText() ([]byte, error) {
	if s == 0 {
		return []byte("none"), nil
	}
	return marshalName(scopeNames, 1, uint8(s), "scope")
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Scope) UnmarshalText(b []byte) error {
	if len(b) == 0 || string(b) == "none" {
		*s = 0
		return nil
	}
	return unmarshalName(scopeNames, 1, b, (*uint8)(s), "scope")
}

// A Sanction is an enforcement action on an account: what, how long, why, and by
// which moderator. As an argument of Impose it needs Account, Kind and By; see
// there for the defaults of the rest. It is a value of the caller's own.
type Sanction struct {
	ID      string    `json:"id,omitzero"`      // derived from account, message and ordinal; never random
	Account string    `json:"account,omitzero"` // "" in Engine.Sanctions once Forget removed the name
	Kind    Kind      `json:"kind,omitzero"`
	Scope   Scope     `json:"scope,omitzero"`
	PerDay  int       `json:"per_day,omitzero"`  // Restriction: messages a day, and strangers newly approached; raise it and more goes out
	From    time.Time `json:"from,omitzero"`     // in force from
	Until   time.Time `json:"until,omitzero"`    // end, not included; zero: until lifted
	Review  time.Time `json:"review,omitzero"`   // when a person should look again; zero: not fixed
	Reasons []Reason  `json:"reasons,omitempty"` // weightiest first
	Policy  string    `json:"policy,omitzero"`   // under which it was imposed
	Message string    `json:"message,omitzero"`  // ID of the message that brought it, "" if none did
	By      string    `json:"by,omitzero"`       // moderator; "" if automatic
	Appeal  *Appeal   `json:"appeal,omitzero"`   // against it, open or settled; nil: none
	Lifted  *Lifting  `json:"lifted,omitzero"`   // nil unless it ended early
}

// InForce reports whether the sanction stands at t: from From on, before Until, and
// not lifted.
func (s *Sanction) InForce(t time.Time) bool {
	return s.Lifted == nil && !t.Before(s.From) && (s.Until.IsZero() || t.Before(s.Until))
}

// A Lifting is the early end of a sanction. Where the engine ended it itself By is
// empty, and Note says why: a later sanction replaced it, or an earlier one was
// overturned.
type Lifting struct {
	By   string    `json:"by,omitzero"`   // the moderator; required as an argument
	Note string    `json:"note,omitzero"` // kept with the sanction, cut to 64 bytes
	At   time.Time `json:"at,omitzero"`   // zero: now
}

// An Appeal is a sender's objection to a sanction. Filing one needs Account and
// Sanction.
type Appeal struct {
	ID        string    `json:"id,omitzero"`        // made by the engine; empty when filing
	Account   string    `json:"account,omitzero"`   // required
	Sanction  string    `json:"sanction,omitzero"`  // ID of the sanction; required
	Statement string    `json:"statement,omitzero"` // handed to hooks, not stored
	At        time.Time `json:"at,omitzero"`        // zero: now
	Ruling    *Ruling   `json:"ruling,omitzero"`    // nil while open; set by Resolve
}

// A RulingOutcome is what a person decided on an appeal.
type RulingOutcome uint8

// Outcomes of an appeal. The zero value is refused.
const (
	Upheld     RulingOutcome = iota + 1 // the sanction stays
	Reduced                             // it ends now, its strike stays
	Overturned                          // strike, ladder step and every consequence are undone
)

var rulingNames = []string{"upheld", "reduced", "overturned"}

// String returns the name of the outcome.
func (o RulingOutcome) String() string { return nameOf(rulingNames, 1, uint8(o), "RulingOutcome") }

// MarshalText implements encoding.TextMarshaler.
func (o RulingOutcome) MarshalText() ([]byte, error) {
	return marshalName(rulingNames, 1, uint8(o), "ruling")
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *RulingOutcome) UnmarshalText(b []byte) error {
	return unmarshalName(rulingNames, 1, b, (*uint8)(o), "ruling")
}

// A Ruling settles an appeal.
type Ruling struct {
	Outcome RulingOutcome `json:"outcome,omitzero"` // required
	By      string        `json:"by,omitzero"`      // the moderator; required
	Note    string        `json:"note,omitzero"`    // handed to hooks in full, kept cut to 64 bytes
	At      time.Time     `json:"at,omitzero"`      // zero: now
}
