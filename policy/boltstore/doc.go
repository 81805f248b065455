// Package boltstore keeps the records of a policy.Engine in one file, for one
// process that must survive a crash. The file is a bbolt database; nothing has
// to be installed or started.
//
//	Update ─▶ memory ─▶ every second, one transaction after the other ─▶ file
//	            └─ Durable: the next transaction, and Update waits for it
//
// # What can be lost, and when
//
// Update of a Durable record (a sanction, a strike, a complaint, an appeal, a
// ruling) and Delete return after the file has been synced: kill −9, a panic or
// a loss of power loses none of them, as far as the disk keeps what it says
// that it wrote. All other changes (counts of messages, people written to,
// texts) are in memory for up to Config.Flush, one second: a crash loses those
// of the last second, for every account back to a state that it once had. Close
// loses nothing.
//
// An Update that returned an error of the disk has changed nothing. One whose
// context ended while it waited for the disk is carried out or not; the record
// itself says which.
//
// # The state beside the records
//
// The Engine's campaign index, the phrases that everybody uses and the budget of
// sanctions are saved into a file of their own, the name of the database with
// ".index" after it: every Config.Save, one minute, and when the Engine or the
// Store is closed, whichever is first; a close of both loses nothing. What has
// not changed is not written again. The file is written under another name, synced
// and put in its place: a crash at any moment leaves a whole one, and loses what
// came since it was saved, which is evidence of campaigns and no record. A save
// that fails leaves the one before, is counted in Stats and told to Config.Fault,
// and is tried again at the next turn; it holds up no transaction. A file that is
// damaged, of a newer version, or of another Secret keeps policy.New from
// starting: remove it to begin with an empty index. Of several Engines on one
// Store the newest one's state is kept.
//
// # Failure
//
// When the disk is full or fails, ordinary updates go on in memory; a Durable
// one, and Delete, return a *DiskError at once or after one attempt. The file is
// closed and opened again after every failed transaction, and written to again
// four times a second: when the disk works again so does the store, and what
// waited in memory is written. While it does not, memory is bounded as always:
// once Config.MaxCached accounts have changes that cannot be written, the
// changes of those not seen lately are given up (Stats.Dropped), which is what
// a crash would do to them.
//
// A crash never makes the next start fail: a new file is made under another
// name and put in place when it is whole, and bbolt keeps the state before a
// transaction until the one after is on disk. A file that is none of
// boltstore's (ErrFormat), that a newer version wrote (ErrVersion) or that
// another process has open (ErrLocked) is refused and left as it is. A record
// whose checksum does not agree is answered with ErrDamaged, always, and stays
// where it is for a person to look at; Delete removes it.
//
// # Expiry
//
// Records are dropped some time after Record.Expires by the clock of the
// machine, and never before Config.Keep, one day, has passed since they were
// last written: a replay of last year's events finds its records.
//
// # Privacy
//
// The file holds what the engine gives it: keyed hashes, counts, sketches, and
// the account's name while there is a sanction to list. Deleted records are
// overwritten when their pages are used again, not before.
//
// # A trial
//
// There is no server. With a store in hand:
//
//	store, err := boltstore.Open("decorum.db", boltstore.Config{})
//	engine, err := policy.New(policy.Config{Store: store, Secret: secret})
package boltstore
