package boltstore

import (
	"context"
	"slices"

	"github.com/decorum-go/decorum/policy"
)

var _ policy.Loader = (*Store)(nil)

// Load implements policy.Loader: one transaction, or two, and one sync of the file for each.
func (s *Store) Load(ctx context.Context, entries []policy.Entry) error {
	var batches []*batch
	for i := range entries {
		b, err := s.load(ctx, &entries[i])
		if err != nil {
			return err
		}
		if !slices.Contains(batches, b) {
			batches = append(batches, b)
		}
	}
	for _, b := range batches {
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if b.err != nil {
			return b.err
		}
	}
	return nil
}

// load has an entry written with the next transaction, and returns that.
func (s *Store) load(ctx context.Context, x *policy.Entry) (*batch, error) {
	v := value{}
	if x.Data != nil {
		v = valueOf(&policy.Record{Expires: x.Expires, Now: x.Written, Listed: x.Listed, Pinned: x.Pinned}, s.cfg.Keep)
		v.data = clone(x.Data)
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o := s.shard(x.Key).change(s, x.Key, func(_ *shard, e *entry) outcome { return s.enqueue(e, v) })
		if o.err != nil || o.batch != nil {
			return o.batch, o.err
		}
		select { // memory is full of what the file does not have yet
		case <-o.again:
		case <-ctx.Done():
		}
	}
}
