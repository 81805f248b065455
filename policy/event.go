package policy

import (
	"context"
	"strings"
	"time"
)

// An Event is feedback on a message, a moderator's finding, or what the host knows of who
// knows whom: a Reply, Accepted, Withdrawn, Complaint, BlockedBy, Unblocked, Review,
// Retraction or Contacts. Pass the value. A pointer also satisfies the interface, so
// Record refuses it at run time, with a *FieldError. It also refuses the zero value of
// each.
//
// At is a time of the host's own, never a client's. It counts from Config.MaxDelay
// behind to Config.MaxSkew ahead of Now, and beyond as that: an event that comes late
// counts when it comes. So do a moderator's acts; only for the time within which an
// appeal may be made does Appeal.At count as it stands.
type Event interface {
	name() string
	validate() error // the first fault, as a *FieldError
	apply(context.Context, *Engine) error
}

// Reply says that From answered To. A message that the engine evaluates is an answer by
// itself; Reply is for what does not pass through Evaluate. One that nobody waits for is
// no error, and worth nothing.
type Reply struct {
	From    string    `json:"from,omitzero"`    // required
	To      string    `json:"to,omitzero"`      // required
	Message string    `json:"message,omitzero"` // the message that was answered; optional
	At      time.Time `json:"at,omitzero"`      // zero: now
}

// Accepted says that From accepted the connection request of To (Rules.Requests). It is a
// Reply, and also counts for somebody who was asked longer ago than answers are waited
// for. Of somebody whom To never asked, or with whom they have a contact, it is no error,
// and worth nothing.
type Accepted struct {
	From string    `json:"from,omitzero"` // required: who accepted
	To   string    `json:"to,omitzero"`   // required: who had asked
	At   time.Time `json:"at,omitzero"`   // zero: now
}

// Withdrawn says that From took back the connection request to To, or that To declined
// it, or the host let it lapse: it is no more outstanding, and was not accepted. Where
// none was sent, or it was accepted, it is no error, and changes nothing. Of one that was
// sent before some hundred others a second Withdrawn counts again.
type Withdrawn struct {
	From string    `json:"from,omitzero"` // required: who had asked
	To   string    `json:"to,omitzero"`   // required
	At   time.Time `json:"at,omitzero"`   // zero: now
}

// A Complaint is a report by From against an account. It counts only if From
// received a message of the account: as far as the engine remembers, or because
// Message names one. Where the engine remembers neither the message nor the
// reporter, the complaint counts half. In a room, of whose members the engine knows
// nothing, a complaint that names no Message counts nothing. A complaint about oneself
// counts nothing.
type Complaint struct {
	ID       string    `json:"id,omitzero"`       // names the complaint for Review; optional
	From     string    `json:"from,omitzero"`     // required
	Against  string    `json:"against,omitzero"`  // required: the sender
	Message  string    `json:"message,omitzero"`  // ID of the message; optional
	Category Category  `json:"category,omitzero"` // zero: Other
	Joined   time.Time `json:"joined,omitzero"`   // when the reporter's account was created; zero: unknown; ahead: now
	At       time.Time `json:"at,omitzero"`       // zero: now
}

// A Category is what a complaint is about. The zero Category is Other. All
// weigh alike; a Review that confirms one of Rules.SevereCategories brings Rules.Severe, one of
// Rules.ConfirmedCategories Rules.Confirmed.
type Category uint8

// Categories of complaints.
const (
	Other         Category = iota // none of those below, or not said
	Spam                          // advertising, or anything sent to many, that nobody asked for
	Harassment                    // insults, threats, and going on after a no
	Fraud                         // deceives people to get their money or their data
	Impersonation                 // pretends to be somebody else
	Unlawful                      // against the law in itself
)

var categoryNames = names{typ: "Category", what: "category", blank: true, of: []string{"other", "spam", "harassment", "fraud", "impersonation", "unlawful"}}

// String returns the name of the category.
func (c Category) String() string { return categoryNames.name(uint8(c)) }

// MarshalText implements encoding.TextMarshaler.
func (c Category) MarshalText() ([]byte, error) { return categoryNames.text(uint8(c)) }

// UnmarshalText implements encoding.TextUnmarshaler; "" is Other.
func (c *Category) UnmarshalText(b []byte) error { return categoryNames.read((*uint8)(c), b) }

// BlockedBy says that From blocked Against: a quiet complaint, which weighs as
// Complaints.Block of the policy says. From then on messages of Against to From are
// rejected (Rules.Pair), also where the two have a contact, and where Against never wrote
// before; rooms apart. That ends when From writes to Against, or with Unblocked, and 365
// days after both were last seen. An account's record holds 64 people who refuse it, and
// the record of each of those 32 accounts that they refuse: a block is missed only where
// neither has room.
type BlockedBy struct {
	From    string    `json:"from,omitzero"`    // required
	Against string    `json:"against,omitzero"` // required
	At      time.Time `json:"at,omitzero"`      // zero: now
}

