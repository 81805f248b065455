package policy

import (
	"context"
	"slices"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// Impose puts a sanction on an account by hand. Account, Kind and By are
// required. Scope is Messaging for a Block or Restriction that names none, and
// WholeAccount for a Suspension; From is now, and one that is further ahead than
// Config.MaxSkew is refused: a sanction begins when it is imposed. A zero Until
// means until lifted, one after 2105 is taken as the beginning of 2106. A
// Restriction needs PerDay, of which more than 65,535 count as that. It returns the
// sanction with its ID. What a person imposes counts no strike.
func (e *Engine) Impose(ctx context.Context, s Sanction) (Sanction, error) {
	if err := ctx.Err(); err != nil {
		return Sanction{}, err
	}
	err := firstError(checkID("account", s.Account, true), checkID("by", s.By, true), checkID("message", s.Message, false),
		checkTime("from", s.From), checkTime("until", s.Until), checkTime("review", s.Review))
	switch {
	case err != nil:
	case s.Kind < Warning || s.Kind > Referral:
		err = &FieldError{Field: "kind", Problem: "must be one of warning, block, restriction, suspension, referral"}
	case s.Scope > WholeAccount:
		err = &FieldError{Field: "scope", Problem: "must be one of outreach, messaging, account"}
	case s.Kind == Restriction && s.PerDay < 1:
		err = &FieldError{Field: "per_day", Problem: "must be at least 1 for a restriction"}
	case s.From.After(e.now(s.From)):
		err = &FieldError{Field: "from", Problem: "must not lie ahead: a sanction begins when it is imposed"}
	case !s.Until.IsZero() && !s.Until.After(e.now(s.From)):
		err = &FieldError{Field: "until", Problem: "must be later than from"}
	}
	if err != nil {
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
	s.Reasons = slices.Clone(s.Reasons) // the caller's, and an outside store may call back later
	var out Sanction
	err = e.apply(ctx, e.about(s.Account, s.From, func(j *judgement) error {
		from := j.f.sec
		kept := sanction{
			id: keys.Derive(j.f.key, s.Message, j.r.ordinal), kind: s.Kind, scope: s.Scope, perDay: uint16(min(s.PerDay, 1<<16-1)),
			from: from, until: forever, policy: j.e.id, message: wire.Clip(s.Message, keptName), by: wire.Clip(s.By, keptName),
		}
		if !s.Until.IsZero() {
			kept.until = max(seconds(s.Until), from+1)
		}
		if !s.Review.IsZero() {
			kept.review = seconds(s.Review)
		}
		kept.keep(s.Reasons)
		if !j.addSanction(kept) {
			return because(ErrConflict, "as many sanctions stand on the account as a record holds: Lift one")
		}
		out = kept.public(s.Account)
		return nil
	}))
	if err != nil {
		return Sanction{}, err
	}
	return out, nil
}

// Lift ends a sanction early. Its strike stays: an appeal that is granted
// undoes that. Lifting one that was lifted before is no error if it is the same
// person; otherwise it is ErrSettled. One that is not there is ErrNotFound.
func (e *Engine) Lift(ctx context.Context, account, id string, l Lifting) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := firstError(checkID("account", account, true), checkID("sanction", id, true), checkID("by", l.By, true), checkTime("at", l.At)); err != nil {
		return err
	}
	var lifted *Sanction
	err := e.apply(ctx, e.about(account, l.At, func(j *judgement) error {
		s := j.r.find(id)
		switch {
		case s == nil:
			return because(ErrNotFound, "the account has no such sanction")
		case s.lifted.at != 0 && s.lifted.by == wire.Clip(l.By, keptName):
			return errIdle
		case s.lifted.at != 0 || !s.stands(j.f.sec):
			return because(ErrSettled, "the sanction has ended, or somebody else lifted it")
		}
		j.lift(s, l.By, l.Note)
		p := s.public(account)
		lifted = &p
		return nil
	}))
	if err == nil && lifted != nil {
		if h := e.cfg.Hooks.Lifted; h != nil {
			h(ctx, lifted)
		}
	}
	return err
}

// lift ends a sanction now, and lets its incident close.
func (j *judgement) lift(s *sanction, by, note string) {
	s.lifted = lifting{at: max(j.f.sec, 1), by: wire.Clip(by, keptName), note: wire.Clip(note, keptName)}
	c := &j.r.course
	if c.acted != 0 && c.brought(s) {
		c.acted = j.f.sec
	}
	if c.released == s.until {
		c.released, c.probe = 0, 0 // a person who lifts it trusts the account
	}
	j.durable = true
}
