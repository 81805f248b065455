package policy

//go:generate go test -run ^(TestSchemaGenerated|TestDocCodes|TestReference|TestSentences)$ . -update

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
)

// A Policy is what a service allows and what it does about the rest: data,
// not code. Default and Observe make one, ReadPolicy reads one. A Policy that
// was handed to an Engine must not be changed any more; make another and give
// it to SetPolicy. The zero Policy is not valid.
type Policy struct {
	// Version of the format, which is 1.
	Version int `json:"version"`
	// Name stands in every decision, together with the hash of the content. At most
	// 64 bytes, without an @.
	Name string `json:"name"`
	// Observe is whether everything is measured, and nothing refused or sanctioned.
	Observe bool `json:"observe,omitzero"`
	// Classes holds the rules of each class of sender. The class member is required,
	// and serves for every class that has none of its own. In a file that extends
	// another policy, a class that this does not have starts as its member.
	Classes map[Class]*Rules `json:"classes"`
	// Strikes says how offences are counted and how they fade.
	Strikes Strikes `json:"strikes"`
	// Complaints says what a report weighs.
	Complaints Complaints `json:"complaints"`
	// Crowd says what is done with a text that many accounts send. Left out, campaign
	// and flagged count whatever people do with the text.
	Crowd Crowd `json:"crowd,omitzero"`
	// Budget bounds what automation may do in an hour.
	Budget Budget `json:"budget"`
	// Appeals says how long after a sanction an appeal may be filed.
	Appeals Appeals `json:"appeals"`
	// KeepSanctionsOnForget is whether what stands against an account is kept,
	// without its name, when it is forgotten: sanctions, an order to hold, strikes
	// until they have faded. See Engine.Forget.
	KeepSanctionsOnForget bool `json:"keep_sanctions_on_forget"`
}

// Rules are what holds for one class of sender.
type Rules struct {
	// Limits that hold for every message of the class.
	Limits Limits `json:"limits"`
	// Channels have message limits of their own instead of Limits.Messages.
	Channels map[string][]limiter.Limit `json:"channels,omitzero"`
	// Weights says how much of a stranger each recipient is.
	Weights Weights `json:"weights"`
	// Signals says what each measurement is worth.
	Signals Signals `json:"signals"`
	// Score says how evidence becomes a probability, and what follows from it.
	Score Levels `json:"score"`
	// Person is whether a person takes every sanction: what would bring one is flagged for
	// them, with the reason person.needed, and automation imposes nothing. It may still
	// defer or hold a message. For services, whose codes and receipts people wait for.
	Person bool `json:"person,omitzero"`
	// Ladder is what follows from strikes, in rising order.
	Ladder []Step `json:"ladder"`
	// Rates is what follows from the share of the people reached within 28 days who
	// complained or blocked, in rising order of Rate, once ComplaintReach people were
	// reached: how senders are judged whose messages are expected. A message that goes on
	// to such a person counts as another complaint. Each step needs RateSure.
	Rates []Step `json:"rates,omitzero"`
	// RateSure is how sure it must be that the true rate is over Step.Rate.
	RateSure float64 `json:"rate_sure,omitzero"`
	// RateFlag is the share from which messages are flagged; 0, or left out: none are.
	RateFlag float64 `json:"rate_flag,omitzero"`
	// Severe is imposed at once when a Review confirms a complaint of one of
	// SevereCategories; a Referral comes with it.
	Severe Step `json:"severe"`
	// Deceived is imposed where the signal deceived speaks and the ladder is reached, if
	// the ladder has nothing graver: an outreach block lets go on what those suffer who
	// answered. Left out, the ladder holds.
	Deceived Step `json:"deceived,omitzero"`
	// SevereCategories are the complaints that a confirmed finding turns into Severe.
	SevereCategories []Category `json:"severe_categories"`
}

// Limits are counts that hold in any window, not evidence by themselves: over
// them a message is deferred. An empty list limits nothing.
type Limits struct {
	// Messages a sender may send; one message counts once, whatever the number
	// of recipients.
	Messages []limiter.Limit `json:"messages"`
	// People is how many strangers may be newly approached; a message to n of them
	// counts as min(n, 5 + (n−5)/50).
	People []limiter.Limit `json:"people"`
	// Person is how many follow-ups one person who never answered may get, known to
	// be a stranger or a second degree. A run with pauses under FollowUpGap is one.
	Person []limiter.Limit `json:"person"`
	// PersonUnknown is the same where the relation is unknown.
	PersonUnknown []limiter.Limit `json:"person_unknown"`
	// FollowUpGap is the pause after which a message is a new follow-up; at most 1d.
	FollowUpGap Duration `json:"follow_up_gap"`
	// YoungAge is the age (by Message.Joined) under which an account has only
	// YoungShare of Messages and People.
	YoungAge Duration `json:"young_age"`
	// YoungShare is the share of Messages and People for a young account.
	YoungShare float64 `json:"young_share"`
	// Probation is the share of Messages and People with which an account
	// comes back from a sanction; it grows to 1 over the sanction's length.
	Probation float64 `json:"probation"`
	// TurnedAwayNew is how many accounts without a contact a person may have reported
	// or blocked (half-life 4 days) until messages to them by new accounts, under
	// YoungAge, are held for a person to decide; 0: they never are.
	TurnedAwayNew float64 `json:"turned_away_new,omitzero"`
	// TurnedAwayAll is the same for all accounts that have no contact with them.
	TurnedAwayAll float64 `json:"turned_away_all,omitzero"`
}

