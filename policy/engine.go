package policy

import (
	"context"
	"crypto/rand"
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
	"github.com/decorum-go/decorum/similarity"
	"golang.org/x/time/rate"
)

// An Engine judges messages. It is safe for concurrent use. Make one with New
// for each tenant; the zero Engine refuses calls with a *FieldError.
type Engine struct {
	cfg      Config
	keys     *keys.Keyer
	hasher   *similarity.Hasher
	index    *similarity.Index
	common   similarity.Boilerplate // what everybody writes
	received reception.Table        // what becomes of texts
	store    Store
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
}

// New makes an Engine. An error joins a *FieldError for each fault of the Config, or
// wraps ErrSecret, ErrRecord or ErrSnapshot: the store holds what this Engine cannot
// use. A store that is away is no error of New, but of the first call: New tells
// Hooks.Fault and Config.Logger.
func New(cfg Config) (*Engine, error) {
	var w *watch
	if cfg.Now == nil {
		w = &watch{began: time.Now()}
	}
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	secret := cfg.Secret
	if len(secret) == 0 {
		secret = make([]byte, 32)
		rand.Read(secret)
	}
	e := &Engine{cfg: cfg, keys: keys.New(secret), store: cfg.Store, faults: rate.NewLimiter(1, 5), moved: rate.NewLimiter(rate.Every(time.Minute), 1), watch: w, ahead: rate.NewLimiter(rate.Every(time.Minute), 1)}
	if e.store == nil {
		e.store = NewMemory(0)
	}
	if _, ok := e.store.(*Memory); !ok {
		e.guard = e.newGuard()
	}
	e.hasher = similarity.NewHasher(e.keys.Seed())
	e.index = similarity.NewIndex(cfg.Index)
	e.works.New = func() any { return newWork() }
	e.settings.Store(newSettings(cfg.Policy, cfg.Shadow, e.keys, cfg.Signals))
	if e.guard != nil {
		if err := e.verifyStore(); err != nil {
			return nil, err
		}
		if err := e.loadState(); err != nil {
			return nil, err
		}
	}
	e.startPeers()
	return e, nil
}

// Close ends the use of the Engine. It stops listening to other processes, and
// saves the state beside the records once more where the store is a Keeper; the
// error is of that. Calls that run end as usual; every later one returns
// ErrClosed, but for Policy, and for Close itself, which then does nothing. The
// Store stays open: close it after the Engine.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	e.stopPeers()
	return e.stopSaving()
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

// peers are the engines of other processes on the same store: what this one
// sees in the campaign index they are told, and what they see is counted here
// as if it had been seen here. Each decides by its own index, which is behind
// the others by what is under way.
type peers struct {
	store Broadcaster
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
	stop  func() error

	mu    sync.Mutex // one saving at a time
	known bool       // what was kept is restored, or there was nothing
}
