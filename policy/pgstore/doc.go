// Package pgstore keeps the records of a policy.Engine in PostgreSQL (12 or
// newer), so that many processes judge as one and nothing acknowledged is lost.
//
//	Update ─▶ last known record ─▶ fn ─▶ UPDATE … WHERE nonce = known ─▶ done
//	               ▲                            │
//	               └────────── SELECT ◀─────────┘ somebody else changed it
//
// # What can be lost, and when
//
// Nothing that was acknowledged: every update is one statement and one
// transaction, and returns after the server has synced its log to disk, as long
// as the server's synchronous_commit and fsync are on, as they are unless
// somebody turned them off. With asynchronous replicas a failover loses what
// the replica had not yet received; synchronous_standby_names prevents that.
//
// An Update that returned an error of the context or of the connection may have
// been carried out: the record itself says whether it was. All other errors
// have changed nothing.
//
// The campaign index of an Engine is not in the store: each process has its
// own, and forgets it when it ends.
//
// # Tables
//
// Open makes what is missing, one process at a time, and brings older tables up
// to date; tables that are not ours are refused (ErrSchema), newer ones too
// (ErrVersion). Config.Prefix stands in front of all names, here "decorum_":
//
//	decorum_meta       version of the tables
//	decorum_records    key, nonce, sum, data, expires, written, listed, pinned
//	decorum_sanctions  one row a sanction, in plain columns
//	decorum_in_force   a view: the sanctions in force now
//
// The data of a record is opaque; expires, listed (a sanction stands) and
// pinned (a sanction or a strike lives) are what the engine said of it. The
// sanctions are written by Store.Hooks, after the decision, and can be made
// whole again by Store.SyncSanctions: they are for people and reports, and the
// engine never reads them. Zero bytes and what is not UTF-8, which PostgreSQL
// refuses, are U+FFFD in them.
//
//	SELECT kind, count(*) FROM decorum_in_force GROUP BY kind;
//
// # Expiry
//
// Once a minute the Store deletes records that expired, at least Config.Keep,
// one day, after they were last written, however long ago they expired: a
// replay of last year's events finds its records.
//
// # Failure
//
// A call ends with its context. A statement that its caller does not wait for any
// more has another 50 ms to succeed; then the server is asked to cancel it, and
// its connection is kept. Until it is over the next call for the record waits. A
// connection on which nothing is heard for half a second is closed and another one
// dialled. Closing takes up to 15 seconds where the server does not answer;
// meanwhile there may be twice as many connections as the pool has.
//
// When more calls come than the connections can serve, those that would hardly end
// in time are not begun (storekit.ErrBusy): what the server can do it does for
// callers that still wait.
//
// Nothing is tried again behind the caller's back, but what the server rolled back
// for the sake of another transaction (40001, 40P01), which has changed nothing and
// happens where READ COMMITTED is not the default. A server that takes no writes
// (ErrReadOnly) has all connections dialled anew, once a second at most: after a
// failover those to what was the primary would fail for ever. A record that is
// damaged (ErrDamaged) is an error until Delete removes it, never an empty record.
//
// # Privacy
//
// Records hold keyed hashes, counts and sketches, and the account's name while
// there is a sanction to list. decorum_sanctions holds the names of sanctioned
// accounts for as long as you keep the rows.
//
// # A trial
//
//	docker run --rm -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=trial postgres
//
// or, with Debian's packages and no container,
//
//	runuser -u postgres -- sh -c 'd=$(mktemp -d) && cd $d && /usr/lib/postgresql/*/bin/initdb -D $d/data && /usr/lib/postgresql/*/bin/postgres -D $d/data -k $d -p 5432'
package pgstore
