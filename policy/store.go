package policy

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
)

// A Key names a record: HMAC-SHA-256 (RFC 2104) of Config.Secret over the kind
// (account, file of past sanctions, origin, reporter, page of the bank of texts) and the
// name, cut to 128 bits. Of a tenant the first 6 bytes are the same in all Keys; after a
// change of the Secret a Key is an HMAC of that, with the newest. One Key is fixed,
// "decorum proof\x00\x00\x01": that of the proof of the Secret in an outside
// store, a record like the others. No store ever sees a text; a record carries
// the account's name only while there is a sanction to list, or Hooks.Acted is to be told
// of an act.
type Key [16]byte

// An Entry is one record as All yields it, and Load takes it. Its Data is a copy of the
// caller's own.
type Entry struct {
	Key  Key
	Data []byte
	// Expires is when the store may let go of the record: not before Record.Expires, and
	// later by up to a day or so where the store keeps for a while what was just written.
	// Zero is never, or that the store does not say.
	Expires time.Time
	// Written is the engine's time of the last update (Record.Now), to the second; zero:
	// not known, which most stores need not remember.
	Written time.Time
	// Rank is that of the Record; 0 also where the store drops nothing by rank, and so
	// does not remember it.
	Rank uint8
	// Listed and Pinned are those of the Record.
	Listed, Pinned bool
}

// A Record is what a store keeps under a key. The zero Record deletes.
type Record struct {
	// Data is opaque to the store; nil deletes.
	Data []byte
	// Expires is the time after which the record means nothing; zero is never.
	// Dropping it later loses nothing. A store that drops what has expired must
	// not go by one look at a clock, its own or Now: clocks jump. storekit.Days
	// says what is over.
	Expires time.Time
	// Now is the time of the update by the engine's clock; zero: not known.
	Now time.Time
	// Rank is how much would be lost with the record: a store that is full drops
	// those of the least Rank first, and of one Rank what expires soonest. It
	// grows with the days that an account has written on and with its contacts; 1
	// is an account of one day, which anybody can have in any number, and 0 what
	// rules count.
	Rank uint8
	// Durable says that this update changes a sanction, a strike, a complaint
	// or an appeal: it must survive a crash once Update returned. Other updates may be
	// lost in one.
	Durable bool
	// Listed says that a sanction stands, an appeal is open, or Hooks.Acted was not told
	// of an act yet: All(ctx, true) yields the record.
	Listed bool
	// Pinned says that a sanction above a Warning, what a person imposed, or an open
	// appeal is remembered: a store under pressure does not drop the record
	// before it expires. A record that is Listed alone may be dropped.
	Pinned bool
	// Acts are what this update does to what the account may do, for an Auditor: the JSON
	// of an Act each. Any other store leaves them alone.
	Acts [][]byte
}

// recordOf is what a store is told of a record that is encoded as data.
func recordOf(r *state.Record, data []byte) Record {
	expires, listed, pinned := r.Meta()
	return Record{Data: data, Expires: expires, Rank: r.Rank(), Listed: listed, Pinned: pinned}
}

// A Store keeps account records. Implementations are safe for concurrent use.
// Package storetest checks one. An error of the store's own becomes a *FaultError;
// one that wraps ErrOverload refuses the call and says that the store is there.
type Store interface {
	// Update replaces the record under key by what fn makes of it, atomically.
	// fn gets nil if there is none. It may run more than once and must have no
	// other effect. An error of fn is returned as it is, and changes nothing.
	// old and Record.Data are valid only during the call: the store copies.
	Update(ctx context.Context, key Key, fn func(old []byte) (Record, error)) error
	// View calls fn with the record under key, nil if there is none. data is
	// valid only during the call. An error of fn is returned as it is.
	View(ctx context.Context, key Key, fn func(data []byte) error) error
	// Delete removes the record under key; it is no error if there is none.
	Delete(ctx context.Context, key Key) error
	// All yields every record that was there during the whole iteration, in no
	// particular order; with listed only those with Listed set. The store may
	// be used, and changed, while it runs. A record that cannot be read is an
	// error with its Key, and the others follow; an error without one ends it.
	All(ctx context.Context, listed bool) iter.Seq2[Entry, error]
}

