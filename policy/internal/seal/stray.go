package seal

import (
	"bytes"
	"context"
	"fmt"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// stray puts right what lies neither where it belongs nor where it was moved from: a
// process that never heard of a change wrote it there. It is moved where nothing is. A
// record that is there knows more, and stays; what people ordered is added to it.
func (s *Store) stray(ctx context.Context, r *ring, at, key Key) error {
	to := r.at(key, s.cfg.Prefix)
	var was content
	err := s.viewAt(ctx, at, func(c *content) error {
		was = content{c.kind, c.key, bytes.Clone(c.data)}
		return nil
	})
	switch {
	case err != nil:
		return err
	case was.data != nil && at == to:
		return fmt.Errorf("%w: key %x", ErrLeft, at)
	case was.data != nil:
		err = s.change(ctx, to, func(c *content) (Record, error) {
			data := was.data
			if c.kind != 0 {
				data = s.ordered(c.data, was.data)
			}
			if data == nil {
				return Record{}, guard.ErrUnchanged
			}
			return placed(r, to, key, data), nil
		})
	}
	if err != nil {
		return err
	}
	return s.change(ctx, at, func(c *content) (Record, error) {
		if c.kind != was.kind || !bytes.Equal(c.data, was.data) {
			return Record{}, guard.ErrUnchanged
		}
		return Record{Durable: true}, nil
	})
}

// ordered is a record with the sanctions that people imposed in a stray one; nil: there
// are none to add. What the engine imposed there it did without knowing the account.
func (s *Store) ordered(there, stray []byte) []byte {
	var a, b, orders state.Record
	if len(there) == 0 || a.Decode(there) != nil || b.Decode(stray) != nil {
		return nil
	}
	for i := range b.Enforced.Ladder.N {
		e := b.Enforced.Ladder.Log[i]
		if d := b.DetailsOf(e.ID); d != nil && d.By != "" && orders.Enforced.Ladder.Adopt(e) {
			orders.Name, orders.Details = b.Name, append(orders.Details, *d)
		}
	}
	if !a.Adopt(&orders, stamp.OfMilli(s.cfg.Now().UnixMilli())) {
		return nil
	}
	return a.Encode(nil)
}
