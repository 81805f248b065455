package seal

import (
	"context"
	"iter"

	"github.com/decorum-go/decorum/policy/internal/guard"
)

// All yields the records whose keys begin with prefix, each once. While a change of the
// Secret may be under way it remembers their keys, 16 bytes each.
func (s *Store) All(ctx context.Context, prefix []byte, listed bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		r, err := s.fresh(ctx)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		w := walk{s: s, moving: r.phase != whole || len(s.cfg.Known) > 1, seen: make(map[Key]struct{})}
		for e, err := range s.cfg.Inner.All(ctx, prefix, listed) {
			if err == nil && e.Key != guard.ProofKey {
				var skip bool
				if e, skip, err = w.take(ctx, e); skip {
					continue
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// A walk is one iteration.
type walk struct {
	s      *Store
	moving bool
	seen   map[Key]struct{}
}

// take makes of what lies at a place the record that belongs there.
func (w *walk) take(ctx context.Context, e Entry) (_ Entry, skip bool, err error) {
	c, err := open(w.s.cfg.Known, e.Key, e.Data)
	if err != nil {
		return e, false, w.s.refuse(e.Key, err)
	}
	w.moving = w.moving || c.kind == moved
	if _, twice := w.seen[c.key]; twice || c.kind == deleted {
		return e, true, nil
	}
	if w.moving {
		w.seen[c.key] = struct{}{}
	}
	e.Key, e.Data = c.key, c.data
	if c.kind != moved {
		return e, false, nil
	}
	// Where it went may have been passed by already.
	e.Data = nil
	err = w.s.View(ctx, c.key, func(data []byte) error {
		if e.Data = nil; data != nil {
			e.Data = append([]byte{}, data...)
		}
		return nil
	})
	if e.Data != nil {
		e.Meta = describe(e.Data)
	}
	return e, err == nil && e.Data == nil, err
}
