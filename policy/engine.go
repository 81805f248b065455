package policy

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/decorum-go/decorum/similarity"
)

// An Engine judges messages. It is safe for concurrent use. Make one with New
// for each tenant; the zero Engine is not usable.
type Engine struct {
	cfg      Config
	keys     *keyer
	hasher   *similarity.Hasher
	index    *similarity.Index
	common   similarity.Boilerplate // what everybody writes
	store    Store
	settings atomic.Pointer[settings]
	change   sync.Mutex // of settings
	budget   budget
	guard    *guard        // around an outside store; nil for Memory
	faults   *rate.Limiter // of log lines
	spaces   sync.Pool     // of *space
}

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
	// Secret keys all hashes that leave the process. It is required with a
	// shared store, and random when nil: then a snapshot cannot be restored
	// elsewhere. It is not rotated.
	Secret []byte
	// Signals are the host's own, after the built-in ones.
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
	// Resolution of Message.At; from a minute up, tests that need seconds are off.
	Resolution time.Duration
	// Logger gets faults of the store; nil discards. No text and no account's
	// name is ever logged.
	Logger *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Index bounds the campaign index; zero fields are its defaults.
	Index similarity.IndexConfig
}

// A FaultMode says what Evaluate decides while the store is out of reach.
type FaultMode uint8

// Fault modes.
const (
	Static   FaultMode = iota // enforce what is known, count locally, impose nothing new
	AllowAll                  // deliver
	HoldAll                   // a person decides
)

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
	e := &Engine{cfg: cfg, keys: newKeyer(secret), store: cfg.Store, faults: rate.NewLimiter(1, 5)}
	if e.store == nil {
		e.store = NewMemory(0)
	}
	if _, ok := e.store.(*Memory); !ok {
		e.guard = newGuard(e.store)
	}
	e.hasher = similarity.NewHasher(e.keys.seed[:])
	e.index = similarity.NewIndex(cfg.Index)
	e.spaces.New = func() any { return newSpace() }
	e.settings.Store(e.makeSettings(cfg.Policy, cfg.Shadow))
	return e, nil
}

// Close ends the use of the Engine. It stops nothing of the host's: who opened
// a Store closes it.
func (e *Engine) Close() error { return nil }

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
	s := e.workspace()
	j := &s.j
	j.e, j.subject = e.settings.Load(), ""
	s.m = *m // the caller's need not outlive its stack
	if e.guard != nil {
		s.keep()
	}
	j.f.read(&s.m, e.keys, e.now(m.At))
	if m.Text != "" {
		e.hasher.SketchWithout(&j.f.sketch, m.Text[:min(len(m.Text), MaxText)], &e.common)
	} else {
		j.f.sketch = similarity.Sketch{}
	}
	return s, nil
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
				e.budget.giveBack(asked)
			}
			if !s.dry && j.f.m != nil {
				e.budget.active.see(j.f.me, j.f.now)
			}
			return nil
		case errLook:
			if err := e.look(ctx, s); err != nil {
				return err
			}
		case errBudget:
			asked = j.f.now
			j.f.permit = denied
			if s.dry && e.budget.check(asked, j.e.policy.Budget) || !s.dry && e.budget.take(asked, j.e.policy.Budget) {
				j.f.permit = granted
			}
		default:
			if !s.dry && j.f.permit == granted {
				e.budget.giveBack(asked)
			}
			return err
		}
	}
}

// look finds out what the sender's record does not know: who wrote first, what
// the campaign index would say, what is known of the origin.
func (e *Engine) look(ctx context.Context, s *space) error {
	f := &s.j.f
	f.looked = true
	if !f.m.Reply {
		n := 0
		for i := range f.to {
			a := &f.to[i]
			if a.tied || f.m.Group != "" {
				continue
			}
			if n++; n > mostLooks {
				break
			}
			s.asker, s.asked = f.me, a
			if err := e.others(ctx, e.view(ctx, s, a.key, s.peek)); err != nil {
				return err
			}
		}
	}
	if f.m.Origin != "" {
		s.asker = f.me
		s.j.origin = e.keys.key(kindOrigin, f.m.Origin)
		if err := e.others(ctx, e.view(ctx, s, s.j.origin, s.origin)); err != nil {
			return err
		}
	}
	if f.sketch.Grams > 0 {
		s.cold = f.coldOnes(s.cold[:0])
		if len(s.cold) > 0 {
			f.cluster, _ = e.index.Preview(f.now, &f.sketch, f.me, s.cold...)
		}
	}
	return nil
}

