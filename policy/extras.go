package policy

import (
	"context"
	"io"
)

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

// A Broadcaster is a Store whose processes tell each other which texts they saw,
// so that a campaign spread over many processes is one campaign. Notes are
// at most 4,100 bytes, mostly some 300, hold keyed hashes only, and may be lost.
// Those of one process arrive in their order; between processes order does not
// matter. A note that is delivered twice, after a restart, counts a message
// twice, and no sender, recipient, sanction or phrase. Implementations are safe
// for concurrent use.
type Broadcaster interface {
	Store
	// Broadcast queues a note for the engines of all other processes. It copies
	// the note, never waits, and drops it if the queue is full.
	Broadcast(note []byte)
	// Listen has the store call fn, on one goroutine, with each note of the
	// others, until stop is called or the store is closed. The note is valid
	// only during the call. stop returns when fn is not running and will not be
	// called any more.
	Listen(fn func(note []byte)) (stop func())
}
