package policy

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Impose puts a sanction on an account by hand. Account, Kind and By are
// required. Scope is Messaging for a Block or Restriction that names none, and
// WholeAccount for a Suspension; From is now, and one that is further ahead than
// Config.MaxSkew is refused: a sanction begins when it is imposed. A zero Until
// means until lifted, one after 2105 is taken as the beginning of 2106. A
// Restriction needs PerDay, of which more than 65,535 count as that. It returns the
// sanction with its ID. What a person imposes counts no strike.
func (e *Engine) Impose(ctx context.Context, s Sanction) (Sanction, error) {
	if err := e.ready(ctx); err != nil {
		return Sanction{}, err
	}
	if err := e.checkImposed(&s); err != nil {
		return Sanction{}, err
	}
	if s.Scope == 0 {
		switch s.Kind {
		case Block, Restriction:
			s.Scope = Messaging
		case Suspension:
			s.Scope = WholeAccount
		}
	}
	kept := state.Details{Message: state.Kept(s.Message), By: state.Kept(s.By)}
	causes := make([]judge.Cause, len(s.Reasons))
	for i, r := range s.Reasons {
		causes[i] = judge.Cause{Code: r.Code, Value: r.Value, Limit: r.Limit, N: r.N, K: r.K, Share: r.Share}
	}
	kept.NReasons = judge.KeepReasons(&kept.Reasons, causes)
	if !s.Review.IsZero() {
		kept.Review = stamp.Of(s.Review)
	}
	var out Sanction
	var thanked []uint64
	w := e.about(s.Account, s.From)
	me := w.in.Me
	err := e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		d := kept
		d.Policy, d.ID = w.in.Policy.ID, state.NewID(w.in.Key, s.Message, r.Ordinal, stamp.Of(now))
		entry := ladder.Entry{
			ID: d.ID, At: stamp.Of(now), Until: stamp.Forever, Kind: ladder.Kind(s.Kind), Scope: ladder.Scope(s.Scope),
			PerDay: uint16(min(s.PerDay, 1<<16-1)),
		}
		if !s.Until.IsZero() {
			entry.Until = max(stamp.Of(s.Until), entry.At+1)
		}
		if !r.Enforced.Ladder.Impose(entry, &w.in.Policy.Member.Ladder) {
			return w.fail(because(ErrConflict, "as many sanctions stand on the account as a record holds: Lift one"))
		}
		thanked = judge.Thanked(r, d.ID)
		r.AddDetails(d)
		r.Name = s.Account
		imposed, details := r.Find(d.ID)
		if imposed.Kind != ladder.Referral {
			imposed.Flags |= ladder.Later
		}
		out = sanctionOf(r, imposed, details, s.Account)
		w.did(Act{What: ActImposed, By: s.By, Sanction: out.ID, Message: s.Message, Reasons: codesOf(details)})
		return judge.Durable
	})
	if err != nil {
		return Sanction{}, err
	}
	tell(ctx, e.cfg.Hooks.Imposed, []Sanction{out})
	e.thank(ctx, s.Account, me, thanked, out.From)
	return out, nil
}

// checkImposed reports what is wrong with a sanction to impose.
func (e *Engine) checkImposed(s *Sanction) error {
	err := firstError(checkID("account", s.Account, true), checkID("by", s.By, true), checkID("message", s.Message, false),
		checkTime("from", s.From), checkTime("until", s.Until), checkTime("review", s.Review))
	switch {
	case err != nil:
		return err
	case s.Kind == 0 || ladder.Kind(s.Kind) > ladder.LastKind:
		return &FieldError{Field: "kind", Problem: "must be one of warning, block, restriction, suspension, referral"}
	case s.Scope > WholeAccount:
		return &FieldError{Field: "scope", Problem: "must be one of outreach, messaging, account"}
	case s.Kind == Restriction && s.PerDay < 1:
		return &FieldError{Field: "per_day", Problem: "must be at least 1 for a restriction"}
	case s.From.After(e.now(s.From)):
		return &FieldError{Field: "from", Problem: "must not lie ahead: a sanction begins when it is imposed"}
	case !s.Until.IsZero() && !s.Until.After(e.now(s.From)):
		return &FieldError{Field: "until", Problem: "must be later than from"}
	}
	return nil
}

