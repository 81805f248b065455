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
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/similarity"
	"golang.org/x/time/rate"
)

// An Engine judges messages. It is safe for concurrent use. Make one with New
// for each tenant; the zero Engine is not usable.
type Engine struct {
	cfg      Config
	keys     *keys.Keyer
	hasher   *similarity.Hasher
	index    *similarity.Index
	common   similarity.Boilerplate // what everybody writes
	store    Store
	settings atomic.Pointer[settings]
	change   sync.Mutex // of settings
	budget   budget.Budget
	guard    *guard        // around an outside store; nil for Memory
	faults   *rate.Limiter // of log lines
	peers    *peers        // nil: the store knows of no others
	kept     *keeping      // nil: the store keeps nothing beside the records
	works    sync.Pool     // of *work
	closed   atomic.Bool
}

// New makes an Engine. It reports everything that is wrong with the Config.
func New(cfg Config) (*Engine, error) {
	if cfg.Policy == nil {
		cfg.Policy = Default()
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 50 * time.Millisecond
	}
	if cfg.MaxSkew == 0 {
		cfg.MaxSkew = 5 * time.Minute
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	var errs []error
	if cfg.Timeout < 0 {
		errs = append(errs, &FieldError{Field: "config.timeout", Problem: "must not be negative"})
	}
	if cfg.MaxSkew < 0 {
		errs = append(errs, &FieldError{Field: "config.max_skew", Problem: "must not be negative"})
	}
	if cfg.Resolution < 0 {
		errs = append(errs, &FieldError{Field: "config.resolution", Problem: "must not be negative; 0 is exact"})
	}
	if cfg.OnFault > HoldAll {
		errs = append(errs, &FieldError{Field: "config.on_fault", Problem: "must be Static, AllowAll or HoldAll"})
	}
	for _, fn := range cfg.Signals {
		if fn == nil {
			errs = append(errs, &FieldError{Field: "config.signals", Problem: "must not hold nil"})
		}
	}
	if cfg.Store != nil && len(cfg.Secret) == 0 {
		if _, ok := cfg.Store.(*Memory); !ok {
			errs = append(errs, &FieldError{Field: "config.secret", Problem: "is required with a store outside the process: its keys would change with every start"})
		}
	}
	if err := checkPolicies(cfg.Policy, cfg.Shadow); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	secret := cfg.Secret
	if len(secret) == 0 {
		secret = make([]byte, 32)
		rand.Read(secret)
	}
	e := &Engine{cfg: cfg, keys: keys.New(secret), store: cfg.Store, faults: rate.NewLimiter(1, 5)}
	if e.store == nil {
		e.store = NewMemory(0)
	}
	if _, ok := e.store.(*Memory); !ok {
		e.guard = newGuard(e.store)
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
	if e.closed.Load() {
		return ErrClosed
	}
	return ctx.Err()
}

// now is the time at which something that happened at t is judged.
func (e *Engine) now(t time.Time) time.Time {
	now := e.cfg.Now()
	if t.IsZero() {
		t = now
	} else if latest := now.Add(e.cfg.MaxSkew); t.After(latest) {
		t = latest
	}
	switch {
	case t.Before(minTime):
		t = minTime
	case t.After(lastTime):
		t = lastTime
	}
	return t.UTC()
}

// lastTime is the last moment that a record can keep.
var lastTime = time.Unix(stamp.Last, 0)

// Evaluate judges a message and remembers the attempt. Call it before
// delivering, and deliver if Decision.Delivered. An unwelcome message is not an
// error: an error says that the message is invalid (*FieldError: nothing has
// changed), that the context ended, or that the store failed (*FaultError: the
// Decision follows Config.OnFault and is Degraded). The Decision is always safe
// to act on as it stands.
func (e *Engine) Evaluate(ctx context.Context, m Message) (Decision, error) {
	w, err := e.read(ctx, &m)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	return e.evaluate(ctx, w)
}

// evaluate decides on a message that was read, and does what follows from it.
func (e *Engine) evaluate(ctx context.Context, w *work) (Decision, error) {
	if err := e.judge(ctx, w); err != nil {
		return e.degraded(ctx, w, err)
	}
	d := e.decision(w) // before the message joins its template: Preview says the same
	e.afterDecision(ctx, w)
	e.runHooks(ctx, w, d)
	e.end(w)
	return d, nil
}

// Learn counts a message of the past as delivered: no verdict, no sanction, no
// hook. Feed it in the order of time, before the first Evaluate.
func (e *Engine) Learn(ctx context.Context, m Message) error {
	w, err := e.read(ctx, &m)
	if err != nil {
		return err
	}
	w.in.Learn = true
	if err := e.judge(ctx, w); err != nil {
		_, err = e.degraded(ctx, w, err)
		return err
	}
	e.afterDecision(ctx, w)
	e.end(w)
	return nil
}

// Preview judges a message as Evaluate would, and remembers nothing.
func (e *Engine) Preview(ctx context.Context, m Message) (Decision, error) {
	w, err := e.read(ctx, &m)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	w.dry = true
	if err := e.judge(ctx, w); err != nil {
		return e.degraded(ctx, w, err)
	}
	d := e.decision(w)
	e.end(w)
	return d, nil
}

// judge runs the judgement in the store, and gets it what it needs.
func (e *Engine) judge(ctx context.Context, w *work) error {
	var asked time.Time // of the budget
	for {
		err := e.update(ctx, w)
		if err == nil || err == errUnchanged {
			switch w.out.Need {
			case judge.Lookup:
				if err := e.look(ctx, w); err != nil {
					return err
				}
				continue
			case judge.Budget:
				asked = w.out.Now
				w.in.Grant = e.ask(asked, w)
				continue
			}
			err = nil
		}
		if !w.dry && w.in.Grant == ladder.Granted && (err != nil || !w.out.Punished) {
			e.budget.GiveBack(asked)
		}
		if !w.dry && w.in.Message && err == nil {
			e.budget.See(w.in.Me, w.out.Now)
		}
		return err
	}
}

// ask asks the budget for one sanction above Warning.
func (e *Engine) ask(at time.Time, w *work) ladder.Grant {
	b := w.settings.policy.Budget
	if w.dry && e.budget.Check(at, b.PerHour, b.Share) || !w.dry && e.budget.Take(at, b.PerHour, b.Share) {
		return ladder.Granted
	}
	return ladder.Denied
}

// runHooks tells the host what happened.
func (e *Engine) runHooks(ctx context.Context, w *work, d Decision) {
	h := &e.cfg.Hooks
	if h.Imposed != nil {
		for i := range d.Imposed {
			h.Imposed(ctx, &d.Imposed[i])
		}
	}
	if h.Decided != nil {
		told := d // only here: what a hook is handed is allocated
		h.Decided(ctx, &w.m, &told)
	}
}