// Unblocked says that From takes messages of Against again: what a BlockedBy or a
// Complaint brought for the two ends. What they say of the account stays. Where there was
// nothing to take back it changes nothing. A message or a Reply by From to Against does
// the same.
type Unblocked struct {
	From    string    `json:"from,omitzero"`    // required
	Against string    `json:"against,omitzero"` // required
	At      time.Time `json:"at,omitzero"`      // zero: now
}

// A Review is a moderator's finding on an account. Abusive confirms, and not
// Abusive voids, the complaints against it that nobody ruled on yet: with Complaint
// that one, with Message those that name that message or none, otherwise all. Later
// complaints by the same reporters weigh more, or less. A Review of nothing is
// ErrNotFound.
//
// A Message that was flagged, deferred or held and is found harmless, without a
// Complaint, is evidence in favour (CodeCleared). What its text and the people whom that
// went to had added is answered: the text speaks again only as it grows by as much. A
// Warning of the open incident goes, and no offence stays; a sanction above that does
// not end by it: Lift it, or have an appeal Overturned.
type Review struct {
	Account   string    `json:"account,omitzero"`   // required
	Message   string    `json:"message,omitzero"`   // ID of the message that was looked at; optional
	Complaint string    `json:"complaint,omitzero"` // ID of the complaint; optional
	Abusive   bool      `json:"abusive"`
	By        string    `json:"by,omitzero"` // the moderator; required
	At        time.Time `json:"at,omitzero"` // zero: now
	// Impersonated is the class of whom the account pretends to be, with Abusive: one of
	// Rules.Impersonated (staff, a page) brings Rules.Severe at once; "": nobody, or a
	// member.
	Impersonated Class `json:"impersonated,omitzero"`
}

// A Retraction says that the host did not deliver the message after all; that a
// sender deletes a message is none. It gives back what the message took of the rate
// limits while it is among the last 16 of its sender, for 24 hours at most. Of one
// before those it gives nothing back, but a retry is judged anew as long as Message.ID
// says that it is known; later it is ErrNotFound.
type Retraction struct {
	Sender  string    `json:"sender,omitzero"`  // required
	Message string    `json:"message,omitzero"` // ID, required
	At      time.Time `json:"at,omitzero"`      // zero: now
}

func (Reply) name() string { return "reply" }

func (Accepted) name() string { return "accepted" }

func (Withdrawn) name() string { return "withdrawn" }

func (Complaint) name() string { return "complaint" }

func (BlockedBy) name() string { return "blocked" }

func (Unblocked) name() string { return "unblocked" }

func (Review) name() string { return "review" }

func (Retraction) name() string { return "retraction" }

func (e Reply) validate() error {
	return firstError(checkID("from", e.From, true), checkID("to", e.To, true), checkID("message", e.Message, false), checkTime("at", e.At))
}

func (e Accepted) validate() error {
	return firstError(checkID("from", e.From, true), checkID("to", e.To, true), checkTime("at", e.At))
}

func (e Withdrawn) validate() error {
	return firstError(checkID("from", e.From, true), checkID("to", e.To, true), checkTime("at", e.At))
}

func (e Complaint) validate() error {
	if e.Category > Unlawful {
		return &FieldError{Field: "category", Problem: "must be one of " + strings.Join(categoryNames.of, ", ") + ", is " + e.Category.String()}
	}
	return firstError(checkID("id", e.ID, false), checkID("from", e.From, true), checkID("against", e.Against, true),
		checkID("message", e.Message, false), checkTime("joined", e.Joined), checkTime("at", e.At))
}

func (e BlockedBy) validate() error {
	return firstError(checkID("from", e.From, true), checkID("against", e.Against, true), checkTime("at", e.At))
}

func (e Unblocked) validate() error {
	return firstError(checkID("from", e.From, true), checkID("against", e.Against, true), checkTime("at", e.At))
}

func (e Review) validate() error {
	if e.Impersonated != "" && !e.Abusive {
		return &FieldError{Field: "impersonated", Problem: "must come with abusive: nobody is impersonated where nothing was found"}
	}
	return firstError(checkID("account", e.Account, true), checkID("message", e.Message, false),
		checkID("complaint", e.Complaint, false), checkTime("at", e.At),
		checkID("impersonated", string(e.Impersonated), false), checkID("by", e.By, true))
}

func (e Retraction) validate() error {
	return firstError(checkID("sender", e.Sender, true), checkID("message", e.Message, true), checkTime("at", e.At))
}
