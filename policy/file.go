package policy

import (
	"context"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/ladder"
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
	err := e.refile(ctx, w, w.out.Now, moved, &w.rec.Enforced.Ladder)
	if err == nil && !w.call.Lost {
		err = e.revise(ctx, w, w.in.Key, false, func(r *state.Record) bool {
			n := len(r.Details)
			r.Release(moved)
			return len(r.Details) != n // not of an account that was forgotten meanwhile
		})
	}
	e.fault(ctx, err)
}

// refile puts details into the file of an account, and takes out what is about
// sanctions that its log does not hold.
func (e *Engine) refile(ctx context.Context, w *work, at time.Time, moved []state.Details, log *ladder.State) error {
	return e.revise(ctx, w, e.keys.Key(keys.File, w.in.Account), true, func(r *state.Record) bool {
		r.Touch(at)
		r.File(moved, func(id uint64) bool { return log.Find(id) != nil })
		if len(r.Filed) == 0 {
			r.Reset()
		}
		return true
	})
}

// filed reads the details of past sanctions that are in an account's file. A file
// that is refused is reported, and what stands is worked on without it.
func (e *Engine) filed(ctx context.Context, account string) ([]state.Details, error) {
	w := e.begin()
	defer e.end(w)
	err := e.viewWith(ctx, w, e.keys.Key(keys.File, account), func(data []byte) error { return decode(&w.other, data) })
	if err == nil {
		return slices.Clone(w.other.Filed), nil
	}
	err = e.others(ctx, err)
	e.fault(ctx, err)
	return nil, err
}
