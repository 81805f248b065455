package policy

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/english"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/internal/words"
)

// A Reason is one piece of an explanation: a measurement, what the policy
// allows, how much it rests on and how much it weighs. It is a plain value.
type Reason struct {
	Code  Code    `json:"code"`
	Value float64 `json:"value"`  // in the unit that Code documents
	Limit float64 `json:"limit"`  // what the policy allows
	N     int     `json:"n"`      // sample size behind Value
	K     int     `json:"k"`      // of the N: strangers for texts, those who answered for replies; 0 elsewhere
	Share float64 `json:"points"` // its part of the score in log-odds; the parts and the prior add up
	// Text is the template of the text in question, with its slots, as far as the process
	// knows it; else the beginning of the message's own. It is in Decision.Reasons only:
	// never stored, never logged. Of a rule it is Rule.Why.
	Text string `json:"text,omitzero"`
}

// reasonsOf makes reasons of causes under a policy, whose rules say why in their own words.
func reasonsOf(causes []judge.Cause, p *judge.Policy) []Reason {
	all := make([]Reason, len(causes))
	for i := range causes {
		if all[i] = reasonOfCause(&causes[i]); p.Asked != nil {
			all[i].Text = p.Asked.Why(causes[i].Code)
		}
	}
	return all
}

func reasonOfCause(c *judge.Cause) Reason {
	return Reason{Code: c.Code, Value: c.Value, Limit: c.Limit, N: c.N, K: c.K, Share: c.Share}
}

func reasonOf(r *state.Reason) Reason {
	return Reason{Code: judge.CodeOf(r), Value: float64(r.Value), Limit: float64(r.Limit), Share: float64(r.Share), N: int(r.N), K: int(r.K)}
}

// String returns one line for a moderator: what the account did, or why the verdict
// is what it is, in plain English. Of a code of the host's own it gives the figures.
func (r Reason) String() string { return r.In(Language{}) }

// In returns that line in a language.
func (r Reason) In(l Language) string {
	key := "reason.host"
	switch {
	case rowOf(r.Code) != nil:
		key = "reason." + r.Code
	case strings.HasPrefix(r.Code, codeOfRules) && r.N == 0:
		key = "reason.rule"
	case strings.HasPrefix(r.Code, codeOfRules):
		key = "reason.shadow"
	}
	return l.voice().SayWith(key, r.hole)
}

// hole is what fills a hole of its sentence.
func (r *Reason) hole(hole string) any {
	switch hole {
	case "value":
		return r.Value
	case "limit":
		return r.Limit
	case "n":
		return float64(r.N)
	case "k":
		return float64(r.K)
	case "rest":
		return float64(max(0, r.N-r.K))
	case "share":
		return words.Percent(r.Value)
	case "rate":
		return words.OneIn(r.Limit)
	case "span":
		return words.Span(time.Duration(min(r.N, english.Most)) * time.Second)
	case "kind":
		return name("kind.", Kind(small(r.Value)).String())
	case "action":
		return name("action.", TextAction(small(r.Value)).String())
	case "verdict":
		return name("verdict.", Verdict(small(r.Value)).String())
	}
	return r.part(hole)
}

// part is what fills a hole with more than a figure.
func (r *Reason) part(hole string) any {
	switch hole {
	case "text":
		return r.quoted
	case "people":
		return r.people
	case "again":
		return r.again
	case "code":
		return r.Code
	case "why":
		return r.why
	case "basis":
		return r.basis
	}
	return nil
}

// name says the name of a value; one that has none in the table, as it is.
func name(prefix, of string) func(*words.Voice) string {
	return func(v *words.Voice) string { return cmp.Or(v.Say(prefix+of, nil), of) }
}

// why is what a rule says of itself, as far as it is known.
func (r *Reason) why(v *words.Voice) string { return cmp.Or(r.Text, v.Say("why", nil)) }

// quoted is the template of the text, where it is known.
func (r *Reason) quoted(v *words.Voice) string {
	if r.Text == "" {
		return v.Say("text", nil)
	}
	return strconv.Quote(r.Text)
}

// people says to how many a text went, and how many of them were strangers.
func (r *Reason) people(v *words.Voice) string {
	key := "people.some"
	switch {
	case r.K <= 0 || r.K > r.N:
		key = "people"
	case r.K == r.N:
		key = "people.strangers"
	}
	return v.Say(key, words.Holes{"n": float64(r.N), "k": float64(r.K)})
}

func (r *Reason) again(v *words.Voice) string {
	if !(r.Limit > 0) {
		return ""
	}
	return v.Say("again", words.Holes{"n": r.Limit})
}

// basis says what a figure of the host's own is compared with and rests on.
func (r *Reason) basis(v *words.Voice) string {
	key := "basis.both"
	switch {
	case r.Limit == 0 && r.N <= 0:
		return ""
	case r.N <= 0:
		key = "basis.limit"
	case r.Limit == 0:
		key = "basis.sample"
	}
	return v.Say(key, words.Holes{"limit": r.Limit, "n": float64(r.N)})
}

// small is a number that names a value of an enumeration; 0 if it names none.
func small(v float64) uint8 {
	if v >= 0 && v < 256 {
		return uint8(v)
	}
	return 0
}

// A plainReason is a Reason without its methods.
type plainReason Reason

// MarshalJSON implements json.Marshaler. Beside the fields it writes String as
// "sentence".
func (r Reason) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainReason
		Sentence string `json:"sentence"`
	}{plainReason(r), r.String()})
}

// UnmarshalJSON implements json.Unmarshaler. It leaves out the sentence, which
// follows from the fields.
func (r *Reason) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, (*plainReason)(r)) }
