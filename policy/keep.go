package policy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
)

// keptWait is how long a store may take to open what it keeps.
const keptWait = 10 * time.Second

// loadState restores what the store keeps, and has it kept from now on. A store
// that is away is no error: the engine begins with an empty index, and restores
// what is kept before it saves for the first time.
func (e *Engine) loadState() error {
	store, ok := e.store.(Keeper)
	if _, keeps := e.cfg.Store.(Keeper); !ok || !keeps || e.cfg.Tenant != "" { // it keeps the state of one
		return nil
	}
	k := &keeping{store: store}
	if err := e.restoreKept(k); errors.Is(err, ErrSnapshot) {
		return err
	} else if err != nil {
		e.fault(context.Background(), err)
	}
	e.kept = k
	k.stop = store.Keep(e.save)
	return nil
}

// stopSaving ends the keeping, after the state was saved once more.
func (e *Engine) stopSaving() error {
	if e.kept == nil {
		return nil
	}
	e.kept.turn.Lock()
	defer e.kept.turn.Unlock()
	return e.kept.stop()
}

// saveAnew has the state saved now, as after a change of the Secret.
func (e *Engine) saveAnew() error {
	k := e.kept
	if k == nil {
		return nil
	}
	k.turn.Lock()
	defer k.turn.Unlock()
	if e.closed.Load() {
		return ErrClosed
	}
	// The first is of no use where another engine has kept its state here since.
	err := errors.Join(k.stop(), k.store.Keep(e.save)())
	k.stop = k.store.Keep(e.save)
	return err
}

// restoreKept restores what is kept. The error is a *FaultError, or says in words why
// that cannot be used.
func (e *Engine) restoreKept(k *keeping) error {
	ctx, cancel := context.WithTimeout(context.Background(), keptWait)
	defer cancel()
	r, err := k.store.Kept(ctx)
	if err == nil && r != nil {
		defer r.Close()
		var s *snapshot
		if s, err = e.readSnapshot(ctx, r); err == nil {
			err = e.restore(s)
		}
	}
	switch {
	case errors.Is(err, ErrSnapshot):
		return fmt.Errorf("policy: the engine cannot use the state that the store keeps beside the records. Configure the Secret that it was saved under, or remove it to begin with an empty campaign index; the documentation of the store says where it is: %w", err)
	case err != nil:
		return &FaultError{Op: "kept", Err: err}
	}
	k.known = true
	return nil
}

// save writes the state beside the records: a snapshot without them. It never
// takes the place of what could not be read, or of another Secret's.
func (e *Engine) save(w io.Writer) error {
	k := e.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	err := e.verifyLate()
	if err == nil && !k.known {
		if err = e.restoreKept(k); errors.Is(err, ErrSnapshot) {
			err = &FaultError{Op: "kept", Err: err}
		}
	}
	if err != nil {
		e.fault(context.Background(), err)
		return err
	}
	return e.dump(w, func(func(Entry, error) bool) {})
}

// verifyLate verifies the proof of the Secret if that has not been since the store
// was away.
func (e *Engine) verifyLate() error {
	ctx, cancel := context.WithTimeout(context.Background(), guard.CheckWait)
	defer cancel()
	if err := e.guard.Verify(ctx); err != nil {
		return &FaultError{Op: "keep", Err: err}
	}
	return nil
}