// coldOnes appends the recipients that an index should know of.
func (f *facts) coldOnes(dst []uint64) []uint64 {
	for i := range f.to {
		if a := &f.to[i]; !a.tied && !a.wrote && (a.relation == UnknownRelation || a.relation >= SecondDegree) {
			dst = append(dst, a.who)
		}
	}
	return dst
}

// follow does what a counted message means for others: the campaign index, the
// people who waited for an answer, the origin. None of it fails the decision.
func (e *Engine) follow(ctx context.Context, s *space) {
	j := &s.j
	f := &j.f
	if j.d.Delivered() {
		if j.observe {
			if s.cold = f.coldOnes(s.cold[:0]); len(s.cold) > 0 {
				e.learn(j, e.index.Observe(f.now, &f.sketch, f.me, s.cold...))
			}
		}
		n := 0
		for i := range f.to {
			a := &f.to[i]
			if !a.waits && !a.credit {
				continue
			}
			if n++; n > mostLooks {
				break
			}
			if e.credit(ctx, s, a.key); s.call.lost {
				break // its time is up, too
			}
		}
	}
	if j.taint != 0 {
		e.index.Taint(f.now, j.taint, f.me)
	}
	if j.guilt != nil && f.m.Origin != "" && !s.call.lost {
		s.guilty = *j.guilt
		e.fault(ctx, e.updateWith(ctx, s, j.origin, s.accuse))
	}
}

// learn shows a text to what remembers texts: the template of its cluster from
// the second message on, and what everybody writes, where the sender is of some
// age and nothing speaks against the text.
func (e *Engine) learn(j *judgement, c similarity.Cluster) {
	f := &j.f
	text := f.m.Text[:min(len(f.m.Text), MaxText)]
	if c.ID != 0 && c.Messages > 1 && c.Messages <= templateTexts {
		e.index.AddText(e.hasher, c.ID, text)
	}
	aged := j.r.born != 0 && f.sec >= after(j.r.born, learnAfter)
	if aged && j.d.Verdict == Allow && j.score.Probability < j.e.policy.rules(f.m.Class).Score.Warn && c.Tainted == 0 && c.Senders <= 1 {
		e.common.Learn(e.hasher, text, f.me)
	}
}

// templateTexts is how many messages of a cluster its template is made of.
const templateTexts = 64

// learnAfter is the age in seconds from which an account teaches what is common.
const learnAfter = 48 * 3600

// quote puts the template of the text into the reasons that are about it.
func (e *Engine) quote(s *space) {
	j := &s.j
	for i := range j.d.Reasons {
		switch r := &j.d.Reasons[i]; r.Code {
		case CodeDuplicate, CodeDrip:
			if k := j.l.slot; k >= 0 && j.f.m != nil && j.r.texts.at[k].cluster != 0 {
				if t, ok := e.index.Template(j.r.texts.at[k].cluster, j.f.m.Text[:min(len(j.f.m.Text), MaxText)]); ok {
					r.Text = t.String()
				}
			}
		}
	}
}

// credit tells an account that the sender answered it. The answer of somebody
// with strikes of his own counts less.
func (e *Engine) credit(ctx context.Context, s *space, key Key) {
	s.asker, s.at, s.worth = s.j.f.me, s.j.f.now, 1
	if s.j.r.course.n > 0 {
		s.worth = doubtful
	}
	if err := e.updateWith(ctx, s, key, s.answer); err != nil && err != errIdle {
		e.fault(ctx, err)
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
