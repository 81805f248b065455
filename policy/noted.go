package policy

import (
	"context"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// NotePolicy puts into the audit that a person changed the policy, or one of its rules:
// who, why, and in detail what, each in some 250 bytes. by and why are required. It
// changes nothing else: SetPolicy does, in each process, and whoever changes the policy
// notes it once.
//
// An error is a *FieldError, a *FaultError or the context's.
func (e *Engine) NotePolicy(ctx context.Context, by, why, detail string) error {
	if err := firstError(e.ready(ctx), checkID("by", by, true), checkID("why", why, true), checkID("detail", detail, false)); err != nil {
		return err
	}
	w := e.begin()
	defer e.end(w)
	err := e.act(ctx, w, e.keys.Key(keys.Brake, "policy"), Act{What: ActPolicyChanged, By: by, Why: why, Detail: detail}, func(r *state.Record) bool {
		r.Clean()
		return true
	})
	e.fault(ctx, err)
	return err
}
