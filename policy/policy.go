package policy

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
)

// A Policy is what a service allows and what it does about the rest: data,
// not code. Default and Observe make one, ReadPolicy reads one. A Policy that
// was handed to an Engine must not be changed any more; make another and give
// it to SetPolicy. The zero Policy is not valid.
type Policy struct {
	// Version of the format: 1.
	Version int `json:"version"`
	// Name stands in every decision, together with the hash of the content.
	Name string `json:"name"`
	// Observe measures everything, and refuses and sanctions nothing.
	Observe bool `json:"observe,omitzero"`
	// Classes holds the rules of each class of sender. Member is required,
	// and serves for every class that has none of its own.
	Classes map[Class]*Rules `json:"classes"`
	// Strikes says how offences are counted and how they fade.
	Strikes Strikes `json:"strikes"`
	// Complaints says what a report weighs.
	Complaints Complaints `json:"complaints"`
	// Budget bounds what automation may do in an hour.
	Budget Budget `json:"budget"`
	// Appeals says how long after a sanction an appeal may be filed.
	Appeals Appeals `json:"appeals"`
	// KeepSanctionsOnForget keeps what stands against an account, without its
	// name, when it is forgotten: sanctions, an order to hold, strikes until they
	// have faded. See Engine.Forget.
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
	// Ladder is what follows from strikes, in rising order.
	Ladder []Step `json:"ladder"`
	// Rates is what follows from complaints per person reached, in rising order
	// of Rate, once ComplaintReach people were reached: how senders are judged
	// whose messages are expected. Each step needs RateSure.
	Rates []Step `json:"rates,omitzero"`
	// RateSure is how sure it must be that the true rate is over Step.Rate.
	RateSure float64 `json:"rate_sure,omitzero"`
	// Severe is imposed at once when a Review confirms a complaint of one of
	// SevereCategories; a Referral comes with it.
	Severe Step `json:"severe"`
	// SevereCategories are the complaints that a confirmed finding turns into Severe.
	SevereCategories []Category `json:"severe_categories"`
}

// Limits are counts that hold in any window, not evidence by themselves: over
// them a message is deferred. An empty list limits nothing.
type Limits struct {
	// Messages a sender may send; one message counts once, whatever the number
	// of recipients.
	Messages []limiter.Limit `json:"messages"`
	// People is how many people without a tie may be newly approached; a
	// message to n of them counts as min(n, 5 + (n−5)/50).
	People []limiter.Limit `json:"people"`
	// Person is how many turns one person who never answered may get, known to
	// be a stranger or a second degree. A turn is a run of messages less than
	// FollowUpGap apart.
	Person []limiter.Limit `json:"person"`
	// PersonUnknown is the same where the relation is unknown.
	PersonUnknown []limiter.Limit `json:"person_unknown"`
	// FollowUpGap parts two turns.
	FollowUpGap Duration `json:"follow_up_gap"`
	// YoungAge is the age (by Message.Joined) under which an account has only
	// YoungShare of Messages and People.
	YoungAge   Duration `json:"young_age"`
	YoungShare float64  `json:"young_share"`
	// Probation is the share of Messages and People with which an account
	// comes back from a sanction; it grows to 1 over the sanction's length.
	Probation float64 `json:"probation"`
}

