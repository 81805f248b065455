package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
)

// Forget removes what is remembered of an account, at once: whom it wrote to,
// its texts, what was answered and complained of, its counts. What stays where
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
// What others' records hold of the account are keyed hashes that fade: within 90
// days, at a sanctioned account's Origin as its strikes do. Whoever comes back
// under the same name finds that again, and nothing else, neither ties nor good
// replies; under another name only the Origin tells. Counts begin anew, so whoever
// can be forgotten and come back at will has no limits: that is for the host to
// bound. Forgetting what is not known is no error.
func (e *Engine) Forget(ctx context.Context, account string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkID("account", account, true); err != nil {
		return err
	}
	keep := false
	err := e.apply(ctx, e.about(account, time.Time{}, func(j *judgement) error {
		keep = j.e.policy.KeepSanctionsOnForget && j.r.forget(j.f.sec)
		if !keep {
			return errIdle
		}
		j.durable = true
		return nil
	}))
	if err != nil {
		return err
	}
	me := e.keys.Key(keys.Account, account)
	if !keep {
		if err := e.remove(ctx, me, nil); err != nil {
			return err
		}
	}
	return e.remove(ctx, e.keys.Reporter(keys.Person(me)), func(r *record) bool {
		p := e.settings.Load().policy
		return p.KeepSanctionsOnForget && r.reporter.credibility(false, &p.Complaints) < 1
	})
}

// remove deletes a record, unless it is one to keep.
func (e *Engine) remove(ctx context.Context, key Key, keep func(*record) bool) error {
	s := e.workspace()
	kept := false
	var err error
	if keep != nil {
		err = e.others(ctx, e.view(ctx, s, key, func(data []byte) error {
			kept = false
			if err := s.other.decode(data); err != nil {
				return err
			}
			kept = keep(&s.other)
			return nil
		}))
	}
	if err == nil && !kept {
		err = e.delete(ctx, s, key)
	}
	e.close(s)
	if err != nil {
		e.fault(ctx, err)
	}
	return err
}

// forget reduces a record to what Forget keeps. It reports whether that is
// anything; if not, the record is as it was.
func (r *record) forget(now uint32) bool {
	kept := record{newest: r.newest, born: r.born, course: r.course, ordinal: r.ordinal}
	// There are no sums any more that a mark could be taken off, and no texts
	// that could be blamed.
	kept.course.mark, kept.course.blame = mark{}, [maxTexts]uint32{}
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.stands(now) || r.course.strikeOf(s) {
			kept.sanctions = append(kept.sanctions, *s)
		}
	}
	if r.order.verdict == Hold {
		kept.order = r.order
	}
	if len(kept.sanctions) == 0 && kept.course.n == 0 && kept.order.verdict == 0 {
		return false
	}
	*r = kept
	return true
}

// strikeOf reports whether a strike that a sanction brought is counted still.
func (c *course) strikeOf(s *sanction) bool {
	if s.by != "" {
		return false
	}
	id := uint32(s.id)
	for i := range c.n {
		if k := &c.strikes[i]; k.id == id || k.wasMass > 0 && k.wasID == id {
			return true
		}
	}
	return false
}
