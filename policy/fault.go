package policy

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"
)

// Around the store: errors of the judgement pass through as they are, those of
// the store become a *FaultError. A store outside the process is behind a guard
// (guard.go); while it is away Config.OnFault decides.

// workspace returns a space for one call of the engine, and starts its time.
func (e *Engine) workspace() *space {
	s := e.spaces.Get().(*space)
	s.dry, s.away, s.asks = false, false, 0
	if e.guard != nil {
		s.call.deadline = time.Now().Add(e.cfg.Timeout)
	}
	return s
}

// close gives a work space back, unless the store has not.
func (e *Engine) close(s *space) {
	if s.call.lost {
		return
	}
	s.j.f.m, s.j.d, s.j.change, s.m = nil, Decision{}, nil, Message{}
	clear(s.to)
	clear(s.evidence)
	e.spaces.Put(s)
}

// update judges: it updates the sender's record, or only reads it.
func (e *Engine) update(ctx context.Context, key Key, s *space) error {
	if s.dry {
		return e.view(ctx, s, key, s.view)
	}
	return e.updateWith(ctx, s, key, s.judge)
}

func (e *Engine) updateWith(ctx context.Context, s *space, key Key, fn func([]byte) (Record, error)) error {
	switch {
	case e.guard == nil:
		return refused("update", e.store.Update(ctx, key, fn))
	case s.away:
		return refused("update", e.guard.known.update(key, fn))
	}
	return refused("update", e.guard.update(ctx, &s.call, key, fn))
}

func (e *Engine) view(ctx context.Context, s *space, key Key, fn func([]byte) error) error {
	switch {
	case e.guard == nil:
		return refused("view", e.store.View(ctx, key, fn))
	case s.away:
		return refused("view", e.guard.known.view(key, fn))
	}
	return refused("view", e.guard.view(ctx, &s.call, key, fn))
}

func (e *Engine) delete(ctx context.Context, s *space, key Key) error {
	if e.guard == nil {
		return e.store.Delete(ctx, key)
	}
	return e.guard.delete(ctx, &s.call, key)
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

// refused makes a fault of a record that cannot be read. It stays as it is.
func refused(op string, err error) error {
	if err == nil || err == errIdle || err == errLook || err == errBudget || !errors.Is(err, ErrRecord) {
		return err
	}
	if _, ok := errors.AsType[*FaultError](err); ok {
		return err
	}
	return &FaultError{Op: op, Err: err}
}

// withoutStore decides what the judgement could not, because of err, and closes
// the space. An error that is no fault is the context's: then nobody waits.
func (e *Engine) withoutStore(ctx context.Context, s *space, err error) (Decision, error) {
	// A space that is lost may still be in use: only what open wrote is read.
	d := Decision{Message: s.m.ID, Policy: s.j.e.id, At: s.j.f.at}
	learn := s.j.f.learn
	if _, ok := errors.AsType[*FaultError](err); !ok {
		e.close(s)
		return d, err
	}
	e.fault(ctx, err)
	if learn {
		e.close(s)
		return d, err
	}
	d.Degraded, d.Verdict, d.Reasons = true, Hold, []Reason{{Code: CodeFault}}
	if s.call.lost {
		s = e.again(s)
	}
	switch {
	case e.cfg.OnFault == AllowAll:
		d.Verdict = Allow
	case e.cfg.OnFault == Static && e.static(s, err):
		d = s.j.d
		d.Degraded = true
		d.Reasons = append(d.Reasons, Reason{Code: CodeFault})
	}
	s.j.d = d
	if !s.dry {
		e.tell(ctx, s)
	}
	e.close(s)
	return d, err
}

// again makes a new space for the message of one that is lost.
func (e *Engine) again(lost *space) *space {
	s := e.workspace()
	s.dry = lost.dry
	s.j.e, s.j.subject = lost.j.e, ""
	s.m = lost.m // with what keep copied: that stays with the lost one
	s.j.f.read(&s.m, e.keys)
	s.j.f.meet(&s.m, lost.j.f.at)
	s.j.f.sketch = lost.j.f.sketch
	return s
}

// static judges by the last known records: what stands is enforced, limits
// hold, counts go on in these records, nothing is imposed. It reports whether
// it could: a record that was refused, and that nothing is known of, is a
// person's business.
func (e *Engine) static(s *space, err error) bool {
	if e.guard == nil || errors.Is(err, ErrRecord) && !e.guard.known.has(s.j.f.key) {
		return false
	}
	s.away = true
	f := &s.j.f
	f.looked, f.static, f.permit = false, true, denied
	ctx := context.Background() // nothing of it waits
	if e.judge(ctx, s) != nil {
		return false
	}
	if !s.dry && !s.j.d.Repeat {
		e.follow(ctx, s)
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
