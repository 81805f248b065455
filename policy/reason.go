package policy

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

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
	// Text is the template of the text in question, with its slots, as far as
	// the process knows it. It is in Decision.Reasons only: never stored, never
	// logged.
	Text string `json:"text,omitzero"`
}

func reasonsOf(causes []judge.Cause) []Reason {
	all := make([]Reason, len(causes))
	for i, c := range causes {
		all[i] = Reason{Code: c.Code, Value: c.Value, Limit: c.Limit, N: c.N, K: c.K, Share: c.Share}
	}
	return all
}

func reasonOf(r *state.Reason) Reason {
	code := r.Code
	if int(r.Index) < len(judge.Codes) && r.Index != 0 {
		code = judge.Codes[r.Index]
	}
	return Reason{Code: code, Value: float64(r.Value), Limit: float64(r.Limit), Share: float64(r.Share), N: int(r.N), K: int(r.K)}
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
		return count(r.figure(name), one, many)
	}
	switch name {
	case "share":
		return percent(r.Value)
	case "rate":
		return oneIn(r.Limit)
	case "span":
		return span(time.Duration(min(r.N, most)) * time.Second)
	case "kind":
		return Kind(small(r.Value)).String()
	case "verdict":
		return Verdict(small(r.Value)).String()
	case "text":
		return r.quoted()
	case "people":
		return r.people()
	case "again":
		if r.Limit > 0 {
			return "; it is tried again in " + count(r.Limit, "minute", "minutes")
		}
		return ""
	case "code":
		return r.Code
	case "basis":
		return r.basis()
	}
	return num(r.figure(name))
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
	to := count(float64(r.N), "person", "people")
	switch {
	case r.K <= 0 || r.K > r.N:
		return to
	case r.K == r.N:
		return count(float64(r.N), "stranger", "strangers")
	}
	return to + ", " + num(float64(r.K)) + " of them strangers,"
}

// basis says what a figure of the host's own is compared with and rests on.
func (r *Reason) basis() string {
	limit, sample := "", ""
	if r.Limit != 0 {
		limit = " (limit " + num(r.Limit) + ")"
	}
	if r.N > 0 {
		sample = " (from " + count(float64(r.N), "sample", "samples") + ")"
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

// oneIn prints a small rate as people say it.
func oneIn(rate float64) string {
	if n := math.Round(1 / rate); n >= 2 && n <= most && math.Abs(1/rate-n) < 1e-6 {
		return "1 in " + strconv.Itoa(int(n))
	}
	return percent(rate)
}

// count prints how many there are of what has these names.
func count(v float64, one, many string) string {
	switch s := num(v); {
	case v != v:
		return "an unknown number of " + many
	case s != "1":
		return s + " " + many
	}
	return "1 " + one
}

// most is the largest number that is printed.
const most = 1_000_000_000

// num prints a measurement with at most two decimals.
func num(v float64) string {
	switch {
	case v != v:
		return "unknown"
	case v > most:
		return "over " + strconv.Itoa(most)
	}
	return strconv.FormatFloat(max(-most, math.Round(v*100)/100)+0, 'f', -1, 64) // and no -0
}

// percent prints a share; close to 0 and 1 with as many digits as it takes not
// to claim certainty.
func percent(v float64) string {
	switch {
	case v != v:
		return "unknown"
	case v > .9999 && v < 1:
		return "over 99.99%"
	case v > .995 && v < 1:
		return strconv.FormatFloat(math.Floor(v*1e4)/100, 'f', 2, 64) + "%"
	case v > 0 && v < .01:
		return strconv.FormatFloat(v*100, 'g', 2, 64) + "%"
	}
	return strconv.FormatFloat(min(1, max(0, v))*100, 'f', 0, 64) + "%"
}

// span prints a length of time in the largest unit that fits, in whole seconds.
func span(d time.Duration) string {
	for _, u := range [...]struct {
		d    time.Duration
		name string
	}{{7 * 24 * time.Hour, "week"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		switch {
		case d < u.d || d%u.d != 0:
		case d == time.Hour:
			return "an hour"
		case d == u.d:
			return "a " + u.name
		default:
			return count(float64(d/u.d), u.name, u.name+"s")
		}
	}
	return "0 seconds"
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

// minute prints the first whole minute that is not before t.
func minute(t time.Time) string {
	return t.UTC().Add(time.Minute - 1).Truncate(time.Minute).Format("2 January 2006, 15:04")
}
