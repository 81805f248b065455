// Package rulekit is what a policy's rules and their compiler know of each other: the
// facts of a message, the variables that expressions read them by, and the programs that
// a [Compiler] makes of expressions. policy/celrules has a Compiler for CEL, which
// Config.Compiler takes; this package is for those who write another one.
//
//	program, faults := compiler.Compile("attr.proxy && account.age < duration('24h')", declared)
//	yes, err := program.Eval(facts) // once for each message
//
// # Rules
//
// A rule is an expression over facts that is true or not. It has no side effects and no
// clock, and equal facts give equal answers. Whatever it says, it brings evidence or a
// verdict on the message, never a sanction.
//
// # Compilers
//
// [Variables] is what expressions may read, each with its type and how it is read from
// [Facts]; a policy's own attributes, lists and counters come as [Declared]. A compiler
// says all that is wrong at once, with line and column, and bounds what a program costs.
package rulekit

import (
	"strconv"
	"time"
)

// Bounds of what an expression may be and see. A compiler bounds the cost of a rule with
// the last two.
const (
	MaxWhen    = 2_000  // bytes of an expression
	MaxCost    = 10_000 // of an expression, in steps of its compiler
	MaxText    = 256    // bytes of a text that a rule sees
	MaxEntries = 32     // of a list that a message brings
)

// A Compiler makes programs of the expressions in a policy's rules, when a policy is
// taken. Implementations are safe for concurrent use.
type Compiler interface {
	// Compile checks an expression against what the policy declares, and compiles it. It
	// reports everything that is wrong at once, and then there is no Program: also where
	// the expression is no truth value, or could cost more than MaxCost on any message.
	Compile(when string, d *Declared) (*Program, []Fault)
}

// A Fault is one thing that is wrong with an expression.
type Fault struct {
	Line, Column int    // from 1, in characters; 0: the whole of it
	Problem      string // what is wrong and what would be right, in one line
}

// String is "1:14: unknown attribute contry; did you mean country?".
func (f Fault) String() string {
	if f.Line == 0 {
		return f.Problem
	}
	return strconv.Itoa(f.Line) + ":" + strconv.Itoa(f.Column) + ": " + f.Problem
}

// Declared is what a policy declares for its rules. The order is what Facts and Reads
// count by.
type Declared struct {
	Attributes []Attribute // attr.NAME, by name
	Lists      []List      // lists.NAME, by name
	Counters   []string    // counters.NAME, an int, in the order of the policy
}

// An Attribute is one that messages may have.
type Attribute struct {
	Name string
	Type Type // Flag, Int, Number, Text or Texts
}

// A List is one of texts, each once, in the order of the bytes.
type List struct {
	Name    string
	Entries []string
}

// A Program is a compiled rule. It is safe for concurrent use.
type Program struct {
	Reads Reads
	Cost  int // upper bound, in steps of the compiler
	// Eval reports whether the rule is true of a message. It keeps nothing of f, and
	// changes nothing. An error, such as an index that is not there, counts as false. Of
	// numbers and flags it allocates nothing.
	Eval func(f *Facts) (bool, error)
	// May reports whether the rule could be true, whatever counters and likenesses are: it
	// reads all else. nil: it always could. Where it says no, nothing is looked up.
	May func(f *Facts) bool
}

// Reads is what a program rests on.
type Reads struct {
	Variables  uint64 // bit i: of Variables()[i]
	Attributes uint64 // bit i: of Declared.Attributes[i]
	Lists      uint64 // bit i: of Declared.Lists[i], whose entries it compares with
	Samples    uint64 // bit i: of Declared.Lists[i], whose entries it asks the text to be like
	Counters   uint64 // bit i: of Declared.Counters[i]
	// Strangers says that the rule is true only where to.strangers is not 0: in a talk
	// between contacts it is not even looked at.
	Strangers bool
	// Listed says that the rule is true only where something is on a list, or the text is
	// like one on it. Only such a rule may reject a message.
	Listed bool
}

// A Type is that of a variable or an attribute.
type Type uint8

// Types.
const (
	Flag     Type = iota + 1 // bool
	Int                      // int
	Number                   // double
	Text                     // string
	Texts                    // list(string)
	Duration                 // duration
	Time                     // timestamp
)

var typeNames = [...]string{Flag: "bool", Int: "int", Number: "double", Text: "string", Texts: "list(string)", Duration: "duration", Time: "timestamp"}

// String is the name that a policy file uses, which is CEL's.
func (t Type) String() string {
	if int(t) < len(typeNames) && t != 0 {
		return typeNames[t]
	}
	return "Type(" + strconv.Itoa(int(t)) + ")"
}

// TypeNamed is the type of a name; 0 for any other name.
func TypeNamed(name string) Type {
	for t, n := range typeNames {
		if n == name && n != "" {
			return Type(t)
		}
	}
	return 0
}

// A Value is that of an attribute: the field of its type is set. One that the message does
// not have is zero: has(attr.NAME) tells.
type Value struct {
	Set    bool
	Flag   bool
	Int    int64
	Number float64
	Text   string
	Texts  []string
}

// Facts are what is known of a message when a rule is asked. Variables says what each
// field is.
type Facts struct {
	At time.Time

	Age           time.Duration
	AgeKnown      bool
	Class         string
	Messages      int
	Refused       int
	Approached    float64
	Answered      float64
	Contacts      float64
	Complaints    float64
	OffenceWeight float64
	Sanctioned    bool

	Recipients int
	Strangers  int
	New        int
	Protected  int
	TurnedAway float64

	Group     bool
	Reply     bool
	Edit      bool
	Delayed   bool
	Channel   string
	HasOrigin bool
	Bytes     int
	Media     int
	Composed  time.Duration

	Likeness       float64
	TextSenders    int
	TextMessages   int
	TextRecipients int
	TextFlagged    int
	Disguised      int

	Attributes []Value             // by the order of Declared.Attributes
	Counters   []int64             // by the order of Declared.Counters
	Like       func(i int) float64 // how much the text is like one in Declared.Lists[i], 0 to 1; never nil while a rule is asked
}
