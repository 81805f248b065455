package seal

import (
	"context"
	"errors"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// move moves a record from where it lay under the older Secret. After it there is nothing
// but a marker.
func (s *Store) move(ctx context.Context, r *ring, key Key) error {
	from, to := r.prev.at(key, s.cfg.Prefix), r.at(key, s.cfg.Prefix)
	var data []byte
	err := s.change(ctx, from, func(c *content) (Record, error) {
		if data = nil; c.data != nil {
			data = append([]byte{}, c.data...)
		}
		if c.kind == moved {
			return Record{}, guard.ErrUnchanged
		}
		return s.marker(r, from, key, data), nil
	})
	if err != nil || data == nil {
		return err
	}
	err = s.change(ctx, to, func(c *content) (Record, error) {
		if c.kind != 0 {
			return Record{}, guard.ErrUnchanged
		}
		return placed(r, to, key, data), nil
	})
	if err != nil {
		return err
	}
	return s.change(ctx, from, func(c *content) (Record, error) {
		if c.kind != moved || c.data == nil {
			return Record{}, guard.ErrUnchanged
		}
		rec := s.marker(r, from, key, nil)
		rec.Listed = describe(data).Listed // a list that passed the new place by finds it here
		return rec, nil
	})
}

// placed is a record that was moved, where it belongs.
func placed(r *ring, to, key Key, data []byte) Record {
	rec := describe(data)
	rec.Data, rec.Durable = r.cur.seal(record, to, key, data), true
	return rec
}

// marker is what lies where a record was, with it until it is where it belongs.
func (s *Store) marker(r *ring, at, key Key, data []byte) Record {
	rec := Record{Expires: s.cfg.Now().Add(markersLast)}
	if data != nil {
		rec = describe(data)
	}
	rec.Data, rec.Durable = r.cur.seal(moved, at, key, data), true
	return rec
}

// change updates what lies at a place.
func (s *Store) change(ctx context.Context, at Key, fn func(c *content) (Record, error)) error {
	err := s.cfg.Inner.Update(ctx, at, func(old []byte) (Record, error) {
		c, err := open(s.cfg.Known, at, old)
		if err != nil {
			return Record{}, s.refuse(at, err)
		}
		return fn(&c)
	})
	if errors.Is(err, guard.ErrUnchanged) {
		return nil
	}
	return err
}

// describe is what a store is told of a record.
func describe(data []byte) Record {
	var r state.Record
	if r.Decode(data) != nil {
		return Record{Data: data, Listed: true, Pinned: true} // of a newer version
	}
	rec := Record{Data: data, Rank: r.Rank()}
	rec.Expires, rec.Listed, rec.Pinned = r.Meta()
	return rec
}
