package policy

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
)

// Around the store: errors of the judgement pass through as they are, those of
// the store become a *FaultError. A store outside the process is behind a guard
// (guard.go); while it is away Config.OnFault decides.

// errUnchanged, of a function that a store runs, says that there is nothing to
// change.
var errUnchanged = errors.New("policy: nothing to change")

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
		return asFault("update", e.guard.known.update(key, fn))
	}
	return asFault("update", e.guard.update(ctx, &w.call, key, fn))
}

func (e *Engine) viewWith(ctx context.Context, w *work, key Key, fn func([]byte) error) error {
	switch {
	case e.guard == nil:
		return asFault("view", e.store.View(ctx, key, fn))
	case w.away:
		return asFault("view", e.guard.known.view(key, fn))
	}
	return asFault("view", e.guard.view(ctx, &w.call, key, fn))
}

func (e *Engine) deleteWith(ctx context.Context, w *work, key Key) error {
	if e.guard == nil {
		return e.store.Delete(ctx, key)
	}
	return e.guard.delete(ctx, &w.call, key)
}

// all is the store's All. Its own errors are faults.
func (e *Engine) all(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	entries := e.store.All(ctx, listed)
	if e.guard != nil {
		entries = e.guard.all(ctx, listed)
	}
	return func(yield func(Entry, error) bool) {
		for entry, err := range entries {
			if err != nil && (ctx.Err() == nil || !errors.Is(err, ctx.Err())) {
				err = &FaultError{Op: "all", Err: err}
			}
			if err == nil && listed && e.guard != nil {
				e.guard.known.meet(entry)
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

// asFault makes a fault of a record that cannot be read. It stays as it is.
func asFault(op string, err error) error {
	if err == nil || err == errUnchanged || !errors.Is(err, ErrRecord) {
		return err
	}
	if _, ok := errors.AsType[*FaultError](err); ok {
		return err
	}
	return &FaultError{Op: op, Err: err}
}

// degraded decides what the judgement could not, because of err, and ends the work.
// An error that is no fault is the context's: then nobody waits.
func (e *Engine) degraded(ctx context.Context, w *work, err error) (Decision, error) {
	// A work that is lost may still be in use: only what read wrote is read.
	d := Decision{Message: w.m.ID, Policy: w.settings.enforced.ID, At: w.in.At}
	learn := w.in.Learn
	if _, ok := errors.AsType[*FaultError](err); !ok {
		e.end(w)
		return d, err
	}
	e.fault(ctx, err)
	if learn {
		e.end(w)
		return d, err
	}
	d.Degraded, d.Verdict, d.Reasons = true, Hold, []Reason{{Code: CodeFault}}
	if w.call.lost {
		w = e.again(w)
	}
	switch {
	case e.cfg.OnFault == AllowAll:
		d.Verdict = Allow
	case e.cfg.OnFault == Static && e.static(w, err):
		d = e.decision(w)
		d.Degraded = true
		d.Reasons = append(d.Reasons, Reason{Code: CodeFault})
	}
	if !w.dry {
		e.runHooks(ctx, w, d)
	}
	e.end(w)
	return d, err
}

// again makes a new work for the message of one that is lost.
func (e *Engine) again(lost *work) *work {
	w := e.begin()
	m := lost.m // with what keep copied: that stays with the lost one
	w.dry, w.settings = lost.dry, lost.settings
	w.in.Policy, w.in.Shadows, w.in.Tracks = w.settings.enforced, w.settings.shadows, w.settings.tracks
	e.readKeys(&w.in, &m)
	w.in.Sketch = lost.in.Sketch
	e.meet(w, &m)
	w.in.At = lost.in.At
	return w
}

// static judges by the last known records: what stands is enforced, limits hold,
// counts go on in these records, nothing is imposed. It reports whether it could: a
// record that was refused, and that nothing is known of, is a person's business.
func (e *Engine) static(w *work, err error) bool {
	if e.guard == nil || errors.Is(err, ErrRecord) && !e.guard.known.has(w.in.Key) {
		return false
	}
	w.away = true
	w.in.Looked, w.in.Static, w.in.Grant = false, true, ladder.Denied
	ctx := context.Background() // nothing of it waits
	if e.judge(ctx, w) != nil {
		return false
	}
	if !w.dry {
		e.afterDecision(ctx, w)
	}
	return true
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
