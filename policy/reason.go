package policy

import (
	"fmt"
	"math"
	"strconv"
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

// String returns one line for a moderator.
func (r Reason) String() string {
	v, n := num(r.Value), strconv.Itoa(r.N)
	switch r.Code {
	case CodeRate, CodeRatePeople, CodeRatePerson, CodeRateChannel, CodeRestricted:
		what := map[Code]string{
			CodeRate: "messages", CodeRatePeople: "people newly approached", CodeRatePerson: "turns to one person who never answered",
			CodeRateChannel: "messages on this channel", CodeRestricted: "messages under a restriction",
		}[r.Code]
		return fmt.Sprintf("%s %s within %s, %s allowed", v, what, span(time.Duration(r.N)*time.Second), num(r.Limit))
	case CodeRefused:
		return fmt.Sprintf("%s of %s tries within a day were refused", percent(r.Value), n)
	case CodeDuplicate:
		return fmt.Sprintf("%s, worth %s who did not answer within hours (speaks from %s)", r.copies(), v, num(r.Limit))
	case CodeDuplicateSlow:
		return fmt.Sprintf("%s over weeks, worth %s who did not answer (speaks from %s)", r.copies(), v, num(r.Limit))
	case CodeDisguise:
		return fmt.Sprintf("%s in a text sent to %s", count(r.Value, "disguised word", "disguised words"), count(float64(r.N), "person", "people"))
	case CodeReach:
		return fmt.Sprintf("a text that reached %s over all accounts, %s of them from here", count(r.Value, "person", "people"), n)
	case CodeCampaign:
		return fmt.Sprintf("%s this text to strangers, %s so far (speaks from %s)",
			count(r.Value, "account sends", "accounts send"), count(float64(r.N), "message", "messages"), num(r.Limit))
	case CodeFlagged:
		return count(r.Value, "other account was", "other accounts were") + " sanctioned for this text"
	case CodeRepeatOffence:
		return "resumes a text that brought this account a sanction before"
	case CodeStrangers:
		return fmt.Sprintf("strangers approached within hours: %s by weight (speaks from %s)", v, num(r.Limit))
	case CodeUnanswered:
		return fmt.Sprintf("strangers approached within days who did not answer: %s by weight (speaks from %s)", v, num(r.Limit))
	case CodePersistence:
		return fmt.Sprintf("goes on writing to one person who never answered (%s, speaks from %s)", count(r.Value, "turn", "turns"), num(r.Limit))
	case CodeFollowUps:
		return fmt.Sprintf("%s in a row to one person (speaks from %s)", count(r.Value, "unanswered turn", "unanswered turns"), num(r.Limit))
	case CodeComplaintOutreach:
		return fmt.Sprintf("%s by people approached without a tie, worth %s", count(float64(r.N), "complaint", "complaints"), count(r.Value, "credible one", "credible ones"))
	case CodeReplyLow:
		return fmt.Sprintf("%d of %s people written to first never answered (%s sure that fewer than %s do)", r.N-r.K, n, percent(r.Value), oneIn(r.Limit))
	case CodeReplyGood:
		return fmt.Sprintf("%d of %s people written to first answered (%s sure that more than %s do)", r.K, n, percent(r.Value), oneIn(r.Limit))
	case CodeComplaints:
		return fmt.Sprintf("%s, worth %s", count(float64(r.N), "complaint", "complaints"), count(r.Value, "credible one", "credible ones"))
	case CodeComplaintRate:
		return fmt.Sprintf("%s sure that more than %s of %s people reached complain", percent(r.Value), oneIn(r.Limit), n)
	case CodeTiming:
		return fmt.Sprintf("gaps between messages as regular as a machine's: %s over %s gaps (people stay under %s)", v, n, num(r.Limit))
	case CodeClock:
		return fmt.Sprintf("%s messages fall on the same seconds of the minute, as a scheduler's do (chance 1 in 10^%s)", n, v)
	case CodeOrigin:
		return fmt.Sprintf("shares its origin with a sanctioned account (strikes %s)", v)
	case CodeYoung:
		return fmt.Sprintf("the account is %s old", count(r.Value, "day", "days"))
	case CodeIgnored:
		return fmt.Sprintf("approached %s after a warning", count(r.Value, "person", "people"))
	case CodeSanction:
		return fmt.Sprintf("a %s stands", Kind(r.Value))
	case CodeOverride:
		return fmt.Sprintf("a moderator's order stands: %s", Verdict(r.Value))
	case CodeModerator:
		return "a moderator found it abusive"
	case CodeBudget:
		return "automatic sanctions have reached the budget of this hour; a person decides"
	case CodePerson:
		return "the next step of the ladder needs a person"
	case CodeFault:
		return "the store of records was out of reach"
	}
	return fmt.Sprintf("%s: %s (limit %s, n %s)", r.Code, v, num(r.Limit), n)
}

// copies says what went to whom: the template, where it is known.
func (r *Reason) copies() string {
	what := "the same or nearly the same text"
	if r.Text != "" {
		what = strconv.Quote(r.Text)
	}
	to := count(float64(r.N), "person", "people")
	if r.K == 0 || r.K > r.N {
		return fmt.Sprintf("%s to %s", what, to)
	}
	return fmt.Sprintf("%s to %s, %d of them strangers", what, to, r.K)
}

// oneIn prints a small rate as people say it.
func oneIn(rate float64) string {
	if n := math.Round(1 / rate); rate > 0 && n >= 2 && math.Abs(1/rate-n) < 1e-6 {
		return "1 in " + strconv.Itoa(int(n))
	}
	return percent(rate)
}

// count prints how many there are of what has these names.
func count(v float64, one, many string) string {
	if s := num(v); s != "1" {
		return s + " " + many
	}
	return "1 " + one
}

// num prints a measurement with at most two decimals.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// percent prints a share; close to 0 and 1 with as many digits as it takes not
// to claim certainty.
func percent(v float64) string {
	switch {
	case v > .995 && v < 1:
		if v > .9999 {
			return "over 99.99%"
		}
		return strconv.FormatFloat(math.Floor(v*1e4)/100, 'f', 2, 64) + "%"
	case v > 0 && v < .01:
		return strconv.FormatFloat(v*100, 'g', 2, 64) + "%"
	}
	return strconv.FormatFloat(v*100, 'f', 0, 64) + "%"
}

// span prints a length of time in the largest unit that fits.
func span(d time.Duration) string {
	for _, u := range [...]struct {
		d    time.Duration
		name string
	}{{7 * 24 * time.Hour, "week"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= u.d && d%u.d == 0 {
			switch {
			case d == time.Hour:
				return "an hour"
			case d == u.d:
				return "a " + u.name
			}
			return strconv.Itoa(int(d/u.d)) + " " + u.name + "s"
		}
	}
	return d.String()
}