// Weights says how much of a stranger a recipient is, from 0 to 1.
type Weights struct {
	Contact      float64 `json:"contact"` // wrote first or answered, ever
	Connection   float64 `json:"connection"`
	Follower     float64 `json:"follower"`
	SecondDegree float64 `json:"second_degree"`
	Stranger     float64 `json:"stranger"`
	Unknown      float64 `json:"unknown"` // relation unknown and no tie
	// Earlier replaces a higher weight for repeated text when the recipient
	// was first written to more than a day ago, even if he never answered.
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

// A Signal turns one measurement into log-odds (nats): linear between the knots
// of Curve, flat outside. The zero Signal is on, and says nothing.
type Signal struct {
	Mode  Mode          `json:"mode,omitzero"`
	Curve scoring.Curve `json:"curve,omitzero"`
}

// Signals holds the knots of every signal; see the package's table of codes
// for what each measures.
type Signals struct {
	// Refused: share of a day's tries that were refused, from 5 refused on. Volume.
	Refused Signal `json:"refused"`

	// TextFast: weight of distinct unanswered recipients of one text and its
	// near-copies, half-life 2 hours. Content.
	TextFast Signal `json:"text_fast"`
	// TextSlow: the same with a half-life of 7 days, each by the chance that it
	// would have been answered by now; the larger of the two counts. Content.
	TextSlow Signal `json:"text_slow"`
	// TextMatch: likeness (Jaccard) of two texts → what a near-copy weighs.
	TextMatch scoring.Curve `json:"text_match"`
	// TextMatchSlow: the same for TextSlow, which speaks only once answers are
	// known to be rare, and so may take spun sentences for what they are.
	TextMatchSlow scoring.Curve `json:"text_match_slow"`
	// TextAnswered: P(reply rate of that text > ReplyFloor) → factor on TextFast.
	TextAnswered scoring.Curve `json:"text_answered"`
	// SlowGate: P(reply rate of the sender < ReplyFloor) → factor on TextSlow.
	SlowGate scoring.Curve `json:"slow_gate"`
	// Disguise: disguised words in a text sent to several. Content.
	Disguise Signal `json:"disguise"`
	// Reach: the text's recipients over all accounts; counts only by the
	// sender's own share in them. Content.
	Reach Signal `json:"reach"`

	// OutreachFast: people newly approached without a tie, half-life 2 hours. Contact.
	OutreachFast Signal `json:"outreach_fast"`
	// OutreachSlow: the same less those who answered, half-life 5 days; the larger counts. Contact.
	OutreachSlow Signal `json:"outreach_slow"`
	// FollowUps: unanswered turns in a row to one person without a tie. Contact.
	FollowUps Signal `json:"follow_ups"`
	// FollowUpsStranger: the same where the host knows the person for a stranger
	// or a second degree; the turns of 24 hours, tries among them, count 20/12. Contact.
	FollowUpsStranger Signal `json:"follow_ups_stranger"`
	// Persistence: as FollowUpsStranger, beyond what a family can say. Volume.
	Persistence Signal `json:"persistence"`
	// ComplaintOutreach: credible weight of complaints by people who were
	// approached without a tie. Contact.
	ComplaintOutreach Signal `json:"complaint_outreach"`

	// ReplyLow: P(reply rate < ReplyFloor). Reception.
	ReplyLow Signal `json:"reply_low"`
	// ReplyGood: P(reply rate > ReplyFloor), from 3 answers on; good evidence. Reception.
	ReplyGood Signal `json:"reply_good"`
	// ReplyFloor is the rate below which first contacts are unwelcome.
	ReplyFloor float64 `json:"reply_floor"`
	// ReplyFloorBusy: people newly approached within 7 days → factor on
	// ReplyFloor, at least 1, where TextSlow speaks: who writes the same to very
	// many must be more welcome. Without knots it is 1.
	ReplyFloorBusy scoring.Curve `json:"reply_floor_busy,omitzero"`
	// ReplyPrior is what is believed of a sender without data.
	ReplyPrior scoring.Beta `json:"reply_prior"`
	// Complaint: credible weight of complaints, half-life 90 days. Reception.
	Complaint Signal `json:"complaint"`
	// ComplaintRate: P(complaints per person reached > ComplaintFloor) → nats,
	// from ComplaintReach people on: how pages are judged. Reception.
	ComplaintRate Signal `json:"complaint_rate"`
	// ComplaintFloor is the share of people reached above which complaints are
	// no longer bad luck.
	ComplaintFloor float64 `json:"complaint_floor"`
	// ComplaintPrior is what is believed of a sender without data.
	ComplaintPrior scoring.Beta `json:"complaint_prior"`
	// ComplaintReach is the number of people reached from which ComplaintRate speaks.
	ComplaintReach float64 `json:"complaint_reach"`

	// Timing: regularity −Aₙ of the gaps between messages. Automation.
	Timing Signal `json:"timing"`
	// Clock: −log₁₀ of the chance that messages fall on the same seconds of
	// the minute as they do. Automation.
	Clock Signal `json:"clock"`

	// Campaign: distinct senders of one text to people without a tie. Network.
	Campaign Signal `json:"campaign"`
	// Flagged: other accounts sanctioned for the text. Network.
	Flagged Signal `json:"flagged"`
	// SharedContacts: people who wrote to the sender first or answered, ever → factor
	// on Campaign, Flagged and Reach for what others sent. A letter that goes
	// round among people with a life of their own is no campaign; but from five
	// strangers on who do not answer it the factor rises to 1, at ten. Ties on an
	// origin of the sender's own do not count.
	SharedContacts scoring.Curve `json:"shared_contacts"`
	// RepeatOffence: the log-odds of resuming a text that brought an own sanction. Network.
	RepeatOffence Signal `json:"repeat_offence"`
	// Origin: strike mass on accounts of the same origin. Network.
	Origin Signal `json:"origin"`

	// Young: age of the account in days, where it is known. Standing.
	Young Signal `json:"young"`
	// Ignored: people approached in the 7 days after a Warning. Standing.
	Ignored Signal `json:"ignored"`
}

// Levels says how evidence adds up and what follows. A nat is the unit of natural
// log-odds: with 1 nat more the odds of abuse are 2.72 times as high.
type Levels struct {
	Prior float64 `json:"prior"` // probability of abuse without evidence, 0 to 1
	Cap   float64 `json:"cap"`   // most nats of one family
	Floor float64 `json:"floor"` // nats from which a family counts as one of Families
	Warn  float64 `json:"warn"`  // probability from which a Warning follows
	Act   float64 `json:"act"`   // probability from which the ladder follows
	// Families is how many independent families (of Content, Contact,
	// Reception, Automation, Network) must agree before anything above a
	// Warning follows, unless a moderator found it. At least 2.
	Families int `json:"families"`
}

// A Step of the ladder: what follows from a strike mass.
type Step struct {
	Strikes float64  `json:"strikes,omitzero"` // mass from which it applies; none in Severe
	Rate    float64  `json:"rate,omitzero"`    // in Rules.Rates, in place of Strikes: share of people reached who complain
	Kind    Kind     `json:"kind"`
	Scope   Scope    `json:"scope,omitzero"`
	For     Duration `json:"for,omitzero"`     // 0: until lifted
	PerDay  int      `json:"per_day,omitzero"` // Restriction
	Review  Duration `json:"review,omitzero"`  // when a person should look again
	// Person says that automation may only hold the message and ask: the step
	// is taken by a person's Impose.
	Person bool `json:"person,omitzero"`
}

// Strikes says how offences are counted. An incident holds one strike. A strike
// has a mass, which halves every HalfLife, also while a sanction stands; the sum is
// what Step.Strikes means.
type Strikes struct {
	HalfLife     Duration `json:"half_life"`
	Forget       float64  `json:"forget"`        // a mass under this is gone
	Warned       float64  `json:"warned"`        // mass of a Warning
	Offence      float64  `json:"offence"`       // mass of anything above
	AfterWarning float64  `json:"after_warning"` // in place of Offence while a Warning of an earlier incident is fresh
	// WarningFresh is how long a Warning counts as recent: at most one is
	// given in that time, and what is approached in it is counted.
	WarningFresh Duration `json:"warning_fresh"`
	// Incident is how long an incident stays open at least.
	Incident Duration `json:"incident"`
	// Hysteresis: the level steps down when the mass is that much under the step.
	Hysteresis float64 `json:"hysteresis"`
}

// Complaints says what a report weighs.
type Complaints struct {
	HalfLife  Duration `json:"half_life"`
	YoungAge  Duration `json:"young_age"`  // reporters with a younger account weigh the share Young
	Young     float64  `json:"young"`      // from 0 to 1
	Least     float64  `json:"least"`      // least credibility of a reporter; a new one has 1
	Most      float64  `json:"most"`       // most credibility of a reporter
	Burst     Duration `json:"burst"`      // n reports within this by people without an earlier tie weigh 1 + ln(n) together,
	BurstFrom int      `json:"burst_from"` // from this n on
	Block     float64  `json:"block"`      // what a BlockedBy weighs, where a complaint weighs 1
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
	Within Duration `json:"within"` // from the beginning of the sanction
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
