package policy

import (
	"context"
	"iter"
	"time"
)

// A Key names a record: HMAC-SHA-256 (RFC 2104) of Config.Secret over the kind
// (account, origin, reporter) and the name, cut to 128 bits. One Key is fixed,
// "decorum proof\x00\x00\x01": that of the proof of the Secret in an outside
// store, a record like the others. No store ever sees a text; a record carries
// the account's name only while there is a sanction to list.
type Key [16]byte

// An Entry is one record as All yields it. Data belongs to the receiver.
type Entry struct {
	Key  Key
	Data []byte
}

// A Record is what a store keeps under a key.
type Record struct {
	// Data is opaque to the store; nil deletes.
	Data []byte
	// Expires is the time after which the record means nothing; zero is never.
	// Dropping it later loses nothing. A store under pressure drops what
	// expires soonest.
	Expires time.Time
	// Durable says that this update changes a sanction, a strike, a complaint
	// or an appeal: it must survive a crash once Update returned.
	Durable bool
	// Listed says that a sanction stands: All(ctx, true) yields the record.
	Listed bool
	// Pinned says that a sanction or a strike lives: a store under pressure
	// does not drop the record before it expires.
	Pinned bool
}

// A Store keeps account records. Implementations are safe for concurrent use.
// Package storetest checks that one behaves.
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
	// be used, and changed, while it runs.
	All(ctx context.Context, listed bool) iter.Seq2[Entry, error]
}
