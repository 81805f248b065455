package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A Release says who had a message delivered that was not. By is required; a zero At
// is now.
type Release struct {
	By   string    `json:"by,omitempty"`
	Note string    `json:"note,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// A Discard says who found that a message is not to be delivered. By is required; a
// zero At is now.
type Discard struct {
	By   string    `json:"by,omitempty"`
	Note string    `json:"note,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// releaseErrors are the errors of a release, by what came of it.
var releaseErrors = [...]error{
	judge.ReleasedBefore: because(ErrSettled, "the message was delivered, or released, before"),
	judge.ReleasedOther:  because(ErrConflict, "the message of that ID had other recipients or another text"),
	judge.NeverHeld:      because(ErrNotFound, "no such message is remembered: give its At, or Learn it if it was never judged"),
}

// Release counts a message that was held, deferred or rejected as delivered, by a
// person's word: deliver it if there is no error. m is what Evaluate was given, with its
// ID and its At. From then on it is as if it had been allowed: contacts, people who wait
// for an answer, rate limits, what is known of the text; a retry is a Duplicate. What it
// had been evidence of stays evidence, and a sanction that it brought stands: Lift that,
// or have an appeal Overturned. A release takes back a Discard.
//
// The time may be any while the message is remembered: for a day, and of an account the
// last sixteen. An older one is counted by what m says. The Decision has the Verdict
// Allow and the reason CodeReleased; Hooks.Decided is not called.
//
// ErrSettled says that the message was delivered or released before, ErrConflict that
// one of that ID had other recipients or another text, ErrNotFound that there was none.
// Other errors are a *FieldError, a *FaultError or the context's. With any, nothing has
// changed, unless an outside store that did not answer took it: give it again.
func (e *Engine) Release(ctx context.Context, m Message, r Release) (Decision, error) {
	err := firstError(e.ready(ctx), checkID("id", m.ID, true), checkID("by", r.By, true), checkID("note", r.Note, false), checkTime("at", r.At))
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	w, err := e.read(ctx, &m, true)
	if err != nil {
		return Decision{Message: m.ID}, err
	}
	w.in.Learn, w.in.Release = false, true
	w.did(Act{What: ActReleased, By: r.By, Message: m.ID, Why: r.Note})
	d := Decision{Message: m.ID}
	if err = e.judge(ctx, w); err == nil {
		d = e.decision(w)
		e.afterDecision(ctx, w)
	}
	key := w.in.Key
	e.end(w)
	if e.fault(ctx, err); err == nil {
		e.acted(ctx, key)
	}
	return d, err
}

// Discard notes that a message which was held, deferred or rejected will not be
// delivered, by a person's word: complaints about it count nothing, and a retry is
// rejected. That it was tried stays counted. To discard a message again is no error.
//
// ErrNotFound says that it is not remembered, which it is for a day, ErrSettled that it
// was delivered. Other errors are a *FieldError, a *FaultError or the context's.
func (e *Engine) Discard(ctx context.Context, sender, message string, d Discard) error {
	err := firstError(e.ready(ctx), checkID("sender", sender, true), checkID("message", message, true), checkID("by", d.By, true),
		checkID("note", d.Note, false), checkTime("at", d.At))
	if err != nil {
		return err
	}
	id := e.keys.Hash32(keys.Message, message)
	w := e.about(sender, d.At)
	w.did(Act{What: ActDiscarded, By: d.By, Message: message, Why: d.Note})
	return e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		switch found, delivered := judge.Discard(r, id, now); {
		case delivered:
			return w.fail(because(ErrSettled, "the message was delivered"))
		case !found:
			return w.fail(because(ErrNotFound, "the message is not remembered: it had no ID, or is too long ago"))
		}
		return judge.Durable
	})
}
