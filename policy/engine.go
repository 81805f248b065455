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
	"github.com/decorum-go/decorum/policy/internal/keys"
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
	spaces   sync.Pool     // of *space
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
	e.spaces.New = func() any { return newSpace() }
	e.settings.Store(e.makeSettings(cfg.Policy, cfg.Shadow))
	if e.guard != nil {
		if err := e.meetStore(); err != nil {
			return nil, err
		}
		if err := e.remember(); err != nil {
			return nil, err
		}
	}
	e.join()
	return e, nil
}

// Close ends the use of the Engine: it hears no more of other processes, and its
// state is saved once more where the store is a Keeper; the error is of that. It
// stops nothing of the host's: who opened a Store closes it, after the Engine.
func (e *Engine) Close() error {
	e.part()
	return e.forsake()
}

func (e *Engine) makeSettings(p *Policy, shadow []*Policy) *settings {
	return newSettings(p, shadow, e.keys, e.cfg.Signals, e.cfg.Resolution)
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

// lastTime is the last moment that a record can keep, in 2106.
var lastTime = time.Unix(forever-1, 0)

// Evaluate judges a message and remembers the attempt. Call it before
// delivering, and deliver if Decision.Delivered. An unwelcome message is not an
// error: an error says that the message is invalid (*FieldError: nothing has
// changed), that the context ended, or that the store failed (*FaultError: the
// Decision follows Config.OnFault and is Degraded). The Decision is always safe
// to act on as it stands.
func (e *Engine) Evaluate(ctx context.Context, m Message) (Decision, error) {
	s, err := e.open(ctx, &m)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	return e.process(ctx, s, false)
}

// Learn counts a message of the past as delivered: no verdict, no sanction, no
// hook. Feed it in the order of time, before the first Evaluate.
func (e *Engine) Learn(ctx context.Context, m Message) error {
	s, err := e.open(ctx, &m)
	if err != nil {
		return err
	}
	_, err = e.process(ctx, s, true)
	return err
}

func (e *Engine) process(ctx context.Context, s *space, learn bool) (Decision, error) {
	j := &s.j
	j.f.learn = learn
	if err := e.judge(ctx, s); err != nil {
		return e.withoutStore(ctx, s, err)
	}
	e.quote(s) // before the message joins its template: Preview says the same
	if !j.d.Repeat {
		e.follow(ctx, s)
	}
	if !learn && (e.cfg.Hooks.Imposed != nil || e.cfg.Hooks.Decided != nil) {
		e.tell(ctx, s)
	}
	d := j.d
	e.close(s)
	return d, nil
}

// Preview judges a message as Evaluate would, and remembers nothing.
func (e *Engine) Preview(ctx context.Context, m Message) (Decision, error) {
	s, err := e.open(ctx, &m)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	s.dry = true
	if err := e.judge(ctx, s); err != nil {
		return e.withoutStore(ctx, s, err)
	}
	e.quote(s)
	d := s.j.d
	e.close(s)
	return d, nil
}

// open checks a message and reads it: fold, sketch.
func (e *Engine) open(ctx context.Context, m *Message) (*space, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	s := e.begin(m)
	f := &s.j.f
	f.read(&s.m, e.keys)
	e.sketchOf(&f.sketch, m)
	f.meet(&s.m, e.now(m.At))
	return s, nil
}

// begin takes a work space for a message.
func (e *Engine) begin(m *Message) *space {
	s := e.workspace()
	s.j.e, s.j.subject = e.settings.Load(), ""
	s.asking = false
	s.m = *m // the caller's need not outlive its stack
	if e.guard != nil {
		s.keep()
	}
	return s
}

// judge updates the sender's record, looking up what the judgement asks for.
func (e *Engine) judge(ctx context.Context, s *space) error {
	j := &s.j
	var asked time.Time
	for {
		err := e.update(ctx, j.f.key, s)
		switch err {
		case nil, errIdle:
			if !s.dry && j.f.permit == granted && j.guilt == nil {
				e.budget.GiveBack(asked)
			}
			if !s.dry && j.f.m != nil {
				e.budget.See(j.f.me, j.f.now)
			}
			return nil
		case errLook:
			if err := e.look(ctx, s); err != nil {
				return err
			}
		case errBudget:
			asked = j.f.now
			j.f.permit = denied
			b := j.e.policy.Budget
			if s.dry && e.budget.Check(asked, b.PerHour, b.Share) || !s.dry && e.budget.Take(asked, b.PerHour, b.Share) {
				j.f.permit = granted
			}
		default:
			if !s.dry && j.f.permit == granted {
				e.budget.GiveBack(asked)
			}
			return err
		}
	}
}

// tell calls the hooks.
func (e *Engine) tell(ctx context.Context, s *space) {
	h, m, d := &e.cfg.Hooks, &s.m, &s.j.d
	if h.Imposed != nil {
		for i := range d.Imposed {
			h.Imposed(ctx, &d.Imposed[i])
		}
	}
	if h.Decided != nil {
		h.Decided(ctx, m, d)
	}
}
