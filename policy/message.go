package policy

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
)

// Bounds on a message. More than these is a *FieldError, but for a text: see
// Message.Text. A retry is known by the first MaxText bytes, and by the length and the
// last 4 KB of a longer one.
const (
	MaxRecipients = 10_000   // recipients of a message
	MaxID         = 256      // bytes of every identifier
	MaxText       = 64 << 10 // bytes of a text that are looked at
	MaxMedia      = 32       // fingerprints of media of a message
)

// A Message is one attempt to deliver something to somebody. It is a plain value,
// of which the engine keeps no part. The zero Message is a *FieldError: it has no
// sender.
type Message struct {
	// ID names the message. A retry (same ID, recipients, text and media) counts once and
	// gets the same answer; where that was to deliver it is a Duplicate, which does
	// not deliver again. That holds among the last 16 messages of the sender within 24
	// hours, and where it was deferred or rejected until RetryAfter or the sanction is
	// over; then it is judged anew, but for a message that brought the sanction itself:
	// that stays rejected, and a RetryAfter of it is when others may be sent. Of 112 messages before those it is known within
	// the same 24 hours that they went out, by 46 bits of keyed hashes each, and nothing
	// else: they are Duplicates with a Score of 0 and an At that is exact to the hour. A
	// record that has no room remembers fewer. An ID with another text, other media or
	// other recipients is another message, and counts. Without an ID every message is
	// new, there is no Retraction, and what a limit defers has no turn of its own.
	ID string `json:"id,omitzero"`
	// Edit says that the message replaces the text of the one with this ID that was
	// delivered: give it the same Recipients and Group. It is judged for its text, and
	// is no follow-up, no new approach and no message against a limit; nothing limits
	// how often a message is edited. An edit that is not delivered leaves the old text:
	// do not show it. The one with what the message has is a retry. An edit without
	// an ID is a *FieldError. One of a message that was not delivered, or is not among
	// those that the sender's record remembers, or that goes to anybody who
	// was first written to after it, is judged as a new message: no edit is a way
	// around a limit.
	Edit bool `json:"edit,omitzero"`
	// Sender is the account that writes. Required.
	Sender string `json:"sender,omitzero"`
	// Recipients are the people who would get it. Required, at most MaxRecipients.
	// Their order means nothing.
	Recipients []Recipient `json:"recipients,omitempty"`
	// Thread is the host's conversation. The engine does not judge it: it is
	// for Config.Signals and for hooks.
	Thread string `json:"thread,omitzero"`
	// Group names a room. It counts as one contact, whatever its members; "": none. With
	// a single recipient it is one contact together with them, so that people who are
	// asked into a room one by one are not one contact.
	// In an invitation it names the room that people are asked into, and counts
	// nothing: see Channel.
	Group string `json:"group,omitzero"`
	// Reply says that the host knows that the recipient, or somebody in the
	// Group, wrote first. In a message to several it counts nothing, for it does not
	// say which of them did. In a room to which the sender never wrote, their first
	// message is an approach all the same, which nobody needs to answer; from then on
	// it is a conversation.
	Reply bool `json:"reply,omitzero"`
	// Channel is "" for messages, "request", "invite", "inmail" or the host's own. A
	// channel may have limits of its own. Accepting a request is
	// Accepted, and an invite a Reply. An "invite"
	// asks people into a room: the Recipients are those who are asked, and each counts
	// as a person who is written to, whatever is in Group. Under any other channel an
	// invitation of several with a Group is a message to that room.
	Channel string `json:"channel,omitzero"`
	// Text is compared with other texts and never stored; "": nothing to compare. Up to
	// MaxText bytes all of it is looked at. Of a longer one, long runs of blanks, signs
	// and characters that show nothing are left out; of what is still longer, its
	// beginning and its end are looked at, half of MaxText each; and neither is searched
	// for beyond 1 MB from its end of the text. Refuse what is longer than people write. No rule
	// that a text is fine holds for one longer than MaxText.
	Text string `json:"text,omitzero"`
	// Media are fingerprints of pictures, films and files that come with the text, by the
	// host: a hash of the bytes, or a perceptual one that the host has put into buckets,
	// for only equal ones are alike. Each at most MaxID bytes, at most MaxMedia. Never a
	// name that the client chose. A picture counts as a text does, whatever is written
	// beside it: the message is judged by that of its text and its pictures of which most
	// is known. Leave out what the service itself offers, such as its own stickers.
	Media []string `json:"media,omitempty"`
	// At is the time of the attempt, by a clock of the host; zero means Config.Now().
	// Never take it from a client. It counts from Config.MaxDelay behind to
	// Config.MaxSkew ahead of Now, and beyond as that.
	At time.Time `json:"at,omitzero"`
	// Delayed says that the message waited in a queue of the host, which noted At when
	// it came in: At then counts up to a week back. Never set it for what a client
	// says of a delay.
	Delayed bool `json:"delayed,omitzero"`
	// Class names the rules that hold; "" is Member, and so is a class that the
	// policy does not have. One that nearly has the name of a Class that this package
	// knows is a *FieldError: see Class. Never take it from a client.
	Class Class `json:"class,omitzero"`
	// Joined is when the sender's account was created; zero is unknown, and then the
	// account does not count as young. One that lies ahead counts as now: the account is
	// new. By more than a day, Config.Logger warns of it.
	Joined time.Time `json:"joined,omitzero"`
	// Composed is how long the sender wrote on it; zero is unknown. The engine
	// does not judge it: it is for Config.Signals and for hooks.
	Composed time.Duration `json:"composed,omitzero"`
	// Origin is an opaque name that accounts of one operator share: a device, a means
	// of payment, a network; "" is unknown. What brought one of them a sanction is
	// evidence against the others. An answer from an origin that its receiver lately
	// wrote from, too, counts a quarter, so that people with many accounts win little
	// by answering themselves. The narrower the origin, the more it says: one address
	// of many people says nothing of any of them, and what one account did is held
	// against two others of its origin at most.
	Origin string `json:"origin,omitzero"`
	// Evidence is what the host found out by itself, such as a classifier's
	// finding. Each family has a cap, as with the engine's own. The first 64 pieces
	// count. Each needs a Code; the zero Family adds up like any other and is none of
	// the independent families that a sanction needs, and an unknown one is a
	// *FieldError. LogOdds of 0 or NaN say nothing, and are no reason; infinite ones
	// count as the cap. A Value or Limit that is NaN is shown as 0.
	Evidence []scoring.Evidence `json:"evidence,omitempty"`
	// Attributes are what the host alone knows, for the rules of a policy, by the names that
	// the policy declares (Policy.Attributes): a string, a bool, a number, or strings, as
	// JSON or Go have them. One of a type that is not the declared one is a *FieldError; one that
	// is not declared is not looked at. None is stored, but as a keyed hash where
	// something is counted by it. At most MaxAttributes; a string has MaxID bytes at most, a
	// list 32 of them.
	Attributes map[string]any `json:"attributes,omitempty"`
}

