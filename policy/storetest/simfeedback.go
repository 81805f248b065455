package storetest

import (
	"errors"
	"fmt"

	"github.com/decorum-go/decorum/policy"
)

// record gives an event to an engine. What fails for want of a store may have been taken.
func (w *walk) record(ev policy.Event, account string) {
	kind := fmt.Sprintf("Record %T", ev)
	w.say("%s %+v", kind, ev)
	w.dealings.heard(ev)
	told := w.told
	err := w.any().engine.Record(w.ctx, ev)
	w.count("Record")
	if was, seen := w.model.strikes[account]; seen {
		r, ok := ev.(policy.Review)
		was.pardon = ok && !r.Abusive
		w.model.strikes[account] = was
	}
	if c, ok := ev.(policy.Complaint); ok && err != nil {
		w.model.unsure[c.Against] = true
	} else if told == w.told == (ok && c.From != c.Against) {
		w.fail(invReporters, "after %T %d outcomes were taken", ev, w.told-told)
	}
	if !w.came(kind, nil, err) && !errors.Is(err, policy.ErrNotFound) {
		delete(w.model.strikes, account)
		delete(w.model.seen, account)
	}
	w.observe(account)
}

func (w *walk) opAnswer() {
	if m, ok := w.last(); ok {
		w.record(policy.Reply{From: m.Recipients[0].ID, To: m.Sender, Message: m.ID}, m.Sender)
	}
}

func (w *walk) complaint(m policy.Message, k int) {
	w.record(policy.Complaint{
		ID: fmt.Sprintf("c%d.%d", w.step, k), From: m.Recipients[w.r.IntN(len(m.Recipients))].ID, Against: m.Sender, Message: m.ID, Category: policy.Category(w.r.IntN(6)),
	}, m.Sender)
}

func (w *walk) opComplaint() {
	if m, ok := w.last(); ok {
		w.complaint(m, 0)
	}
}

// opBrigade reports one sender by many, and has a moderator look.
func (w *walk) opBrigade() {
	of := w.account()
	k := 0
	for i := len(w.sent) - 1; i >= 0 && k < 6; i-- {
		if w.sent[i].Sender == of {
			w.complaint(w.sent[i], k)
			k++
		}
	}
	w.record(policy.Review{Account: of, Abusive: w.r.IntN(3) > 0, By: "moderator"}, of)
}

// opRequest has somebody accept what they got, as a connection request is, or takes it back.
func (w *walk) opRequest() {
	m, ok := w.last()
	switch {
	case !ok:
	case w.step%3 == 0:
		w.record(policy.Withdrawn{From: m.Sender, To: m.Recipients[0].ID}, m.Sender)
	default:
		w.record(policy.Accepted{From: m.Recipients[0].ID, To: m.Sender}, m.Sender)
	}
}

func (w *walk) opBlocked() {
	if m, ok := w.last(); ok && w.step%4 == 0 {
		w.record(policy.Unblocked{From: m.Recipients[0].ID, Against: m.Sender}, m.Sender)
	} else if ok {
		w.record(policy.BlockedBy{From: m.Recipients[0].ID, Against: m.Sender}, m.Sender)
	}
}
