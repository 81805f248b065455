// Package redisstore keeps the records of a policy.Engine in Redis (6.2 or
// newer) or Valkey, alone, behind Sentinel or as a Cluster, so that many
// processes judge as one.
//
//	client, err := rueidis.ParseURL("redis://127.0.0.1:6379/0")
//	store, err := redisstore.Open(ctx, redisstore.Config{Client: client})
//	engine, err := policy.New(policy.Config{Store: store, Secret: secret})
//
// An update takes one round trip while no other process changes the record:
//
//	Update ─▶ last known record ─▶ fn ─▶ compare and swap ─▶ done
//	               ▲                            │
//	               └──── the current record ◀───┘ another process changed it
//
// # Durability
//
// What Redis loses is lost. An acknowledged update is in the memory of one server.
// Without persistence a restart loses everything. With "appendonly yes" and
// "appendfsync everysec" a crash of the machine loses up to a second, with
// "appendfsync always" nothing; a restart of the server process alone loses
// nothing with either. Replicas follow with a delay: a failover loses what the
// replica had not yet received, sanctions among it.
//
// An engine judges accounts whose records the server lost as new ones. Hooks.Fault
// learns of a server that lost all records (policy.ErrEmptied), not of one that
// lost some. Where a sanction must survive all that, use pgstore, or keep sanctions
// in a database of your own by policy.Hooks and impose them again.
//
// An Update that returns an error of the context or of the connection may have
// been carried out: the record itself says whether it was. After all other errors
// nothing has changed.
//
// # Campaigns over many processes
//
// The processes of one prefix tell each other which texts they saw go to
// strangers, by keyed hashes, in one stream ("decorum{notes}:notes"). Every 80 ms
// each sends what it has and reads what others sent, so that each knows a campaign
// over all of them within 200 ms. Evaluate never waits for it. The stream holds the
// last 32 MB or so. A process that falls further behind, or a server that is away
// for long, loses notes (Stats counts them): evidence of campaigns, never a record.
// Templates, which need words, stay in each process.
//
// One process at a time also saves its index every minute, under
// "decorum{state}:…". A process that starts begins with that index and the notes
// since. Some notes of the last 200 ms may count twice there, as messages, not as
// senders or recipients. A saved state that is damaged, newer, or of another Secret
// keeps policy.New from starting. To begin with an empty index, delete the key
// "decorum{state}:head".
//
// # Keys
//
// A record is one key, "decorum{3fc}:" and the record's Key in hexadecimal. A
// script replaces it after it has compared a random nonce in front of it, never
// the content and never a counter: after a failover that drops writes a counter
// would repeat. The braces hold one of 1,024 groups of keys. A group's records
// lie on one node of a Cluster, with two indexes: "decorum{3fc}:listed", a set
// of the records with a standing sanction, and "decorum{3fc}:kept", a sorted
// set of those without a time to live. All with listed reads the 1,024 sets. All
// without it finds the records by SCAN on every primary node, which may miss some
// while a Cluster moves slots.
//
// # Eviction and expiry
//
// Records that are neither Pinned nor Listed have a time to live: until
// Record.Expires, and at least Config.Keep, one day, from the last write, however
// long ago they expired: a replay of last year's events finds its records. Records
// that are Pinned or Listed have none, so that no maxmemory policy but allkeys-…
// drops them. Open refuses such a server (ErrEviction) unless Config.AllowEviction
// is set. Every five seconds the Store looks again: where somebody has set such a
// policy since, Update and View are refused with the same error, which says what to
// set, so that an Engine goes on with what it last knew, and says so, until it is set
// back. What the server dropped until then is lost. The next update of a pinned record in their group removes them once their
// time is over by the server's clock. Recommended is "noeviction", or
// "volatile-ttl", which drops what expires soonest.
//
// # Failure
//
// Every call ends with its context, also when the server is frozen. When more calls
// come than the server can serve, those that would hardly end in time do not begin
// (storekit.ErrOverload). The Store repeats nothing. The next call replaces a lost
// connection. When the server answers that it is a replica (ErrReadOnly), the Store
// replaces all connections, once a second at most: after a failover those to the
// former primary would fail for ever. A record that is damaged (ErrDamaged), or of a
// newer version (ErrVersion), is an error until Delete removes it, never an empty
// record.
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
