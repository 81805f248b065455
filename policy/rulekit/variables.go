package rulekit

import "time"

// A Variable is something that an expression can read, by its name.
type Variable struct {
	Name string // "account.age"
	Type Type
	Doc  string // one sentence

	// Of these the one for the type is set.
	Flag     func(f *Facts) bool
	Int      func(f *Facts) int64
	Number   func(f *Facts) float64
	Text     func(f *Facts) string
	Duration func(f *Facts) time.Duration
	Time     func(f *Facts) time.Time
}

// ToStrangers is the name of the variable that Reads.Strangers is about.
const ToStrangers = "to.strangers"

// Like is the name of the function that tells how much the text of the message is like
// one on a list, by the name of the list, from 0 to 1: text.like('NAME').
const Like = "text.like"

// Variables returns what expressions can read beside attributes, lists and counters. The
// slice is the caller's; the order is that of Reads.Variables and never changes: names are
// added at the end.
func Variables() []Variable {
	return []Variable{
		{Name: "now", Type: Time, Doc: "When the message is judged.", Time: func(f *Facts) time.Time { return f.At }},
		{Name: "hour", Type: Int, Doc: "The hour of that, 0 to 23, in UTC.", Int: func(f *Facts) int64 { return int64(f.At.UTC().Hour()) }},
		{Name: "weekday", Type: Int, Doc: "The day of the week of that, in UTC; 0 is Sunday.", Int: func(f *Facts) int64 { return int64(f.At.UTC().Weekday()) }},

		{Name: "account.age", Type: Duration, Doc: "How long the account has been there, by Message.Joined; where that is not known, since its first message that is remembered, and 0 at that.", Duration: func(f *Facts) time.Duration { return f.Age }},
		{Name: "account.age_known", Type: Flag, Doc: "Whether Message.Joined is known.", Flag: func(f *Facts) bool { return f.AgeKnown }},
		{Name: "account.class", Type: Text, Doc: "The class of the sender, such as 'member'.", Text: func(f *Facts) string { return f.Class }},
		{Name: "account.messages", Type: Int, Doc: "Messages of the account that were delivered within 24 hours before.", Int: func(f *Facts) int64 { return int64(f.Messages) }},
		{Name: "account.refused", Type: Int, Doc: "Messages of the account that were refused within 24 hours before.", Int: func(f *Facts) int64 { return int64(f.Refused) }},
		{Name: "account.approached", Type: Number, Doc: "People whom the account wrote to first, half-life 14 days.", Number: func(f *Facts) float64 { return f.Approached }},
		{Name: "account.answered", Type: Number, Doc: "Those of them who answered.", Number: func(f *Facts) float64 { return f.Answered }},
		{Name: "account.contacts", Type: Number, Doc: "Contacts of the account, by how often they wrote.", Number: func(f *Facts) float64 { return f.Contacts }},
		{Name: "account.complaints", Type: Number, Doc: "Complaints about the account, and blocks, each by the credibility of its reporter.", Number: func(f *Facts) float64 { return f.Complaints }},
		{Name: "account.offence_weight", Type: Number, Doc: "The weight of its earlier offences; 0: there are none.", Number: func(f *Facts) float64 { return f.OffenceWeight }},
		{Name: "account.sanctioned", Type: Flag, Doc: "Whether a sanction above a warning stands.", Flag: func(f *Facts) bool { return f.Sanctioned }},

		{Name: "to.count", Type: Int, Doc: "People whom the message goes to; a room is one.", Int: func(f *Facts) int64 { return int64(f.Recipients) }},
		{Name: ToStrangers, Type: Int, Doc: "Those of them who are no contacts of the account, and no connections by Recipient.Relation.", Int: func(f *Facts) int64 { return int64(f.Strangers) }},
		{Name: "to.new", Type: Int, Doc: "Those of the strangers who were never written to before.", Int: func(f *Facts) int64 { return int64(f.New) }},
		{Name: "to.protected", Type: Int, Doc: "Recipients whom the host marks as protected.", Int: func(f *Facts) int64 { return int64(f.Protected) }},
		{Name: "to.turned_away", Type: Number, Doc: "Accounts that a recipient turned away lately, half-life 4 days: of the recipient with the most.", Number: func(f *Facts) float64 { return f.TurnedAway }},

		{Name: "message.group", Type: Flag, Doc: "Whether it goes to a room.", Flag: func(f *Facts) bool { return f.Group }},
		{Name: "message.reply", Type: Flag, Doc: "Whether the host says that it answers.", Flag: func(f *Facts) bool { return f.Reply }},
		{Name: "message.edit", Type: Flag, Doc: "Whether it replaces the text of one that was delivered.", Flag: func(f *Facts) bool { return f.Edit }},
		{Name: "message.delayed", Type: Flag, Doc: "Whether it waited in a queue.", Flag: func(f *Facts) bool { return f.Delayed }},
		{Name: "message.channel", Type: Text, Doc: "Its channel; '' for messages.", Text: func(f *Facts) string { return f.Channel }},
		{Name: "message.has_origin", Type: Flag, Doc: "Whether its origin is known.", Flag: func(f *Facts) bool { return f.HasOrigin }},
		{Name: "message.bytes", Type: Int, Doc: "The length of its text in bytes.", Int: func(f *Facts) int64 { return int64(f.Bytes) }},
		{Name: "message.media", Type: Int, Doc: "Pictures, films and files that come with it.", Int: func(f *Facts) int64 { return int64(f.Media) }},
		{Name: "message.composed", Type: Duration, Doc: "How long the sender wrote on it; 0: not known.", Duration: func(f *Facts) time.Duration { return f.Composed }},

		{Name: "text.likeness", Type: Number, Doc: "How much the text is like the nearest of the sender's last texts to strangers, 0 to 1.", Number: func(f *Facts) float64 { return f.Likeness }},
		{Name: "text.senders", Type: Int, Doc: "Accounts that sent the text to strangers before, or nearly the same; 0: none is known.", Int: func(f *Facts) int64 { return int64(f.TextSenders) }},
		{Name: "text.messages", Type: Int, Doc: "Messages of theirs with it.", Int: func(f *Facts) int64 { return int64(f.TextMessages) }},
		{Name: "text.recipients", Type: Int, Doc: "People whom these went to.", Int: func(f *Facts) int64 { return int64(f.TextRecipients) }},
		{Name: "text.flagged", Type: Int, Doc: "Accounts that were sanctioned for the text.", Int: func(f *Facts) int64 { return int64(f.TextFlagged) }},
		{Name: "text.disguised", Type: Int, Doc: "Words in the text that are written in disguise.", Int: func(f *Facts) int64 { return int64(f.Disguised) }},
	}
}
