package policy

import (
	"cmp"
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Appeal files an appeal against a sanction, by a member or on their behalf.
// Account and Sanction are required; it returns the appeal with its ID. One that
// is open already is ErrConflict, and so is one beyond 8 that are open on the
// account; one that was ruled on is ErrSettled, unless it was upheld and
// Appeals.Again has passed since; a sanction that is not remembered, or that has ended
// and was told of longer ago than Appeals.Within, is ErrNotFound. The statement is handed to the
// hook and not stored.
func (e *Engine) Appeal(ctx context.Context, a Appeal) (Appeal, error) {
	err := firstError(e.ready(ctx), checkID("account", a.Account, true), checkID("sanction", a.Sanction, true), checkTime("at", a.At))
	if err != nil {
		return Appeal{}, err
	}
	var out *Appeal
	err = e.applyFiled(ctx, a.Account, a.At, func(w *work, r *state.Record, now time.Time) judge.Effect {
		rules, sec := &w.settings.policy.Appeals, stamp.Of(now)
		filed := sec
		if !a.At.IsZero() { // a letter counts from when it came in
			filed = min(filed, stamp.Of(a.At))
		}
		s, d := r.Find(parseHex64(a.Sanction))
		if d == nil {
			return w.fail(because(ErrNotFound, "the account has no such sanction"))
		}
		if err := mayAppeal(rules, s, d, sec, filed); err != nil {
			return w.fail(err)
		}
		if r.Enforced.Ladder.Appeals() >= maxAppeals {
			return w.fail(because(ErrConflict, "as many appeals are open on the account as can be: Resolve one"))
		}
		what := "appeal " + a.Sanction
		if d.Appeal.ID != 0 {
			what += hex64(d.Appeal.ID) // after one that was upheld
		}
		d.Appeal = state.Appeal{ID: state.NewID(w.in.Key, what, r.Ordinal, 0), At: sec}
		s.Outcome, s.Flags = 0, s.Flags&^ladder.Offered|ladder.Appealed
		if a.Pledge {
			s.Flags |= ladder.Offered
		}
		out = appealOf(s, d, a.Account)
		act := Act{What: ActAppealed, Sanction: a.Sanction, Appeal: out.ID}
		if a.Pledge {
			act.Detail = "pledge"
		}
		w.did(act)
		return judge.Durable
	})
	if err != nil {
		return Appeal{}, err
	}
	out.Statement = a.Statement
	if h := e.cfg.Hooks.Appealed; h != nil {
		h(ctx, out)
	}
	return *out, nil
}

// mayAppeal reports why no appeal can be filed at a time against a sanction, if so.
func mayAppeal(rules *Appeals, s *ladder.Entry, d *state.Details, now, filed uint32) error {
	a := &d.Appeal
	switch {
	case !s.Stands(now) && !s.Stands(filed) && filed >= stamp.After(s.Known(), seconds(rules.Within)):
		return because(ErrNotFound, "the sanction has ended, and the sender was told of it longer ago than appeals.within of the policy")
	case a.ID != 0 && a.Ruled == 0:
		return because(ErrConflict, "an appeal against this sanction is already open")
	case a.ID != 0 && (s.Outcome != ladder.Upheld || rules.Again == 0):
		return because(ErrSettled, "an appeal against the sanction was ruled on")
	case a.ID != 0 && filed < stamp.After(a.Ruled, seconds(rules.Again)):
		return because(ErrSettled, "an appeal against the sanction was ruled on: it was upheld, and appeals.again of the policy has not passed since")
	}
	return nil
}

// maxAppeals is how many appeals of an account are open at most. What they are
// against stays in the log, and one that is full of them would have no room for the
// next sanction.
const maxAppeals = ladder.MaxEntries / 2

// Resolve rules on an appeal. Upheld changes nothing; Reduced ends the sanction now and
// keeps its strike, with Pledge under a condition, see Ruling; Overturned makes it as if
// the sanction had never been counted: strike, step of the ladder, what is flagged for it
// and what is noted at the origin go, later sanctions that rested on it become milder,
// and the reporters are debited. Evidence that the sanction answered stays answered: the
// next message is not punished for the same thing.
//
// The same ruling twice is one ruling; another one is ErrSettled. A ruling that
// was cut short by a crash or a fault of the store is finished by giving it
// again.
func (e *Engine) Resolve(ctx context.Context, account, id string, ruling Ruling) error {
	err := firstError(e.ready(ctx), checkID("account", account, true), checkID("appeal", id, true), ruling.validate())
	if err != nil {
		return err
	}
	var c consequences
	err = e.applyFiled(ctx, account, ruling.At, func(w *work, r *state.Record, now time.Time) judge.Effect {
		c = consequences{}
		s, d := appealed(r, id)
		switch {
		case d == nil:
			return w.fail(because(ErrNotFound, "the account has no such appeal"))
		case d.Appeal.Ruled != 0 && (s.Outcome != ladder.Outcome(ruling.Outcome) || ruling.Pledge != (s.Flags&ladder.Pledged != 0)):
			return w.fail(because(ErrSettled, "the appeal was ruled on otherwise"))
		case d.Appeal.Ruled != 0 && !d.Appeal.Pending:
			return judge.Idle
		case d.Appeal.Ruled != 0: // cut short: finish it
			c = consequences{overturned: true, Undoing: judge.Undo(&w.in, r, s, d, stamp.Of(now))}
			c.appeal = appealOf(s, d, account) // nobody was told
			return judge.Idle
		}
		if err := cmp.Or(w.mayRule(d, &ruling), w.mayPledge(s, &ruling, now)); err != nil {
			return w.fail(err)
		}
		c = w.rule(r, s, d, &ruling, now)
		w.did(ruling.act(s, id))
		return judge.Durable
	})
	if err != nil {
		return err
	}
	if err := e.applyConsequences(ctx, account, id, &c); err != nil {
		return err
	}
	e.runRulingHooks(ctx, &c, ruling.Note)
	return nil
}

// act is a ruling in the audit.
func (r *Ruling) act(s *ladder.Entry, appeal string) Act {
	a := Act{What: ActRuled, By: r.By, Sanction: hex64(s.ID), Appeal: appeal, Detail: r.Outcome.String(), Why: r.Note}
	if r.Pledge {
		a.Detail += ", under a pledge"
	}
	return a
}

// validate reports the first fault of a ruling.
func (r *Ruling) validate() error {
	if r.Outcome < Upheld || r.Outcome > Overturned {
		return &FieldError{Field: "outcome", Problem: "must be one of upheld, reduced, overturned"}
	}
	if r.Pledge && r.Outcome != Reduced {
		return &FieldError{Field: "pledge", Problem: "must come with the outcome reduced: it is the condition under which a sanction ends"}
	}
	return firstError(checkID("by", r.By, true), checkTime("at", r.At))
}

// mayRule reports why the person may not rule on the sanction, if so.
func (w *work) mayRule(d *state.Details, r *Ruling) error {
	if w.settings.policy.Appeals.OtherPerson && d.By != "" && d.By == state.Kept(r.By) {
		return &FieldError{Field: "by", Problem: "must be another person than who imposed the sanction: the policy has appeals.other_person"}
	}
	return nil
}

// mayPledge reports why the sanction can't end under a pledge, if the ruling has one.
func (w *work) mayPledge(s *ladder.Entry, r *Ruling, now time.Time) error {
	problem := ""
	switch {
	case !r.Pledge:
		return nil
	case w.settings.policy.Appeals.Pledge == 0:
		problem = "must not be set: the policy takes no pledges, its appeals.pledge is 0"
	case s.Flags&ladder.Offered == 0:
		problem = "must not be set: the sender has to offer it, with Appeal.Pledge"
	case s.Kind == ladder.Referral:
		problem = "must not be set: a referral refuses nothing that a pledge could give back"
	case !s.Stands(stamp.Of(now)):
		problem = "must not be set: the sanction has ended, and a pledge ends one that stands"
	default:
		return nil
	}
	return &FieldError{Field: "pledge", Problem: problem}
}

// runRulingHooks calls the hooks for what a ruling brought about.
func (e *Engine) runRulingHooks(ctx context.Context, c *consequences, note string) {
	tell(ctx, e.cfg.Hooks.Lifted, c.lifted)
	if h := e.cfg.Hooks.Resolved; h != nil && c.appeal != nil {
		c.appeal.Ruling.Note = note
		h(ctx, c.appeal)
	}
}

// appealed returns the sanction with that appeal.
func appealed(r *state.Record, id string) (*ladder.Entry, *state.Details) {
	want := parseHex64(id)
	for i := range r.Details {
		if d := &r.Details[i]; d.Appeal.ID != 0 && d.Appeal.ID == want {
			return r.Enforced.Ladder.Find(d.ID), d
		}
	}
	return nil, nil
}

// rule notes a ruling in the account's record, and says what must follow elsewhere.
func (w *work) rule(r *state.Record, s *ladder.Entry, d *state.Details, ruling *Ruling, now time.Time) (c consequences) {
	sec := stamp.Of(now)
	stood := s.Stands(sec)
	d.Appeal.Ruled, d.Appeal.By, d.Appeal.Note = max(sec, 1), state.Kept(ruling.By), state.Kept(ruling.Note)
	if stood && ruling.Outcome != Upheld {
		d.EndedBy, d.Note = state.Kept(ruling.By), state.Kept(ruling.Note)
	}
	before := r.Enforced.Ladder
	s.Flags &^= ladder.Appealed
	s.Outcome = ladder.Outcome(ruling.Outcome)
	switch {
	case ruling.Outcome == Overturned:
		s.Outcome = 0 // the log as it was
		judge.Overturn(&w.in, r, s, d, sec)
		c = consequences{overturned: true, Undoing: judge.Undo(&w.in, r, s, d, sec)}
		d.Appeal.Pending = true
		s.Flags |= ladder.Appealed // what is pending must not make room
	case ruling.Pledge:
		r.Enforced.Ladder.Promise(s, sec, seconds(w.settings.policy.Appeals.Pledge))
	case ruling.Outcome == Reduced && stood:
		r.Enforced.Ladder.Lift(s, sec)
	}
	if stood && ruling.Outcome != Upheld {
		c.lifted = append(c.lifted, sanctionOf(r, s, d, w.in.Account))
	}
	c.lifted = w.regraded(c.lifted, r, &before)
	c.appeal = appealOf(s, d, w.in.Account)
	return c
}

// regraded appends the sanctions that have become milder since a log was copied.
func (w *work) regraded(all []Sanction, r *state.Record, before *ladder.State) []Sanction {
	for i := range before.N {
		o, was := &r.Enforced.Ladder.Log[i], &before.Log[i]
		if o.Flags&ladder.Regraded != 0 && (o.Until != was.Until || o.Kind != was.Kind || o.Ended != was.Ended) {
			all = append(all, sanctionOf(r, o, r.DetailsOf(o.ID), w.in.Account))
		}
	}
	return all
}

// consequences are what a ruling brings about outside the account's record.
type consequences struct {
	overturned bool
	judge.Undoing
	lifted []Sanction // ended, or milder
	appeal *Appeal
}

// applyConsequences undoes what an overturned sanction did elsewhere, and then notes that it
// is done. Each part may be done twice without harm.
func (e *Engine) applyConsequences(ctx context.Context, account, id string, c *consequences) error {
	if !c.overturned {
		return nil
	}
	if err := e.undoElsewhere(ctx, account, c); err != nil {
		return err
	}
	return e.apply(ctx, e.about(account, time.Time{}), func(r *state.Record, _ time.Time) judge.Effect {
		s, d := appealed(r, id)
		if d == nil || !d.Appeal.Pending {
			return judge.Idle
		}
		d.Appeal.Pending = false
		if s != nil {
			s.Flags &^= ladder.Appealed
		}
		return judge.Durable
	})
}

// undoElsewhere undoes what an overturned sanction did outside the account's record.
func (e *Engine) undoElsewhere(ctx context.Context, account string, c *consequences) error {
	if c.Cluster != 0 {
		e.unflag(c.Cluster, c.Strike.Who)
	}
	at := e.now(time.Time{})
	for i := range c.Debit {
		if err := e.findReporter(ctx, &c.Debit[i], account, c.Strike.Who, false, at); err != nil {
			e.fault(ctx, err)
			return err
		}
	}
	if len(c.Origin) == len(Key{}) {
		w := e.begin()
		err := e.noteStrike(ctx, w, Key([]byte(c.Origin)), c.Strike)
		e.end(w)
		if err != nil {
			e.fault(ctx, err)
			return err
		}
		e.tellStrike(at, Key([]byte(c.Origin)), c.Strike)
	}
	return nil
}
