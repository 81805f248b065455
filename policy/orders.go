package policy

import (
	"context"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"time"
)

// Override sets a moderator's standing order on an account: Allow exempts it
// from limits and automation, Hold holds all that it sends. Account, Verdict
// and By are required; a zero Until is until ClearOverride. It replaces an
// earlier order. Moderators beat automation until their order expires.
func (e *Engine) Override(ctx context.Context, o Override) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := firstError(checkID("account", o.Account, true), checkID("by", o.By, true), checkTime("until", o.Until))
	switch {
	case err != nil:
		return err
	case o.Verdict != Allow && o.Verdict != Hold:
		return &FieldError{Field: "verdict", Problem: "must be allow (exempt) or hold"}
	}
	return e.apply(ctx, e.about(o.Account, time.Time{}, func(j *judgement) error {
		n := order{verdict: o.Verdict, until: forever, by: wire.Clip(o.By, keptName), note: wire.Clip(o.Note, keptName)}
		if !o.Until.IsZero() {
			n.until = seconds(o.Until)
			if n.until <= j.f.sec {
				return &FieldError{Field: "until", Problem: "must lie in the future"}
			}
		}
		j.r.order = n
		j.durable = true
		return nil
	}))
}

// ClearOverride ends a standing order; ErrNotFound if there is none.
func (e *Engine) ClearOverride(ctx context.Context, account string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkID("account", account, true); err != nil {
		return err
	}
	return e.apply(ctx, e.about(account, time.Time{}, func(j *judgement) error {
		if j.r.order.verdict == 0 {
			return because(ErrNotFound, "the account has no standing order")
		}
		j.r.order = order{}
		j.durable = true
		return nil
	}))
}
