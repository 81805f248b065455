package policy

//go:generate go test -run ^(TestSchemaGenerated|TestDocCodes|TestReference|TestSentences)$ . -update

import "github.com/decorum-go/decorum/limiter"

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
	// Attributes are what messages may have of the host's own, by name, for rules to read;
	// see AttributeType.
	Attributes map[string]AttributeType `json:"attributes,omitzero"`
	// Lists are texts for rules to compare with, by name.
	Lists map[string][]string `json:"lists,omitzero"`
	// Counters count for rules.
	Counters []Counter `json:"counters,omitzero"`
	// Rules are conditions on messages. A policy with any needs Config.Compiler.
	Rules []Rule `json:"rules,omitzero"`
	// Strikes says how offences are counted and how they fade.
	Strikes Strikes `json:"strikes"`
	// Complaints says what a report weighs.
	Complaints Complaints `json:"complaints"`
	// Crowd says what is done with a text that many accounts send. Left out, campaign
	// and flagged count whatever people do with the text.
	Crowd Crowd `json:"crowd,omitzero"`
	// Budget bounds what automation may do in an hour.
	Budget Budget `json:"budget"`
	// Appeals says how long an appeal may be filed, and who may rule on it.
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
	// Strangers is the class whose rules hold for a message that goes to a stranger: to
	// somebody without a contact, told to be Stranger or SecondDegree, who weighs half or
	// more (Weights). It is for senders whose followers expect their messages, and nobody
	// else does. What they write in all
	// (Limits.Messages), and the share of people who complain, are judged by its own
	// rules still; a block that a message to strangers brings leaves other people's alone.
	// Left out, its own rules hold.
	Strangers Class `json:"strangers,omitzero"`
	// Channels have message limits of their own instead of Limits.Messages.
	Channels map[string][]limiter.Limit `json:"channels,omitzero"`
	// Pair is what becomes of messages to who blocked the sender, or complained.
	Pair Pair `json:"pair,omitzero"`
	// Received bounds what one person gets from people without a contact.
	Received Received `json:"received,omitzero"`
	// Requests bounds the connection requests of a sender.
	Requests Requests `json:"requests,omitzero"`
	// Silence says when a contact who no longer writes is a stranger for follow-ups.
	Silence Silence `json:"silence,omitzero"`
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
	// SevereCategories are the complaints that a confirmed finding makes Severe.
	SevereCategories []Category `json:"severe_categories"`
	// Confirmed is what is imposed at once when a Review confirms a complaint of one of
	// ConfirmedCategories, if the ladder has nothing graver: the first step at the first
	// finding, the next at a finding on a complaint that was made after the sanction of the
	// one before had ended, the last from then on. Automation alone never brings it. Left
	// out, such complaints weigh what others do.
	Confirmed []Step `json:"confirmed,omitzero"`
	// ConfirmedCategories are the complaints that a confirmed finding makes
	// Confirmed; none of them may be one of SevereCategories.
	ConfirmedCategories []Category `json:"confirmed_categories,omitzero"`
	// Impersonated are the classes whose impersonation, where a Review names one
	// (Review.Impersonated), brings Severe.
	Impersonated []Class `json:"impersonated,omitzero"`
}

// Limits are counts that hold in any window of up to 31 days, not evidence by
// themselves: over them a message is deferred. An empty list limits nothing. One for
// longer than 7 days begins with what is known of the last 7 when the policy is enforced;
// in a shadow policy it sees no more than those, or the enforced one would not be alone
// in what it counts.
type Limits struct {
	// Messages a sender may send; one message counts once, whatever the number
	// of recipients.
	Messages []limiter.Limit `json:"messages"`
	// People is how many strangers may be newly approached. Of a message to n, five
	// count in full and one in fifty of the others: of a later such message of a week,
	// and of those beyond 300 + 50 for each contact of the sender, one in five.
	People []limiter.Limit `json:"people"`
	// Person is how many follow-ups one person who does not answer may get, known to
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
	// Probation is the share of People, and of a channel's limits, with which an
	// account comes back from a sanction. It grows to 1 over seven times the sanction's
	// length, over four weeks only where that was longer. Until then, and while a
	// Restriction stands, messages to strangers that would be flagged are deferred; 1:
	// there is no probation.
	Probation float64 `json:"probation"`
	// TurnedAwayNew is how many accounts without a contact a person may have reported
	// or blocked (half-life 4 days) until messages to them by new accounts, under
	// YoungAge, are held for a person to decide; 0: they never are.
	TurnedAwayNew float64 `json:"turned_away_new,omitzero"`
	// TurnedAwayAll is the same for all accounts that have no contact with them.
	TurnedAwayAll float64 `json:"turned_away_all,omitzero"`
	// ProtectedShare is the share of People, Person and PersonUnknown within which
	// somebody is written to who is Recipient.Protected; 0: as anybody is. Over it the
	// message is deferred for them alone where they are newly approached.
	ProtectedShare float64 `json:"protected_share,omitzero"`
	// OriginPeople is how many strangers an account may approach within 7 days that
	// wrote first after another of its Message.Origin was sanctioned; over it what goes
	// to new people is held for a person. It is where the signal origin speaks, ends as
	// that fades, and is not where three other accounts or more write from there for
	// each that was sanctioned. 0: any number.
	OriginPeople int `json:"origin_people,omitzero"`
	// OriginShare is the share of People, and of a channel's limits, that such an
	// account has; 0: all of them.
	OriginShare float64 `json:"origin_share,omitzero"`
}

