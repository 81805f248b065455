package policy

import (
	"context"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// file moves the details of past sanctions to the account's file, if the record has
// no room for them. They are written there first: if the second step fails they are
// in both places, and the record's hold.
func (e *Engine) file(ctx context.Context, w *work) {
	if !w.out.Durable || len(w.rec.Details) < 2 || w.call.Lost {
		return
	}
	moved := w.rec.Overflow()
	if len(moved) == 0 {
		return
	}
	at := w.out.Now
	err := e.updateWith(ctx, w, e.keys.Key(keys.File, w.in.Account), func(old []byte) (Record, error) {
		r := &w.other
		if err := decode(r, old); err != nil {
			return Record{}, err
		}
		r.Touch(at)
		r.File(moved, func(id uint64) bool { return w.rec.Enforced.Ladder.Find(id) != nil })
		return w.encode(r, true), nil
	})
	if err == nil && !w.call.Lost {
		err = e.updateWith(ctx, w, w.in.Key, func(old []byte) (Record, error) {
			r := &w.other
			if err := decode(r, old); err != nil {
				return Record{}, err
			}
			r.Release(moved)
			return w.encode(r, false), nil
		})
	}
	e.fault(ctx, err)
}

// filed reads the details of past sanctions that are in an account's file.
func (e *Engine) filed(ctx context.Context, account string) (all []state.Details, err error) {
	w := e.begin()
	defer e.end(w)
	err = e.viewWith(ctx, w, e.keys.Key(keys.File, account), func(data []byte) error {
		err := decode(&w.other, data)
		all = append(all[:0], w.other.Filed...)
		return err
	})
	if err != nil {
		e.fault(ctx, err)
	}
	return all, err
}
