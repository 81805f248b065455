package policy

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Around the store: errors of the judgement pass through as they are, those of
// the store become a *FaultError. A store outside the process is behind a guard
// (below); while it is away Config.OnFault decides.

// update judges: it updates the account's record, or only reads it.
func (e *Engine) update(ctx context.Context, w *work) error {
	if w.dry {
		return e.viewWith(ctx, w, w.in.Key, w.view)
	}
	return e.updateWith(ctx, w, w.in.Key, w.judge)
}

func (e *Engine) updateWith(ctx context.Context, w *work, key Key, fn func([]byte) (Record, error)) error {
	switch {
	case e.guard == nil:
		return asFault("update", e.store.Update(ctx, e.keys.Place(key), fn))
	case w.away:
		return asFault("update", e.guard.LastKnown.Update(key, w.call.bind(fn)))
	}
	return asFault("update", e.guard.Update(ctx, &w.call.Call, key, w.call.bind(fn)))
}

func (e *Engine) viewWith(ctx context.Context, w *work, key Key, fn func([]byte) error) error {
	switch {
	case e.guard == nil:
		return asFault("view", e.store.View(ctx, e.keys.Place(key), fn))
	case w.away:
		return asFault("view", e.guard.LastKnown.View(key, fn))
	}
	return asFault("view", e.guard.View(ctx, &w.call.Call, key, fn))
}

// revise changes a record that is not judged. fn reports whether it changed anything; of
// a record that it leaves empty nothing is kept.
func (e *Engine) revise(ctx context.Context, w *work, key Key, durable bool, fn func(r *state.Record) bool) error {
	err := e.updateWith(ctx, w, key, func(old []byte) (Record, error) {
		r := &w.other
		if err := decode(r, old); err != nil {
			return Record{}, err
		}
		switch {
		case !fn(r):
			return Record{}, errUnchanged
		case r.Empty():
			return Record{Durable: durable}, nil
		}
		return w.encode(r, durable), nil
	})
	if err == errUnchanged {
		return nil
	}
	return err
}

func (e *Engine) deleteWith(ctx context.Context, w *work, key Key) error {
	if e.guard == nil {
		return e.store.Delete(ctx, e.keys.Place(key))
	}
	return e.guard.Delete(ctx, &w.call.Call, key)
}

