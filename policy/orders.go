package policy

import (
	"context"
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
		n := order{verdict: o.Verdict, until: forever, by: clip(o.By, keptName), note: clip(o.Note, keptName)}
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

// Forget removes what is remembered of an account, at once. A sanction that
// stands is kept, without a name and with its strikes, if the policy says so
// (the default). What others' records hold of the account are keyed hashes that
// fade. Forgetting what is not known is no error.
func (e *Engine) Forget(ctx context.Context, account string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkID("account", account, true); err != nil {
		return err
	}
	keep := false
	err := e.apply(ctx, e.about(account, time.Time{}, func(j *judgement) error {
		r := &j.r
		keep = false
		if j.e.policy.KeepSanctionsOnForget {
			for i := range r.sanctions {
				keep = keep || r.sanctions[i].stands(j.f.sec)
			}
		}
		if !keep {
			return errIdle
		}
		kept := record{newest: r.newest, born: r.born, course: r.course, ordinal: r.ordinal}
		kept.course.mark = mark{}
		for _, s := range r.sanctions {
			if s.stands(j.f.sec) {
				kept.sanctions = append(kept.sanctions, s)
			}
		}
		*r = kept
		j.durable = true
		return nil
	}))
	if err != nil {
		return err
	}
	me := e.keys.key(kindAccount, account)
	for _, key := range []Key{me, e.keys.reporterKey(me.person())} {
		if key == me && keep {
			continue
		}
		s := e.workspace()
		err := e.delete(ctx, s, key)
		e.close(s)
		if err != nil {
			e.fault(ctx, err)
			return err
		}
	}
	return nil
}
