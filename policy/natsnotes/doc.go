// Package natsnotes lets the engines of many processes tell each other which texts they
// saw, by way of NATS JetStream (tested with server 2.15), over any store: a campaign that is
// spread over many processes is one campaign.
//
//	conn, err := nats.Connect("nats://…", nats.MaxReconnects(-1))
//	notes, err := natsnotes.Open(ctx, natsnotes.Config{Conn: conn})
//	engine, err := policy.New(policy.Config{Store: notes.Wrap(store), Secret: secret})
//
// All notes are in one ordered log, a stream with one subject. Every 80 ms each process
// appends what it has; each reads what the others appended. Evaluate never waits for
// it. Notes are keyed hashes and counts, never texts or names.
//
//	Broadcast ─▶ a batch of up to 32 KB ─▶ the log ─▶ all processes ─▶ fn of Listen
//
// redisstore and pgstore have notes of their own and need none of this. It is for other
// stores, and for those who want more of pgstore: a process that starts begins with what
// the others saw in the last hour (Config.Past), and one that lost its connection
// is caught up.
//
// # What is lost when
//
// A process that was away for a moment reads on where it was. The log holds the last
// 32 MB of a day, unless LogConfig or its operator say otherwise; what went before a
// process read it is missed: Stats counts it, and Fault is told. Batches are numbered, so
// that this is known whatever the cause.
//
// While the server is away or full, a process keeps a megabyte of notes, some 3,500, and
// drops what follows (Stats.Dropped). A server that comes back empty gets a new stream
// from the first process that finds none: Fault is told (ErrEmptied), and nothing else
// is to be done. A batch whose answer did not come is sent again, and heard once.
//
// Lost notes are evidence of campaigns, never a record: no account's sanctions, strikes
// or limits depend on them.
//
// # Strangers
//
// Whoever may publish on the subject can tell lies. What was made under another Secret,
// is malformed, or of another version is refused, and the engine's Hooks.Fault says so.
// Notes that come twice or out of order, or are of the future, count no sender, recipient
// or sanction twice. Let accounts of the server that are not decorum's neither publish
// on the subject nor subscribe to it, and use TLS where the network is not yours alone.
//
// # The log itself
//
// Log is that ordered log without the notes, for programs of your own: append, and read
// from a position on.
//
// # A trial
//
//	nats-server -js -sd /tmp/nats
package natsnotes
