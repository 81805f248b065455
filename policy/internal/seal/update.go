package seal

import (
	"context"
	"errors"

	"github.com/decorum-go/decorum/policy/internal/guard"
)

// Update replaces the record under key by what fn makes of it.
func (s *Store) Update(ctx context.Context, key Key, fn func(old []byte) (Record, error)) error {
	if key == guard.ProofKey {
		return s.cfg.Inner.Update(ctx, key, fn)
	}
	var claimed *ring // under which the old place is known to be empty
	for range tries {
		r, err := s.fresh(ctx)
		if err != nil {
			return err
		}
		err = s.updateAt(ctx, r, key, r.phase == changing && claimed != r, fn)
		switch {
		case errors.Is(err, errAbsent):
			if err := s.move(ctx, r, key); err != nil {
				return err
			}
			claimed = r
		case errors.Is(err, errMoved):
			if _, err := s.look(ctx); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return errBusy
}

// updateAt updates a record where it belongs; with sure an absent one is errAbsent.
func (s *Store) updateAt(ctx context.Context, r *ring, key Key, sure bool, fn func(old []byte) (Record, error)) error {
	at := r.at(key, s.cfg.Prefix)
	return s.cfg.Inner.Update(ctx, at, func(old []byte) (Record, error) {
		c, err := open(s.cfg.Known, at, old)
		switch {
		case err != nil:
			return Record{}, s.refuse(at, err)
		case c.kind == moved:
			return Record{}, errMoved
		case c.kind == 0 && sure:
			return Record{}, errAbsent
		}
		rec, err := fn(c.data)
		if err != nil || rec.Data == nil && c.kind == 0 {
			return rec, err
		}
		return s.sealed(r, at, key, rec), nil
	})
}

// sealed is a record as the store gets it. One that is deleted while a change is under way
// leaves that word: or who moves it at the same time would bring it back.
func (s *Store) sealed(r *ring, at, key Key, rec Record) Record {
	switch {
	case r.cur == nil, rec.Data == nil && r.phase != changing:
		return rec
	case rec.Data == nil:
		return Record{Data: r.cur.seal(deleted, at, key, nil), Expires: s.cfg.Now().Add(markersLast), Now: rec.Now, Durable: rec.Durable, Acts: rec.Acts}
	}
	rec.Data = r.cur.seal(record, at, key, rec.Data)
	return rec
}
