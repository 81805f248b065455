package policy

import (
	"context"
	"errors"
	"time"
)

// Around the store: errors of the judgement pass through as they are, those of
// the store become a *FaultError, and an outside store has a deadline.

// own reports whether an error is the judgement's own.
func own(err error) bool {
	return err == nil || err == errIdle || err == errLook || err == errBudget
}

// bound gives an outside store a deadline.
func (e *Engine) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if e.local == nil {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, e.cfg.Timeout)
}

// wrap makes an error of the store what callers branch on.
func (e *Engine) wrap(ctx context.Context, op string, err error) error {
	switch {
	case own(err):
		return err
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return err
	}
	var f *FieldError
	if errors.As(err, &f) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrSettled) || errors.Is(err, ErrConflict) {
		return err
	}
	return &FaultError{Op: op, Err: err}
}

// update judges: it updates the sender's record, or only reads it.
func (e *Engine) update(ctx context.Context, key Key, s *space) error {
	if s.dry {
		return e.view(ctx, key, s.view)
	}
	err := e.updateWith(ctx, key, s.judge)
	if err == nil && e.local != nil {
		e.remember(ctx, key, s)
	}
	return err
}

func (e *Engine) updateWith(ctx context.Context, key Key, fn func([]byte) (Record, error)) error {
	if e.local == nil {
		return e.wrap(ctx, "update", e.store.Update(ctx, key, fn))
	}
	c, cancel := e.bound(ctx)
	defer cancel()
	return e.wrap(ctx, "update", e.store.Update(c, key, fn))
}

func (e *Engine) view(ctx context.Context, key Key, fn func([]byte) error) error {
	if e.local == nil {
		return e.wrap(ctx, "view", e.store.View(ctx, key, fn))
	}
	c, cancel := e.bound(ctx)
	defer cancel()
	return e.wrap(ctx, "view", e.store.View(c, key, fn))
}

// remember keeps what was written to an outside store, for when it is away.
func (e *Engine) remember(ctx context.Context, key Key, s *space) {
	r := &s.j.r
	expires, listed, pinned := r.meta()
	rec := Record{Data: s.buf, Expires: expires, Listed: listed, Pinned: pinned}
	_ = e.local.Update(ctx, key, func([]byte) (Record, error) { return rec, nil })
}

// degraded decides without the store, as Config.OnFault says.
func (e *Engine) degraded(ctx context.Context, s *space, err error) Decision {
	j := &s.j
	d := Decision{Message: j.f.m.ID, Policy: j.e.id, At: j.f.now, Degraded: true, Verdict: Hold, Reasons: []Reason{{Code: CodeFault}}}
	var fault *FaultError
	if !errors.As(err, &fault) {
		// The context ended: the caller does not wait for an answer.
		d.Degraded, d.Reasons, d.Verdict = false, nil, 0
		return d
	}
	e.fault(ctx, err)
	switch e.cfg.OnFault {
	case AllowAll:
		d.Verdict = Allow
	case Static:
		if e.local == nil || errors.Is(err, ErrRecord) {
			return d
		}
		// What is known locally is enforced and counted; nothing is imposed.
		j.f.looked, j.f.permit = true, denied
		fn := s.judge
		if s.dry {
			fn = func(old []byte) (Record, error) { r, err := s.judge(old); return r, errors.Join(err, errIdle) }
		}
		switch err := e.local.Update(context.WithoutCancel(ctx), j.f.key, fn); {
		case err == nil, errors.Is(err, errIdle):
			d = j.d
			d.Degraded = true
			if d.Verdict == Hold || d.Verdict == Flag {
				d.Verdict = Allow
			}
			d.Reasons = append(d.Reasons, Reason{Code: CodeFault})
		}
	}
	return d
}

// fault reports a failure of the store to the hook and, at most once a second,
// to the log.
func (e *Engine) fault(ctx context.Context, err error) {
	if own(err) {
		return
	}
	if h := e.cfg.Hooks.Fault; h != nil {
		h(ctx, err)
	}
	if e.faults.AllowN(time.Now(), 1) {
		e.cfg.Logger.LogAttrs(ctx, 8, "decorum: "+err.Error())
	}
}
