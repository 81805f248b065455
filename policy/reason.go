package policy

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/english"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/state"
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
	// never stored, never logged.
	Text string `json:"text,omitzero"`
}

func reasonsOf(causes []judge.Cause) []Reason {
	all := make([]Reason, len(causes))
	for i := range causes {
		all[i] = reasonOfCause(&causes[i])
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
func (r Reason) String() string {
	template := "{code}: {value}{basis}"
	if row := rowOf(r.Code); row != nil {
		template = row.sentence
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		slot, after, _ := strings.Cut(rest, "}")
		b.WriteString(r.slot(slot))
		template = after
	}
}

// quoted is the template of the text, where it is known.
func (r *Reason) quoted() string {
	if r.Text == "" {
		return "near-duplicates of one text"
	}
	return strconv.Quote(r.Text)
}

// slot fills one slot of a sentence. After a number may stand the two forms of what
// is counted: "n|person|people".
func (r *Reason) slot(slot string) string {
	name, forms, counted := strings.Cut(slot, "|")
	if counted {
		one, many, _ := strings.Cut(forms, "|")
		return english.Count(r.figure(name), one, many)
	}
	switch name {
	case "share":
		return english.Percent(r.Value)
	case "rate":
		return english.OneIn(r.Limit)
	case "span":
		return english.Span(time.Duration(min(r.N, english.Most)) * time.Second)
	case "kind":
		return Kind(small(r.Value)).String()
	case "action":
		return TextAction(small(r.Value)).String()
	case "verdict":
		return Verdict(small(r.Value)).String()
	case "text":
		return r.quoted()
	case "people":
		return r.people()
	case "again":
		if r.Limit > 0 {
			return "; it is tried again in " + english.Count(r.Limit, "minute", "minutes")
		}
		return ""
	case "code":
		return r.Code
	case "basis":
		return r.basis()
	}
	return english.Number(r.figure(name))
}

// figure is one of the numbers of a reason.
func (r *Reason) figure(name string) float64 {
	switch name {
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
	}
	return 0
}

// people says to how many a text went, and how many of them were strangers.
func (r *Reason) people() string {
	to := english.Count(float64(r.N), "person", "people")
	switch {
	case r.K <= 0 || r.K > r.N:
		return to
	case r.K == r.N:
		return english.Count(float64(r.N), "stranger", "strangers")
	}
	return to + ", " + english.Number(float64(r.K)) + " of them strangers,"
}

// basis says what a figure of the host's own is compared with and rests on.
func (r *Reason) basis() string {
	limit, sample := "", ""
	if r.Limit != 0 {
		limit = " (limit " + english.Number(r.Limit) + ")"
	}
	if r.N > 0 {
		sample = " (from " + english.Count(float64(r.N), "sample", "samples") + ")"
	}
	return strings.Replace(limit+sample, ") (", ", ", 1)
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
