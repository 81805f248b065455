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

// Forget removes what is remembered of an account, at once: whom it wrote to,
// what it got, its texts, what was answered and complained of, its counts. What stays where
// the policy says so (KeepSanctionsOnForget, the default), or deleting an account
// would be a way around every sanction, is without the account's name:
//
//   - sanctions that stand, a Warning for its 7 days, and an order to hold what
//     it sends, until they end;
//   - strikes, until they have faded, with the step and the probation that they
//     brought, the sanctions that brought them as long as an appeal is open to
//     the account, and the clusters of the texts that it was sanctioned for;
//   - as a reporter whom moderators did not believe: how often.
//
// What has ended within the last week is kept as if it had not: by then a clock that
// is wrong was put right.
//
// What others' records hold of the account are keyed hashes that fade: within 90
// days, at a sanctioned account's Origin as its strikes do. An account that
// comes back under the same name finds that again, and nothing else, neither
// contacts nor good replies; under another name only the Origin tells. Counts begin
// anew, so an account that can be forgotten and come back at will has no rate
// limits: the host must bound that. To forget an unknown account is no error.
func (e *Engine) Forget(ctx context.Context, account string) error {
	if err := firstError(e.ready(ctx), checkID("account", account, true)); err != nil {
		return err
	}
	keep := false
	w := e.about(account, time.Time{})
	keeps, rules := w.settings.policy.KeepSanctionsOnForget, w.in.Policy.Member
	me := w.in.Key
	var log ladder.State
	err := e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		if keep = keeps && r.Forget(stamp.Of(now), &rules.Ladder); keep {
			log = r.Enforced.Ladder
			return judge.Durable
		}
		return judge.Idle
	})
	if err != nil {
		return err
	}
	if keep {
		w := e.about(account, time.Time{})
		err := e.refile(ctx, w, w.in.At, nil, &log)
		e.end(w)
		e.fault(ctx, err)
		if errors.Is(err, ErrRecord) { // nothing can be made out in it that is to be kept
			err = e.remove(ctx, e.keys.Key(keys.File, account), nil)
		}
		if err != nil {
			return err
		}
	} else {
		for _, key := range [...]Key{me, e.keys.Key(keys.File, account)} {
			if err := e.remove(ctx, key, nil); err != nil {
				return err
			}
		}
	}
	if err := e.remove(ctx, e.keys.Inbox(me), nil); err != nil {
		return err
	}
	return e.remove(ctx, e.keys.Reporter(keys.Person(me)), func(r *state.Record) bool {
		return keeps && r.Reporter.Credibility(false, &rules.Complaints) < 1
	})
}

// remove deletes a record, unless it is one to keep.
func (e *Engine) remove(ctx context.Context, key Key, keep func(*state.Record) bool) error {
	w := e.begin()
	kept := false
	var err error
	if keep != nil {
		err = e.others(ctx, e.viewWith(ctx, w, key, func(data []byte) error {
			kept = false
			if err := decode(&w.other, data); err != nil {
				return err
			}
			kept = keep(&w.other)
			return nil
		}))
	}
	if err == nil && !kept {
		err = e.deleteWith(ctx, w, key)
	}
	e.end(w)
	if err != nil {
		e.fault(ctx, err)
	}
	return err
}