// Weights says how much of a stranger a recipient is, from 0 to 1.
type Weights struct {
	Contact      float64 `json:"contact"`       // wrote first or answered, ever
	Connection   float64 `json:"connection"`    // both agreed to know each other
	Follower     float64 `json:"follower"`      // the recipient follows the sender
	Invited      float64 `json:"invited"`       // asked to be written to, as an office does
	SecondDegree float64 `json:"second_degree"` // a connection of a connection
	Stranger     float64 `json:"stranger"`      // no path that the host knows
	Unknown      float64 `json:"unknown"`       // relation unknown, and no contact
	// Earlier replaces a higher weight for repeated text when the recipient
	// was first written to more than a day ago, even if they never answered.
	Earlier float64 `json:"earlier"`
}

// A Mode says what a rule may do. The zero Mode is On.
type Mode uint8

// Modes of a rule.
const (
	On         Mode = iota // counts
	ShadowMode             // is measured and shown, with a share of zero
	Off                    // is not measured
)

var modeNames = []string{"on", "shadow", "off"}

// String returns the name of the mode.
func (m Mode) String() string { return nameOf(modeNames, 0, uint8(m), "Mode") }

// MarshalText implements encoding.TextMarshaler.
func (m Mode) MarshalText() ([]byte, error) { return marshalName(modeNames, 0, uint8(m), "mode") }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Mode) UnmarshalText(b []byte) error {
	return unmarshalName(modeNames, 0, b, (*uint8)(m), "mode")
}

// A Signal says what one measurement is worth, in points: linear between the knots
// of Curve, flat outside. The zero Signal is on, and says nothing.
type Signal struct {
	Mode  Mode          `json:"mode,omitzero"`  // whether it counts
	Curve scoring.Curve `json:"curve,omitzero"` // measurement → points
}

// Signals are the knots of every signal; see the package's table of codes for what
// each measures.
type Signals struct {
	// Refused: share of a day's tries that were refused, from 5 refused on. Volume.
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
	// Rises; without knots it is 1.
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
	// Origin: offence weight of accounts of the same origin. Network.
	Origin Signal `json:"origin"`

	// Young: age of the account in days, where it is known; falls to 0. Standing.
	Young Signal `json:"young"`
	// Ignored: people approached in the 7 days after a Warning. Standing.
	Ignored Signal `json:"ignored"`
	// Strikes: offence weight of incidents that are over, for messages that approach
	// somebody. Standing.
	Strikes Signal `json:"strikes"`
}

// Levels says how evidence adds up and what follows. Evidence is counted in points,
// which are natural log-odds: with 1 point more the odds of abuse are 2.72 times as
// high, with 0.7 twice.
type Levels struct {
	Prior float64 `json:"prior"` // probability of abuse without evidence; less than Warn
	Cap   float64 `json:"cap"`   // most points of one family
	Floor float64 `json:"floor"` // points from which a family counts as one of Families; less than Cap
	Warn  float64 `json:"warn"`  // probability from which a Warning follows; less than Act
	Act   float64 `json:"act"`   // probability from which the ladder follows
	// Families is how many independent families (of Content, Contact,
	// Reception, Automation, Network) must agree before anything above a
	// Warning follows, unless a moderator found it. At least 2.
	Families int `json:"families"`
}

// A Step is what follows from an offence weight.
type Step struct {
	Strikes float64  `json:"strikes,omitzero"` // offence weight from which it applies; none in Severe
	Rate    float64  `json:"rate,omitzero"`    // in Rules.Rates, in place of Strikes: share of people reached who complain
	People  int      `json:"people,omitzero"`  // with a rate: how many must have complained
	Kind    Kind     `json:"kind"`             // what happens to the account
	Scope   Scope    `json:"scope,omitzero"`   // what it covers; a Warning covers nothing
	For     Duration `json:"for,omitzero"`     // its length; 0: until lifted
	PerDay  int      `json:"per_day,omitzero"` // of a Restriction: messages a day
	Review  Duration `json:"review,omitzero"`  // when a person should look again; needed where there is no end
	// Person is whether automation may only hold the message and ask: a person takes
	// the step, by Impose.
	Person bool `json:"person,omitzero"`
}

// Budget bounds automatic sanctions above Warning in one process: the larger of
// the two holds, and where both are 0 there is none at all. Over it the message
// is held for review and nothing is lost.
type Budget struct {
	PerHour int     `json:"per_hour"` // sanctions in any hour
	Share   float64 `json:"share"`    // sanctions in any hour for each account active within a day
}

// Appeals says how long an appeal may be filed.
type Appeals struct {
	Within Duration `json:"within"` // from the beginning of the sanction, at least 1d
}

// rules returns the rules for a class.
func (p *Policy) rules(c Class) *Rules {
	if c != "" {
		if r := p.Classes[c]; r != nil {
			return r
		}
	}
	return p.Classes[Member]
}
