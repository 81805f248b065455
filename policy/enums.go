package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy/internal/ladder"
)

// names are what the values of an enum are called, from the first one on.
type names struct {
	typ, what string // the enum, in Go and in a sentence
	first     uint8
	of        []string
	blank     bool // "" is 0, too
}

func (n *names) name(v uint8) string {
	if v >= n.first && int(v-n.first) < len(n.of) {
		return n.of[v-n.first]
	}
	return n.typ + "(" + strconv.Itoa(int(v)) + ")"
}

func (n *names) text(v uint8) ([]byte, error) {
	if v < n.first || int(v-n.first) >= len(n.of) {
		return nil, fmt.Errorf("policy: %s %d has no name", n.what, v)
	}
	return []byte(n.name(v)), nil
}

func (n *names) read(v *uint8, b []byte) error {
	switch i := slices.Index(n.of, string(b)); {
	case i >= 0:
		*v = n.first + uint8(i)
	case len(b) == 0 && n.blank:
		*v = 0
	default:
		return fmt.Errorf("policy: unknown %s %q: it must be one of %s", n.what, b, strings.Join(n.of, ", "))
	}
	return nil
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

var verdictNames = names{typ: "Verdict", what: "verdict", first: 1, of: []string{"allow", "flag", "defer", "hold", "reject", "duplicate"}}

// String returns the name of the verdict.
func (v Verdict) String() string { return verdictNames.name(uint8(v)) }

// MarshalText implements encoding.TextMarshaler; the zero Verdict has no name,
// and is an error.
func (v Verdict) MarshalText() ([]byte, error) { return verdictNames.text(uint8(v)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *Verdict) UnmarshalText(b []byte) error { return verdictNames.read((*uint8)(v), b) }

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

var kindNames = names{typ: "Kind", what: "kind", first: 1, of: []string{"warning", "block", "restriction", "suspension", "referral"}}

// String returns the name of the kind.
func (k Kind) String() string { return kindNames.name(uint8(k)) }

// MarshalText implements encoding.TextMarshaler; the zero Kind has no name, and
// is an error.
func (k Kind) MarshalText() ([]byte, error) { return kindNames.text(uint8(k)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *Kind) UnmarshalText(b []byte) error { return kindNames.read((*uint8)(k), b) }

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

var scopeNames = names{typ: "Scope", what: "scope", blank: true, of: []string{"none", "outreach", "messaging", "account"}}

// String returns the name of the scope.
func (s Scope) String() string { return scopeNames.name(uint8(s)) }

// MarshalText implements encoding.TextMarshaler; the zero Scope is "none".
func (s Scope) MarshalText() ([]byte, error) { return scopeNames.text(uint8(s)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Scope) UnmarshalText(b []byte) error { return scopeNames.read((*uint8)(s), b) }
