package policy

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/ladder"
)

// judge runs the judgement in the store, and gets it what it needs.
func (e *Engine) judge(ctx context.Context, w *work) error {
	if w.leap != 0 {
		e.leapt(ctx, w)
	}
	if w.in.Message {
		e.recognise(ctx, w)
	}
	var asked time.Time // of the budget
	w.in.Shown = nil
	if w.in.Message && w.text.shown && !w.text.picture {
		w.in.Shown = &w.text.first
	}
	if w.text.sampled {
		w.in.Asked.Whole = &w.text.whole
	}
	for {
		err := e.update(ctx, w)
		if err == errUnchanged {
			err = nil
		}
		if err == nil && w.out.Need != judge.Nothing {
			if err := e.provide(ctx, w, &asked); err != nil {
				return err
			}
			continue
		}
		if !w.dry {
			e.settleBudget(w, asked, err == nil)
		}
		if err == nil && w.out.Ahead != 0 {
			e.broughtBack(ctx, w)
		}
		return err
	}
}

// provide gets a judgement what it asked for. asked is when that was the budget.
func (e *Engine) provide(ctx context.Context, w *work, asked *time.Time) error {
	if w.out.Need == judge.Lookup {
		return e.look(ctx, w)
	}
	*asked = w.out.Now
	return e.ask(ctx, *asked, w)
}

// settleBudget gives back a sanction that the budget granted and the judgement did not
// impose, and counts the sender among the active.
func (e *Engine) settleBudget(w *work, asked time.Time, judged bool) {
	if w.in.Grant == ladder.Granted && !(judged && w.out.Punished) {
		e.budget.GiveBack(asked)
	}
	if w.in.Message && judged {
		e.budget.See(w.in.Me, w.out.Now, w.latest())
	}
}

// ask asks the brake, and the budget, for one sanction above Warning.
func (e *Engine) ask(ctx context.Context, at time.Time, w *work) error {
	brake, err := e.braked(ctx, w)
	b := w.settings.policy.Budget
	switch {
	case err != nil:
		return err
	case brake != nil:
		w.in.Grant = ladder.Braked
	case w.dry && e.budget.Check(at, w.latest(), b.PerHour, b.Share) || !w.dry && e.budget.Take(at, w.latest(), b.PerHour, b.Share):
		w.in.Grant = ladder.Granted
	default:
		w.in.Grant = ladder.Denied
	}
	return nil
}

// want adds a lookup to those of the work.
func (w *work) want(key Key, to *judge.Recipient) {
	if w.n == len(w.lookups) {
		q := &lookup{}
		q.look = func(data []byte) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			switch {
			case q.tally > 0:
				return w.doTally(data, &w.tallies[q.tally-1])
			case q.to == nil:
				return w.doOrigin(data)
			}
			return w.doPeek(data, q.to)
		}
		q.answer = func(old []byte) (Record, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			do := w.doAnswer
			switch {
			case q.tally > 0:
				do = w.doCount
			case q.inbox:
				do = w.doInbox
			}
			rec, err := do(old, q)
			if err == nil {
				q.buf = append(q.buf[:0], rec.Data...)
				rec.Data = q.buf
			}
			return rec, err
		}
		w.lookups = append(w.lookups, q)
	}
	q := w.lookups[w.n]
	q.key, q.to, q.inbox, q.tally = key, to, false, 0
	w.n++
}

// lookUp carries out the lookups of the work: looks, or credits. What comes of each
// goes to done; the first error that done returns is returned.
func (e *Engine) lookUp(ctx context.Context, w *work, credits bool, done func(error) error) error {
	all := w.lookups[:w.n]
	w.n = 0
	if e.guard != nil && !w.away && len(all) > 1 {
		for ; len(all) > lookupsAtOnce; all = all[lookupsAtOnce:] {
			if err := e.lookUpAtOnce(ctx, w, all[:lookupsAtOnce], credits, done); err != nil || w.call.Lost {
				return err
			}
		}
		return e.lookUpAtOnce(ctx, w, all, credits, done)
	}
	for _, q := range all {
		var err error
		if credits {
			err = e.updateWith(ctx, w, q.key, q.answer)
		} else {
			err = e.viewWith(ctx, w, q.key, q.look)
		}
		if err := done(q.spare(ctx, e, err)); err != nil {
			return err
		}
		if w.call.Lost {
			return nil
		}
	}
	return nil
}

// spare reports what went wrong with what counters count, and takes it back: the message is
// judged without it.
func (q *lookup) spare(ctx context.Context, e *Engine, err error) error {
	if q.tally == 0 || err == nil {
		return err
	}
	if err != errUnchanged && ctx.Err() == nil {
		e.fault(ctx, err)
		return nil
	}
	return err
}

// lookupsAtOnce is how many lookups of one call an outside store gets at once.
const lookupsAtOnce = 64

func (e *Engine) lookUpAtOnce(ctx context.Context, w *work, all []*lookup, credits bool, done func(error) error) (first error) {
	started := 0
	for _, q := range all {
		q.call.Deadline = w.call.Deadline
		q.call.Op, q.call.View, q.call.Update = "view", q.look, nil
		if credits {
			q.call.Op, q.call.View, q.call.Update = "update", nil, q.call.bind(q.answer)
		}
		if err := e.guard.Start(ctx, &q.call.Call, q.key); err != nil {
			first = done(err)
			break
		}
		started++
	}
	for _, q := range all[:started] {
		err := done(q.spare(ctx, e, asFault(q.call.Op, e.guard.Wait(ctx, &q.call.Call))))
		if first == nil {
			first = err
		}
		w.call.Lost = w.call.Lost || q.call.Lost
	}
	return first
}

// others passes on an error about somebody else's record, unless that record is
// refused: this is reported, and the message is judged without it.
func (e *Engine) others(ctx context.Context, err error) error {
	if err != nil && errors.Is(err, ErrRecord) {
		e.fault(ctx, err)
		return nil
	}
	return err
}

// look finds out what the sender's record does not know: who wrote first, what is
// known of the origin, what the campaign index would say.
func (e *Engine) look(ctx context.Context, w *work) error {
	in := &w.in
	in.Looked = true
	w.scratch.Unknown(in, func(to *judge.Recipient) { w.want(to.Key, to) })
	if w.m.Origin != "" {
		w.want(in.Origin, nil)
	}
	e.wantTallies(w)
	if err := e.lookUp(ctx, w, false, func(err error) error { return e.others(ctx, err) }); err != nil {
		return err
	}
	in.Asked.Seen = w.counts
	if in.Sketch.Grams == 0 {
		return nil
	}
	if w.strangers = w.scratch.Strangers(in, w.strangers[:0]); len(w.strangers) > 0 {
		e.identify(w)
	}
	return nil
}
