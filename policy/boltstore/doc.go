// Package boltstore keeps the records of a policy.Engine in one file, for one
// process that must survive a crash. The file is a bbolt database; there is nothing
// to install or to start.
//
//	store, err := boltstore.Open("decorum.db", boltstore.Config{})
//	engine, err := policy.New(policy.Config{Store: store, Secret: secret})
//
// Updates change memory. Those that are Durable wait for the file:
//
//	Update ─▶ memory ─▶ every second, one transaction after the other ─▶ file
//	            └─ Durable: the next transaction, and Update waits for it
//
// # Durability
//
// Update of a Durable record (a sanction, a strike, a complaint, an appeal, a
// ruling) and Delete return after the file has been synced: kill −9, a panic or
// a loss of power loses none of them, as far as the disk keeps what it says
// that it wrote. All other changes (counts of messages, people written to,
// texts) are in memory for up to Config.Flush, one second. A crash loses those
// of the last second: every account is in a state that it once had. Close loses
// nothing.
//
// An Update that returns an error of the disk has changed nothing. One whose
// context ended while it waited for the disk may have been carried out: the record
// itself says whether it was.
//
// # The state beside the records
//
// The Store also saves the Engine's campaign index, the phrases that everybody uses
// and the budget of sanctions. They are in a file of their own, the name of the
// database with ".index" after it. The Store writes it every Config.Save, one
// minute, and when the Engine or the Store closes, whichever is first, unless
// nothing has changed. It writes under another name, syncs, and puts the file in
// its place: a crash at any moment leaves a whole one, and loses evidence of
// campaigns since the last save, and no record.
//
// A save that fails leaves the file as it is, counts in Stats, goes to Config.Fault,
// and is repeated at the next turn; it holds up no transaction. A file that is
// damaged, newer, or of another Secret keeps policy.New from starting: remove it to
// begin with an empty index. Of several Engines on one Store the newest one's state
// is kept.
//
// # Failure
//
// When the disk is full or fails, ordinary updates go on in memory; a Durable
// one, and Delete, return a *DiskError at once or after one attempt. The Store
// opens the file anew after every failed transaction, and tries again four times a
// second: once the disk works again so does the Store, and it writes what waited in
// memory. Until then memory is bounded as always: when Config.MaxCached accounts
// have changes that cannot be written, the Store gives up the changes of those not
// seen lately (Stats.Dropped), as a crash would.
//
// A crash never makes the next start fail: a new file comes into its place when it
// is whole, and bbolt keeps the state before a transaction until the one after is
// on disk. Open refuses a file that is not boltstore's (ErrFormat), that a newer
// version wrote (ErrVersion) or that another process has open (ErrLocked), and
// leaves it as it is.
//
// # Damage
//
// A page of bbolt has no checksum: one flipped bit can make records, or the list of
// those with a sanction, vanish without an error. So each record has a checksum, over
// its key too, and each transaction writes how many keys there are and a sum over
// them, of all records and of those that are listed. Open, and then every
// Config.Check, reads the whole file: each page must be in its place and be used once
// or free, keys must be in order, and they must be those that were counted.
//
// A file where something else is found is refused (ErrFormat), and the error says to
// call Salvage, which copies what is sound into a new file and says what was lost. A
// single record with a wrong checksum does not keep the file from being opened: every
// call about it is an error (ErrDamaged), Stats counts it, and it stays where it is
// for a person to look at, until Delete removes it. Nobody is freed by damage without
// an error: an account that is known to have a sanction, and whose record is gone, has
// such a record after Salvage.
//
// # Expiry
//
// The Store drops a record some time after Record.Expires, but not before Config.Keep,
// one day, after its last write: a replay of last year's events finds its records. It
// goes by the engine's time (Record.Now), with a grace of a week and on ten days on
// which the engine was heard (storekit.Days, which is in the file): a clock that is
// wrong for an hour removes nothing. An account's name goes in the same way, when no
// sanction that it was kept for can be appealed against any more.
//
// # Privacy
//
// The file holds what the engine gives it: keyed hashes, counts, sketches, and
// the account's name while there is a sanction to list. bbolt overwrites deleted
// records when it uses their pages again, not before.
package boltstore