// A Keeper is a Store that also keeps the state which an Engine has beside the
// records: the campaign index, the phrases that everybody uses, and the budget
// of sanctions. With any other outside store this state is each process's own
// and begins empty. New restores it, and asks for it to be saved from then on.
// Implementations are safe for concurrent use.
type Keeper interface {
	Store
	// Kept opens what was saved last; nil if there is nothing. The caller closes
	// it, and trusts nothing in it. An error that wraps ErrSnapshot says that it
	// is there and of no use, and New fails; any other, that it is out of reach.
	Kept(ctx context.Context) (io.ReadCloser, error)
	// Keep has the store call save from time to time, and once more when stop is
	// called or the store is closed, whichever is first. What save wrote takes
	// the place of what was kept before if save returned nil, and not otherwise.
	// save may call Kept and Update, and waits for them. One Engine keeps its
	// state in a store at a time; of several in one process, the newest.
	Keep(save func(io.Writer) error) (stop func() error)
}

// An Auditor is a Store that keeps the audit: what was done to what accounts may do, by
// whom and why. The engine hands it the acts of an update with the record (Record.Acts).
// Implementations are safe for concurrent use. storetest checks one.
type Auditor interface {
	Store
	// Acts yields the acts that a filter chooses, by number, from the first on, or with
	// Newest from the last. The filter names an account by ActFilter.Key alone. The
	// store may be used while it runs.
	//
	// Update keeps Record.Acts in the same transaction as the record: both, or neither;
	// also where the record is deleted, or is not there before and after. N numbers the
	// acts of all processes in one sequence without gaps, from 1, in the order in which
	// they became visible. An act is never changed afterwards. But what could name the
	// account (Act.Account, Message and Why) goes, for all earlier acts with its Key,
	// with an act that is ActForgotten.
	Acts(ctx context.Context, f ActFilter) iter.Seq2[Act, error]
}

// A Loader is a Store that takes many records at a time, for Copy, which gives it up to
// 16,000 and 16 MB: into one without it Copy writes record by record. Implementations are
// safe for concurrent use.
type Loader interface {
	Store
	// Load puts each entry in the place of what is under its key, whatever that is; one
	// whose Data is nil deletes. Keys differ from each other. What it did survives a
	// crash once it returned nil. After an error any of the entries may have been
	// written, and none in part; the same call again is harmless. The store
	// copies Data. It is no update by an engine: it takes no time from
	// Entry.Written.
	Load(ctx context.Context, entries []Entry) error
}

// A Ranger is a Store that finds records by what their keys begin with. An Engine with a
// Config.Tenant reads its records by it; in a store without it, it reads those of all
// tenants and passes the others over. Implementations are safe for concurrent use.
type Ranger interface {
	Store
	// Range is All for those records whose keys begin with prefix, of 1 to 15 bytes.
	Range(ctx context.Context, prefix []byte, listed bool) iter.Seq2[Entry, error]
}

// A Broadcaster is a Store whose processes tell each other which texts and pictures they
// saw, so that a campaign spread over many processes is one campaign, and a sticker
// that goes round is none.
type Broadcaster interface {
	Store
	Notes
}

// Notes tell engines of other processes what one saw, and it what they saw. A note is
// at most 4,150 bytes, mostly some 300, holds keyed hashes only, and may be lost.
// Those of one process arrive in their order; between processes order does not
// matter. A note that is delivered twice, after a restart, counts a message
// twice, and no sender, recipient, sanction, phrase or picture of everybody's. Implementations are safe
// for concurrent use.
type Notes interface {
	// Broadcast queues a note for the engines of all other processes. It copies
	// the note, never waits, and drops it if the queue is full.
	Broadcast(note []byte)
	// Listen has fn called, on one goroutine, with each note of the
	// others, until stop is called, or what tells them is closed. The note is valid
	// only during the call. stop returns when fn is not running and will not be
	// called any more.
	Listen(fn func(note []byte)) (stop func())
}