// A plainMessage is a Message without its methods.
type plainMessage Message

// MarshalJSON implements json.Marshaler. Composed is written as a Duration.
func (m Message) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainMessage
		Composed Duration `json:"composed,omitzero"`
	}{plainMessage(m), Duration(m.Composed)})
}

// UnmarshalJSON implements json.Unmarshaler. It reads what MarshalJSON wrote.
func (m *Message) UnmarshalJSON(b []byte) error {
	x := struct {
		*plainMessage
		Composed Duration `json:"composed"`
	}{(*plainMessage)(m), Duration(m.Composed)}
	err := json.Unmarshal(b, &x)
	m.Composed = x.Composed.D()
	return err
}

// A Recipient is one person that would get a message, and how the host's own graph
// relates the sender to them.
type Recipient struct {
	ID       string   `json:"id"` // required
	Relation Relation `json:"relation,omitzero"`
	// Accepts is from whom they take first letters, as they set it; zero is not known, and
	// anyone. AcceptsAnyone lifts what Rules.Received bounds: set it only of those who
	// expect many strangers.
	// Somebody with whom the sender has a contact always reaches them, and so does a
	// Reply: who accepts nobody and is a connection is not written to first. A message
	// to a room (Message.Group) goes out. See Pair.Unaccepted.
	Accepts Accepts `json:"accepts,omitzero"`
	// Protected says that strangers must be more careful with them than with others: a
	// minor, somebody in distress. See Weights.Protected and Limits.ProtectedShare; there
	// are no announcements for them either.
	Protected bool `json:"protected,omitzero"`
}