// Lift ends a sanction early. Its strike stays: an appeal that is granted
// undoes that. Lifting one that was lifted before is no error if it is the same
// person; otherwise it is ErrSettled. One that is not there is ErrNotFound.
func (e *Engine) Lift(ctx context.Context, account, id string, l Lifting) error {
	err := firstError(e.ready(ctx), checkID("account", account, true), checkID("sanction", id, true), checkID("by", l.By, true), checkTime("at", l.At))
	if err != nil {
		return err
	}
	var lifted []Sanction
	err = e.applyFiled(ctx, account, l.At, func(w *work, r *state.Record, now time.Time) judge.Effect {
		lifted = nil
		s, d := r.Find(parseHex64(id))
		switch {
		case d == nil:
			return w.fail(because(ErrNotFound, "the account has no such sanction"))
		case s.Ended != 0 && d.EndedBy == state.Kept(l.By):
			return judge.Idle
		case !s.Stands(stamp.Of(now)):
			return w.fail(because(ErrSettled, "the sanction has ended, or somebody else lifted it"))
		}
		r.Enforced.Ladder.Lift(s, stamp.Of(now))
		d.EndedBy, d.Note = state.Kept(l.By), state.Kept(l.Note)
		w.did(Act{What: ActLifted, By: l.By, Sanction: id, Why: l.Note})
		lifted = []Sanction{sanctionOf(r, s, d, account)}
		return judge.Durable
	})
	if err == nil {
		tell(ctx, e.cfg.Hooks.Lifted, lifted)
	}
	return err
}

// Override sets a moderator's standing order on an account: Allow exempts it
// from limits and automation, Hold holds all that it sends. Account, Verdict
// and By are required; a zero Until is until EndOverride. It replaces an
// earlier order. Moderators beat automation until their order expires.
func (e *Engine) Override(ctx context.Context, o Override) error {
	err := firstError(e.ready(ctx), checkID("account", o.Account, true), checkID("by", o.By, true), checkTime("until", o.Until))
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
	w.did(Act{What: ActOverridden, By: o.By, Detail: o.Verdict.String(), Why: o.Note})
	return e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		if n.Until <= stamp.Of(now) {
			return w.fail(&FieldError{Field: "until", Problem: "must lie in the future"})
		}
		r.Order = n
		return judge.Durable
	})
}

// EndOverride ends a standing order. By is required. ErrNotFound says that there is none.
func (e *Engine) EndOverride(ctx context.Context, account string, l Lifting) error {
	err := firstError(e.ready(ctx), checkID("account", account, true), checkID("by", l.By, true), checkTime("at", l.At))
	if err != nil {
		return err
	}
	return e.endOverride(ctx, account, &l)
}

// ClearOverride is EndOverride by nobody, for programs that were written before it: what
// it does is in the audit without an author. Call EndOverride.
func (e *Engine) ClearOverride(ctx context.Context, account string) error {
	if err := firstError(e.ready(ctx), checkID("account", account, true)); err != nil {
		return err
	}
	return e.endOverride(ctx, account, &Lifting{})
}

func (e *Engine) endOverride(ctx context.Context, account string, l *Lifting) error {
	w := e.about(account, l.At)
	w.did(Act{What: ActOverrideEnded, By: l.By, Why: l.Note})
	return e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		if r.Order.At(stamp.Of(now)) == 0 {
			return w.fail(because(ErrNotFound, "the account has no standing order"))
		}
		r.Order = state.Order{}
		return judge.Durable
	})
}

// applyFiled carries out a change of an account's record that is about one of its
// sanctions, which may be in the file.
func (e *Engine) applyFiled(ctx context.Context, account string, at time.Time, change func(*work, *state.Record, time.Time) judge.Effect) error {
	return e.applyFiledOf(ctx, e.keys.Key(keys.Account, account), account, at, change)
}

// applyFiledOf is applyFiled of an account whose name may be forgotten: then it has no
// file.
func (e *Engine) applyFiledOf(ctx context.Context, key Key, account string, at time.Time, change func(*work, *state.Record, time.Time) judge.Effect) error {
	for again := account != ""; ; again = false {
		var filed []state.Details
		if account != "" {
			var err error
			if filed, err = e.filed(ctx, account); err != nil {
				return err
			}
		}
		missing := false
		w := e.aboutKey(key, account, at)
		err := e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
			r.Unfile(filed)
			defer r.Release(filed) // all but what changes
			missing = r.HasFile()
			return change(w, r, now)
		})
		if !errors.Is(err, ErrNotFound) || !missing || !again {
			return err
		}
		// It may have been moved to the file after that was read.
	}
}
