package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/scoring"
)

// review takes a moderator's finding: it confirms or voids complaints, credits
// or debits those who made them, and judges the account anew. A confirmed
// finding lifts the rule of two families for this incident; one of a severe
// category suspends at once, and refers the case to a person.
func (e *Engine) review(ctx context.Context, ev Review) error {
	id, msg := e.hash16('i', ev.Complaint), e.hash16(keys.Message, ev.Message)
	var ruled []report
	key64 := keys.Person(e.keys.Key(keys.Account, ev.Account))
	found := false
	s := e.about(ev.Account, ev.At, func(j *judgement) error {
		r := &j.r
		ruled, found = ruled[:0], !r.empty()
		if r.empty() {
			return errIdle
		}
		severe, any := false, false
		for i := range r.complaints.n {
			c := &r.complaints.at[i]
			if id != 0 && c.id != id || msg != 0 && c.msg != 0 && c.msg != msg || c.about&reportBlock != 0 {
				continue
			}
			any = true
			if c.about&(reportFound|reportVoid) != 0 {
				continue
			}
			ruled = append(ruled, *c)
			if !ev.Abusive {
				r.void(c)
				continue
			}
			c.about |= reportFound
			for _, cat := range j.e.policy.rules(r.class()).SevereCategories {
				severe = severe || c.category() == cat
			}
		}
		if id != 0 && !any {
			found = false
			return errIdle
		}
		j.durable = true
		if !ev.Abusive {
			return nil
		}
		r.course.found, j.then = true, true
		for i := range r.nShadows {
			r.shadows[i].found = true
		}
		if severe && !j.e.policy.Observe {
			j.severe()
			j.then = false
		}
		return nil
	})
	if err := e.apply(ctx, s); err != nil {
		return err
	}
	if !found {
		return because(ErrNotFound, "the account has no such complaint, or nothing is remembered of it")
	}
	for _, who := range ruled {
		e.fault(ctx, e.credibility(ctx, who.who, uint32(keys.Mix(key64^uint64(who.at), uint64(who.id))), ev.Abusive, e.now(ev.At)))
	}
	return nil
}

// severe imposes what the policy has for a confirmed severe category, and the
// Referral that goes with it, once.
func (j *judgement) severe() {
	r, f, p := &j.r, &j.f, j.e.policy
	rules := p.rules(r.class())
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.kind == Suspension && s.stands(f.sec) {
			return
		}
	}
	j.reasons = append(j.reasons, Reason{Code: CodeModerator})
	id := keys.Derive(f.key, "severe", r.ordinal)
	if r.course.opened == 0 {
		r.course.opened = f.sec
	}
	r.course.add(strike{at: f.sec, mass: float32(p.Strikes.Defiant), id: uint32(id)})
	r.course.struck = true
	r.course.sanctioned(&rules.Severe, f.sec, &p.Strikes)
	j.imposeStep(&rules.Severe, id, "", false)
	j.imposeStep(&Step{Kind: Referral}, keys.Derive(f.key, "referral", r.ordinal), "", false)
}

// hash16 is what a report keeps of an ID, 0 for none: enough among twenty-four.
func (e *Engine) hash16(kind byte, id string) uint16 {
	if id == "" {
		return 0
	}
	return uint16(max(1, e.keys.Hash32(kind, id)&0xffff))
}

// credibility notes what became of a person's complaint. token names the finding,
// so that giving it again counts nothing.
func (e *Engine) credibility(ctx context.Context, who uint64, token uint32, right bool, at time.Time) error {
	s := e.workspace()
	err := e.updateWith(ctx, s, e.keys.Reporter(who), func(old []byte) (Record, error) {
		r := &s.other
		if err := r.decode(old); err != nil {
			return Record{}, err
		}
		r.touch(at)
		if !r.reporter.ruled(token, right) {
			return Record{}, errIdle
		}
		return s.encode(r, true), nil
	})
	e.close(s)
	if err == errIdle {
		err = nil
	}
	return err
}

// found is the evidence of a moderator's finding in the open incident: it
// stands beside the families, as no measurement does.
func (s *measurer) found() {
	if s.c.found {
		s.dst = append(s.dst, scoring.Evidence{Code: CodeModerator, Family: scoring.Standing, LogOdds: foundNats, Value: 1, N: 1})
	}
}

// foundNats is what a finding weighs beside what it confirms: enough that a
// confirmed complaint is acted on.
const foundNats = 2
