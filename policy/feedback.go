package policy

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/gossip"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/similarity"
)

// Record takes feedback on messages: replies, complaints, blocks, a moderator's
// findings, retractions; and who knows whom. Feedback that counts nothing (a complaint about an
// unknown account, a reply that nobody waits for) is no error. An error is a
// *FieldError, ErrNotFound for a Retraction that comes too late and a Review of
// nothing, the context's, or a *FaultError. Nothing has changed then, except
// that an outside store which did not answer may have taken it: give it again.
func (e *Engine) Record(ctx context.Context, ev Event) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	if ev == nil {
		return &FieldError{Field: "event", Problem: "must not be nil"}
	}
	if reflect.TypeOf(ev).Kind() == reflect.Pointer { // before validate, which a nil one does not survive
		return &FieldError{Field: "event", Problem: fmt.Sprintf("is a %T: pass the value, not a pointer", ev)}
	}
	if err := ev.validate(); err != nil {
		return err
	}
	if err := ev.apply(ctx, e); err != nil {
		return err
	}
	if h := e.cfg.Hooks.Recorded; h != nil {
		h(ctx, ev)
	}
	return nil
}

// about prepares a work for an event about an account.
func (e *Engine) about(account string, at time.Time) *work {
	return e.aboutKey(e.keys.Key(keys.Account, account), account, at)
}

func (e *Engine) aboutKey(key Key, account string, at time.Time) *work {
	w := e.begin()
	in := &w.in
	*in = judge.Input{
		Account: account, Key: key, Looked: true, To: in.To[:0], Asked: judge.Asked{Attributes: in.Asked.Attributes},
		Policy: in.Policy, Shadows: in.Shadows, Tracks: in.Tracks, Resolution: in.Resolution, Clock: in.Clock, Skew: in.Skew,
	}
	in.Sketch.Obfuscation = similarity.Obfuscation{}
	in.Me = keys.Person(in.Key)
	e.date(w, at, e.cfg.MaxDelay)
	return w
}

// apply carries out a change of an account's record, and what it brings about.
func (e *Engine) apply(ctx context.Context, w *work, change judge.Change) error {
	return e.applyThen(ctx, w, func([]Sanction) {}, change)
}

// applyThen does the same, and tells done what it imposed before the hooks hear of it.
func (e *Engine) applyThen(ctx context.Context, w *work, done func([]Sanction), change judge.Change) error {
	w.change = change
	err := e.judge(ctx, w)
	var imposed []Sanction
	var thanked []uint64
	account, key, me, at := w.in.Account, w.in.Key, w.in.Me, w.in.At
	acted := w.acted()
	if err == nil {
		thanked = w.out.Thanked
		e.takeWord(w, &w.said, w.out.Now)
		imposed = w.imposed()
		e.flagText(w)
		e.strikeOrigin(ctx, w)
		e.file(ctx, w)
	} else {
		e.fault(ctx, err)
	}
	e.end(w)
	if err == nil {
		done(imposed)
		tell(ctx, e.cfg.Hooks.Imposed, imposed)
		e.thank(ctx, account, me, thanked, at)
		if acted {
			e.acted(ctx, key)
		}
	}
	return err
}

// fail ends a change with an error: nothing is changed.
func (w *work) fail(err error) judge.Effect {
	w.err = err
	return judge.Idle
}

// apply credits To with an answer by From. As with a message, it counts less if From
// has strikes, or last wrote from an origin of To's.
func (ev Reply) apply(ctx context.Context, e *Engine) error {
	return e.reply(ctx, ev, (*state.Record).Answer)
}

// apply credits To with a request that From accepted.
func (ev Accepted) apply(ctx context.Context, e *Engine) error {
	return e.reply(ctx, Reply{From: ev.From, To: ev.To, At: ev.At}, (*state.Record).Accept)
}

// apply takes back a request of From.
func (ev Withdrawn) apply(ctx context.Context, e *Engine) error {
	to := keys.Person(e.keys.Key(keys.Account, ev.To))
	return e.apply(ctx, e.about(ev.From, ev.At), func(r *state.Record, _ time.Time) judge.Effect {
		if !r.Withdraw(to) {
			return judge.Idle
		}
		return judge.Kept
	})
}

