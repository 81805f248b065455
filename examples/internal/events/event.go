// Package events is the event format of examples/replay and examples/simulate:
// one JSON object a line, or an array of them, gzip or not. Tables and JSON of
// other fields are read by Mappings.
//
//	file ─▶ lines ─▶ Parse ─▶ window (sorts) ─▶ Merge (by time, across files) ─▶ Event
//
// It knows nothing of package policy, so that a converter can use it alone.
//
// A line has "at" (RFC 3339), "kind" (message if it is not there), "from" and:
//
//	message     to, text, id, relation, class, joined, origin, group, channel, thread,
//	            composed (seconds), reply (the host knows that a recipient wrote first),
//	            delayed (it waited in a queue of the host since "at"),
//	            accepts (from whom those in "to" take first letters: unset, anyone, second_degree,
//	            connections, nobody), protected (they are minors, or in distress),
//	            edit (it replaces the text of the message with its id),
//	            media (a list of fingerprints of the pictures that come with it),
//	            attributes (an object of what the host knows for rules: each a text, true or
//	            false, a number, or a list of texts; in a table it is JSON in its column),
//	            message (the ID of the message that this one answers), abuse (the truth
//	            about the sender), actor (what simulated it); with the channel
//	            "invite" it asks those in "to" into the room "group"
//	reply       to, message
//	accepted    to (who had sent "from" a connection request)
//	withdrawn   to (to whom "from" had sent one)
//	complaint   against, category, message, id, joined
//	blocked     against
//	unblocked   against
//	review      against, abusive, by, message, complaint, impersonated (the class of whom
//	            the account pretends to be: staff, page)
//	retraction  message
//	appeal      pledge (the sender promises proper conduct): against the newest sanction
//	            that stands on "from"
//	ruling      against, outcome (upheld, reduced, overturned), by, note, pledge (the sanction
//	            ends under the promise): on the newest appeal of "against" that is open
//	release     against (the sender), message, by, note: a message of that ID that was not
//	            delivered goes out, by a person's word
//	discard     against (the sender), message, by, note: it never will
//	lift        against, by, note: ends the newest sanction that stands on "against"
//	override    against, verdict (allow, hold, none), until, by, note: a standing order on
//	            an account; none ends it
//	text        text (a sample), verdict (fine, flag, hold, reject, evidence, none), nats (of
//	            evidence), until, by, note: what is to be done with its near-copies; none
//	            clears the rule on the same text
//	erased      nothing more: the account "from" is erased, as its person asked for; it may
//	            come back
//	contacts    to (people who are contacts of "from": both agreed; "of" and "with" are
//	            read as "from" and "to")
//
// "to" is a list of names, or one name. A message to a room whose members nobody
// knows needs none: it goes to that of "group" with ".all" behind it. Fields of other names are left alone.
//
// # State
//
// A stream holds at most some thousand events of each file at a time, and
// fewer if they are long, however long its files are. Of a file that runs from the
// newest to the oldest it holds up to 512 MB.
package events

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Kind says what happened. The zero Kind is a message.
type Kind uint8

// Kinds of events.
const (
	Message Kind = iota
	Reply
	Complaint
	Blocked
	Review
	Retraction
	Contacts
	Unblocked
	Appeal
	Ruling
	Accepted
	Withdrawn
	Release
	Discard
	Lift
	Override
	Text
	Erased
)

var kindNames = [...]string{"message", "reply", "complaint", "blocked", "review", "retraction", "contacts", "unblocked", "appeal", "ruling", "accepted", "withdrawn", "release", "discard", "lift", "override", "text", "erased"}

// String returns the name that the format uses.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// kindOf reads a name; "" is Message.
func kindOf(s string) (Kind, bool) {
	if s == "" {
		return Message, true
	}
	for i, name := range kindNames {
		if s == name {
			return Kind(i), true
		}
	}
	return 0, false
}

// A Truth is what is known about a sender from elsewhere. The zero Truth is
// unknown.
type Truth uint8

// What may be known of a sender.
const (
	Unknown Truth = iota
	Honest
	Abusive
)

// TruthOf returns Abusive or Honest.
func TruthOf(abuse bool) Truth {
	if abuse {
		return Abusive
	}
	return Honest
}

