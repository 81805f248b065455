package replay

import (
	"fmt"
	"time"
)

// A Log is where the shards of a replay tell each other what the events do not say: the
// frames of each, in its order, kept to the end. A shard appends to its own, and reads those of
// the others.
type Log interface {
	exchange
	// Last returns, without waiting, of how many shards there is something, and the last
	// whole frame of each: nil of one that said nothing.
	Last() (frames [][]byte, err error)
	Close() error
}

// An exchange is what a shard needs of a Log.
type exchange interface {
	// Append adds a frame to those of this shard. Where an earlier run of it left frames,
	// they must be the same, and are not added again: a shard that was killed is
	// started anew, and says again what it said. The Log copies the frame.
	Append(frame []byte) error
	// Next returns the next frame of a shard. If there is none it waits for it, or returns
	// nil.
	Next(shard int, wait bool) ([]byte, error)
	// Anew says how a shard is made to begin anew, for people.
	Anew(shard int) string
}

// An Opener opens the Log at an address for the shard with an index of so many; index −1
// reads alone. What is to be told meanwhile goes to tell.
type Opener func(address string, index, of int, tell func(string)) (Log, error)

// Patience is how long a shard waits before it is told for what.
const Patience = 10 * time.Second

// A Waiting is for another shard. Wait begins it.
type Waiting struct {
	tell  func(string)
	shard string
	begun time.Time
}

// Wait begins to wait for a shard, with an index from 0, of so many.
func Wait(tell func(string), shard, of int) *Waiting {
	return &Waiting{tell, ShardName(shard, of), time.Now()}
}

// Tell tells, once, for what is waited, when Patience has passed.
func (w *Waiting) Tell() {
	if w.tell != nil && time.Since(w.begun) > Patience {
		w.tell(fmt.Sprintf("waiting for %s: start it, or start it again with the same flags", w.shard))
		w.tell = nil
	}
}