// Accepts is from whom a person takes first letters. The zero Accepts is not known.
type Accepts uint8

// What a person accepts, from anybody's letters to nobody's.
const (
	AcceptsUnset        Accepts = iota // not known: of anyone, within Rules.Received
	AcceptsAnyone                      // of anyone, however many: a help desk, a clinic, a shop
	AcceptsSecondDegree                // of a Connection, Follower, Invited or SecondDegree
	AcceptsConnections                 // of a Connection, Follower or Invited
	AcceptsNobody                      // only of those with whom there is a contact
)

var acceptsNames = names{typ: "Accepts", what: "setting", blank: true, of: []string{"unset", "anyone", "second_degree", "connections", "nobody"}}

// String returns the name that the events format uses.
func (a Accepts) String() string { return acceptsNames.name(uint8(a)) }

// MarshalText implements encoding.TextMarshaler.
func (a Accepts) MarshalText() ([]byte, error) { return acceptsNames.text(uint8(a)) }

// UnmarshalText implements encoding.TextUnmarshaler; "" is AcceptsUnset.
func (a *Accepts) UnmarshalText(b []byte) error { return acceptsNames.read((*uint8)(a), b) }

// To makes recipients of unknown relation: whether they are strangers is then
// decided by what the engine remembers.
func To(ids ...string) []Recipient {
	to := make([]Recipient, len(ids))
	for i, id := range ids {
		to[i].ID = id
	}
	return to
}

// A Relation says how near a recipient is to the sender, from the host's
// graph. The zero Relation is unknown: then people that wrote first or answered,
// ever, are contacts, and all others count as strangers.
type Relation uint8

// Relations. Their numbers say nothing of how near they are.
const (
	UnknownRelation Relation = iota // the host does not know, or does not say
	Connection                      // both agreed to know each other
	Follower                        // the recipient follows the sender
	SecondDegree                    // a connection of a connection
	Stranger                        // no path that the host knows
	Invited                         // asked to be written to: an office, a shop, a help line; nearer than a SecondDegree
)

var relationNames = names{typ: "Relation", what: "relation", blank: true, of: []string{"unknown", "connection", "follower", "second_degree", "stranger", "invited"}}

// String returns the name that the events format and the policy file use.
func (r Relation) String() string { return relationNames.name(uint8(r)) }

// MarshalText implements encoding.TextMarshaler.
func (r Relation) MarshalText() ([]byte, error) { return relationNames.text(uint8(r)) }

// UnmarshalText implements encoding.TextUnmarshaler; "" is UnknownRelation.
func (r *Relation) UnmarshalText(b []byte) error { return relationNames.read((*uint8)(r), b) }

// invite is the channel of invitations into a room.
const invite = "invite"

// toRoom reports whether the message goes to a room, and not to the people in it.
func (m *Message) toRoom() bool { return m.Group != "" && m.Channel != invite }

