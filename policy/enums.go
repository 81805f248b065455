package policy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy/internal/ladder"
)

// The enums of this package are small integers with names. first is the value of
// names[0].

func nameOf(names []string, first, v uint8, kind string) string {
	if v >= first && int(v-first) < len(names) {
		return names[v-first]
	}
	return kind + "(" + strconv.Itoa(int(v)) + ")"
}

func marshalName(names []string, first, v uint8, kind string) ([]byte, error) {
	if v >= first && int(v-first) < len(names) {
		return []byte(names[v-first]), nil
	}
	return nil, fmt.Errorf("policy: %s %d has no name", kind, v)
}

func unmarshalName(names []string, first uint8, b []byte, v *uint8, kind string) error {
	for i, name := range names {
		if string(b) == name {
			*v = first + uint8(i)
			return nil
		}
	}
	return fmt.Errorf("policy: unknown %s %q: it must be one of %s", kind, b, strings.Join(names, ", "))
}

// A Verdict is what happens to one message. The zero Verdict is none: it stands
// beside an error, and does not deliver.
type Verdict uint8

// Verdicts: of a first try from mild to severe, then that of a retry. Allow and Flag
// deliver.
const (
	Allow  Verdict = iota + 1 // deliver
	Flag                      // deliver, and tell a moderator
	Defer                     // not now: try again after RetryAfter; no offence by itself
	Hold                      // into the review queue: a person decides
	Reject                    // a sanction covers it, or it brought one: do not deliver

	// Duplicate is the answer to a retry (see Message.ID) of a message whose answer was
	// Allow or Flag: it was to go out then, so it does not go out now, however often it
	// is tried. A host that may have lost that answer, or failed after it, looks whether
	// the ID went out, and if it did not acts on Decision.First.
	Duplicate
)

var verdictNames = []string{"allow", "flag", "defer", "hold", "reject", "duplicate"}

// String returns the name of the verdict.
func (v Verdict) String() string { return nameOf(verdictNames, 1, uint8(v), "Verdict") }

// MarshalText implements encoding.TextMarshaler; the zero Verdict has no name,
// and is an error.
func (v Verdict) MarshalText() ([]byte, error) {
	return marshalName(verdictNames, 1, uint8(v), "verdict")
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *Verdict) UnmarshalText(b []byte) error {
	return unmarshalName(verdictNames, 1, b, (*uint8)(v), "verdict")
}

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
