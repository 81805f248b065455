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

// Remains are what stays of an account that was forgotten, without its name, and why: it
// was kept for those whom the account wrote to, and against abuse. The zero Remains is
// nothing.
type Remains struct {
	Sanctions []Sanction `json:"sanctions,omitempty"`     // that stand: they are enforced until they end
	Strikes   float64    `json:"offence_weight,omitzero"` // of offences that have not faded: they count if the account comes back
	Held      bool       `json:"held,omitzero"`           // a person ordered that what it sends is held
	Reporter  bool       `json:"reporter,omitzero"`       // how often moderators did not believe its complaints: others must not suffer by them again
	Until     time.Time  `json:"until,omitzero"`          // when the last of the first three goes by itself; zero: nothing of them stays, or until a person ends it
}

// Nothing reports whether nothing remains.
func (r *Remains) Nothing() bool {
	return len(r.Sanctions) == 0 && r.Strikes == 0 && !r.Held && !r.Reporter
}

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
// days, at a sanctioned account's Origin as its strikes do, where rules count it (Counter)
// with the window. An account that
// comes back under the same name finds that again, and nothing else, neither
// contacts nor good replies; under another name only the Origin tells. Counts begin
// anew, so an account that can be forgotten and come back at will has no rate
// limits: the host must bound that. To forget an unknown account is no error.
//
// What remains, and why, is the answer: say it to the person (GDPR art. 17(3)).
func (e *Engine) Forget(ctx context.Context, account string) (Remains, error) {
	var left Remains
	if err := firstError(e.ready(ctx), checkID("account", account, true)); err != nil {
		return left, err
	}
	keep := false
	w := e.about(account, time.Time{})
	keeps, rules := w.settings.policy.KeepSanctionsOnForget, w.in.Policy.Member
	me := w.in.Key
	w.did(Act{What: ActForgotten})
	var log ladder.State
	err := e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		if keep = keeps && r.Forget(stamp.Of(now), &rules.Ladder); keep {
			log = r.Enforced.Ladder
			left = e.remains(r, now, &rules.Ladder)
			return judge.Durable
		}
		return judge.Idle
	})
	if err != nil {
		return left, err
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
			return left, err
		}
	} else if err := e.forgetAll(ctx, account, me); err != nil {
		return left, err
	}
	if err := e.remove(ctx, e.keys.Inbox(me), nil); err != nil {
		return left, err
	}
	if err := e.forgetTallies(ctx, me); err != nil {
		return left, err
	}
	err = e.remove(ctx, e.keys.Reporter(keys.Person(me)), func(r *state.Record) bool {
		left.Reporter = keeps && r.Reporter.Credibility(false, &rules.Complaints) < 1
		return left.Reporter
	})
	return left, err
}

// forgetAll removes an account's record and its file. The audit knows of it with the
// removal.
func (e *Engine) forgetAll(ctx context.Context, account string, me Key) error {
	remove := e.remove
	if e.acts.asked() {
		remove = e.forgetRecord
	}
	if err := remove(ctx, me, nil); err != nil {
		return err
	}
	return e.remove(ctx, e.keys.Key(keys.File, account), nil)
}

// forgetRecord removes a record, but for acts that it owes.
func (e *Engine) forgetRecord(ctx context.Context, key Key, _ func(*state.Record) bool) error {
	w := e.begin()
	defer e.end(w)
	err := e.act(ctx, w, key, Act{What: ActForgotten}, func(r *state.Record) bool {
		r.Clean()
		return true
	})
	e.fault(ctx, err)
	return err
}

// remains says what stays of an account that was forgotten.
func (e *Engine) remains(r *state.Record, now time.Time, rules *ladder.Rules) Remains {
	sec := stamp.Of(now)
	left := Remains{Sanctions: standing(r, "", sec), Strikes: r.Enforced.Ladder.Mass(sec, rules), Held: r.Order.At(sec) == state.Hold}
	for i := range left.Sanctions {
		s := &left.Sanctions[i]
		s.Reasons, s.Message = nil, ""
	}
	if expires := r.Expires(); !expires.IsZero() {
		left.Until = expires
	}
	return left
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
