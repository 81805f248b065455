package policy

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/scoring"
)

// A Code names what was measured. Hosts add their own in Message.Evidence and
// Config.Signals; theirs are printed as they are.
type Code = scoring.Code

// Codes of the built-in reasons. Value is what was measured, Limit what the
// policy allows or the point from which it speaks, N the sample behind it.
const (
	// Limits: Value is the count in the window with this message, Limit the
	// most that is allowed, N the window's length in seconds.
	CodeRate        Code = "rate.messages"    // messages of this sender
	CodeRatePeople  Code = "rate.people"      // people newly approached
	CodeRatePerson  Code = "rate.person"      // turns to one person who never answered
	CodeRateChannel Code = "rate.channel"     // messages on this channel
	CodeRestricted  Code = "rate.restriction" // messages a day under a Restriction

	CodeRefused     Code = "rate.refused"     // Value: share of a day's tries that were refused; N: tries
	CodePersistence Code = "rate.persistence" // Value: as of contact.follow_ups, beyond what one family can say

	// Texts: N is how many distinct people it was tried on, K how many of them strangers.
	CodeDuplicate     Code = "text.duplicate"         // Value: weight of recipients of one text in quick succession
	CodeDuplicateSlow Code = "text.duplicate_slow"    // Value: the same over weeks
	CodeDisguise      Code = "text.disguise"          // Value: disguised words in the message
	CodeReach         Code = "text.reach"             // Value: recipients of the text over all accounts
	CodeCampaign      Code = "text.campaign"          // Value: accounts that send the text; N: messages of it
	CodeFlagged       Code = "text.flagged"           // Value: other accounts sanctioned for the text
	CodeRepeatOffence Code = "account.repeat_offence" // Value: 1, the text brought this account a sanction before

	// Contacts.
	CodeStrangers         Code = "contact.strangers"  // Value: people newly approached, half-life 2 h; N: of the last day, at most
	CodeUnanswered        Code = "contact.unanswered" // Value: the same who did not answer, half-life 5 days
	CodeFollowUps         Code = "contact.follow_ups" // Value: unanswered turns in a row to one person
	CodeComplaintOutreach Code = "contact.complaint"  // Value: credible weight of complaints by people approached without a tie; N: complaints

	// Reception.
	CodeReplyLow      Code = "reply.low"           // Value: P(reply rate < Limit); N: people written to first
	CodeReplyGood     Code = "reply.good"          // Value: P(reply rate > Limit); N: people written to first
	CodeComplaints    Code = "complaint.reporters" // Value: credible weight of complaints; N: complaints
	CodeComplaintRate Code = "complaint.rate"      // Value: P(complaints per person reached > Limit); N: people reached

	CodeTiming  Code = "timing.regular"    // Value: regularity −Aₙ of the gaps; N: gaps
	CodeClock   Code = "timing.clock"      // Value: −log₁₀ of the chance that messages fall on the same seconds of the minute; N: messages
	CodeOrigin  Code = "origin.sanctioned" // Value: strike mass on accounts of the same origin
	CodeYoung   Code = "account.young"     // Value: age in days
	CodeIgnored Code = "warning.ignored"   // Value: people approached since a Warning

	// Not measurements: why a verdict is what it is. Share is 0.
	CodeSanction  Code = "sanction.standing" // Value: the Kind that covers the message
	CodeOverride  Code = "moderator.order"   // Value: the Verdict that was ordered
	CodeModerator Code = "moderator.finding" // a person found it abusive
	CodeBudget    Code = "budget.exhausted"  // automation has done enough for an hour; a person decides
	CodePerson    Code = "person.needed"     // the next step is a person's
	CodeFault     Code = "store.fault"       // the store was out of reach
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

// String returns one line for a moderator: what the account did, or why the verdict
// is what it is, in plain English. Of a code of the host's own it gives the figures.
func (r Reason) String() string {
	template := "{code}: {value} (limit {limit}, n {n})"
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

// slot fills one slot of a sentence. After a number may stand the two forms of what
// is counted: "n|person|people".
func (r *Reason) slot(slot string) string {
	name, forms, counted := strings.Cut(slot, "|")
	var v float64
	switch name {
	case "value":
		v = r.Value
	case "limit":
		v = r.Limit
	case "n":
		v = float64(r.N)
	case "k":
		v = float64(r.K)
	case "rest":
		v = float64(max(0, r.N-r.K))
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
		if r.Text == "" {
			return "near-duplicates of one text"
		}
		return strconv.Quote(r.Text)
	case "people":
		return r.people()
	case "code":
		return r.Code
	}
	if counted {
		one, many, _ := strings.Cut(forms, "|")
		return count(v, one, many)
	}
	return num(v)
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
