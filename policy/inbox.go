package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// What a person gets from people without a contact is counted in an inbox, a record of
// its own, after the delivery: in one update, together with the answers that a message is.
// Where it is full, the person's account says until when, which is looked at with every
// such message anyway. So as many get through at once as are judged at that moment.

// wantInboxes adds the inboxes that are to count the message to the lookups: those of
// strangers who get it, and the sender's own where it answers some.
func (e *Engine) wantInboxes(w *work) {
	want := func(account Key, to *judge.Recipient, answers int) {
		w.want(e.keys.Inbox(account), to)
		q := w.lookups[w.n-1]
		q.inbox, q.from = true, receiver{answers: answers}
		if to == nil {
			q.from = receiverOf(&w.rec, answers)
		}
	}
	w.scratch.Letters(&w.in, func(to *judge.Recipient) { want(to.Key, to, 0) })
	if n := w.scratch.Answers(); n > 0 {
		want(w.in.Key, nil, n)
	}
}

// A receiver is somebody who answered so many strangers, with what their account says of
// what they get.
type receiver struct {
	answers int
	class   string
	turned  scoring.Decayed
	full    state.Full
}

func receiverOf(r *state.Record, answers int) receiver {
	return receiver{answers, r.Class, r.TurnedAway, r.Full}
}

// doInbox counts the message in the inbox of somebody, or in the sender's own.
func (w *work) doInbox(old []byte, q *lookup) (Record, error) {
	r := &w.other
	if err := decode(r, old); err != nil {
		return Record{}, err
	}
	if q.to == nil {
		if !w.answer(r, &q.from, w.out.Now) {
			return Record{}, errUnchanged
		}
		return w.encode(r, false), nil
	}
	at := w.begins(r, w.out.Now)
	r.Inbox.Receive(at, w.scratch.YoungSender())
	q.full = w.in.Policy.Rules(w.in.Class).Received.Full(&r.Inbox, at, q.to.TurnedAway)
	r.Touch(at)
	rec := w.encode(r, false)
	if w.in.Learn && !rec.Expires.After(w.now) {
		return Record{}, errUnchanged // history that an inbox has forgotten by now
	}
	return rec, nil
}

// answer counts answers in somebody's inbox, if there is one. What is full is so no more
// in from where they are enough.
func (w *work) answer(r *state.Record, from *receiver, at time.Time) bool {
	if !r.Inbox.Used() {
		return false
	}
	now := w.begins(r, at)
	r.Inbox.Answered.Add(now, float64(from.answers), state.InboxHalf)
	r.Touch(now)
	from.full = w.in.Policy.Rules(from.class).Received.Full(&r.Inbox, now, from.turned.At(now, state.TurnedAwayHalf))
	return true
}

// noteFull notes in the accounts of those whose inboxes are full now that they are, and in
// the sender's own that it is not any more.
func (e *Engine) noteFull(ctx context.Context, w *work, all []*lookup) {
	for _, q := range all {
		switch {
		case w.call.Lost || !q.inbox:
		case q.to == nil && w.rec.Full != (state.Full{}) && q.from.full == (state.Full{}):
			e.fault(ctx, e.setFull(ctx, w, w.in.Key, w.out.Now, state.Full{}))
		case q.to != nil && q.full != (state.Full{}):
			e.fault(ctx, e.setFull(ctx, w, q.to.Key, w.out.Now, q.full))
		}
	}
}

// answersLetter counts an answer that did not go through Evaluate in the inbox of who gave
// it.
func (e *Engine) answersLetter(ctx context.Context, account Key, from receiver, at time.Time) {
	w := e.begin()
	defer e.end(w)
	was := from.full
	err := e.revise(ctx, w, e.keys.Inbox(account), false, func(r *state.Record) bool { return w.answer(r, &from, at) })
	e.fault(ctx, err)
	if err == nil && was != (state.Full{}) && from.full == (state.Full{}) {
		e.fault(ctx, e.setFull(ctx, w, account, at, state.Full{}))
	}
}

// setFull notes in an account's record until when it gets no more first letters.
func (e *Engine) setFull(ctx context.Context, w *work, account Key, at time.Time, f state.Full) error {
	return e.revise(ctx, w, account, false, func(r *state.Record) bool {
		r.Touch(w.opens(r, at))
		r.Full = f
		return true
	})
}
