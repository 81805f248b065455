package policy

import (
	"context"
	"errors"

	"github.com/decorum-go/decorum/policy/internal/ladder"
)

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
	if w.call.Lost {
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
	e.start(w, &m)
	w.in.At = lost.in.At
	return w
}

// static judges by the last known records: what stands is enforced, limits hold,
// counts go on in these records, nothing is imposed. It reports whether it could: a
// record that was refused, and that nothing is known of, is a person's business.
func (e *Engine) static(w *work, err error) bool {
	if e.guard == nil || errors.Is(err, ErrRecord) && !e.guard.LastKnown.Has(w.in.Key) {
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
