package policy

import (
	"context"
)

// Evaluate judges a message and remembers the attempt. Call it before delivering,
// and deliver if Decision.Delivered. The Decision is always safe to act on as it
// stands: look at it before the error.
//
// An unwelcome message is no error. An error says that the message is invalid
// (*FieldError: nothing has changed), that the context ended, that the store failed
// (*FaultError: the Decision follows Config.OnFault and is Degraded), or that the
// Engine was closed (ErrClosed).
func (e *Engine) Evaluate(ctx context.Context, m Message) (Decision, error) {
	w, err := e.read(ctx, &m)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	return e.evaluate(ctx, w)
}

// evaluate decides on a message that was read, and does what follows from it.
func (e *Engine) evaluate(ctx context.Context, w *work) (Decision, error) {
	if err := e.judge(ctx, w); err != nil {
		return e.degraded(ctx, w, err)
	}
	d := e.decision(w) // before the message joins its template: Preview says the same
	e.afterDecision(ctx, w)
	e.runHooks(ctx, w, d)
	e.end(w)
	return d, nil
}

// Learn counts a message of the past as delivered: no verdict, no sanction, no
// hook. Feed it in the order of time, before the first Evaluate. Errors are those of
// Evaluate.
func (e *Engine) Learn(ctx context.Context, m Message) error {
	w, err := e.read(ctx, &m)
	if err != nil {
		return err
	}
	w.in.Learn = true
	if err := e.judge(ctx, w); err != nil {
		_, err = e.degraded(ctx, w, err)
		return err
	}
	e.afterDecision(ctx, w)
	e.end(w)
	return nil
}

// Preview judges a message as Evaluate would, and remembers nothing. No hook is
// called. Errors are those of Evaluate.
func (e *Engine) Preview(ctx context.Context, m Message) (Decision, error) {
	w, err := e.read(ctx, &m)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	w.dry = true
	if err := e.judge(ctx, w); err != nil {
		return e.degraded(ctx, w, err)
	}
	d := e.decision(w)
	e.end(w)
	return d, nil
}
