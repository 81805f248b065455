package policy

import (
	"context"
	"iter"
	"time"
)

// Sanctions yields the sanctions in force now, account by account in no
// particular order. A record that is refused (ErrRecord) is reported, and the
// iteration goes on; any other error ends it. With an outside store it also makes
// what it lists known to this process, which enforces it while the store is away:
// range over it after a start.
func (e *Engine) Sanctions(ctx context.Context) iter.Seq2[Sanction, error] {
	return func(yield func(Sanction, error) bool) {
		now := seconds(e.now(time.Time{}))
		var r record
		for entry, err := range e.all(ctx, true) {
			if err != nil {
				yield(Sanction{}, err)
				return
			}
			if err := r.decodeOnly(entry.Data, 1<<tagName|1<<tagSanctions); err != nil {
				if !yield(Sanction{}, refused("all", err)) {
					return
				}
				continue
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
