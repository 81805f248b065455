package policy

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A store outside the process is behind a guard, which has types of its own. What
// converts between them is bound once, to a node of the guard or to a call, so
// that a call allocates nothing for it.

// outside is a store as a guard sees it.
type outside struct{ store Store }

// Bind implements guard.Store.
func (o outside) Bind(fn func(old []byte) (guard.Record, error)) func(context.Context, guard.Key) error {
	update := func(old []byte) (Record, error) {
		r, err := fn(old)
		return Record(r), err
	}
	return func(ctx context.Context, key guard.Key) error { return o.store.Update(ctx, key, update) }
}

// View implements guard.Store.
func (o outside) View(ctx context.Context, key guard.Key, fn func(data []byte) error) error {
	return o.store.View(ctx, key, fn)
}

// A call is one of the guard. It is reused like that.
type call struct {
	guard.Call
	fn    func(old []byte) (Record, error)
	bound func(old []byte) (guard.Record, error)
}

// bind returns fn as the guard takes it; a call has one at a time.
func (c *call) bind(fn func(old []byte) (Record, error)) func(old []byte) (guard.Record, error) {
	c.fn = fn
	if c.bound == nil {
		c.bound = func(old []byte) (guard.Record, error) {
			r, err := c.fn(old)
			return guard.Record(r), err
		}
	}
	return c.bound
}

// newGuard puts a guard around the engine's store, which proves its Secret by an
// HMAC of it.
func (e *Engine) newGuard() *guard.Guard {
	proof := e.keys.Key(keys.Seed, "store")
	return guard.New(outside{e.store}, guard.Config{
		Enforces: state.Enforces,
		Fault:    newFault,
		Record:   ErrRecord, Secret: ErrSecret,
		Proof:   state.EncodeProof(proof),
		Compare: func(data []byte) error { return compareProof(data, proof) },
		Emptied: func() { e.fault(context.Background(), newFault("view", ErrEmptied)) },
	})
}

func newFault(op string, err error) error { return &FaultError{Op: op, Err: err} }

// compareProof returns nil for the proof of the engine's own Secret.
func compareProof(data []byte, want Key) error {
	var r state.Record
	if err := decode(&r, data); err != nil {
		return fmt.Errorf("the proof of the Secret: %w", err)
	}
	switch {
	case r.Proof == Key{}:
		return fmt.Errorf("%w: there is none where the proof of the Secret should be", ErrRecord)
	case !hmac.Equal(r.Proof[:], want[:]):
		return fmt.Errorf("%w; configure that one, or a store that is empty", ErrSecret)
	}
	return nil
}

// verifyStore calls an outside store for the first time. A store that is away is no
// error: the engine begins without it, and verifies it when it is there.
func (e *Engine) verifyStore() error {
	c := &guard.Call{Deadline: time.Now().Add(e.cfg.Timeout)}
	err := asFault("view", e.guard.View(context.Background(), c, guard.ProofKey, func([]byte) error { return nil }))
	if errors.Is(err, ErrSecret) || errors.Is(err, ErrRecord) {
		return err
	}
	e.fault(context.Background(), err)
	return nil
}
