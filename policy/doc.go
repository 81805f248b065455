// Package policy judges a message before it is delivered, and the account that
// sends it. It tells ordinary people who write a lot from abusers of messaging by
// how they write (to whom, how often, the same text to how many) and by how it is
// received (answers, complaints), not by what a text means.
//
//	engine, err := policy.New(policy.Config{}) // the default policy, records in memory
//	if err != nil {
//		return err
//	}
//	defer engine.Close()
//
//	d, err := engine.Evaluate(ctx, policy.Message{
//		ID: "m1", Sender: "ann", Recipients: policy.To("bea"), Text: text,
//	})
//	if d.Delivered() { // act on d first: it is safe to act on beside an error, too
//		deliver()
//	} else {
//		tell("ann", d.Notice())
//	}
//	if err != nil {
//		log.Print(err)
//	}
//
// To begin without refusing anything, see the example of [Config] and docs/start.md.
//
// # Parts
//
//	Message ─▶ similarity ─▶ account record ─▶ signals ─▶ scoring ─▶ ladder ─▶ Decision
//	           fold, sketch   windows, contacts,           one        sanctions
//	                          texts, replies,              explained
//	                          complaints, rhythm           score
//
// An [Engine] holds the whole. [Engine.Evaluate] judges a message and remembers it,
// [Engine.Preview] only judges, [Engine.Learn] only remembers. [Engine.Prepare]
// reads a message of a log ahead of its judgement. [Engine.Record] takes feedback.
// Who complained learns what became of it: Hooks.Reported, a [ReportOutcome].
// [Engine.Account] says where an account stands. [Engine.Impose], [Engine.Lift],
// [Engine.Appeal], [Engine.Resolve] and [Engine.Override] are for people. What is
// allowed and what follows is data, a [Policy]; so are conditions of the host's own on
// messages, each a [Rule] (docs/rules.md).
//
// # Words
//
// A [Verdict] is what happens to one message: allow; flag (deliver, and show a
// moderator); defer (over a rate limit: later); hold (put it into the review
// queue); reject; duplicate (it was to go out before, see Retries).
//
// A [Sanction] is what happens to an account: warning, block, restriction
// (a throttle), suspension, referral. The ladder says which one follows;
// docs/ladder.md draws it.
//
// A signal is a measurement. As evidence it has a weight in points (log-odds, to
// the base e) and belongs to a family. A [Reason] is one line of an explanation.
//
// A contact is a person who wrote to the sender first or answered, ever, or whom the
// host relates to them. Anybody else is a stranger; a first message to a stranger is
// cold outreach, a further one before the answer is a follow-up.
//
// A campaign is a cluster of near-duplicate texts of many accounts.
//
// A strike is a counted offence. Its weight halves in 45 days. A pledge is a promise of
// proper conduct under which a person ends a sanction: see [Ruling].
//
// A rate limit is no evidence: over it a message is deferred. To go on and on after that
// is some (rate.refused). A member gets a warning at most where only one of Content,
// Contact, Reception, Automation and Network speaks, unless a person found abuse.
//
// [Engine.Sanctions] lists what stands, or what a [SanctionFilter] chooses: open appeals,
// reviews that are due, what one policy imposed. [Engine.LiftAll] takes all of that back.
// A message that was held waits for a person: [Engine.Release] counts it as delivered,
// by their word, [Engine.Discard] says that nobody will get it. [Engine.RuleText] carries
// out what a person finds of a text of which many copies wait, and takes that back.
//
// [Engine.SetText] says of a text what is to be done with its near-copies: that it is fine,
// or to be flagged, held or rejected, whoever sends it.
//
// [Engine.Brake] stops automation, in all processes over the store: whatever would
// bring more than a Warning is held, and a person decides. [Engine.Health] says whether
// it is on, and whether the store answers; [Engine.Stats] counts decisions.
//
// What people and automation do to an account is an [Act], with author, reason and number.
// Hooks.Acted is told of each, and of what a crash left over by [Engine.TellActs]. A store
// that is an [Auditor] (pgstore) keeps them, and [Engine.Acts] reads them. [Engine.EndOverride]
// ends a standing order by name. docs/audit.md says more, docs/moderating.md goes through a
// moderator's day.
//
// # State
//
// The store keeps one record of bytes for each account, at most 4 KB and typically
// some hundred bytes; past sanctions without room there are in a second one, of at
// most 8 KB. Records hold counts and evidence; policies hold limits: a change of
// the policy does not change the past. A record fades 60 days after its last event,
// with contacts 180; later only while a strike, a sanction, a complaint or an order
// lives. A [Memory] that is full drops what rules count, then accounts of one day, then
// those with the fewest days and contacts, and none with a sanction above a Warning.
//
// Beside the records an Engine has, in its own process, an index of texts that were
// sent to strangers, the phrases that everybody uses, and the budget of automatic
// sanctions. [Engine.Snapshot] saves all of it where the store is a Memory. A store
// that is a [Keeper] (boltstore, redisstore) saves this state every minute, for
// which a message to a stranger may wait some 2 ms, and New begins with it. Over a
// [Broadcaster] (redisstore, pgstore, and any store with natsnotes) the engines of all
// processes tell each other what they see; those with a store each, over Config.Notes.
//
// Equal messages and events in equal order, under the same policy, Secret and
// release, make equal decisions on every machine.
//
// # Concurrency
//
// An [Engine] and a [Memory] are safe for concurrent use, and so are all functions
// of this package. Everything else is a plain value, which several goroutines may
// read while none changes it. An Engine has no goroutine of its own while nothing
// is asked of it; it calls a store outside the process on goroutines that end when
// the store answers. Hooks run on the caller's goroutine, after all locks are
// released; Fault may run on one of the engine's, and Acted on that of another call.
//
// # Time
//
// The time of a message is Message.At, or Config.Now where that is zero. It is a time
// of the host's own, never a client's: further than Config.MaxSkew ahead of Now or
// Config.MaxDelay behind it counts as that. A message from a queue says so
// (Message.Delayed), history goes to [Engine.Learn], and a replay sets Config.Now to the
// time of each event. A message older than the newest event of its account is judged
// at that event's time. A day is any 24 hours.
//
// A clock that is wrong freezes no account and frees none for good: a record that is
// ahead of Now by more than MaxSkew is brought back, and what ended by time stays in the
// record for a week, judged to have ended. Where the machine's own clock moves,
// Hooks.Fault says so ([ErrClock]). docs/clocks.md says what operators see and do.
//
// # Retries
//
// A message with an ID may be asked about again: after a timeout, by a queue that
// delivers at least once, by a client that is impatient. It counts once. What was to
// go out is a [Duplicate] from then on, so that asking often delivers nothing twice,
// also where clients choose IDs and on a host that knows Allow only: take it off a
// queue. A host whose delivery failed after Evaluate says so by a [Retraction], and the
// message is judged anew. One that can't know, because it crashed, lost the answer or
// had a Degraded one, keeps which IDs went out: on a Duplicate that did not, it does
// what Decision.First says. Of a sender the last 128 IDs of a day that went out are
// known; what was answered while the store was away may be forgotten when it is back.
//
// Messages that a limit defers have turns: RetryAfter is longer for each, so that a
// queue that is handed over at once, after an outage, goes out without being refused
// again. Up to 64 may wait so. Of messages to contacts that is no pressure
// (rate.refused), nor is a message that comes at its turn.
//
// # Errors
//
// An unwelcome message is no error. An error is a [FieldError] (a mistake of the
// caller's), the context's, [ErrClosed], or a [FaultError] of the store. After a
// FieldError and ErrClosed nothing has changed. The Decision beside an error is safe
// to act on as it stands; the zero Decision does not deliver.
//
// # A store that is away
//
// Config.OnFault says what Evaluate decides then. AllowAll delivers, HoldAll holds.
// Static, the default, enforces what this process last knew (16,384 records; those
// with a sanction or an order are kept the longest) and counts on in it. It imposes
// nothing new until the store, whose record is the truth, is back.
//
// Evaluate returns within Config.Timeout whatever an outside store does. After five
// faults in a row and 100 ms calls fail at once, and ten a second try whether the
// store is back. A store that refuses a call for want of time ([ErrOverload]) is not
// away: that Decision is Degraded, and others go on. A call that was given up may have taken effect nevertheless. Evaluate
// touches several records and is no transaction: a crash in its midst may lose the
// credit for an answer, and nothing else.
//
// A record that is damaged, or of a newer version, is a FaultError around
// [ErrRecord] and stays as it is.
//
// # A store that is another one
//
// An outside store holds a proof of the Secret. New fails with [ErrSecret] where it
// finds another's. The engine looks for it again after each fault and every ten
// seconds; where it finds another's then, every call is a FaultError around
// ErrSecret, no record is read or written, and Config.OnFault decides until that is
// put right. Static may know nobody then, and judges all the same: wake somebody.
//
// The proof also names the store's incarnation. Where a store was emptied, or an
// empty or older or other one took its place, every call is a FaultError around
// [ErrEmptied] in the same way: suspended accounts stay suspended as far as this
// process knows them, every Decision is Degraded, and nothing is read or written.
// It ends when a backup is restored, or when somebody calls Engine.AcceptEmptied,
// which writes back what is known. A process that starts meanwhile knows nothing:
// set Config.ExpectRecords, and New refuses an empty store.
//
// New fails with [ErrSnapshot] where a [Keeper] holds state that is damaged, newer
// or of another Secret. Where that state is out of reach New tells Hooks.Fault and
// Config.Logger, and begins with an empty index; before the engine saves for the
// first time it restores what is kept.
//
// # Privacy
//
// No text is stored or logged. A record holds sketches of the last texts and pictures
// that went to strangers, 48-bit hashes of people, and hashes of the last four origins; the
// index of texts holds hashes of words. All are keyed with Config.Secret: without it
// they say nothing, with it a guess can be tested. Reason.Text quotes what the
// message that is judged shares with the others like it: show it to nobody who may
// not read the message.
//
// An account's own name is in its record only while a sanction stands or can be
// appealed against. So are the IDs of the messages that brought the sanctions, and
// the names and notes of moderators, cut to 64 bytes. Statements of appeals go to
// hooks and are not kept. Nothing leaves the process but what the Store and the
// Hooks take. [Engine.Forget] erases an account's records, all but what stands
// against it; a policy may forget that, too.
//
// # JSON
//
// Decisions, sanctions, notices, accounts, messages and events are written in one
// style: keys in snake_case, times as RFC 3339, durations as [Duration] has them,
// IDs of 64 bits as strings. Empty IDs, texts, times and lists, and flags that are
// false, are left out; figures are always there, but for those that 0 turns off. A
// reason has its sentence beside its figures. What was written reads back as the
// same value. An event does not say which kind it is: keep that beside it.
//
// # Languages
//
// Notices, statements of reasons, and the reasons that moderators read ([Notice.In],
// [Engine.Statement], [Reason.In]) come from a table of messages: English, or what
// [Language] brings. docs/statements.md says how to translate it.
//
// # Compatibility
//
// Names and shapes of this package stay. Codes, keys of JSON, and the values of
// enums are only added to. A record with sections of a newer release keeps them
// unread, so that releases can be mixed while one is rolled out; a record or a
// snapshot of a new major form is refused, never misread. A policy file has a
// version, and unknown fields are refused. A release may change Default and so what
// it decides: every Decision names its policy with a hash of the content. To have no
// change, write the policy in full into a file, without "extends": later releases
// read it, and a signal that is missing from it, because it is newer, is off.
//
// # Reasons
//
// Every code that the engine gives, by family. [Reason.String] puts the figures
// of one reason into a sentence; the constants say what Value, Limit and N are.
//
//	limits                    over one of them a message is deferred (rate.restriction: rejected)
//	  rate.messages           too many messages in a minute, an hour or a day
//	  rate.people             too many people newly approached
//	  rate.person             too many follow-ups to one person who does not answer
//	  rate.channel            too many messages on a channel with limits of its own
//	  rate.restriction        more a day than a restriction lets through
//	Volume
//	  rate.refused            goes on after being refused: a large share of a day's tries
//	  rate.persistence        one known stranger written to on and on without an answer
//	Content
//	  text.duplicate          the same or nearly the same text to many within hours, unanswered
//	  text.duplicate_slow     the same over weeks, a few people at a time
//	  text.echo               one text to many friends or rooms, where somebody complains
//	  text.disguise           words with invisible characters, or with letters of several scripts
//	  text.reach              a text that brought a sanction, or comes from many accounts, and whom it reached
//	  text.known              a person has said what is to be done with the text, and what is nearly the same
//	Contact
//	  contact.strangers       many strangers approached within hours
//	  contact.unanswered      many strangers approached within days who did not answer
//	  contact.follow_ups      one stranger written to again and again without an answer
//	  contact.deceived        complaints about fraud, harassment or what is unlawful by people who were approached first, and talked
//	Reception
//	  reply.low               few of those written to first answer, with the time they had taken into account
//	  reply.good              enough of them answer: counts in favour
//	  contact.complaint       complaints about cold outreach
//	  complaint.reporters     complaints, each by the credibility of its reporter
//	  complaint.rate          the share of people reached who complain or block, where very many are (pages)
//	Automation
//	  timing.regular          gaps between messages more regular than a person's
//	  timing.clock            messages on the same seconds of the minute, as a schedule sends them
//	Network
//	  text.campaign           many accounts send the same text to strangers
//	  text.flagged            other accounts were sanctioned for the text (of a few, nothing is held against its first sender)
//	  account.repeat_offence  the text brought this account a sanction before
//	  origin.sanctioned       an account of the same origin was sanctioned
//	Standing
//	  account.young           the account is new
//	  warning.ignored         approached people after a warning
//	  account.strikes         approaches people after offences in incidents that are over
//	  moderator.cleared       a person found messages harmless lately: counts in favour
//	  moderator.finding       a person found it abusive
//	not measured              why a verdict is what it is; they have no share in the score
//	  contact.silent          follow-ups to a contact who wrote once, and has long not written
//	  warning.unread          the account was warned just now: what would bring more waits until it has had the time to read that
//	  sanction.probation      the account is restricted, or on probation after a sanction: what would be flagged waits
//	  origin.review           the account is new on an origin of which another account was sanctioned: a person looks before it approaches more people
//	  text.in_doubt           many accounts send the text, and it is not known yet whether people want it
//	  text.unwelcome          many accounts send the text, and people do not answer it, or complain
//	  text.welcome            many accounts send the text, and people answer it: what spoke against it does not count
//	  recipient.turned_away   the recipient turned many away lately: a person decides about messages to them
//	  recipient.settings      the recipient takes no first letters from the sender
//	  recipient.blocked       the recipient blocked the sender
//	  recipient.complained    the recipient complained about the sender: messages to them wait for a person
//	  recipient.limit         the recipient got as many letters from strangers as they can look at, many of them by new accounts or unwanted
//	  request.acceptance      few people accept the sender's connection requests
//	  request.outstanding     too many connection requests are outstanding
//	  recipient.unchecked     the message goes to more people without a contact than are looked at: the others get it in another message
//	  sanction.standing       a sanction covers the message
//	  moderator.order         a moderator's standing order holds or exempts the account
//	  budget.exhausted        automation has imposed enough for an hour: a person decides
//	  moderator.released      a person had the message delivered
//	  moderator.text          a person found a text abusive that the account sent to strangers who did not answer
//	  automation.braked       a person stopped automatic sanctions: a person decides
//	  offence.weight          the offence weighs more: it reached many, or the account went on on purpose
//	  pledge.broken           the sender had promised proper conduct, so that a sanction ended: the next step follows at once
//	  person.needed           the next step of the ladder is a person's
//	  store.fault             the store of records was out of reach
package policy
