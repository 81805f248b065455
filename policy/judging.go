package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/ladder"
)

// judge runs the judgement in the store, and gets it what it needs.
func (e *Engine) judge(ctx context.Context, w *work) error {
	var asked time.Time // of the budget
	if w.leap != 0 {
		e.leapt(ctx, w)
	}
	for {
		err := e.update(ctx, w)
		if err == nil || err == errUnchanged {
			switch w.out.Need {
			case judge.Lookup:
				if err := e.look(ctx, w); err != nil {
					return err
				}
				continue
			case judge.Budget:
				asked = w.out.Now
				w.in.Grant = e.ask(asked, w)
				continue
			}
			err = nil
		}
		if !w.dry && w.in.Grant == ladder.Granted && (err != nil || !w.out.Punished) {
			e.budget.GiveBack(asked)
		}
		if !w.dry && w.in.Message && err == nil {
			e.budget.See(w.in.Me, w.out.Now, w.latest())
		}
		if err == nil && w.out.Ahead != 0 {
			e.broughtBack(ctx, w)
		}
		return err
	}
}

// ask asks the budget for one sanction above Warning.
func (e *Engine) ask(at time.Time, w *work) ladder.Grant {
	b := w.settings.policy.Budget
	if w.dry && e.budget.Check(at, w.latest(), b.PerHour, b.Share) || !w.dry && e.budget.Take(at, w.latest(), b.PerHour, b.Share) {
		return ladder.Granted
	}
	return ladder.Denied
}
