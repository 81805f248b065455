package policy

import (
	"context"
	"iter"
	"time"
)

// Sanctions yields the sanctions in force now, account by account in no
// particular order. An error ends the iteration.
func (e *Engine) Sanctions(ctx context.Context) iter.Seq2[Sanction, error] {
	return func(yield func(Sanction, error) bool) {
		now := seconds(e.now(time.Time{}))
		var r record
		for entry, err := range e.all(ctx, true) {
			if err == nil {
				err = r.decodeOnly(entry.Data, 1<<tagName|1<<tagSanctions)
			}
			if err != nil {
				yield(Sanction{}, refused("all", err))
				return
			}
			at := max(now, uint32(min(r.newest/1000, forever-1)))
			for i := range r.sanctions {
				if s := &r.sanctions[i]; s.stands(at) && !yield(s.public(r.name), nil) {
					return
				}
			}
		}
	}
}
