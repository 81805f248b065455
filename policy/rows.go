package policy

import (
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/scoring"
)

// A Code names what was measured. Hosts add their own in Message.Evidence and
// Config.Signals; theirs are printed as they are.
type Code = scoring.Code

// Codes of the built-in reasons. Value is what was measured, Limit what the
// policy allows or the value from which it counts, N the sample behind it.
const (
	// Limits: Value is the count in the window with this message, Limit the
	// most that is allowed, N the window's length in seconds.
	CodeRate        Code = "rate.messages"    // messages of this sender
	CodeRatePeople  Code = "rate.people"      // people newly approached
	CodeRatePerson  Code = "rate.person"      // follow-ups to one person who never answered
	CodeRateChannel Code = "rate.channel"     // messages on this channel
	CodeRestricted  Code = "rate.restriction" // messages a day under a Restriction

	CodeRefused     Code = "rate.refused"     // Value: share of a day's tries that were refused; N: tries
	CodePersistence Code = "rate.persistence" // Value: as of contact.follow_ups, beyond what one family can say

	// Texts: N is how many distinct people it was tried on, K how many of them strangers.
	CodeDuplicate     Code = "text.duplicate"         // Value: weight of recipients of one text in quick succession
	CodeEcho          Code = "text.echo"              // Value: people and rooms that got the text, half-life 1 day; where somebody complains
	CodeDuplicateSlow Code = "text.duplicate_slow"    // Value: the same over weeks
	CodeDisguise      Code = "text.disguise"          // Value: disguised words in the message
	CodeReach         Code = "text.reach"             // Value: recipients of the text over all accounts; Limit: of this account's, from which it counts in full
	CodeCampaign      Code = "text.campaign"          // Value: accounts that send the text; N: messages of it
	CodeFlagged       Code = "text.flagged"           // Value: other accounts sanctioned for the text
	CodeRepeatOffence Code = "account.repeat_offence" // Value: 1, the text brought this account a sanction before

	// Texts that many accounts send, by what the people whom they reached do with them.
	// Value: accounts that send it, N: people whom it reached, K: of these who answered.
	CodeTurnedAway  Code = "recipient.turned_away" // Value: accounts without a contact that the recipient reported or blocked, half-life 4 days; a person decides
	CodeSettings    Code = "recipient.settings"    // Value: the Accepts of the recipient
	CodeBlocked     Code = "recipient.blocked"     // Value: days since the recipient blocked the sender
	CodeComplained  Code = "recipient.complained"  // Value: days since the recipient complained about the sender; Limit: for how many that holds
	CodeReceived    Code = "recipient.limit"       // Value: first letters of strangers that the recipient got; Limit: as many; N: seconds within which
	CodeRequests    Code = "request.acceptance"    // Value: P(share of requests accepted < Limit); N: requests; K: accepted
	CodeOutstanding Code = "request.outstanding"   // Value: requests that nobody accepted or took back; Limit: how many may be
	CodeUnchecked   Code = "recipient.unchecked"   // Value: recipients of the message; Limit: how many of them are looked at
	CodeInDoubt     Code = "text.in_doubt"         // it waits; Limit: minutes until it is to be tried again, 0: a person decides
	CodeUnwelcome   Code = "text.unwelcome"        // likewise
	CodeWelcome     Code = "text.welcome"          // what spoke against the text does not count
	CodeKnown       Code = "text.known"            // Value: the TextAction that a person set for the text; Limit: how much it is like their sample, in percent

	// Contacts.
	CodeStrangers  Code = "contact.strangers"  // Value: people newly approached, half-life 2 h; N: of the last day, at most
	CodeUnanswered Code = "contact.unanswered" // Value: the same who did not answer, half-life 5 days
	CodeFollowUps  Code = "contact.follow_ups" // Value: unanswered follow-ups in a row to one person
	CodeSilent     Code = "contact.silent"     // Value: days for which a contact has not written; Limit: days until it is noticed; N: turns to them since
	CodeDeceived   Code = "contact.deceived"   // Value: credible weight of grave complaints by people approached first, who then talked; N: complaints

	// Reception.
	CodeReplyLow          Code = "reply.low"           // Value: P(reply rate < Limit); N: people written to first
	CodeReplyGood         Code = "reply.good"          // Value: P(reply rate > Limit); N: people written to first
	CodeComplaintOutreach Code = "contact.complaint"   // Value: credible weight of complaints about cold outreach; N: complaints
	CodeComplaints        Code = "complaint.reporters" // Value: credible weight of complaints; N: complaints
	CodeComplaintRate     Code = "complaint.rate"      // Value: P(complaints per person reached > Limit); N: people reached

	CodeTiming    Code = "timing.regular"     // Value: regularity of the gaps, 0 to 1: burstiness, negated (scoring.Rhythm); N: gaps
	CodeClock     Code = "timing.clock"       // Value: −log₁₀ of the chance that messages fall on the same seconds of the minute; N: messages
	CodeOrigin    Code = "origin.sanctioned"  // Value: offence weight of accounts of the same origin
	CodeYoung     Code = "account.young"      // Value: age in days
	CodeNext      Code = "origin.review"      // Value: people newly approached within 7 days, with this message
	CodeIgnored   Code = "warning.ignored"    // Value: people approached since a Warning
	CodeProbation Code = "sanction.probation" // Value: share of the probation that is over, in percent; Limit: minutes until it is tried again
	CodeUnread    Code = "warning.unread"     // Value: minutes since a Warning; Limit: minutes in which it is taken to be read; N: people approached since
	CodeStrikes   Code = "account.strikes"    // Value: offence weight of incidents that are over
	CodeCleared   Code = "moderator.cleared"  // Value: messages that a person found harmless, half-life 10 days

	// Not measurements: why a verdict is what it is. Share is 0.
	CodeSanction  Code = "sanction.standing"  // Value: the Kind that covers the message
	CodeOverride  Code = "moderator.order"    // Value: the Verdict that was ordered
	CodeModerator Code = "moderator.finding"  // a person found it abusive
	CodeBudget    Code = "budget.exhausted"   // automation has done enough for an hour; a person decides
	CodeReleased  Code = "moderator.released" // a person had the message delivered (Engine.Release)
	CodeRuled     Code = "moderator.text"     // a person found a text abusive (Engine.RuleText). Value: strangers whom the account sent it to, or tried to; N: the same; K: of these, who answered; Limit: from how many on who did not it answers
	CodeBrake     Code = "automation.braked"  // a person stopped automation (Engine.Brake); a person decides
	CodeWeight    Code = "offence.weight"     // Value: weight of the offence; Limit: of an ordinary one; N: people approached in it
	CodePledge    Code = "pledge.broken"      // the sender had promised proper conduct. Value: days ago; Limit: for how many days
	CodePerson    Code = "person.needed"      // the next step is a person's
	CodeFault     Code = "store.fault"        // the store was out of reach
)