// A Pair says what becomes of messages to somebody who wants no more of them from this
// sender, also where the two have a contact. It is no offence of the sender, and no
// evidence, but where the class has Rates; a message that goes to nobody else counts as
// refused. Messages to a room go out. The zero Pair has all of them go out.
type Pair struct {
	// Blocked is the Verdict on a message to somebody who blocked the sender: flag, hold
	// or reject; 0: it goes out, which a file says with flag.
	Blocked Verdict `json:"blocked,omitzero"`
	// Complained is the same after a complaint, for a time.
	Complained Verdict `json:"complained,omitzero"`
	// For is how long after a complaint; at most 90d.
	For Duration `json:"for,omitzero"`
	// Unaccepted is the Verdict on a first letter that the settings of the recipient do
	// not accept (Recipient.Accepts): flag, hold or reject; 0: it goes out.
	Unaccepted Verdict `json:"unaccepted,omitzero"`
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
	// Protected is by what the weight of somebody is multiplied who is
	// Recipient.Protected and no contact; 0: by nothing.
	Protected float64 `json:"protected,omitzero"`
}

// Complaints says what a report weighs.
type Complaints struct {
	HalfLife  Duration `json:"half_life"`  // in which a report loses half its weight, from 1h
	YoungAge  Duration `json:"young_age"`  // reporters with a younger account weigh the share Young
	Young     float64  `json:"young"`      // what a report by a young account weighs
	Least     float64  `json:"least"`      // least credibility of a reporter; a new one has 1
	Most      float64  `json:"most"`       // most credibility of a reporter
	Burst     Duration `json:"burst"`      // n reports within this by people who were no contacts weigh 1 + ln(n) together; at most 1d
	BurstFrom int      `json:"burst_from"` // number of reports that are a burst
	Block     float64  `json:"block"`      // what a BlockedBy weighs, where a complaint weighs 1
	// GraveFrom is how many complaints about fraud, harassment or what is unlawful, by
	// people whom the sender approached first and who then talked with them, the signal
	// deceived wants; 0, or left out: it wants confirmed ones.
	GraveFrom int `json:"grave_from,omitzero"`
	// GraveOver is how much time must lie between the first and the last of them.
	GraveOver Duration `json:"grave_over,omitzero"`
	// GraveConfirmed is how many of them do that a person confirmed, at any time; 0, or
	// left out: none does.
	GraveConfirmed int `json:"grave_confirmed,omitzero"`
	// PerReporter is about how many accounts one person's complaints within an hour weigh
	// something. One more is taken, and weighs nothing until a person confirms it; at most
	// 32; 0, or left out: all weigh.
	PerReporter int `json:"per_reporter,omitzero"`
}

// Budget bounds automatic sanctions above Warning in one process, by the larger of two
// numbers; where both are 0 automation imposes none. Over it the message is held for a
// person.
type Budget struct {
	// PerHour is how many sanctions above a warning automation may impose in any hour, in
	// each process, or as many as share comes to if that is more. 0 in both: none.
	PerHour int `json:"per_hour"`
	// Share is the same by the number of accounts active within a day or two: .01 is one
	// sanction for a hundred of them.
	Share float64 `json:"share"`
}

// Appeals says how long an appeal may be filed, and what a person may grant. Only a
// person rules on one: Ruling.By is required, and nothing else ends an appeal.
type Appeals struct {
	// Within is how long after the sender was told of a sanction an appeal may be filed,
	// from 1d to 184d; while the sanction stands it always may. A decision that imposes or
	// enforces a sanction tells of it; where none did it is the end of the sanction.
	Within Duration `json:"within"`
	// Again is how long after an appeal was upheld another one may be filed against the
	// same sanction, from 1d; 0, or left out: never.
	Again Duration `json:"again,omitzero"`
	// OtherPerson is whether a sanction that a person imposed must be ruled on by
	// another one.
	OtherPerson bool `json:"other_person,omitzero"`
	// Pledge is for how long a sender promises proper conduct where a person ends a
	// sanction under a pledge (Ruling.Pledge), from 1d to 366d; 0, or left out: no pledge
	// is taken. The time in which another sanction refuses messages is added.
	Pledge Duration `json:"pledge,omitzero"`
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
