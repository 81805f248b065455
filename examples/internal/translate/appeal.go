package translate

import (
	"context"
	"slices"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// Appeal files an appeal against the newest sanction that stands on an account, or rules
// on the newest that is open. Where there is none it is policy.ErrNotFound.
func Appeal(ctx context.Context, engine *policy.Engine, e *events.Event) error {
	of := e.From
	var outcome policy.RulingOutcome
	if e.Kind == events.Ruling {
		of = e.Against
		if outcome.UnmarshalText([]byte(e.Outcome)) != nil {
			return &policy.FieldError{Field: "outcome", Problem: "unknown value " + Quote(e.Outcome) + "; it is one of upheld, reduced, overturned"}
		}
	}
	a, err := engine.Account(ctx, of)
	if err != nil {
		return err
	}
	if e.Kind == events.Ruling {
		for _, s := range slices.Backward(append(a.History, a.Standing...)) {
			if p := s.Appeal; p != nil && p.Ruling == nil {
				return engine.Resolve(ctx, of, p.ID, policy.Ruling{Outcome: outcome, Pledge: e.Pledge, By: e.By, Note: e.Note, At: e.At})
			}
		}
		return policy.ErrNotFound
	}
	for _, s := range slices.Backward(a.Standing) {
		if s.Kind != policy.Referral && s.Appeal == nil {
			_, err := engine.Appeal(ctx, policy.Appeal{Account: of, Sanction: s.ID, Pledge: e.Pledge, At: e.At})
			return err
		}
	}
	return policy.ErrNotFound
}
