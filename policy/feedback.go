package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
)

// event applies an event to the record of the account that it is about, and
// judges the account where the event is evidence.
func (j *judgement) event() error {
	r, f, p := &j.r, &j.f, j.e.policy
	f.now = r.now(f.at)
	f.sec = seconds(f.now)
	j.begin(p)
	r.freshen(f.sec, j.e)
	j.then = false
	if err := j.change(j); err != nil {
		return err
	}
	r.touch(f.now)
	if !j.then {
		return nil
	}
	rules := p.rules(r.class())
	if err := j.judge(p, rules); err != nil {
		return err
	}
	for i := range r.nShadows {
		j.shadowEvent(&j.e.shadow[i], &r.shadows[i])
	}
	return nil
}

// Record takes feedback on messages: replies, complaints, blocks, a moderator's
// findings, retractions. Feedback that counts nothing (a complaint about an
// unknown account, a reply that nobody waits for) is no error. An error is a
// *FieldError, ErrNotFound for a Retraction that comes too late and a Review of
// nothing, the context's, or a *FaultError. Nothing has changed then, except
// that an outside store which did not answer may have taken it: give it again.
func (e *Engine) Record(ctx context.Context, ev Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ev == nil {
		return &FieldError{Field: "event", Problem: "must not be nil"}
	}
	switch ev.(type) {
	case *Reply, *Complaint, *BlockedBy, *Review, *Retraction: // before validate, which a nil one does not survive
		return &FieldError{Field: "event", Problem: fmt.Sprintf("is a %T: pass the value, not a pointer", ev)}
	}
	if err := ev.validate(); err != nil {
		return err
	}
	var err error
	switch ev := ev.(type) {
	case Reply:
		err = e.reply(ctx, ev)
	case Complaint:
		err = e.complain(ctx, ev)
	case BlockedBy:
		err = e.complain(ctx, Complaint{From: ev.From, Against: ev.Against, At: ev.At}, reportBlock)
	case Review:
		err = e.review(ctx, ev)
	case Retraction:
		err = e.retract(ctx, ev)
	default:
		return &FieldError{Field: "event", Problem: "is of a type that this package does not know"}
	}
	if err != nil {
		return err
	}
	if h := e.cfg.Hooks.Recorded; h != nil {
		h(ctx, ev)
	}
	return nil
}

// about prepares a work space for an event about an account.
func (e *Engine) about(account string, at time.Time, change func(*judgement) error) *space {
	s := e.workspace()
	j := &s.j
	j.e, j.subject, j.change = e.settings.Load(), account, change
	f := &j.f
	f.m, f.to, f.looked, f.learn, f.static, f.permit, f.guilt = nil, f.to[:0], true, false, false, unasked, 0
	f.id, f.content, f.channel, f.origin = 0, 0, 0, Key{}
	f.sketch.Grams = 0
	f.cluster.ID = 0
	f.key = e.keys.Key(keys.Account, account)
	f.me = keys.Person(f.key)
	f.at = e.now(at)
	f.now, f.sec = f.at, seconds(f.at)
	return s
}

// apply runs the event, and tells what it brought about.
func (e *Engine) apply(ctx context.Context, s *space) error {
	err := e.judge(ctx, s)
	var told []Sanction
	if err == nil {
		for i := range s.j.imposed {
			told = append(told, s.j.imposed[i].public(s.j.subject))
		}
		if s.j.taint != 0 {
			e.taint(s)
		}
		e.accuse(ctx, s)
	} else {
		e.fault(ctx, err)
	}
	e.close(s)
	if h := e.cfg.Hooks.Imposed; h != nil {
		for i := range told {
			h(ctx, &told[i])
		}
	}
	return err
}

// reply credits To with an answer by From. As with a message, it counts less if
// From has strikes, or last wrote from an origin of To's.
func (e *Engine) reply(ctx context.Context, ev Reply) error {
	key := e.keys.Key(keys.Account, ev.From)
	worth, lately := 1., Key{}
	s := e.about(ev.To, ev.At, nil)
	err := e.view(ctx, s, key, func(data []byte) error {
		if err := s.other.decodeOnly(data, 1<<tagCourse|1<<tagOrigins); err != nil {
			return err
		}
		if s.other.advance(&s.other.course, s.j.f.sec, &s.j.e.policy.Strikes); s.other.course.n > 0 {
			worth = doubtful
		}
		lately = s.other.origins.last
		return nil
	})
	if err = e.others(ctx, err); err != nil {
		e.fault(ctx, err)
		e.close(s)
		return err
	}
	s.j.change = func(j *judgement) error {
		if !j.r.answer(keys.Person(key), j.f.now, worth, j.r.origins.has(lately)) {
			return errIdle
		}
		return nil
	}
	return e.apply(ctx, s)
}

// complain counts a report, with the credibility of its reporter.
func (e *Engine) complain(ctx context.Context, ev Complaint, flags ...uint8) error {
	if ev.From == ev.Against {
		return nil // worth nothing
	}
	from := keys.Person(e.keys.Key(keys.Account, ev.From))
	var known reporter
	s := e.about(ev.Against, ev.At, nil)
	j := &s.j
	err := e.view(ctx, s, e.keys.Reporter(from), func(data []byte) error {
		if len(data) == 0 {
			return nil
		}
		if err := s.other.decode(data); err != nil {
			return err
		}
		known = s.other.reporter
		return nil
	})
	if err != nil {
		e.fault(ctx, err)
		e.close(s)
		return err
	}
	c := &j.e.policy.Complaints
	young := !ev.Joined.IsZero() && j.f.at.Sub(ev.Joined) < c.YoungAge.D()
	rep := report{who: from, weight: uint8(100*known.credibility(young, c) + .5), about: uint8(ev.Category)}
	for _, f := range flags {
		rep.about |= f
	}
	rep.id, rep.msg = e.hash16('i', ev.ID), e.hash16(keys.Message, ev.Message)
	message := e.keys.Hash32(keys.Message, ev.Message)
	j.change = func(j *judgement) error {
		r := &j.r
		if r.empty() {
			return errIdle // an account that has never written
		}
		rep := rep
		rep.at = j.f.sec
		k := r.contacts.lookup(from)
		o := r.open.find(from)
		received := k.flags&isKnown != 0 && k.first != 0 || o >= 0 && r.open.at[o].flags&wasDelivered != 0
		switch {
		case received:
		case ev.Message == "":
			return errIdle
		case len(j.e.policy.rules(r.class()).Rates) > 0 || r.prints.byID(message, j.f.sec) != nil:
			// A broadcaster's record cannot hold all whom it reached.
		default:
			rep.weight /= 2 // the host says so, and nothing here does
		}
		if k.flags&wasCold != 0 {
			rep.about |= reportCold
		}
		if k.flags&hasTie != 0 {
			rep.about |= reportTied
		}
		r.file(rep)
		j.durable, j.then = true, true
		return nil
	}
	return e.apply(ctx, s)
}

// retract gives back what a message took that was not delivered after all.
func (e *Engine) retract(ctx context.Context, ev Retraction) error {
	id := e.keys.Hash32(keys.Message, ev.Message)
	found := false
	err := e.apply(ctx, e.about(ev.Sender, ev.At, func(j *judgement) error {
		p := j.r.prints.byID(id, j.f.sec)
		found = p != nil
		if p == nil || p.flags&printGiven != 0 || p.verdict > Flag {
			return errIdle
		}
		j.r.retract(p, j.f.sec)
		return nil
	}))
	if err == nil && !found {
		return because(ErrNotFound, "the message is not remembered: it had no ID, or is too long ago")
	}
	return err
}
