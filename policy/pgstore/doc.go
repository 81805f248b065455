// Package pgstore keeps the records of a policy.Engine in PostgreSQL (12 or
// newer), so that many processes judge as one and nothing acknowledged is lost.
//
//	store, err := pgstore.Open(ctx, "postgres://…", pgstore.Config{})
//	engine, err := policy.New(policy.Config{Store: store, Secret: secret, Hooks: store.Hooks()})
//
// An update takes one round trip while no other process changes the record:
//
//	Update ─▶ last known record ─▶ fn ─▶ UPDATE … WHERE nonce = known ─▶ done
//	               ▲                            │
//	               └────────── SELECT ◀─────────┘ another process changed it
//
// # Durability
//
// Nothing acknowledged is lost, unless Config.Async says that counts may be. Every update is one transaction, and one statement
// but where there are acts; Update returns after the server has synced its log to disk, as long
// as the server's fsync and synchronous_commit are on, which is the default. With
// asynchronous replicas a failover loses what the replica had not yet received;
// synchronous_standby_names prevents that.
//
// With Config.Async only what is Durable (sanctions, strikes, complaints, appeals, acts)
// waits for the disk. A crash of the server then loses the counts of its last 0.6
// seconds, and nothing that was written before something Durable.
//
// An Update that returns an error of the context or of the connection may have
// been carried out: the record itself says whether it was. After all other errors
// nothing has changed.
//
// The campaign index of an Engine is not in the store: each process has its own,
// and forgets it at its end.
//
// # Campaigns over many processes
//
// The processes of one set of tables tell each other which texts they saw go to
// strangers, by keyed hashes, with LISTEN and NOTIFY on a channel of their own. Every 80
// ms each sends what it has, in notifications of up to 8,000 bytes, and hears what
// others sent, so that each knows a campaign over all of them within 200 ms. Evaluate
// never waits for it. Each process has one connection more for it, beside the pool. It
// must be to PostgreSQL itself, or through a pooler that leaves a session its
// connection.
//
// PostgreSQL keeps no notification for whom it cannot reach: what others send while a
// process has no connection is missed. Batches are numbered, and every two seconds each
// process sends one, empty if need be: so Stats counts what was missed, and Config.Fault
// is told. A connection on which nothing comes for six seconds, as after a failover, is
// replaced. While the server is away a process keeps a megabyte of notes and drops what
// follows. Lost notes are evidence of campaigns, never a record. Where a process that
// starts shall know what the others saw, or one that was away be caught up, wrap the
// Store with natsnotes.
//
// # Tables
//
// Open creates missing tables and brings older ones up to date, one process at a
// time. It refuses tables of other programs (ErrSchema) and newer ones (ErrVersion).
// Config.Prefix stands in front of all names, here "decorum_":
//
//	decorum_meta       version of the tables
//	decorum_records    key, nonce, sum, data, expires, written, listed, pinned
//	decorum_sanctions  one row a sanction, in plain columns
//	decorum_in_force   a view: the sanctions in force now
//	decorum_acts       the audit, with decorum_act_names, decorum_act_words and
//	                   decorum_act_last
//
// The data of a record is opaque. The engine says when it expires, whether a
// sanction stands (listed), and whether a sanction or a strike lives (pinned).
// Store.Hooks writes the sanctions after the decision, and Store.SyncSanctions
// completes them. They are for people and reports; the engine never reads them.
// PostgreSQL refuses zero bytes and invalid UTF-8, which become U+FFFD there.
//
//	SELECT kind, count(*) FROM decorum_in_force GROUP BY kind;
//
// # Audit
//
// The Store is a policy.Auditor: each act that changes what an account may do is a row
// of decorum_acts, written in the transaction of the record, numbered without gaps over
// all processes, and never changed: a trigger refuses that. Accounts stand in it by key.
// Their names lie in decorum_act_names, and what people wrote in decorum_act_words;
// Engine.Forget removes both. Engine.Acts reads it. An update with acts takes four round
// trips, and waits for others with acts.
//
// # Expiry
//
// Once a minute the Store deletes expired records, but not before Config.Keep, one
// day, after their last write, however long ago they expired: a replay of last
// year's events finds its records.
//
// # Failure
//
// A call ends with its context or, when the server is late, up to 0.4 s after it;
// an Engine does not wait for that. The statement has another 20 ms to succeed; then
// the Store asks the server to cancel it, and keeps the connection. A connection
// that is silent for a quarter of a second is closed and replaced. Closing takes up
// to 15 seconds where the server does not answer; meanwhile there may be twice as
// many connections as the pool has.
//
// When more calls come than the connections can serve, those that would hardly end
// in time do not begin (storekit.ErrOverload): what the server can do it does for
// callers that still wait.
//
// The Store repeats nothing but statements that the server rolled back for the sake
// of another transaction (40001, 40P01). They have changed nothing, and occur where
// READ COMMITTED is not the default. When a server takes no writes (ErrReadOnly), the
// Store replaces all connections, once a second at most: after a failover those to
// the former primary would fail for ever. A damaged record (ErrDamaged) is an error
// until Delete removes it, never an empty record.
//
// # Privacy
//
// Records hold keyed hashes, counts and sketches, and the account's name while
// there is a sanction to list. decorum_sanctions holds the names of sanctioned
// accounts for as long as you keep the rows, the tables of the audit until the account is
// forgotten.
//
// # A trial
//
//	docker run --rm -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=trial postgres
//
// or, with Debian's packages and no container,
//
//	runuser -u postgres -- sh -c 'd=$(mktemp -d) && cd $d && /usr/lib/postgresql/*/bin/initdb -D $d/data && /usr/lib/postgresql/*/bin/postgres -D $d/data -k $d -p 5432'
package pgstore
