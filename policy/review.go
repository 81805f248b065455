package policy

import (
	"context"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// apply takes a moderator's finding: it confirms or rejects complaints, credits or
// debits those who made them, and judges the account anew. A confirmed finding lifts
// the rule of two families for this incident; one of a severe category suspends at
// once, and refers the case to a person.
func (ev Review) apply(ctx context.Context, e *Engine) error {
	id, message := e.hash16('i', ev.Complaint), e.hash16(keys.Message, ev.Message)
	var ruled []state.Report
	w := e.about(ev.Account, ev.At)
	at, account, severe := w.in.At, w.in.Me, w.settings.policy
	err := e.apply(ctx, w, func(r *state.Record, _ time.Time) judge.Effect {
		ruled = ruled[:0]
		if r.Empty() {
			return w.fail(errNoComplaint)
		}
		any, grave := false, false
		for i := range r.Complaints.N {
			c := &r.Complaints.Reports[i]
			if id != 0 && c.ID != id || message != 0 && c.Message != 0 && c.Message != message || c.Has(state.ReportBlock) {
				continue
			}
			any = true
			if c.About&(state.ReportFound|state.ReportRejected) != 0 {
				continue
			}
			ruled = append(ruled, *c)
			if !ev.Abusive {
				r.RejectReport(c)
				continue
			}
			c.About |= state.ReportFound
			grave = grave || severe.isSevere(r.Class, Category(c.About&state.ReportCategory))
		}
		switch {
		case id != 0 && !any:
			return w.fail(errNoComplaint)
		case !ev.Abusive:
			return judge.Durable
		}
		for i := -1; i < r.NShadows; i++ {
			r.Track(i).Ladder.Confirmed = true
		}
		if grave {
			return judge.Severe
		}
		return judge.Suspect
	})
	if err != nil {
		return err
	}
	for i := range ruled {
		e.fault(ctx, e.findReporter(ctx, &ruled[i], account, ev.Abusive, at))
	}
	return nil
}

var errNoComplaint = because(ErrNotFound, "the account has no such complaint, or nothing is remembered of it")

// isSevere reports whether a confirmed complaint of that category is severe.
func (p *Policy) isSevere(class string, c Category) bool {
	return slices.Contains(p.rules(Class(class)).SevereCategories, c)
}

// findReporter notes what became of a person's complaint. Giving the same finding
// again counts nothing.
func (e *Engine) findReporter(ctx context.Context, c *state.Report, account uint64, right bool, at time.Time) error {
	finding := uint32(keys.Mix(account^uint64(c.At), uint64(c.ID)))
	w := e.begin()
	err := e.updateWith(ctx, w, e.keys.Reporter(c.Who), func(old []byte) (Record, error) {
		r := &w.other
		if err := decode(r, old); err != nil {
			return Record{}, err
		}
		r.Touch(at)
		if !r.Reporter.Ruled(finding, right) {
			return Record{}, errUnchanged
		}
		return w.encode(r, true), nil
	})
	e.end(w)
	if err == errUnchanged {
		return nil
	}
	return err
}
