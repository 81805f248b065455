// Package redisstore keeps the records of a policy.Engine in Redis (6.2 or
// newer) or Valkey, alone, behind Sentinel or as a Cluster, so that many
// processes judge as one.
//
//	Update ─▶ last known record ─▶ fn ─▶ compare and swap ─▶ done: one round trip
//	               ▲                            │
//	               └──── the current record ◀───┘ somebody else changed it
//
// # Records
//
// A record is one key, "decorum{3fc}:" and the record's Key in hexadecimal. It
// is replaced by a script that compares a random nonce in front of it, never
// the content and never a counter: after a failover that drops writes a counter
// would repeat. The braces hold one of 1,024 groups of keys. A group's records
// lie on one node of a Cluster, with two indexes: "decorum{3fc}:listed", a set
// of the records with a standing sanction, and "decorum{3fc}:kept", a sorted
// set of those without a time to live. All with listed reads the 1,024 sets;
// all records are found by SCAN on every primary node, which may miss some
// while a Cluster moves slots.
//
// # Campaigns over many processes
//
// The processes of one prefix tell each other which texts they saw go to
// strangers, by keyed hashes, in one stream ("decorum{notes}:notes"): each sends
// what it has every 80 ms and looks for that of the others as often, so that a
// campaign over all of them is known to each within 200 ms. Evaluate never waits
// for it. The stream holds the last 32 MB or so; a process that is further
// behind, or a server that is away for long, loses notes (Stats counts them),
// and with them evidence of campaigns, never a record. Templates, which need
// words, stay in each process.
//
// One process at a time also saves its index every minute, under
// "decorum{state}:…", and a process that starts begins with that and with what
// was told since. Some of the last 200 ms may count twice there, as messages,
// not as senders or recipients. A state that is damaged, of a newer version or of
// another Secret keeps policy.New from starting. To begin with an empty index
// delete the key "decorum{state}:head".
//
// # What can be lost, and when
//
// What Redis itself loses. An acknowledged update is in the memory of one
// server. Without persistence a restart loses everything; with "appendonly yes"
// and "appendfsync everysec" a crash of the machine loses up to a second, with
// "appendfsync always" nothing; a restart of the server process alone loses
// nothing with either. Replicas follow with a delay: a failover loses what the
// replica had not yet received, sanctions among it. A server that lost records
// judges those accounts as new ones; of one that lost all of them Hooks.Fault is
// told (policy.ErrEmptied), of one that lost some nobody. Where a sanction must survive all that,
// use pgstore, or keep sanctions in a database of your own by policy.Hooks and
// impose them again.
//
// An Update that returned an error of the context or of the connection may have
// been carried out: the record itself says whether it was. All other errors
// have changed nothing.
//
// # Eviction and expiry
//
// Records of accounts without sanction or strike have a time to live: until
// Record.Expires, and at least Config.Keep, one day, from the last write,
// however long ago they expired: a replay of last year's events finds its
// records. Records that are Pinned or Listed have none, so that no maxmemory
// policy but allkeys-… drops them; Open refuses such a server (ErrEviction)
// unless Config.AllowEviction is set. They are removed when their time is over
// by the server's clock, by the next update of a pinned record in their group. Recommended: "noeviction",
// or "volatile-ttl", which drops what expires soonest.
//
// # Failure
//
// Every call ends with its context, also when the server is frozen. When more calls
// come than the server can serve, those that would hardly end in time are not begun
// (storekit.ErrBusy). Nothing is tried again behind the caller's back. A lost connection is dialled anew by
// the next call, and so are all of them, once a second at most, when the server
// answers that it is a replica (ErrReadOnly): after a failover those to what was the
// primary would fail for ever. A record that is damaged (ErrDamaged), or was written by a
// newer version (ErrVersion), is an error until Delete removes it, never an
// empty record.
//
// # Privacy
//
// The server sees keyed hashes, counts and sketches, and the account's name
// while there is a sanction to list. Use TLS (rueidis.ClientOption.TLSConfig)
// where the network is not yours alone.
//
// # A trial
//
//	redis-server --port 6379 --bind 127.0.0.1 --save "" --appendonly yes --dir /tmp
package redisstore
