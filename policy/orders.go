package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Override sets a moderator's standing order on an account: Allow exempts it
// from limits and automation, Hold holds all that it sends. Account, Verdict
// and By are required; a zero Until is until ClearOverride. It replaces an
// earlier order. Moderators beat automation until their order expires.
func (e *Engine) Override(ctx context.Context, o Override) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	err := firstError(checkID("account", o.Account, true), checkID("by", o.By, true), checkTime("until", o.Until))
	switch {
	case err != nil:
		return err
	case o.Verdict != Allow && o.Verdict != Hold:
		return &FieldError{Field: "verdict", Problem: "must be allow (exempt) or hold"}
	}
	n := state.Order{Verdict: state.Verdict(o.Verdict), Until: stamp.Forever, By: state.Kept(o.By), Note: state.Kept(o.Note)}
	if !o.Until.IsZero() {
		n.Until = stamp.Of(o.Until)
	}
	w := e.about(o.Account, time.Time{})
	return e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		if n.Until <= stamp.Of(now) {
			return w.fail(&FieldError{Field: "until", Problem: "must lie in the future"})
		}
		r.Order = n
		return judge.Durable
	})
}

// ClearOverride ends a standing order; ErrNotFound if there is none.
func (e *Engine) ClearOverride(ctx context.Context, account string) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	if err := checkID("account", account, true); err != nil {
		return err
	}
	w := e.about(account, time.Time{})
	return e.apply(ctx, w, func(r *state.Record, _ time.Time) judge.Effect {
		if r.Order.Verdict == 0 {
			return w.fail(because(ErrNotFound, "the account has no standing order"))
		}
		r.Order = state.Order{}
		return judge.Durable
	})
}
