package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// refuses notes in a person's own record that they want no more messages of an account,
// and whether that was somebody whom they did not know: who is written to by many such is
// looked after.
func (e *Engine) refuses(ctx context.Context, account string, refusal state.Refusal, at time.Time, turned bool) error {
	w := e.begin()
	defer e.end(w)
	err := e.revise(ctx, w, e.keys.Key(keys.Account, account), true, func(r *state.Record) bool {
		now := w.opens(r, at)
		r.Touch(now)
		refusal := refusal
		refusal.At = stamp.Of(now)
		r.Refuses.Put(refusal, state.MaxRefuses, false)
		if turned {
			r.TurnedAway.Add(now, 1, state.TurnedAwayHalf)
		}
		return true
	})
	if e.fault(ctx, err); turned && err == nil && w.settings.asks {
		e.countBlocked(ctx, e.keys.Key(keys.Account, account), refusal.Who, at)
	}
	return err
}

// welcomes takes back in a person's own record that they want no messages of an account.
func (e *Engine) welcomes(ctx context.Context, account string, who uint64, at time.Time) error {
	w := e.begin()
	defer e.end(w)
	return e.revise(ctx, w, e.keys.Key(keys.Account, account), true, func(r *state.Record) bool {
		now := w.opens(r, at)
		if !r.Refuses.Drop(who) {
			return false
		}
		r.Touch(now)
		return true
	})
}

// apply takes back a block, and what follows from a complaint for the two.
func (ev Unblocked) apply(ctx context.Context, e *Engine) error {
	from := keys.Person(e.keys.Key(keys.Account, ev.From))
	w := e.about(ev.Against, ev.At)
	me, at := w.in.Me, w.in.At
	err := e.apply(ctx, w, func(r *state.Record, _ time.Time) judge.Effect {
		if !r.RefusedBy.Drop(from) {
			return judge.Idle
		}
		return judge.Durable
	})
	if err != nil {
		return err
	}
	err = e.welcomes(ctx, ev.From, me, at)
	e.fault(ctx, err)
	return err
}