// A row is all that is said of one cause of a decision. What validates and compiles
// a policy, the sentence of a Reason, the table in the package documentation,
// schema.json and the reference are made of it.
type row struct {
	code     Code
	family   scoring.Family // of its evidence; 0: it is not evidence
	unit     string         // of Reason.Value
	about    string         // what it means, for the table of codes
	sentence string         // what a moderator reads: a text with holes, see Reason.In
	settings []setting      // the signals that give it
}

// A setting is where a policy sets one signal.
type setting struct {
	signal judge.Signal
	field  string // in the policy file
	of     func(*Signals) *Signal
	shape  curveShape
	raise  string // what follows: "Raise it and …". To raise it is to raise the x of its curve
}

// rows is the table of causes. Its signals are in the order of the policy file.
var rows = [...]row{
	{CodeRate, 0, "messages", "too many messages in a minute, an hour or a day",
		"tried to send {value|message|messages} within {span}; the rate limit is {limit}", nil},
	{CodeRatePeople, 0, "people", "too many people newly approached",
		"tried to approach {value|new person|new people} within {span}; the rate limit is {limit}", nil},
	{CodeRatePerson, 0, "follow-ups", "too many follow-ups to one person who does not answer",
		"tried to send {value|follow-up|follow-ups} within {span} to one person who does not answer; the rate limit is {limit}", nil},
	{CodeRateChannel, 0, "messages", "too many messages on a channel with limits of its own",
		"tried to send {value|message|messages} on this channel within {span}; the rate limit is {limit}", nil},
	{CodeRestricted, 0, "messages", "more a day than a restriction lets through",
		"tried to send {value|message|messages} within {span}; a restriction lets {limit} through", nil},

	{CodeRefused, scoring.Volume, "share of a day's tries", "goes on after being refused: a large share of a day's tries",
		"keeps trying after being refused: {n|try|tries} within a day, {share} of them refused",
		[]setting{{judge.Refused, "refused", func(s *Signals) *Signal { return &s.Refused }, shapeShare,
			"senders who go on after being refused are noticed later"}}},
	{CodeDuplicate, scoring.Content, "people, by weight", "the same or nearly the same text to many within hours, unanswered",
		"sent {text} to {people} within hours; they count as {value|stranger|strangers} who did not answer (evidence from {limit} on)",
		[]setting{{judge.TextFast, "text_fast", func(s *Signals) *Signal { return &s.TextFast }, shapeCount,
			"one text may go to more people within hours"}}},
	{CodeDuplicateSlow, scoring.Content, "people, by weight", "the same over weeks, a few people at a time",
		"sent {text} to {people} over weeks; they count as {value|stranger|strangers} who did not answer (evidence from {limit} on)",
		[]setting{{judge.TextSlow, "text_slow", func(s *Signals) *Signal { return &s.TextSlow }, shapeCount,
			"one text may go to more people over weeks"}}},
	{CodeEcho, scoring.Content, "people and rooms", "one text to many friends or rooms, where somebody complains",
		"sent one text to {value|person or room|people or rooms} within a day, and somebody complained (evidence from {limit} on)",
		[]setting{{judge.Echo, "text_echo", func(s *Signals) *Signal { return &s.TextEcho }, shapeCount,
			"one text may go to more friends and rooms before complaints about it count more"}}},
	{CodeDisguise, scoring.Content, "words", "words with invisible characters, or with letters of several scripts",
		"disguised {value|word|words} of a text and sent it to {n|person|people}",
		[]setting{{judge.Disguise, "disguise", func(s *Signals) *Signal { return &s.Disguise }, shapeCount,
			"it takes more disguised words to add to a repeated text"}}},
	{CodeReach, scoring.Content, "people, over all accounts", "a text that brought a sanction, or comes from many accounts, and whom it reached",
		"sent {n|person|people} a text that brought a sanction, or that many accounts send (evidence in full from {limit} on); over all accounts it reached {value}",
		[]setting{{judge.Reach, "reach", func(s *Signals) *Signal { return &s.Reach }, shapeCount,
			"a text that is known for abuse may reach more people first"}}},
	{CodeStrangers, scoring.Contact, "people, by weight", "many strangers approached within hours",
		"approached people within hours who count as {value|stranger|strangers} (evidence from {limit} on)",
		[]setting{{judge.OutreachFast, "outreach_fast", func(s *Signals) *Signal { return &s.OutreachFast }, shapeCount,
			"more strangers may be approached within hours"}}},
	{CodeUnanswered, scoring.Contact, "people, by weight", "many strangers approached within days who did not answer",
		"approached people within days who did not answer and count as {value|stranger|strangers} (evidence from {limit} on)",
		[]setting{{judge.OutreachSlow, "outreach_slow", func(s *Signals) *Signal { return &s.OutreachSlow }, shapeCount,
			"more strangers who do not answer may be approached within days"}}},
	{CodeFollowUps, scoring.Contact, "follow-ups", "one stranger written to again and again without an answer",
		"sent {value|follow-up|follow-ups in a row} to one person who did not answer (evidence from {limit} on)",
		[]setting{{judge.FollowUps, "follow_ups", func(s *Signals) *Signal { return &s.FollowUps }, shapeCount,
			"more follow-ups may go to one person whose relation is unknown"},
			{judge.FollowUpsStranger, "follow_ups_stranger", func(s *Signals) *Signal { return &s.FollowUpsStranger }, shapeCount,
				"more follow-ups may go to one known stranger"}}},
	{CodePersistence, scoring.Volume, "follow-ups", "one known stranger written to on and on without an answer",
		"keeps writing to one stranger who does not answer: {value|follow-up|follow-ups} (evidence from {limit} on)",
		[]setting{{judge.Persistence, "persistence", func(s *Signals) *Signal { return &s.Persistence }, shapeCount,
			"it takes more follow-ups to one known stranger until they count in a second family"}}},
	{CodeDeceived, scoring.Contact, "complaints, by credibility", "complaints about fraud, harassment or what is unlawful by people who were approached first, and talked",
		"was reported for fraud, harassment or unlawful content by {n|person|people} whom it approached first and who then talked with it; that counts as {value|credible complaint|credible complaints} (evidence from {limit} on)",
		[]setting{{judge.Deceived, "deceived", func(s *Signals) *Signal { return &s.Deceived }, shapeCount,
			"it takes more grave complaints by people who were approached first and talked"}}},
	{CodeReplyLow, scoring.Reception, "probability", "few of those written to first answer, with the time they had taken into account",
		"wrote first to {n|person|people}, and {rest} did not answer: fewer than {rate} answer (certainty {share})",
		[]setting{{judge.ReplyLow, "reply_low", func(s *Signals) *Signal { return &s.ReplyLow }, shapeShare,
			"it must be more certain that few answer"}}},
	{CodeReplyGood, scoring.Reception, "probability", "enough of them answer: counts in favour",
		"wrote first to {n|person|people}, and {k} answered: more than {rate} answer (certainty {share})",
		[]setting{{judge.ReplyGood, "reply_good", func(s *Signals) *Signal { return &s.ReplyGood }, shapeGood,
			"it must be more certain that enough answer before it counts in favour"}}},
	{CodeComplaintOutreach, scoring.Reception, "complaints, by credibility", "complaints about cold outreach",
		"drew {n|complaint|complaints} about cold outreach, counted as {value|credible one|credible ones}",
		[]setting{{judge.ComplaintOutreach, "complaint_outreach", func(s *Signals) *Signal { return &s.ComplaintOutreach }, shapeCount,
			"it takes more complaints by strangers"}}},
	{CodeComplaints, scoring.Reception, "complaints, by credibility", "complaints, each by the credibility of its reporter",
		"drew {n|complaint|complaints}, counted as {value|credible one|credible ones}",
		[]setting{{judge.Complaint, "complaint", func(s *Signals) *Signal { return &s.Complaint }, shapeCount,
			"it takes more complaints, or more credible ones"}}},
	{CodeComplaintRate, scoring.Reception, "probability", "the share of people reached who complain or block, where very many are (pages)",
		"reached {n|person|people} within 28 days: more than {rate} complain or block (certainty {share})",
		[]setting{{judge.ComplaintRate, "complaint_rate", func(s *Signals) *Signal { return &s.ComplaintRate }, shapeShare,
			"it must be more certain that too many of those reached complain"}}},
	{CodeTiming, scoring.Automation, "regularity (burstiness, negated), 0 to 1", "gaps between messages more regular than a person's",
		"sends at intervals as regular as a machine's: regularity {value} over {n|gap|gaps} (people are hardly ever over {limit})",
		[]setting{{judge.Timing, "timing", func(s *Signals) *Signal { return &s.Timing }, shapeLevel,
			"gaps between messages may be more regular"}}},
	{CodeClock, scoring.Automation, "−log₁₀ of a chance", "messages on the same seconds of the minute, as a schedule sends them",
		"sent {n|message|messages} on the same seconds of the minute, as a scheduler does (chance 1 in 10^{value})",
		[]setting{{judge.Clock, "clock", func(s *Signals) *Signal { return &s.Clock }, shapeCount,
			"it must be less likely by chance that messages fall on the same seconds"}}},
	{CodeCampaign, scoring.Network, "accounts", "many accounts send the same text to strangers",
		"takes part in a campaign: {value|account sends|accounts send} this text to strangers, {n|message|messages} so far (evidence from {limit} on)",
		[]setting{{judge.Campaign, "campaign", func(s *Signals) *Signal { return &s.Campaign }, shapeCount,
			"more accounts may send one text to strangers"}}},
	{CodeFlagged, scoring.Network, "accounts", "other accounts were sanctioned for the text (of a few, nothing is held against its first sender)",
		"sent a text that led to sanctions against {value|other account|other accounts}",
		[]setting{{judge.Flagged, "flagged", func(s *Signals) *Signal { return &s.Flagged }, shapeCount,
			"more accounts must have been sanctioned for a text before it counts against others"}}},
	{CodeRepeatOffence, scoring.Network, "share of the text, 0 to 1", "the text brought this account a sanction before",
		"sent a text again that led to a sanction against this account before",
		[]setting{{judge.RepeatOffence, "repeat_offence", func(s *Signals) *Signal { return &s.RepeatOffence }, shapeCount,
			"a text must be more like the one that brought a sanction"}}},
	{CodeOrigin, scoring.Network, "offence weight", "an account of the same origin was sanctioned",
		"shares a device or address with an account that was sanctioned (offence weight {value})",
		[]setting{{judge.Origin, "origin", func(s *Signals) *Signal { return &s.Origin }, shapeCount,
			"accounts of the same origin must have offended more"}}},
	{CodeYoung, scoring.Standing, "days", "the account is new",
		"opened the account {value|day|days} ago",
		[]setting{{judge.Young, "young", func(s *Signals) *Signal { return &s.Young }, shapeAge,
			"accounts count as new for longer"}}},
	{CodeIgnored, scoring.Standing, "people", "approached people after a warning",
		"approached {value|new person|new people} after a warning",
		[]setting{{judge.Ignored, "ignored", func(s *Signals) *Signal { return &s.Ignored }, shapeCount,
			"more people may be approached after a warning"}}},
	{CodeStrikes, scoring.Standing, "offence weight", "approaches people after offences in incidents that are over",
		"was sanctioned before: earlier offences still weigh {value} (evidence from {limit} on)",
		[]setting{{judge.Strikes, "strikes", func(s *Signals) *Signal { return &s.Strikes }, shapeCount,
			"earlier offences must weigh more before they count against new outreach"}}},
	{CodeCleared, scoring.Standing, "messages", "a person found messages harmless lately: counts in favour",
		"a moderator found {n|message|messages} harmless lately",
		[]setting{{judge.Cleared, "cleared", func(s *Signals) *Signal { return &s.Cleared }, shapeInFavour,
			"it takes more findings before they count in favour"}}},

	{CodeSilent, 0, "days", "follow-ups to a contact who wrote once, and has long not written",
		"wrote on {n|occasion|occasions} or more to somebody who once answered, and has not written for {value|day|days}: they count as a stranger who does not answer (from {limit|day|days} on)", nil},
	{CodeUnread, 0, "minutes", "the account was warned just now: what would bring more waits until it has had the time to read that",
		"was warned {value|minute|minutes} ago for this, and has not had the time to read it: messages to strangers wait{again}", nil},
	{CodeProbation, 0, "percent", "the account is restricted, or on probation after a sanction: what would be flagged waits",
		"is restricted, or on probation after a sanction ({value|percent|percent} of it is over): what would be flagged waits{again}", nil},
	{CodeNext, 0, "people", "the account is new on an origin of which another account was sanctioned: a person looks before it approaches more people",
		"approached {value|new person|new people} from a device or address of which another account was sanctioned lately (messages wait from {limit} on)", nil},
	{CodeInDoubt, 0, "accounts", "many accounts send the text, and it is not known yet whether people want it",
		"many accounts ({value}) send this text, and it is not known yet whether people want it: {k} of {n|person|people} whom it reached answered{again}", nil},
	{CodeUnwelcome, 0, "accounts", "many accounts send the text, and people do not answer it, or complain",
		"many accounts ({value}) send this text, and people do not want it: {k} of {n|person|people} whom it reached answered, or there were complaints{again}", nil},
	{CodeWelcome, 0, "accounts", "many accounts send the text, and people answer it: what spoke against it does not count",
		"many accounts ({value}) send this text, and people want it: {k} of {n|person|people} whom it reached answered; that it is sent so often does not count", nil},
	{CodeKnown, scoring.Content, "a TextAction", "a person has said what is to be done with the text, and what is nearly the same",
		"carries a text that a moderator ruled on: {action} ({limit}% alike)", nil},
	{CodeTurnedAway, 0, "accounts", "the recipient turned many away lately: a person decides about messages to them",
		"wrote to somebody who lately turned away {value|account|accounts} whom they did not know (messages wait from {limit} on)", nil},
	{CodeSettings, 0, "an Accepts", "the recipient takes no first letters from the sender", "wrote to somebody whose settings take no first messages from this sender", nil},
	{CodeBlocked, 0, "days", "the recipient blocked the sender", "wrote to somebody who blocked this account {value|day|days} ago", nil},
	{CodeComplained, 0, "days", "the recipient complained about the sender: messages to them wait for a person",
		"wrote to somebody who complained about this account {value|day|days} ago (messages wait for {limit|day|days})", nil},
	{CodeReceived, 0, "letters", "the recipient got as many letters from strangers as they can look at, many of them by new accounts or unwanted",
		"wrote to somebody who got {value|first message|first messages} from people they do not know within {span}, many of them new or unwanted: this one waits", nil},
	{CodeRequests, 0, "probability", "few people accept the sender's connection requests",
		"sent connection requests of which too few are accepted: {k} of {n} lately (at least {rate} should be)", nil},
	{CodeOutstanding, 0, "requests", "too many connection requests are outstanding",
		"has {value|connection request|connection requests} outstanding; the limit is {limit}", nil},
	{CodeUnchecked, 0, "people", "the message goes to more people without a contact than are looked at: the others get it in another message",
		"wrote to {value|person|people} at once, of whom only {limit} are looked at: the message waits for the others", nil},
	{CodeModerator, scoring.Standing, "1", "a person found it abusive", "a moderator found abuse", nil},
	{CodeSanction, 0, "a Kind", "a sanction covers the message", "a sanction stands: {kind}", nil},
	{CodeOverride, 0, "a Verdict", "a moderator's standing order holds or exempts the account", "a moderator's order stands: {verdict}", nil},
	{CodeBudget, 0, "", "automation has imposed enough for an hour: a person decides",
		"automatic sanctions have used up this hour's budget; a person decides in the review queue", nil},
	{CodeReleased, 0, "", "a person had the message delivered", "a moderator had the message delivered", nil},
	{CodeRuled, 0, "people", "a person found a text abusive that the account sent to strangers who did not answer",
		"sent {value|stranger|strangers}, or tried to, a text that a moderator found abusive; {k} answered (an account answers for it from {limit} on who did not)", nil},
	{CodeBrake, 0, "", "a person stopped automatic sanctions: a person decides",
		"automatic sanctions are stopped; a person decides in the review queue", nil},
	{CodeWeight, 0, "offence weight", "the offence weighs more: it reached many, or the account went on on purpose",
		"the offence weighs {value}, an ordinary one {limit}: it reached many people, went on after a warning, was disguised, or repeated a text or came from a device or address that had led to a sanction", nil},
	{CodePledge, 0, "days", "the sender had promised proper conduct, so that a sanction ended: the next step follows at once",
		"broke a promise of proper conduct, given {value|day|days} ago for {limit|day|days} so that a sanction ended: the next one follows at once", nil},
	{CodePerson, 0, "", "the next step of the ladder is a person's", "the next sanction needs a person's decision, in the review queue", nil},
	{CodeFault, 0, "", "the store of records was out of reach", "the store of records did not answer", nil},
}