// all is the store's All. Its own errors are faults.
func (e *Engine) all(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	all := func(ctx context.Context) iter.Seq2[Entry, error] { return e.entries(ctx, listed) }
	entries := all(ctx)
	if e.guard != nil {
		entries = guard.All(ctx, e.guard, all)
	}
	return func(yield func(Entry, error) bool) {
		for entry, err := range entries {
			if e.guard != nil && entry.Key == guard.ProofKey {
				continue
			}
			if err != nil && (ctx.Err() == nil || !errors.Is(err, ctx.Err())) {
				err = &FaultError{Op: "all", Err: err}
			}
			if err == nil && listed && e.guard != nil {
				e.guard.LastKnown.PutIfAbsent(entry.Key, entry.Data)
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

// A store outside the process is behind a guard, which has types of its own. What
// converts between them is bound once, to a node of the guard or to a call, so
// that a call allocates nothing for it.

// outside is a store as a guard sees it.
type outside struct {
	store Store
	keys  *keys.Keyer
}

func (o outside) place(key guard.Key) Key {
	if key == guard.ProofKey {
		return key
	}
	return o.keys.Place(key)
}

// Bind implements guard.Store.
func (o outside) Bind(fn func(old []byte) (guard.Record, error)) func(context.Context, guard.Key) error {
	update := func(old []byte) (Record, error) {
		r, err := fn(old)
		return Record(r), err
	}
	return func(ctx context.Context, key guard.Key) error { return o.store.Update(ctx, o.place(key), update) }
}

// View implements guard.Store.
func (o outside) View(ctx context.Context, key guard.Key, fn func(data []byte) error) error {
	return o.store.View(ctx, o.place(key), fn)
}

// newGuard puts a guard around the engine's store, which proves its Secret by an
// HMAC of it.
func (e *Engine) newGuard() *guard.Guard {
	known := 0
	if e.cfg.Tenant != "" {
		known = knownOfTenant
	}
	return guard.New(outside{e.store, e.keys}, guard.Config{
		Known:    known,
		Enforces: state.Enforces,
		Fault:    newFault,
		Record:   ErrRecord, Secret: ErrSecret, Overload: ErrOverload,
		Proof: func(in guard.Incarnation) []byte {
			return state.EncodeProof(e.proven(), state.Incarnation(in), e.ring())
		},
		Compare: func(data []byte) (guard.Incarnation, error) { return e.compare(data) },
		Unused:  unused,
		Emptied: ErrEmptied, Filled: e.cfg.ExpectRecords,
		Lacks: e.lacks, Merge: e.merge,
	})
}

// lacks reports whether a stored record knows nothing of a sanction that stands in the
// known one. One that can't be read lacks nothing: it is refused as it is.
func (e *Engine) lacks(stored, known []byte) bool {
	var a, b state.Record
	return decode(&a, stored) == nil && decode(&b, known) == nil && a.Lacks(&b, e.cfg.Now())
}

// merge is state.Merge of encoded records.
func (e *Engine) merge(known, stored []byte) (guard.Record, error) {
	var a, b state.Record
	if err := decode(&a, known); err != nil {
		return guard.Record{}, err
	}
	kept := &a
	if len(stored) > 0 {
		if decode(&b, stored) != nil { // it stays
			return guard.Record{}, errUnchanged
		}
		kept = state.Merge(&a, &b, e.cfg.Now(), e.cfg.MaxSkew, &e.settings.Load().enforced.Member.Ladder)
	}
	if kept == nil {
		return guard.Record{}, errUnchanged
	}
	return guard.Record(recordOf(kept, kept.Encode(nil))), nil
}

// AcceptEmptied says that an outside store which was emptied, or which an empty or
// another one took the place of (ErrEmptied), is the one to go on with. The last
// known records, of some 16,000 accounts and those with sanctions first of all, are
// written to it, unless it holds newer ones; written is how many. The engines of
// other processes that knew the old store then do the same by themselves. Until
// that, all are Degraded: restore a backup instead, and they go on by themselves,
// too. With a store that is as it was the call does nothing. An error is a
// *FaultError or the context's: call it again.
func (e *Engine) AcceptEmptied(ctx context.Context) (written int, err error) {
	if err := e.ready(ctx); err != nil {
		return 0, err
	}
	if e.guard == nil {
		return 0, nil
	}
	if written, err = e.guard.Accept(ctx); err != nil && ctx.Err() == nil {
		err = newFault("update", err)
	}
	e.fault(ctx, err)
	return written, err
}

func newFault(op string, err error) error { return &FaultError{Op: op, Err: err} }

// compareProof reads the proof of the engine's own Secret.
func compareProof(data []byte, want *proofs) (guard.Incarnation, error) {
	var r state.Record
	if err := decode(&r, data); err != nil {
		return guard.Incarnation{}, fmt.Errorf("the proof of the Secret: %w", err)
	}
	switch {
	case r.Copied.Phase == state.Copying:
		return guard.Incarnation{}, fmt.Errorf("%w: %w", ErrRecord, ErrUnfinished)
	case r.Proof == Key{}:
		return guard.Incarnation{}, fmt.Errorf("%w: there is none where the proof of the Secret should be", ErrRecord)
	case r.Proof == want.other:
		return guard.Incarnation{}, errTenants
	case !hmac.Equal(r.Proof[:], want.mine[:]) && len(r.Ring) > 0:
		return guard.Incarnation{}, fmt.Errorf("%w: this store's Secret was changed, put it into Config.Secrets (docs/stores.md)", ErrSecret)
	case !hmac.Equal(r.Proof[:], want.mine[:]):
		return guard.Incarnation{}, fmt.Errorf("%w; configure that one, or a store that is empty", ErrSecret)
	}
	return guard.Incarnation(r.Incarnation), nil
}

// unused makes of the proof in a store that nobody has used since it was copied into
// that of one in use.
func unused(data []byte) (guard.Record, bool) {
	var r state.Record
	if r.Decode(data) != nil || r.Copied.Phase != state.Unused {
		return guard.Record{}, false
	}
	return guard.Record{Data: state.EncodeProof(r.Proof, r.Incarnation, r.Ring), Durable: true, Pinned: true}, true
}

// verifyStore calls an outside store for the first time. A store that is away is no
// error: the engine begins without it, and verifies it when it is there.
func (e *Engine) verifyStore() error {
	c := &guard.Call{Deadline: time.Now().Add(e.cfg.Timeout)}
	err := asFault("view", e.guard.View(context.Background(), c, guard.ProofKey, func([]byte) error { return nil }))
	if errors.Is(err, ErrSecret) || errors.Is(err, ErrRecord) || errors.Is(err, ErrEmptied) {
		return err
	}
	e.fault(context.Background(), err)
	return nil
}
