package policy

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// LiftAll takes back all sanctions that a filter chooses, as after a bad policy: each as
// if it had never been counted, strike, step of the ladder and what is noted at the
// origin included. Later sanctions that rested on one become milder, and reporters are
// neither credited nor debited. Evidence that a sanction answered stays answered.
// Hooks.Lifted is told of each. n is how many. A filter by Policy chooses what people
// imposed under it, too: set Automatic to spare that.
//
// With Lifting.DryRun it changes nothing, and n is how many there are now. A filter that
// says nothing is refused unless its Everybody is set; its After and Limit mean nothing
// here. On an error those that were counted are taken back, and calling again finishes
// it: so it is after a crash. What cannot be taken back for itself, as of a record that
// is damaged, is passed over, and all errors about such are in err.
func (e *Engine) LiftAll(ctx context.Context, f SanctionFilter, l Lifting) (n int, err error) {
	f.After, f.Limit = "", 0
	err = firstError(e.ready(ctx), f.validate(), checkID("by", l.By, true), checkTime("at", l.At))
	switch {
	case err != nil:
		return 0, err
	case !f.says() && !f.Everybody:
		return 0, &FieldError{Field: "filter", Problem: "chooses whatever stands, on everybody: say more, or set everybody"}
	}
	return e.liftAll(ctx, &f, &l, Act{What: ActLiftedAll}, func(*listed) bool { return true })
}

// liftAll takes back those that a filter and also choose, by an order.
func (e *Engine) liftAll(ctx context.Context, f *SanctionFilter, l *Lifting, order Act, also func(*listed) bool) (n int, err error) {
	var all []listed
	var failed []error
	if !e.list(ctx, f, func(s listed, err error) bool {
		if err != nil {
			failed = append(failed, err)
			return len(failed) < mostFailed && ctx.Err() == nil
		}
		if !s.cancelled && also(&s) {
			all = append(all, listed{Sanction: Sanction{ID: s.ID, Account: s.Account}, key: s.key})
		}
		return true
	}) || l.DryRun {
		return len(all), errors.Join(failed...)
	}
	if err := e.noteOrder(ctx, f, l, order); err != nil {
		return 0, errors.Join(append(failed, err)...)
	}
	for i := range all {
		switch err := e.cancel(ctx, &all[i], l); {
		case err == nil:
			n++
		case errors.Is(err, ErrRecord):
			failed = append(failed, err)
		case !errors.Is(err, ErrNotFound): // gone meanwhile
			return n, errors.Join(append(failed, err)...)
		}
	}
	return n, errors.Join(failed...)
}

// mostFailed is how many errors about single records an answer has.
const mostFailed = 100

// cancel takes one sanction back: first what it did elsewhere, each part of which may be
// done twice, and then the sanction.
func (e *Engine) cancel(ctx context.Context, s *listed, l *Lifting) error {
	var c consequences
	var lifted []Sanction
	find := func(fn func(w *work, r *state.Record, x *ladder.Entry, d *state.Details, now uint32) judge.Effect) error {
		return e.applyFiledOf(ctx, s.key, s.Account, l.At, func(w *work, r *state.Record, now time.Time) judge.Effect {
			x, d := r.Find(parseHex64(s.ID))
			if d == nil || x.Outcome == ladder.Overturned {
				return w.fail(because(ErrNotFound, "the account has no such sanction"))
			}
			return fn(w, r, x, d, stamp.Of(now))
		})
	}
	err := find(func(w *work, r *state.Record, x *ladder.Entry, d *state.Details, now uint32) judge.Effect {
		was := *r
		judge.Cancel(&w.in, r, x, d, now)
		c = consequences{overturned: true, Undoing: judge.Undo(&w.in, r, x, d, now)}
		c.Debit = nil
		*r = was
		return judge.Idle
	})
	if err == nil {
		err = e.undoElsewhere(ctx, s.Account, &c)
	}
	if err == nil {
		err = find(func(w *work, r *state.Record, x *ladder.Entry, d *state.Details, now uint32) judge.Effect {
			before, stood := r.Enforced.Ladder, x.Stands(now)
			judge.Cancel(&w.in, r, x, d, now)
			d.EndedBy, d.Note, lifted = state.Kept(l.By), state.Kept(l.Note), nil
			w.did(Act{What: ActCancelled, By: l.By, Sanction: s.ID, Why: l.Note})
			if stood {
				lifted = append(lifted, sanctionOf(r, x, d, s.Account))
			}
			lifted = w.regraded(lifted, r, &before)
			return judge.Durable
		})
	}
	if err == nil {
		tell(ctx, e.cfg.Hooks.Lifted, lifted)
	}
	return err
}

// noteOrder has the audit know of an order, before anything is done of it.
func (e *Engine) noteOrder(ctx context.Context, f *SanctionFilter, l *Lifting, a Act) error {
	if !e.acts.asked() {
		return nil
	}
	if a.By, a.Why = l.By, l.Note; a.Detail == "" {
		filter, err := json.Marshal(f)
		if err != nil {
			return err
		}
		a.Detail = string(filter)
	}
	w := e.begin()
	defer e.end(w)
	err := e.act(ctx, w, e.keys.Key(keys.Orders, ""), a, func(*state.Record) bool { return true })
	e.fault(ctx, err)
	return err
}
