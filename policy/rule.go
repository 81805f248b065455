package policy

import (
	"errors"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
)

// Bounds on the rules of a policy and on what they read. What is over them is a fault.
const (
	MaxRules       = 200    // rules of a policy
	MaxAttributes  = 64     // attributes of a policy, and of a message
	MaxLists       = 64     // lists of a policy
	MaxListEntries = 10_000 // entries of one list
	MaxSamples     = 64     // entries of a list that texts are compared with
	MaxCounters    = 32     // counters of a policy
	MaxRuleName    = 48     // bytes of the name of a rule, a counter, a list and an attribute
	MaxWhy         = 200    // bytes of the sentence of a rule
)

// A Rule is a condition on a message, and what follows where it is true: evidence, or a
// verdict on the message. It never brings a sanction, nor a warning: the ladder decides by
// the score without rules. Where their evidence tips the score over that of a warning, the
// message is flagged, so that a person sees it. The zero Rule is not valid.
//
// Its reason has the code rule.NAME; Value is Points, Limit the Verdict as a number, 0 where
// there is none, and N is 1 where the rule is in shadow.
type Rule struct {
	// Name is that of its reason, rule.NAME: lower-case letters, digits, - and _.
	Name string `json:"name"`
	// When is an expression that is true or false, in the language of Config.Compiler. See
	// docs/rules.md for what it can read.
	When string `json:"when"`
	// Evidence is what the rule says of the sender; left out, nothing.
	Evidence RuleEvidence `json:"evidence,omitzero"`
	// Verdict is what becomes of the message at least: flag, defer or hold; reject only
	// where the rule is true for nothing but what is on a list, or like a text on one. Left
	// out, nothing by the rule alone.
	Verdict Verdict `json:"verdict,omitzero"`
	// Retry is after how long a deferred message may be tried again, from 1m to 1d.
	Retry Duration `json:"retry,omitzero"`
	// Why is the sentence that a moderator reads. It is required.
	Why string `json:"why"`
	// Mode is whether the rule holds: on; shadow, where it is told of and changes nothing;
	// or off, where it is only checked.
	Mode Mode `json:"mode,omitzero"`
	// Until is when the rule ends; left out, it stays. One that has ended is off.
	Until time.Time `json:"until,omitzero"`
}

// RuleEvidence is what a rule says of the sender of a message.
type RuleEvidence struct {
	// Family is that which the points belong to, and whose cap they share.
	Family scoring.Family `json:"family"`
	// Points are natural log-odds against the sender, above 0 and at most 4.
	Points float64 `json:"points"`
}

// A Counter counts messages, or people, by something that messages have in common. Rules
// read counters.NAME, which is the count with the message that is judged. It is kept in the store, under a
// keyed hash, and only while a rule reads it. Of distinct people 32 are counted exactly;
// beyond that, and up to some 1,000, within 6%. The zero Counter is not valid.
type Counter struct {
	// Name is what rules call it: a lower-case letter, then letters, digits and _.
	Name string `json:"name"`
	// Key is what messages have in common: sender, recipient, origin, or attr.NAME. A
	// message without it is not counted. Of a message to several the recipient with the
	// largest count is read, among 32 of them.
	Key string `json:"key"`
	// Of is what is counted.
	Of CounterOf `json:"of"`
	// Window is how far back, from 1m to 31d.
	Window Duration `json:"window"`
}

// A CounterOf says what a Counter counts.
type CounterOf uint8

// What is counted. A retry counts once.
const (
	CountMessages       CounterOf = iota // messages, whatever became of them
	CountDelivered                       // messages that were delivered, and the one that is judged
	CountSenders                         // accounts that wrote
	CountNewSenders                      // those of them under Limits.YoungAge
	CountBlockedSenders                  // those of them that wrote to somebody without a contact, and whom anybody blocked or complained about within 28 days, a recipient that is the key at once
	CountRecipients                      // people written to
	CountStrangers                       // those of them without a contact
)

var counterOfNames = names{typ: "CounterOf", what: "what a counter counts", of: []string{"messages", "delivered", "senders", "new_senders", "blocked_new_senders", "recipients", "strangers"}}

// String returns the name that the policy file uses.
func (c CounterOf) String() string { return counterOfNames.name(uint8(c)) }

// MarshalText implements encoding.TextMarshaler.
func (c CounterOf) MarshalText() ([]byte, error) { return counterOfNames.text(uint8(c)) }

// UnmarshalText implements encoding.TextUnmarshaler. An unknown name is an error and
// changes nothing.
func (c *CounterOf) UnmarshalText(b []byte) error { return counterOfNames.read((*uint8)(c), b) }

// people reports whether people are counted, each once.
func (c CounterOf) people() bool { return c >= CountSenders }

// An AttributeType is the type of an attribute: "string", "bool", "int", "double" or
// "list(string)", and "protected " before it where no decision may rest on it without a
// thought: a country, a language, an age. Policy.Warnings names the rules that read such a
// one. The zero AttributeType is not valid.
type AttributeType struct {
	Type      rulekit.Type
	Protected bool
}

const protectedText = "protected "

// MarshalText implements encoding.TextMarshaler.
func (a AttributeType) MarshalText() ([]byte, error) {
	if a.Type < rulekit.Flag || a.Type > rulekit.Texts {
		return nil, errAttribute
	}
	if a.Protected {
		return []byte(protectedText + a.Type.String()), nil
	}
	return []byte(a.Type.String()), nil
}

var errAttribute = errors.New(`policy: must be string, bool, int, double or list(string), with "protected " before it or not`)

// UnmarshalText implements encoding.TextUnmarshaler. On an error a is unchanged.
func (a *AttributeType) UnmarshalText(b []byte) error {
	name, protected := strings.CutPrefix(string(b), protectedText)
	t := rulekit.TypeNamed(name)
	if t < rulekit.Flag || t > rulekit.Texts {
		return errAttribute
	}
	*a = AttributeType{t, protected}
	return nil
}