// reply credits ev.To with an answer, as the given method of its record does.
func (e *Engine) reply(ctx context.Context, ev Reply, answer func(r *state.Record, who uint64, now time.Time, weight float64, ownOrigin bool) bool) error {
	key := e.keys.Key(keys.Account, ev.From)
	counts, origin, refused, stranger := 1., state.Key{}, false, false
	var from receiver
	w := e.about(ev.To, ev.At)
	rules := &w.in.Policy.Member.Ladder
	err := e.viewWith(ctx, w, key, func(data []byte) error {
		if err := decoded(w.other.DecodeOnly(data, state.OnlyStanding)); err != nil {
			return err
		}
		now := stamp.Of(w.in.At)
		w.other.Enforced.Ladder.Advance(now, rules)
		counts, origin = judge.AnswerWeight(&w.other, now, rules), w.other.Origins.Last
		refused, from = w.other.Refuses.Find(w.in.Me) != nil, receiverOf(&w.other, 1)
		return nil
	})
	if err = e.others(ctx, err); err != nil {
		e.fault(ctx, err)
		e.end(w)
		return err
	}
	me, at := w.in.Me, w.in.At
	err = e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		lifted := r.RefusedBy.Drop(keys.Person(key))
		stranger = false
		own := r.Origins.Has(origin)
		if !answer(r, keys.Person(key), now, counts, own) {
			if lifted {
				return judge.Kept
			}
			return judge.Idle
		}
		r.DoesWell(now, counts, own, origin, &rules.Conduct)
		stranger = r.LastAnswer.Stranger
		w.said = word{gossip.Answered, r.LastAnswer.Cluster, r.LastAnswer.Beside, keys.Person(key), origin, counts, r.LastAnswer.Asked}
		return judge.Kept
	})
	if err == nil && refused {
		e.fault(ctx, e.welcomes(ctx, ev.From, me, at))
	}
	if err == nil && stranger {
		e.answersLetter(ctx, key, from, at)
	}
	return err
}

// apply counts a report, with the credibility of its reporter.
func (ev Complaint) apply(ctx context.Context, e *Engine) error { return e.report(ctx, ev, 0) }

// apply counts a quiet complaint.
func (ev BlockedBy) apply(ctx context.Context, e *Engine) error {
	return e.report(ctx, Complaint{From: ev.From, Against: ev.Against, At: ev.At}, state.ReportBlock)
}

// report counts a complaint, or with state.ReportBlock a quiet one.
func (e *Engine) report(ctx context.Context, ev Complaint, flags uint8) error {
	if ev.From == ev.Against {
		return nil // worth nothing
	}
	from := keys.Person(e.keys.Key(keys.Account, ev.From))
	w := e.about(ev.Against, ev.At)
	weight, limited, err := e.credibility(ctx, w, &ev, from, flags)
	if err != nil {
		e.fault(ctx, err)
		e.end(w)
		return err
	}
	rep := state.Report{
		Who: from, Weight: uint8(100*weight + .5), About: uint8(ev.Category) | flags,
		ID: e.hash16('i', ev.ID), Message: e.hash16(keys.Message, ev.Message),
	}
	message, at, turned := e.keys.Hash32(keys.Message, ev.Message), w.in.At, false
	admitted := false
	me, refusal := w.in.Me, state.Refusal{Who: from, Block: flags&state.ReportBlock != 0}
	taken := func([]Sanction) {
		if !refusal.Block {
			e.tellReport(ctx, from, me, ReportOutcome{Against: ev.Against, From: ev.From, Outcome: ReportTaken, Limited: limited, At: at})
		}
	}
	err = e.applyThen(ctx, w, taken, func(r *state.Record, now time.Time) judge.Effect {
		rep := rep
		rep.At = stamp.Of(now)
		refusal.At = rep.At
		if admitted, turned = judge.Report(&w.in, r, &rep, refusal, message); !admitted {
			if refusal.Block && !r.Empty() {
				return judge.Durable
			}
			return judge.Idle
		}
		if p := r.Pending.Find(from); p >= 0 {
			cluster, beside := r.ClusterOf(p)
			w.said = word{kind: gossip.Complained, cluster: cluster, beside: beside, who: from, weight: float64(rep.Weight) / 100}
		}
		return judge.Suspect
	})
	if err != nil || !admitted && !refusal.Block {
		return err
	}
	refusal.Who = me
	return e.refuses(ctx, ev.From, refusal, at, turned)
}

// credibility is what a report by a person weighs, and whether they made so many
// complaints that it weighs nothing.
func (e *Engine) credibility(ctx context.Context, w *work, ev *Complaint, who uint64, flags uint8) (weight float64, limited bool, err error) {
	if flags&state.ReportBlock == 0 {
		if limited, err = e.limited(ctx, w, ev.From); err != nil || limited {
			return 0, limited, err
		}
	}
	var known state.Reporter
	err = e.viewWith(ctx, w, e.keys.Reporter(who), func(data []byte) error {
		err := decode(&w.other, data)
		known = w.other.Reporter
		return err
	})
	rules := &w.in.Policy.Member.Complaints
	young := !ev.Joined.IsZero() && w.in.At.Sub(ev.Joined) < rules.YoungAge
	return known.Credibility(young, rules), false, err
}