// rowOf finds the row of a code; nil for a code of the host's own.
func rowOf(c Code) *row {
	for i := range rows {
		if rows[i].code == c {
			return &rows[i]
		}
	}
	return nil
}

// eachSetting calls fn for every signal, in the order of the policy file.
func eachSetting(fn func(*setting)) {
	for i := range rows {
		for j := range rows[i].settings {
			fn(&rows[i].settings[j])
		}
	}
}

var (
	shapeCount         = curveShape{hi: maxNumber, max: maxNumber, from: true}               // of a count
	shapeShare         = curveShape{hi: 1, max: maxNumber, from: true}                       // of a share or a probability
	shapeLevel         = curveShape{lo: -1, hi: 1, max: maxNumber, from: true}               // of a figure from −1 to 1
	shapeAge           = curveShape{hi: maxNumber, max: maxNumber, falls: true, to: true}    // of an age
	shapeGood          = curveShape{hi: 1, min: -maxNumber, max: 0, falls: true, from: true} // of a probability
	shapeInFavour      = curveShape{hi: maxNumber, min: -maxNumber, falls: true, from: true} // of a count, in favour
	shapeFactorOfCount = curveShape{hi: maxNumber, max: 1, falls: true}                      // of a count, falling
	shapeFactorUp      = curveShape{hi: maxNumber, min: 1, max: 10}                          // of a count, rising from 1
	shapeFactor        = curveShape{hi: 1, max: 1}                                           // of a share, rising
	shapeFactorFalls   = curveShape{hi: 1, max: 1, falls: true}                              // of a share, falling
)
