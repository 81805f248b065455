// Package policy judges a message before it is delivered, and the account that
// sends it. It tells ordinary people who write a lot from those who abuse
// messaging by how they write (to whom, how often, the same text to how many)
// and by how it is received (answers, complaints), not by what a text means.
// The answer is graduated, explained and dated; it can be appealed against and
// undone.
//
//	Message ─▶ similarity ─▶ account record ─▶ signals ─▶ scoring ─▶ ladder ─▶ Decision
//	           fold, sketch   windows, contacts,           one        sanctions
//	                          texts, replies,              explained
//	                          complaints, rhythm           score
//
// An [Engine] holds the whole. [Engine.Evaluate] judges and remembers,
// [Engine.Preview] only judges, [Engine.Learn] only remembers, [Engine.Prepare]
// reads a message of a log ahead of its judgement, [Engine.Record] takes feedback,
// [Engine.Account] says where an account stands. [Engine.Impose], [Engine.Lift],
// [Engine.Appeal], [Engine.Resolve] and [Engine.Override] are for people. What is
// allowed and what follows is data, a [Policy].
//
// # Words
//
// A [Verdict] is what happens to one message: allow, flag, defer, hold, reject.
// A [Sanction] is what happens to an account: warning, block, restriction,
// suspension, referral. A signal is a measurement; as evidence it has a weight in
// log-odds and belongs to a family. A [Reason] is one line of an explanation. A
// strike is a counted offence; its mass halves in 45 days, and the ladder says
// which sanction a mass brings. A stranger is somebody without a tie: who wrote
// first or answered, ever, has one.
//
// A limit is no evidence: over it a message is deferred, and that is all. Nothing
// above a warning follows from one family of evidence alone, unless a person
// found that there was abuse.
//
// # Reasons
//
// Every code that the engine gives, by family. [Reason.String] puts the figures
// of one reason into a sentence; the constants say what Value, Limit and N are.
//
//	limits           over one of them a message is deferred (rate.restriction: rejected)
//	  rate.messages        too many messages in a minute, an hour or a day
//	  rate.people          too many people newly approached
//	  rate.person          too many turns to one person who never answered
//	  rate.channel         too many messages on a channel with limits of its own
//	  rate.restriction     more a day than a restriction lets through
//	Volume
//	  rate.refused        goes on after being refused: a large share of a day's tries
//	  rate.persistence     one known stranger written to on and on without an answer
//	Content
//	  text.duplicate       the same or nearly the same text to many within hours, unanswered
//	  text.duplicate_slow            the same over weeks, a few people at a time
//	  text.disguise        words with invisible characters, or with letters of several scripts
//	  text.reach           a text that brought a sanction, or comes from many accounts, and whom it reached
//	Contact
//	  contact.strangers    many strangers approached within hours
//	  contact.unanswered   many strangers approached within days who did not answer
//	  contact.follow_ups     one stranger written to again and again without an answer
//	  contact.complaint    complaints by people who were approached without a tie
//	Reception
//	  reply.low            few of those written to first answer, with the time they had taken into account
//	  reply.good           enough of them answer: counts in favour
//	  complaint.reporters  complaints, each by the credibility of its reporter
//	  complaint.rate       complaints for each person reached, where very many are (pages)
//	Automation
//	  timing.regular       gaps between messages more regular than a person's
//	  timing.clock        messages on the same seconds of the minute, as a schedule sends them
//	Network
//	  text.campaign        many accounts send the same text to strangers
//	  text.flagged         other accounts were sanctioned for the text (of a few, nothing is held against who wrote it first)
//	  account.repeat_offence         the text brought this account a sanction before
//	  origin.sanctioned    an account of the same origin was sanctioned
//	Standing
//	  account.young        the account is new
//	  warning.ignored      approached people after a warning
//	  moderator.finding    a person found it abusive
//	not measured     why a verdict is what it is; they have no share in the score
//	  sanction.standing    a sanction covers the message
//	  moderator.order      a moderator's standing order holds or exempts the account
//	  budget.exhausted     automation has imposed enough for an hour: a person decides
//	  person.needed        the next step of the ladder is a person's
//	  store.fault          the store of records was out of reach
//
// # The first month
//
// Before the first day: replay a log of your own (examples/replay reads JSON
// lines) and read whom the default policy would have sanctioned, and why. Write
// what must differ for you into a file for [ReadPolicy]; "extends": "default"
// lets it state only that. Send as Class Page or Service what is not a person.
//
// Week 1, in shadow: Config{Policy: Observe(), Shadow: []*Policy{Default()}}. Feed
// Learn with the history of two months, in the order of time; then call Evaluate
// before each delivery. Nothing is refused. Read Decision.Shadow in the hook
// Decided. Fill in Recipient.Relation and Message.Joined if you know them, and
// wire Complaint, BlockedBy, and Reply for what does not pass through Evaluate:
// accepted requests, answers elsewhere. Without feedback half of the evidence is
// missing.
//
// Week 2, limits, warnings and questions: enforce the policy with
// "budget": {"per_hour": 0, "share": 0}. Limits defer, warnings are given; what
// would have brought more is held with the reason budget.exhausted. A person
// decides, by Impose or by delivering it, and Reviews complaints: a finding
// changes what a reporter's next complaint weighs.
//
// Week 3, on its own, a little: a budget of 10 an hour. Show senders
// Decision.Notice, take their appeals, and read every sanction and the share of
// those overturned. Judge the next version of the policy in shadow beside it.
//
// Week 4: the default budget. Save a Snapshot every few minutes if the store is
// in memory. Watch four figures: messages not delivered, sanctions by kind,
// appeals granted, faults of the store.
//
// Verdicts and sanctions of the shadow are held against nobody: strikes begin
// when a policy is enforced. Evidence counts from the first day: who sent spam
// yesterday can be blocked for the first message after the change.
//
// # State
//
// All that is remembered of an account is one record of bytes, at most 4 KB and
// typically some hundred bytes, in a [Store]. Records hold counts and evidence;
// policies hold limits: changing the policy does not change the past. A record
// fades: 60 days after its last event, 180 with ties; later only while a strike,
// a sanction, a complaint or an order lives. A [Memory] that is full drops what
// expires soonest, and never an account with a sanction or a strike.
//
// Beside the records an Engine has, in its own process, an index of texts that
// were sent to strangers, the phrases that everybody uses, and the budget of
// automatic sanctions. [Engine.Snapshot] saves all of it where the store is a
// Memory. A store that is a [Keeper] (boltstore, redisstore) saves this state
// every minute, for which messages to strangers may wait some 2 ms, and New begins
// with it; over one that is a [Broadcaster] (redisstore) the engines of all
// processes tell each other what they see. Equal messages and
// events in equal order, under the same policy, Secret and release, make equal
// decisions on every machine.
//
// # Concurrency
//
// An [Engine] and a [Memory] are safe for concurrent use, and so are all functions
// of this package. Everything else is a plain value, which several goroutines may
// read while none changes it. An Engine has no goroutine of its own while nothing
// is asked of it; a store outside the process is called on goroutines that end
// when it answers.
//
// # Time
//
// The time of a message is Message.At, or Config.Now where that is zero. Events
// drive everything, so that a replay of last month behaves as last month did.
// What is older than the newest event of its account is judged at that event's
// time; what is more than Config.MaxSkew ahead of Now is judged as that. A day is
// any 24 hours.
//
// # Failure
//
// An unwelcome message is no error. An error is a [FieldError] (a mistake of the
// caller's; nothing has changed), the context's, or a [FaultError] of the store.
// The Decision beside an error is safe to act on as it stands, and the zero
// Decision does not deliver. While the store is away Config.OnFault decides: Static
// enforces what this process last knew (16,384 records, those with a sanction or an
// order kept the longest), counts on in it, and imposes nothing new until the
// store, whose record is the truth, is back; AllowAll delivers; HoldAll holds.
// Evaluate returns within Config.Timeout whatever an outside store does. After five
// faults in a row calls fail at once; ten a second try whether it is back. A call
// that was given up may have taken effect nevertheless. A record that is damaged,
// or of a newer version, is a FaultError around [ErrRecord] and stays as it is. An
// outside store holds a proof of the Secret: under another one New fails with
// [ErrSecret]. Where the store was away then, or was replaced after, which is
// looked for after a fault and every ten seconds, every call from then on is a
// FaultError around it, no record is read or written, and Config.OnFault decides
// until that is put right. Static may know nobody then, and judges all the same:
// have somebody woken. A store that was emptied is told of by [ErrEmptied], once,
// and is filled anew. A
// state that a [Keeper] kept and that is damaged, newer or of another Secret makes
// New fail with [ErrSnapshot]; where it is out of reach New reports that to
// Hooks.Fault and begins with an empty index; before it saves for the first time it
// replaces that by what is kept. Evaluate touches several records and is no
// transaction: a crash in its midst may lose the credit for an answer, and nothing
// else. Hooks run on the caller's goroutine, after all locks are released; Fault
// may run on one of the engine's.
//
// # Privacy
//
// No text is stored or logged. Of the last texts that went to strangers a record
// holds sketches, of people 48-bit hashes, of the last four origins hashes, and
// the index of texts has hashes of words, all keyed with Config.Secret; without
// the Secret they say nothing, with it a guess can be tested. Reason.Text quotes
// from the message that is judged what it shares with the others like it: it is
// for whoever may read the message.
//
// An account's own name is in its record only while a sanction stands or can be
// appealed against, with the IDs of the messages that brought them and the names
// and notes of moderators, cut to 64 bytes. Statements of appeals go to hooks and
// are not kept. Nothing leaves the process but what the Store and the Hooks take.
// [Engine.Forget] removes a record, all but what stands against the account, and
// says what that is; a policy may forget that too.
//
// # Compatibility
//
// Names and shapes of this package stay. Codes, and the values of enums, are only
// added to. A record with sections of a newer release keeps them unread, so that
// releases can be mixed while one is rolled out; a record or a snapshot of a new
// major form is refused, never misread. A policy file has a version, and unknown
// fields are refused. A release may change Default and so what it decides: every
// Decision names its policy with a hash of the content, and who wants no change
// writes the policy into a file.
package policy