// apply gives back what a message took that was not delivered after all.
func (ev Retraction) apply(ctx context.Context, e *Engine) error {
	id := e.keys.Hash32(keys.Message, ev.Message)
	w := e.about(ev.Sender, ev.At)
	return e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		d := r.Recent.ByID(id, stamp.Of(now))
		if d == nil && r.Gone.Forget(id) {
			return judge.Kept
		}
		if d == nil {
			return w.fail(because(ErrNotFound, "the message is not remembered: it had no ID, or is too long ago"))
		}
		if d.Flags&state.Retracted != 0 || !d.Verdict.Delivered() {
			return judge.Idle
		}
		r.Retract(d)
		return judge.Kept
	})
}

// hash16 is what a report keeps of an ID, 0 for none: enough among twenty-four.
func (e *Engine) hash16(kind byte, id string) uint16 {
	if id == "" {
		return 0
	}
	return uint16(max(1, e.keys.Hash32(kind, id)&0xffff))
}

// apply takes a moderator's finding: it confirms or rejects complaints, credits or
// debits those who made them, and judges the account anew. A confirmed finding lifts
// the rule of two families for this incident; one of a severe category, or that staff or a
// page is impersonated, suspends at once, and refers the case to a person; one of
// ConfirmedCategories brings Confirmed.
func (ev Review) apply(ctx context.Context, e *Engine) error {
	act := Act{What: ActReviewed, By: ev.By, Message: ev.Message, Detail: "harmless"}
	if ev.Abusive {
		act.Detail = "abusive"
	}
	id, message := e.hash16('i', ev.Complaint), e.hash16(keys.Message, ev.Message)
	var ruled []state.Report
	w := e.about(ev.Account, ev.At)
	at, account, rules := w.in.At, w.in.Me, w.settings.policy
	cleared := e.keys.Hash32(keys.Message, ev.Message)
	w.did(act)
	err := e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		var any bool
		ruled, any = judge.Settle(r, id, message, ev.Abusive)
		switch {
		case r.Empty() || id != 0 && !any:
			return w.fail(errNoComplaint)
		case !ev.Abusive:
			if ev.Message != "" && ev.Complaint == "" {
				r.Clear(cleared, now, &w.in.Policy.Rules(r.Class).Ladder)
			}
			return judge.Durable
		}
		for i := -1; i < r.NShadows; i++ {
			r.Track(i).Ladder.Confirmed = true
		}
		of := rules.rules(Class(r.Class))
		about := func(of []Category) bool {
			return slices.ContainsFunc(ruled, func(c state.Report) bool { return slices.Contains(of, Category(c.About&state.ReportCategory)) })
		}
		switch {
		case about(of.SevereCategories) || slices.Contains(of.Impersonated, ev.Impersonated):
			return judge.Severe
		case about(of.ConfirmedCategories):
			return judge.Found
		}
		return judge.Suspect
	})
	if err != nil {
		return err
	}
	for i := range ruled {
		e.fault(ctx, e.findReporter(ctx, &ruled[i], ev.Account, account, ev.Abusive, at))
	}
	return nil
}

var errNoComplaint = because(ErrNotFound, "the account has no such complaint, or nothing is remembered of it")

// findReporter notes what became of a person's complaint, and tells. Giving the same
// finding again counts nothing.
func (e *Engine) findReporter(ctx context.Context, c *state.Report, name string, account uint64, right bool, at time.Time) error {
	finding, news := uint32(keys.Mix(account^uint64(c.At), uint64(c.ID))), false
	w := e.begin()
	err := e.revise(ctx, w, e.keys.Reporter(c.Who), true, func(r *state.Record) bool {
		r.Touch(at)
		news = r.Reporter.Ruled(finding, right)
		return news
	})
	if e.end(w); err == nil && news {
		outcome, note := ReportNoAction, &gossip.Note{Kind: gossip.Ruled, At: at.UnixNano(), Who: c.Who, Asked: finding}
		if right {
			outcome, note.Weight = ReportConfirmed, 1
		}
		e.tellApart(note)
		e.tellReport(ctx, c.Who, account, ReportOutcome{Against: name, Outcome: outcome, At: at})
	}
	return err
}
