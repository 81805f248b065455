package policy

import (
	"context"
	"iter"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Sanctions yields the sanctions in force now, account by account in no
// particular order. A record that is refused (ErrRecord), or that the store says is
// damaged, is reported, and the iteration goes on; any other error ends it. With an outside store it also makes
// what it lists known to this process, which enforces it while the store is away:
// range over it after a start.
func (e *Engine) Sanctions(ctx context.Context) iter.Seq2[Sanction, error] {
	return func(yield func(Sanction, error) bool) {
		if err := e.ready(ctx); err != nil {
			yield(Sanction{}, err)
			return
		}
		at := e.now(time.Time{})
		rules := &e.settings.Load().enforced.Member.Ladder
		var r state.Record
		for entry, err := range e.all(ctx, true) {
			if err != nil {
				if !yield(Sanction{}, err) || entry.Key == (Key{}) {
					return
				}
				continue
			}
			if err := decoded(r.DecodeOnly(entry.Data, state.OnlySanctions)); err != nil {
				if !yield(Sanction{}, asFault("all", err)) {
					return
				}
				continue
			}
			for _, s := range standing(&r, r.Name, stamp.Of(r.Begin(at, at, e.cfg.MaxSkew, rules))) {
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}
