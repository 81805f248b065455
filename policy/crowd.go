package policy

import "github.com/decorum-go/decorum/scoring"

// Crowd says what is done with a text that many accounts send to strangers: what others
// do with a text decides about messages that carry it, not about an account. It may be a
// notice that people pass on to each other, or a campaign; what the people whom it
// reached do with it tells which. They answer it: it is welcome, and goes out; what
// speaks against repeated text and against campaigns is left out for it. They do not, or
// complain: it is unwelcome, and the signals campaign and flagged count. Until that is
// known they are left out, and copies wait. The zero Crowd (left out of a policy file)
// knows no crowds: the signals always count, and no copy waits.
type Crowd struct {
	// Answer is what is done with a copy in doubt or unwelcome, but for probes: "defer"
	// (it is tried again later), "hold" (a person decides), "flag" or "allow" (it goes out).
	Answer Verdict `json:"answer"`
	// Senders is how many accounts are a crowd, from 2. Fewer may be one person.
	Senders int `json:"senders"`
	// Doubt is how many points campaign and flagged must have for a copy to wait.
	Doubt float64 `json:"doubt"`
	// ReplyFloor is the rate of answers over which a text is welcome.
	ReplyFloor float64 `json:"reply_floor"`
	// ReplyPrior is what is believed of the rate of answers to a text without data.
	ReplyPrior scoring.Beta `json:"reply_prior"`
	// Sure is how sure it must be, with three answers or more, that the rate is over
	// reply_floor for a text to be welcome.
	Sure float64 `json:"sure"`
	// SureOfFew is how sure it must be with two answers, and how sure that the rate is
	// under reply_floor for a text to be unwelcome; at least sure.
	SureOfFew float64 `json:"sure_of_few"`
	// Exposure is how many copies must have had the time to be answered before a text is
	// unwelcome because nobody answers.
	Exposure float64 `json:"exposure"`
	// Complaints is the credible weight of complaints from which a text is unwelcome, if
	// they are also more than a quarter of the answers.
	Complaints float64 `json:"complaints"`
	// ComplaintShare is the share of copies that must be complained about besides.
	ComplaintShare float64 `json:"complaint_share"`
	// Probes is the share of copies in doubt that go out all the same, to see what people
	// do with them. Which ones follows from keyed hashes.
	Probes float64 `json:"probes"`
	// ProbesUnwelcome is that share of an unwelcome text, which may change its fate.
	ProbesUnwelcome float64 `json:"probes_unwelcome"`
	// ProbeContacts is the number of contacts from which a sender has twice the share.
	ProbeContacts float64 `json:"probe_contacts"`
	// Retry is after how long at least a deferred copy is to be tried again, from 1m.
	Retry Duration `json:"retry"`
	// RetryMost is after how long at most, up to 1d; each sender's time lies between.
	RetryMost Duration `json:"retry_most"`
}
