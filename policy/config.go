package policy

import (
	"log/slog"
	"time"

	"github.com/decorum-go/decorum/similarity"
)

// Config says what an Engine works with. The zero Config is valid: the default
// policy, records in memory, a random Secret.
type Config struct {
	// Policy is what is enforced; nil: Default(). Begin with Observe() and
	// Shadow: []*Policy{Default()}, and nothing is refused.
	Policy *Policy
	// Shadow holds at most two policies that are judged and reported, never
	// enforced.
	Shadow []*Policy
	// Store keeps the records; nil: NewMemory(0).
	Store Store
	// Secret keys all hashes that leave the process: 32 random bytes, the same
	// in every process and after every restart. It is required with a shared
	// store, and random when nil: then there is no Snapshot and no Restore. Any
	// length is taken, but one that can be guessed protects nobody. It is not
	// rotated.
	Secret []byte
	// Signals are the host's own, after the built-in ones. They are called
	// concurrently.
	Signals []SignalFunc
	// Hooks are told what happens.
	Hooks Hooks
	// OnFault says what is decided while the store is out of reach.
	OnFault FaultMode
	// Timeout bounds what one Evaluate waits for an outside store in all, and
	// what any other call waits for each step, whatever the store does; 0: 50 ms.
	Timeout time.Duration
	// MaxSkew is how far ahead of Now a message may be; 0: 5 minutes. One
	// further ahead is judged as that.
	MaxSkew time.Duration
	// Resolution of Message.At: to what the host's times are rounded; 0: exact.
	// From a minute up, tests that need seconds are off.
	Resolution time.Duration
	// Logger gets faults of the store; nil discards. No text and no account's
	// name is ever logged.
	Logger *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Index bounds the campaign index; zero fields are its defaults.
	Index similarity.IndexConfig
}

// A FaultMode says what Evaluate decides while the store is out of reach. The
// zero FaultMode is Static.
type FaultMode uint8

// Fault modes.
const (
	Static   FaultMode = iota // enforce what is known, count locally, impose nothing new
	AllowAll                  // deliver
	HoldAll                   // a person decides
)
