package policy

import (
	"github.com/decorum-go/decorum/scoring"
)

// A Mode says what a rule may do. The zero Mode is On.
type Mode uint8

// Modes of a rule.
const (
	On         Mode = iota // counts
	ShadowMode             // is measured and shown, with a share of zero
	Off                    // is not measured
)

var modeNames = names{typ: "Mode", what: "mode", of: []string{"on", "shadow", "off"}}

// String returns the name of the mode.
func (m Mode) String() string { return modeNames.name(uint8(m)) }

// MarshalText implements encoding.TextMarshaler.
func (m Mode) MarshalText() ([]byte, error) { return modeNames.text(uint8(m)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Mode) UnmarshalText(b []byte) error { return modeNames.read((*uint8)(m), b) }

// A Signal says what one measurement is worth, in points: linear between the points
// of Curve, flat outside. The zero Signal is on, and says nothing.
type Signal struct {
	Mode  Mode          `json:"mode,omitzero"`  // whether it counts
	Curve scoring.Curve `json:"curve,omitzero"` // measurement → points
}

// Signals are the curves of every signal; see the package's table of codes for what
// each measures.
type Signals struct {
	// Refused: share of a day's tries that were refused, from 5 refused on. Messages to
	// contacts that wait for their time, at most 64, do not count, nor does what comes
	// when it may. Volume.
	Refused Signal `json:"refused"`

	// TextFast: weight of distinct unanswered recipients of one text and its
	// near-duplicates, half-life 2 hours. Content.
	TextFast Signal `json:"text_fast"`
	// TextSlow: the same with a half-life of 7 days, each by the chance that it
	// would have been answered by now; the larger of the two counts. Content.
	TextSlow Signal `json:"text_slow"`
	// TextEcho: people, contacts too, and rooms that got one text, half-life a day,
	// where somebody complains. Content.
	TextEcho Signal `json:"text_echo"`
	// TextMatch: likeness of two texts (Jaccard, 0 to 1) → what a near-duplicate
	// weighs; rises.
	TextMatch scoring.Curve `json:"text_match"`
	// TextMatchSlow: the same for TextSlow, which counts only once answers are
	// known to be rare, and so may take spun sentences for what they are.
	TextMatchSlow scoring.Curve `json:"text_match_slow"`
	// TextAnswered: P(reply rate of that text > ReplyFloor) → factor on TextFast; falls.
	TextAnswered scoring.Curve `json:"text_answered"`
	// SlowGate: P(reply rate of the sender < ReplyFloor) → factor on TextSlow; rises.
	SlowGate scoring.Curve `json:"slow_gate"`
	// Disguise: disguised words in a text sent to several. Content.
	Disguise Signal `json:"disguise"`
	// Reach: the text's recipients over all accounts; counts only by the
	// sender's own share in them. Content.
	Reach Signal `json:"reach"`

	// OutreachFast: strangers newly approached, half-life 2 hours. Contact.
	OutreachFast Signal `json:"outreach_fast"`
	// OutreachSlow: the same less those who answered, half-life 5 days; the larger counts. Contact.
	OutreachSlow Signal `json:"outreach_slow"`
	// FollowUps: unanswered follow-ups in a row to one stranger whose relation is
	// unknown. Contact.
	FollowUps Signal `json:"follow_ups"`
	// FollowUpsStranger: the same where the host knows the person for a stranger or a
	// second degree; follow-ups of 24 hours, tries among them, count 20/12. Contact.
	FollowUpsStranger Signal `json:"follow_ups_stranger"`
	// Persistence: as FollowUpsStranger, beyond what a family can say. Volume.
	Persistence Signal `json:"persistence"`
	// Deceived: credible weight of complaints about fraud, harassment or what is
	// unlawful, by people whom the sender approached first and who then talked with
	// them, over at least a day or with one that a person confirmed. Contact.
	Deceived Signal `json:"deceived"`

	// ReplyLow: P(reply rate < ReplyFloor). Reception.
	ReplyLow Signal `json:"reply_low"`
	// ReplyGood: P(reply rate > ReplyFloor), from 3 answers on; evidence against abuse:
	// its points are 0 or less, and fall. Reception.
	ReplyGood Signal `json:"reply_good"`
	// ReplyFloor is the rate below which first contacts are unwelcome.
	ReplyFloor float64 `json:"reply_floor"`
	// ReplyFloorBusy: people newly approached within 7 days → factor on ReplyFloor, at
	// least 1, where TextSlow counts: the same text to very many must be more welcome.
	// Rises; without points it is 1.
	ReplyFloorBusy scoring.Curve `json:"reply_floor_busy,omitzero"`
	// ReplyPrior is what is believed of the reply rate of a sender without data.
	ReplyPrior scoring.Beta `json:"reply_prior"`
	// ComplaintOutreach: credible weight of complaints about cold outreach. Reception.
	ComplaintOutreach Signal `json:"complaint_outreach"`
	// Complaint: credible weight of complaints, half-life 90 days. Reception.
	Complaint Signal `json:"complaint"`
	// ComplaintRate: P(complaints per person reached > ComplaintFloor), from
	// ComplaintReach people on: how pages are judged. Reception.
	ComplaintRate Signal `json:"complaint_rate"`
	// ComplaintFloor is the share of people reached above which complaints are
	// no longer bad luck.
	ComplaintFloor float64 `json:"complaint_floor"`
	// ComplaintPrior is what is believed of the complaint rate of a sender without data.
	ComplaintPrior scoring.Beta `json:"complaint_prior"`
	// ComplaintReach is the number of people reached from which ComplaintRate counts.
	ComplaintReach float64 `json:"complaint_reach"`

	// Timing: regularity of the gaps between messages: burstiness, negated
	// (scoring.Rhythm), −1 to 1. Automation.
	Timing Signal `json:"timing"`
	// Clock: −log₁₀ of the chance that messages fall on the same seconds of
	// the minute as they do. Automation.
	Clock Signal `json:"clock"`

	// Campaign: distinct senders of one text to strangers. Network.
	Campaign Signal `json:"campaign"`
	// Flagged: other accounts sanctioned for the text. Network.
	Flagged Signal `json:"flagged"`
	// SharedContacts: contacts of the sender, people who wrote first or answered, ever
	// → factor on Campaign, Flagged and Reach for what others sent. A letter that goes
	// round among people with a life of their own is no campaign; but from five
	// strangers on who do not answer it the factor rises to 1, at ten. Contacts on an
	// origin of the sender's own do not count.
	SharedContacts scoring.Curve `json:"shared_contacts"`
	// RepeatOffence: how much the text is one that brought the sender a sanction. Network.
	RepeatOffence Signal `json:"repeat_offence"`
	// Origin: offence weight of accounts of the same origin that were sanctioned for
	// what they did themselves, less where more than two others write from it for each
	// of them, and nothing from three on. Network.
	Origin Signal `json:"origin"`

	// Young: age of the account in days, where it is known; falls to 0. Standing.
	Young Signal `json:"young"`
	// Ignored: people approached in the 7 days after a Warning. Standing.
	Ignored Signal `json:"ignored"`
	// Strikes: offence weight of incidents that are over, for messages that approach
	// somebody. Standing.
	Strikes Signal `json:"strikes"`
	// Cleared: messages that a moderator found harmless (Review), half-life 10 days;
	// evidence against abuse: its points are 0 or less, and fall. Standing.
	Cleared Signal `json:"cleared"`
}
