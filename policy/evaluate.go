package policy

import (
	"context"
	"errors"
	"slices"

	"github.com/decorum-go/decorum/policy/internal/ladder"
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
	w, err := e.read(ctx, &m, false)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	return e.evaluate(ctx, w)
}

// evaluate decides on a message that was read, and does what follows from it.
func (e *Engine) evaluate(ctx context.Context, w *work) (Decision, error) {
	e.tellMoved(w.m.At, w.in.At)
	e.tellJoined(w.m.Joined, w.in.At)
	if err := e.judge(ctx, w); err != nil {
		return e.degraded(ctx, w, err)
	}
	d := e.decision(w) // before the message joins its template: Preview says the same
	d.Degraded = w.leap != 0
	e.afterDecision(ctx, w)
	e.runHooks(ctx, w, &d, w.out.Thanked)
	key, acted := w.in.Key, w.acted()
	if e.end(w); acted {
		e.acted(ctx, key)
	}
	return d, nil
}

// Learn counts a message of the past as delivered: no verdict, no sanction, no
// hook. Feed it in the order of time, before the first Evaluate: it alone takes
// history, however far back At is. Of an account that did something more than five
// minutes later, or was told of by Contacts, it takes none: that would count as if it
// happened now. That is ErrHistory, and nothing has changed. An At that lies ahead of
// Config.Now by more than MaxSkew is a *FieldError. Other errors are those of Evaluate.
func (e *Engine) Learn(ctx context.Context, m Message) error {
	w, err := e.read(ctx, &m, true)
	if err != nil {
		return err
	}
	if err := e.judge(ctx, w); err != nil {
		_, err = e.degraded(ctx, w, err)
		return err
	}
	if w.out.Late {
		e.end(w)
		return because(ErrHistory, "learn in the order of time, and before anything else of the account")
	}
	e.afterDecision(ctx, w)
	e.end(w)
	return nil
}

// Preview judges a message as Evaluate would, and remembers nothing. No hook is
// called. Errors are those of Evaluate.
func (e *Engine) Preview(ctx context.Context, m Message) (Decision, error) {
	w, err := e.read(ctx, &m, false)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	w.dry = true
	if err := e.judge(ctx, w); err != nil {
		return e.degraded(ctx, w, err)
	}
	d := e.decision(w)
	d.Degraded = w.leap != 0
	e.end(w)
	return d, nil
}

// EvaluatePrepared is Evaluate of the message that was prepared: the same
// Decision, and the same errors. The time, the policy and all that is remembered
// are those of this call, not of Prepare. A p that is empty, or that another Engine
// prepared, is a *FieldError. p may be evaluated again: that is a retry.
func (e *Engine) EvaluatePrepared(ctx context.Context, p *Prepared) (Decision, error) {
	if p == nil {
		return Decision{}, errNotPrepared
	}
	if err := e.ready(ctx); err != nil {
		return Decision{Message: p.m.ID}, err
	}
	if p.e != e {
		return Decision{Message: p.m.ID}, errNotPrepared
	}
	w := e.begin()
	if err := firstError(w.settings.checkClass(p.m.Class), w.readAttributes(&p.m)); err != nil { // the policy may be another one
		e.end(w)
		return Decision{Message: p.m.ID}, err
	}
	in := &w.in
	in.Key, in.Me, in.Subject, in.Content, in.ChannelHash, in.Origin = p.in.Key, p.in.Me, p.in.Subject, p.in.Content, p.in.ChannelHash, p.in.Origin
	in.To, in.Sketch = append(in.To[:0], p.in.To...), p.in.Sketch
	e.start(w, &p.m)
	e.common.Age(in.At)
	if w.text = p.text; w.text.common != e.common.Generation() || w.text.asked != e.index.AnyFlagged() || p.m.Text != "" && w.text.sampled != w.settings.sampled {
		e.sketch(&in.Sketch, &w.text, &p.m)
	}
	return e.evaluate(ctx, w)
}

// runHooks tells the host what happened, and those whose complaints led to it.
func (e *Engine) runHooks(ctx context.Context, w *work, d *Decision, thanked []uint64) {
	e.counts.add(d)
	tell(ctx, e.cfg.Hooks.Imposed, d.Imposed)
	e.thank(ctx, w.in.Account, w.in.Me, thanked, d.At)
	if h := e.cfg.Hooks.Decided; h != nil {
		told := *d // only here: what a hook is handed is allocated
		h(ctx, &w.m, &told)
	}
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
		e.runHooks(ctx, w, &d, nil)
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
	e.readSender(&w.in, &m)
	e.readRecipients(&w.in, &m)
	e.readNames(&w.in, &m)
	w.in.Sketch, w.text, w.in.Asked = lost.in.Sketch, lost.text, lost.in.Asked
	for k, all := range lost.in.Asked.Attributes {
		w.in.Asked.Attributes[k] = slices.Clone(all)
	}
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