// Times outside these years are typing errors, not messages.
var (
	minTime = time.Unix(0, 0)
	maxTime = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// lastTime is the last moment that a record can keep.
var lastTime = time.Unix(stamp.Last, 0)

// recordable is a time as far as a record can keep it.
func recordable(t time.Time) time.Time {
	switch {
	case t.Before(minTime):
		t = minTime
	case t.After(lastTime):
		t = lastTime
	}
	return t.UTC()
}

// validate reports the first fault of a message as a *FieldError.
func (m *Message) validate() error {
	err := firstError(checkID("sender", m.Sender, true), checkID("id", m.ID, false))
	switch n := len(m.Recipients); {
	case err != nil:
		return err
	case m.Edit && m.ID == "":
		return &FieldError{Field: "edit", Problem: "needs the ID of the message that it replaces"}
	case n == 0:
		return &FieldError{Field: "recipients", Problem: "must name at least one person"}
	case n > MaxRecipients:
		return &FieldError{Field: "recipients", Problem: fmt.Sprintf("has %d entries, at most %d are allowed", n, MaxRecipients)}
	}
	for i := range m.Recipients {
		r := &m.Recipients[i]
		if r.ID == "" || len(r.ID) > MaxID {
			return checkID("recipients["+strconv.Itoa(i)+"].id", r.ID, true)
		}
		if r.Accepts > AcceptsNobody {
			return &FieldError{Field: "recipients[" + strconv.Itoa(i) + "].accepts", Problem: "must be one of " + strings.Join(acceptsNames.of, ", ") + ", is " + r.Accepts.String()}
		}
		if r.Relation > Invited {
			return &FieldError{Field: "recipients[" + strconv.Itoa(i) + "].relation", Problem: "must be one of " + strings.Join(relationNames.of, ", ") + ", is " + r.Relation.String()}
		}
	}
	for _, f := range [...]struct{ field, value string }{
		{"thread", m.Thread}, {"group", m.Group}, {"channel", m.Channel}, {"class", string(m.Class)}, {"origin", m.Origin},
	} {
		if len(f.value) > MaxID {
			return checkID(f.field, f.value, false)
		}
	}
	if m.Composed < 0 {
		return &FieldError{Field: "composed", Problem: "must not be negative"}
	}
	return firstError(checkMedia(m.Media), checkTime("at", m.At), checkTime("joined", m.Joined), checkEvidence(m.Evidence), checkAttributes(m.Attributes))
}

// checkMedia reports too many fingerprints, or one that is missing or too long.
func checkMedia(media []string) error {
	if n := len(media); n > MaxMedia {
		return &FieldError{Field: "media", Problem: fmt.Sprintf("has %d entries, at most %d are allowed", n, MaxMedia)}
	}
	for i, f := range media {
		if f == "" || len(f) > MaxID {
			return checkID("media["+strconv.Itoa(i)+"]", f, true)
		}
	}
	return nil
}

// checkEvidence reports a piece without a code or of an unknown family.
func checkEvidence(all []scoring.Evidence) error {
	for i := range all {
		switch e := &all[i]; {
		case e.Code == "":
			return checkID("evidence["+strconv.Itoa(i)+"].code", "", true)
		case e.Family > scoring.Standing:
			return &FieldError{Field: "evidence[" + strconv.Itoa(i) + "].family", Problem: fmt.Sprintf("must be one of volume, content, contact, reception, automation, network, standing, or none, is %v", e.Family)}
		}
	}
	return nil
}

// checkID reports an identifier that is missing or too long.
func checkID(field, id string, required bool) error {
	switch {
	case required && id == "":
		return &FieldError{Field: field, Problem: "must not be empty"}
	case len(id) > MaxID:
		return &FieldError{Field: field, Problem: fmt.Sprintf("has %d bytes, at most %d are allowed", len(id), MaxID)}
	}
	return nil
}

// checkTime reports a time before 1970 or after 9999; zero is no time.
func checkTime(field string, t time.Time) error {
	if !t.IsZero() && (t.Before(minTime) || !t.Before(maxTime)) {
		return &FieldError{Field: field, Problem: "must lie in the years 1970 to 9999, is in " + strconv.Itoa(t.Year())}
	}
	return nil
}
