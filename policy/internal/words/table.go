package words

// English is the table of all that people are told: key → text. What stands in braces is
// filled in; after the name of a number may stand the forms of what is counted.
var English = map[string]string{
	// Times. Whole minutes, never before the time that is meant.
	"moment":   "{day} {month} {year}, {time} {zone}",
	"month.1":  "January",
	"month.2":  "February",
	"month.3":  "March",
	"month.4":  "April",
	"month.5":  "May",
	"month.6":  "June",
	"month.7":  "July",
	"month.8":  "August",
	"month.9":  "September",
	"month.10": "October",
	"month.11": "November",
	"month.12": "December",

	"span.seconds":    "{n|second|seconds}",
	"span.minutes":    "{n|minute|minutes}",
	"span.hours":      "{n|hour|hours}",
	"span.days":       "{n|day|days}",
	"span.weeks":      "{n|week|weeks}",
	"span.one.second": "a second",
	"span.one.minute": "a minute",
	"span.one.hour":   "an hour",
	"span.one.day":    "a day",
	"span.one.week":   "a week",

	"until":      "until {moment}",
	"until.span": "for {span}, until {moment}",
	"until.open": "until further notice",
	"after":      "after {moment}",
	"after.span": "in {span}, after {moment}",
	"after.open": "later",

	// Numbers.
	"number.unknown": "unknown",
	"number.some":    "an unknown number of {of}",
	"number.over":    "over {n}",
	"percent":        "{n}%",
	"rate":           "1 in {n}",

	// Parts of the sentences of reasons, which a moderator reads. The sentences themselves
	// are in the table of causes, rows.go of package policy, under reason.CODE here.
	"reason.host":      "{code}: {value}{basis}",
	"basis.limit":      " (limit {limit})",
	"basis.sample":     " (from {n|sample|samples})",
	"basis.both":       " (limit {limit}, from {n|sample|samples})",
	"text":             "near-duplicates of one text",
	"people":           "{n|person|people}",
	"people.strangers": "{n|stranger|strangers}",
	"people.some":      "{n|person|people}, {k} of them strangers,",
	"again":            "; it is tried again in {n|minute|minutes}",
	"kind.warning":     "warning",
	"kind.block":       "block",
	"kind.restriction": "restriction",
	"kind.suspension":  "suspension",
	"kind.referral":    "referral",
	"verdict.allow":    "allow",
	"verdict.hold":     "hold",
	"action.fine":      "fine",
	"action.flag":      "flag",
	"action.hold":      "hold",
	"action.reject":    "reject",
	"action.evidence":  "evidence",

	// Notices, which a sender reads about a message or about where they stand.
	"notice.later":                "We cannot deliver this message yet. Please try again {after}.",
	"notice.rate":                 "You are sending more than usual. Please try again {after}.",
	"notice.rate.never":           "This message goes to more people than your account may write to. We did not deliver it.",
	"notice.busy":                 "This person gets many messages from people they do not know. Please try again {after}.",
	"notice.requests":             "Few people have accepted your connection requests. You can send new ones {after}, or once more of them are accepted.",
	"notice.held":                 "A person will look at this message before we deliver it.",
	"notice.refused":              "We did not deliver this message.",
	"notice.undecided":            "We could not deliver this message now. Please try again later.",
	"notice.warning":              "Some of your recent messages look unwelcome. Please write only to people who expect to hear from you.",
	"notice.block.outreach":       "You cannot start new conversations {until}.",
	"notice.block":                "You cannot send messages {until}.",
	"notice.restriction.outreach": "You can send people who have not written to you only {per_day|message|messages} a day {until}.",
	"notice.restriction":          "You can send only {per_day|message|messages} a day {until}.",
	"notice.suspension.messaging": "Your account cannot use messages {until}.",
	"notice.suspension":           "Your account is suspended {until}.",
	"notice.replies":              "You can still answer people who wrote to you.",
	"notice.broken":               "You had agreed to write only to people who expect to hear from you.",
	"notice.pledge":               "You agreed to write only to people who expect to hear from you, until {moment}.",
	"notice.pledge.breach":        "If you break this promise, the next, graver step follows without another warning.",
	"notice.appeal":               "If you think that this is a mistake, you can appeal; please quote {sanction}.",

	// Statements of reasons. The parts are paragraphs, in this order.
	"statement":       "Statement of reasons for decision {sanction} of {moment}.",
	"statement.ended": "This ended early, on {moment}.",

	// What was found, without figures: they would tell how to stay under them.
	"fact.volume":     "You went on sending after your messages were refused.",
	"fact.content":    "You sent the same text, or nearly the same, to many people.",
	"fact.contact":    "You wrote to many people who do not know you, or went on writing to people who did not answer.",
	"fact.reception":  "Many people whom you wrote to do not want your messages.",
	"fact.automation": "Your messages went out as a program sends them.",
	"fact.network":    "Your messages are connected with others that break our rules.",
	"fact.standing":   "You went on after a warning, or after an earlier decision of this kind.",
	"fact.person":     "A person looked at what you sent, and found that it breaks our rules.",
	"fact.known":      "You sent a text that a person had found to break our rules, or nearly the same.",
	"fact.pledge":     "You had agreed to write only to people who expect to hear from you, so that an earlier decision ended.",
	"fact.host":       "Other checks of ours found that your messages break our rules.",
	"fact.none":       "The way your account is used breaks our rules.",

	// How it was found and decided.
	"found.automatic":   "This was found with automated means.",
	"found.person":      "This was found by a person, without automated means.",
	"decided.automatic": "The decision was made by automated means. No person took part in it.",
	"decided.partly":    "A person confirmed it, and automated means decided what follows from that.",
	"decided.person":    "The decision was made by a person.",
	"source":            "We act on what we find ourselves and on what people report to us. We do not say whether somebody reported you, or who.",

	// The ground. The texts of the rule are the host's, for each policy under rule.NAME.
	"ground":    "It is incompatible with {title}: {rule}",
	"title":     "our rules for messages",
	"rule":      "Write only to people who expect to hear from you. Do not send the same message to many people, do not keep writing to people who do not answer, and do not deceive or harass anybody.",
	"territory": "This holds wherever our service is offered.",

	// Redress.
	"appeal":            "If you think that this is a mistake, you can appeal as long as this stands, and for a time after that; please quote {sanction}. A person decides about your appeal.",
	"appeal.until":      "If you think that this is a mistake, you can appeal until {moment}; please quote {sanction}. A person decides about your appeal.",
	"appeal.over":       "The time for an appeal ended on {moment}.",
	"appeal.open":       "Your appeal of {moment} is open. A person will decide about it.",
	"appeal.upheld":     "A person decided about your appeal on {moment}. This decision stands.",
	"appeal.reduced":    "A person decided about your appeal on {moment}. What stood against you ended then.",
	"appeal.overturned": "A person decided about your appeal on {moment}. This decision was taken back.",
	"redress":           "You may also go to a body for settling disputes out of court, or to a court.",
}
