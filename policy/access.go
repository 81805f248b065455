package policy

import (
	"context"
	"errors"
	"iter"

	"github.com/decorum-go/decorum/policy/internal/guard"
)

// Around the store: errors of the judgement pass through as they are, those of
// the store become a *FaultError. A store outside the process is behind a guard
// (outside.go); while it is away Config.OnFault decides.

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
		return asFault("update", e.store.Update(ctx, key, fn))
	case w.away:
		return asFault("update", e.guard.LastKnown.Update(key, w.call.bind(fn)))
	}
	return asFault("update", e.guard.Update(ctx, &w.call.Call, key, w.call.bind(fn)))
}

func (e *Engine) viewWith(ctx context.Context, w *work, key Key, fn func([]byte) error) error {
	switch {
	case e.guard == nil:
		return asFault("view", e.store.View(ctx, key, fn))
	case w.away:
		return asFault("view", e.guard.LastKnown.View(key, fn))
	}
	return asFault("view", e.guard.View(ctx, &w.call.Call, key, fn))
}

func (e *Engine) deleteWith(ctx context.Context, w *work, key Key) error {
	if e.guard == nil {
		return e.store.Delete(ctx, key)
	}
	return e.guard.Delete(ctx, &w.call.Call, key)
}

// all is the store's All. Its own errors are faults.
func (e *Engine) all(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	all := func(ctx context.Context) iter.Seq2[Entry, error] { return e.store.All(ctx, listed) }
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
