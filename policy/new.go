package policy

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/similarity"
	"golang.org/x/time/rate"
)

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
	e := &Engine{cfg: cfg, store: cfg.Store, faults: rate.NewLimiter(1, 5), moved: rate.NewLimiter(rate.Every(time.Minute), 1), watch: w, ahead: rate.NewLimiter(rate.Every(time.Minute), 1)}
	secret := cfg.Secret
	switch {
	case len(cfg.Secrets) > 0:
		var err error
		if secret, err = e.openSealed(); err != nil {
			return nil, err
		}
	case len(secret) == 0:
		secret = make([]byte, 32)
		rand.Read(secret)
	}
	root := keys.New(secret)
	e.keys, e.proof = root.Of(cfg.Tenant), proofsOf(root, cfg.Tenant)
	if e.store == nil {
		e.store = NewMemory(0)
	}
	if _, ok := e.store.(*Memory); !ok {
		e.guard = e.newGuard()
	}
	e.startAudit()
	e.hasher = similarity.NewHasher(e.keys.Seed())
	e.index = similarity.NewIndex(cfg.Index)
	e.works.New = func() any { return newWork(e.acts.acting()) }
	e.settings.Store(e.newSettings(cfg.Policy, cfg.Shadow))
	if mem, ok := e.store.(*Memory); ok {
		if err := mem.adopt(e); err != nil {
			return nil, err
		}
	}
	if e.guard != nil {
		if err := e.verifyStore(); err != nil {
			return nil, err
		}
		if err := e.loadState(); err != nil {
			return nil, err
		}
	}
	e.warn(cfg.Policy)
	e.texts.began = time.Now()
	e.loadTexts()
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

// Policy returns the policy in force. It must not be changed; Clone it.
func (e *Engine) Policy() *Policy { return e.settings.Load().policy }

// SetPolicy replaces the policy and all shadow policies, also where it is given
// none: then nothing is judged in shadow any more. It may be called while messages
// are being judged: each decision is made under exactly one. A policy that is not
// valid changes nothing.
func (e *Engine) SetPolicy(p *Policy, shadow ...*Policy) error {
	if p == nil {
		return &FieldError{Field: "policy", Problem: "must not be nil"}
	}
	if err := e.ready(context.Background()); err != nil {
		return err
	}
	if err := checkPolicies(p, shadow, e.cfg.Compiler); err != nil {
		return err
	}
	e.change.Lock()
	defer e.change.Unlock()
	e.settings.Store(e.newSettings(p, shadow))
	e.warn(p)
	return nil
}