// An Event is one line. Strings are as in the line: relations, classes and
// categories are not looked at here. It is a plain value; nothing shares it.
type Event struct {
	At   time.Time // UTC
	Kind Kind
	From string   // the sender; of feedback, who gives it
	To   []string // the recipients; of a reply, who is answered; or the contacts

	// Of a message.
	Text, ID, Relation, Class, Origin, Group, Channel, Thread string
	Joined                                                    time.Time     // when From's account was created; also of a complaint
	Composed                                                  time.Duration // how long it was written on
	Answer                                                    bool          // the host knows that a recipient wrote first
	Delayed                                                   bool          // it waited in a queue of the host since At
	Accepts                                                   string        // from whom the recipients take first letters
	Protected                                                 bool          // they are minors, or in distress
	Edit                                                      bool          // it replaces the text of the message with its ID
	Media                                                     []string      // fingerprints of pictures

	// Attributes are what the host knows for rules: each a string, a bool, a float64 or a
	// []any of strings; nil: none.
	Attributes map[string]any

	// Of feedback. Message names the message that the event is about: of a
	// message or a reply, the one that it answers.
	Against, Category, Message, Complaint, By string
	Abusive                                   bool // a review's finding

	Impersonated string // of a review

	Outcome string // of a ruling
	Pledge  bool   // of an appeal, or of a ruling

	Verdict string    // of an override, or of a text, which is in Text
	Until   time.Time // the same; zero: until another one
	Nats    float64   // of a text
	Note    string    // of what a moderator does

	Truth Truth  // of the sender of a message, where it is known
	Actor string // what kind of sender it is, in simulated events

	Line int // where it was read, from 1; 0: nowhere
	File int // index of the file in its Stream
}

// Size returns roughly how many bytes of memory e holds.
func (e *Event) Size() int {
	n := 512 + len(e.Text)
	for _, to := range e.To {
		n += 16 + len(to)
	}
	for _, f := range e.Media {
		n += 16 + len(f)
	}
	for name := range e.Attributes {
		n += 64 + len(name)
	}
	return n
}

// AppendLine appends e as one line of the format, newline included. Parse
// reads it back as it was, but for Line and File, and for bytes that are no
// UTF-8, which become U+FFFD.
func AppendLine(b []byte, e *Event) []byte {
	b = append(b, `{"at":"`...)
	b = appendTime(b, e.At)
	b = append(b, '"')
	if e.Kind != Message {
		b = appendField(b, "kind", e.Kind.String())
	}
	b = appendField(b, "from", e.From)
	b = appendList(b, "to", e.To)
	b = appendField(b, "against", e.Against)
	b = appendField(b, "category", e.Category)
	b = appendField(b, "text", e.Text)
	b = appendList(b, "media", e.Media)
	b = appendAttributes(b, e.Attributes)
	b = appendField(b, "id", e.ID)
	b = appendField(b, "relation", e.Relation)
	b = appendField(b, "accepts", e.Accepts)
	b = appendBool(b, "protected", e.Protected, e.Protected)
	b = appendField(b, "class", e.Class)
	b = appendTimeField(b, "joined", e.Joined)
	b = appendField(b, "origin", e.Origin)
	b = appendField(b, "group", e.Group)
	b = appendField(b, "channel", e.Channel)
	b = appendField(b, "thread", e.Thread)
	if e.Composed > 0 {
		b = append(b, `,"composed":`...)
		b = strconv.AppendFloat(b, e.Composed.Seconds(), 'f', -1, 64)
	}
	b = appendBool(b, "reply", e.Answer, e.Answer)
	b = appendBool(b, "delayed", e.Delayed, e.Delayed)
	b = appendBool(b, "edit", e.Edit, e.Edit)
	b = appendField(b, "message", e.Message)
	b = appendField(b, "complaint", e.Complaint)
	b = appendField(b, "by", e.By)
	b = appendBool(b, "abusive", e.Abusive, e.Kind == Review)
	b = appendField(b, "impersonated", e.Impersonated)
	b = appendField(b, "outcome", e.Outcome)
	b = appendBool(b, "pledge", e.Pledge, e.Pledge)
	b = appendField(b, "verdict", e.Verdict)
	b = appendTimeField(b, "until", e.Until)
	if e.Nats != 0 {
		b = append(b, `,"nats":`...)
		b = strconv.AppendFloat(b, e.Nats, 'f', -1, 64)
	}
	b = appendField(b, "note", e.Note)
	b = appendBool(b, "abuse", e.Truth == Abusive, e.Truth != Unknown)
	b = appendField(b, "actor", e.Actor)
	return append(b, '}', '\n')
}

func appendTime(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, time.RFC3339Nano) }

func appendTimeField(b []byte, key string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	b = append(append(append(b, `,"`...), key...), `":"`...)
	return append(appendTime(b, t), '"')
}

func appendField(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return appendString(b, value)
}

func appendList(b []byte, key string, list []string) []byte {
	for i, value := range list {
		if i == 0 {
			b = append(append(append(b, `,"`...), key...), `":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendString(b, value)
	}
	if len(list) > 0 {
		b = append(b, ']')
	}
	return b
}

func appendBool(b []byte, key string, value, write bool) []byte {
	if !write {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return strconv.AppendBool(b, value)
}

// appendString appends s quoted as JSON (RFC 8259). Bytes that are no UTF-8
// become U+FFFD; what a terminal or a script would obey is escaped.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < 0x7f {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || n > 1) && !Obeyed(r) {
				i += n
				continue
			}
			b = append(b, s[start:i]...)
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			i += n
			start = i
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// Obeyed reports whether something that shows text does more with a rune than show
// it: a control character, or one that ends a line or turns the direction of writing.
func Obeyed(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

// AppendString appends s quoted as a JSON string, from which nothing escapes to a
// terminal.
func AppendString(b []byte, s string) []byte { return appendString(b, s) }
