package policy

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/budget"
	"github.com/decorum-go/decorum/policy/internal/gossip"
	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/reception"
	"github.com/decorum-go/decorum/policy/internal/seal"
	"github.com/decorum-go/decorum/similarity"
	"golang.org/x/time/rate"
)

// An Engine judges messages. It is safe for concurrent use. Make one with New
// for each tenant (Config.Tenant); the zero Engine refuses calls with a *FieldError.
type Engine struct {
	cfg      Config
	keys     *keys.Keyer
	proof    proofs // of the Secret
	hasher   *similarity.Hasher
	index    *similarity.Index
	common   similarity.Boilerplate // what everybody writes
	received reception.Table        // what becomes of texts
	texts    texts                  // of which a person has said what is to be done
	store    Store
	sealed   *seal.Store // the border around it; nil: Config.Secrets is not set
	settings atomic.Pointer[settings]
	change   sync.Mutex   // of settings
	whole    sync.RWMutex // of all that is remembered at once: Restore against Snapshot
	budget   budget.Budget
	guard    *guard.Guard  // around an outside store; nil for Memory
	faults   *rate.Limiter // of log lines
	moved    *rate.Limiter // of those about times
	watch    *watch        // over the machine's clock; nil: Config.Now is the host's own
	ahead    *rate.Limiter // of reports that something was ahead of the clock
	peers    *peers        // nil: the store knows of no others
	kept     *keeping      // nil: the store keeps nothing beside the records
	works    sync.Pool     // of *work
	closed   atomic.Bool
	counts   counts
	acts     auditing
}

// ready says whether a call may begin.
func (e *Engine) ready(ctx context.Context) error {
	switch {
	case e == nil || e.cfg.Now == nil:
		return &FieldError{Field: "engine", Problem: "must be one that New made"}
	case ctx == nil:
		return &FieldError{Field: "ctx", Problem: "must not be nil"}
	case e.closed.Load():
		return ErrClosed
	}
	return ctx.Err()
}

// fault reports a failure of the store to the hook and, paced, to the log.
// Other errors are none of its business.
func (e *Engine) fault(ctx context.Context, err error) {
	if err == nil {
		return
	}
	if _, ok := errors.AsType[*FaultError](err); !ok {
		return
	}
	if h := e.cfg.Hooks.Fault; h != nil {
		h(ctx, err)
	}
	if e.faults.AllowN(time.Now(), 1) {
		e.cfg.Logger.LogAttrs(ctx, slog.LevelError, "decorum: "+err.Error())
	}
}

// A watch compares the clock of the machine with the time that it counts by itself,
// which nobody sets. It is safe for concurrent use; a nil one sees nothing.
type watch struct {
	began time.Time
	off   atomic.Int64 // nanoseconds that the clock has gained since then
}

// leastLeap is how far a clock must move to be told.
const leastLeap = time.Minute

// seen is how much the clock had gained when that was last looked at. It is to be asked
// before the clock is read, or two calls could see one leap.
func (w *watch) seen() int64 {
	if w == nil {
		return 0
	}
	return w.off.Load()
}

// moved is by how much the clock has moved since then: 0 where that is little, or
// another call was told.
func (w *watch) moved(seen int64, now time.Time) time.Duration {
	if w == nil {
		return 0
	}
	off := now.UnixNano() - w.began.UnixNano() - int64(now.Sub(w.began))
	leap := time.Duration(off - seen)
	if leap.Abs() < time.Second || !w.off.CompareAndSwap(seen, off) || leap.Abs() <= leastLeap {
		return 0 // small steps don't add up
	}
	return leap
}

// peers are the engines of other processes on the same store: what this one
// sees in the campaign index they are told, and what they see is counted here
// as if it had been seen here. Each decides by its own index, which is behind
// the others by what is under way.
type peers struct {
	notes Notes
	apart bool   // each has a store of its own
	proof uint32 // of the Secret
	names gossip.Aliases
	stop  func()

	// Of the goroutine that listens:
	heard   gossip.Note
	refused int           // notes since the last report
	reports *rate.Limiter // of refused notes
}

// A keeping is what an engine has with a store that keeps the state beside the
// records. Until it is known what was kept nothing takes its place. It is safe
// for concurrent use.
type keeping struct {
	store Keeper

	turn sync.Mutex // of stop
	stop func() error

	mu    sync.Mutex // one saving at a time
	known bool       // what was kept is restored, or there was nothing
}
