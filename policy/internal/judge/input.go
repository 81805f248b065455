package judge

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// An Input is what a judgement reads, and never changes.
type Input struct {
	Message     bool          // a message is judged; else an event, about Account alone
	At          time.Time     // of the message or event
	Clock       time.Time     // now; zero: unknown
	Skew        time.Duration // how far ahead of Clock a record may be
	Key         state.Key     // of the account
	Me          uint64        // the account, as others' records know it
	Account     string        // its name
	ID          string        // of the message
	Subject     uint32        // keyed hash of ID; 0 without one
	Content     uint32        // keyed hash of recipients and text
	Class       string        // "": a member
	Group       bool          // to a room
	Edit        bool          // the host says that it replaces an earlier text
	Reply       bool          // the host says that the recipient wrote first
	Channel     string        // "": messages
	ChannelHash uint32        // keyed hash of Channel
	Joined      time.Time     // of the account; zero: unknown
	Origin      state.Key     // zero without one
	Sketch      similarity.Sketch
	Shown       *similarity.Sketch // of a picture beside what Sketch is of; nil: none
	To          []Recipient        // by hash, each once
	Evidence    []scoring.Evidence // the host's
	Host        HostSignals        // nil: none

	Looked      bool               // what follows was looked up, and To is complete
	Cluster     similarity.Cluster // what the campaign index would say
	Reception   Reception          // what became of its copies
	Known       Known              // what a person has said of the text
	Beside      uint64             // cluster of what else is in the message, and hears of it too; 0: none
	BesideTo    int                // people whom that reached
	OriginMass  float64            // strike mass on other accounts of the origin
	OriginHeld  float64            // how much of it is held against this one
	OriginSince uint32             // when the account with the most was sanctioned last
	Grant       ladder.Grant       // whether automation may impose

	Asked Asked // for the rules of the host

	Learn   bool       // history: counted as delivered, no verdict
	Release bool       // a person delivers what was not: the same
	Ruling  TextRuling // of a person on a text, where an event has effect Ruled
	Static  bool       // the store is away: enforce and count, impose nothing

	Policy     *Policy
	Shadows    []*Policy
	Tracks     []state.Shadow // the same, as a record must know them
	Resolution time.Duration  // of times; 0: exact
}

// HostSignals are the host's own measurements. They must be pure.
type HostSignals func(dst []scoring.Evidence, f *Facts) []scoring.Evidence

// A Recipient is one person whom a message goes to, or the room.
type Recipient struct {
	Who       uint64
	Key       state.Key
	Relation  Relation
	Accepts   Accepts // from whom this person takes first letters
	Protected bool    // a minor, or somebody in distress
	Wrote     bool    // looked up: this person wrote to the sender
	Waits     bool    // looked up: this person waits for the sender's answer
	Same      bool    // looked up: this person wrote from the origin of the message
	Asked     bool    // looked up: what they wait for an answer to was the letter of a stranger
	Open      bool    // looked up: as many may write to this person as want to
	Looked    bool    // their record was looked at
	LastWrote uint32  // looked up: the day since 1970 on which this person last wrote to the sender, or a later one; 0: not known

	Refused state.Refusal // looked up: this person's, of the sender; none without Who

	Full       state.Full // looked up: this person gets no more first letters
	TurnedAway float64    // looked up: accounts without a contact whom this person turned away lately
}

// Facts is what HostSignals may know. Its fields are those of policy.Facts.
type Facts struct {
	At         time.Time
	First      time.Time
	Strangers  int
	New        int
	Messages   int
	Refused    int
	Approached float64
	Answered   float64
	Likeness   float64
	Cluster    *similarity.Cluster
	Sketch     *similarity.Sketch
}
