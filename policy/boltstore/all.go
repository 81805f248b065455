package boltstore

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// All implements policy.Store. No lock is held while it yields. A damaged
// record is yielded as an error with its key, and the others follow.
func (s *Store) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return s.within(ctx, nil, listed)
}

// Range implements policy.Ranger, as All.
func (s *Store) Range(ctx context.Context, prefix []byte, listed bool) iter.Seq2[policy.Entry, error] {
	return s.within(ctx, prefix, listed)
}

// within yields the records whose keys begin with prefix.
func (s *Store) within(ctx context.Context, prefix []byte, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		for key, err := range s.keys(prefix, listed) {
			var v value
			if err = cmp.Or(err, ctx.Err()); err == nil {
				v, err = s.get(key)
			}
			switch {
			case v.bad != nil: // it does not keep the others back
				if !yield(policy.Entry{Key: key}, v.bad) {
					return
				}
			case err != nil:
				yield(policy.Entry{}, err)
				return
			case v.data == nil, listed && v.flag&flagListed == 0:
			case !yield(v.entry(key), nil):
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(policy.Entry{}, err)
		}
	}
}

// entry is a value as All yields it.
func (v *value) entry(key policy.Key) policy.Entry {
	e := policy.Entry{Key: key, Data: v.data, Listed: v.flag&flagListed != 0, Pinned: v.flag&flagPinned != 0}
	if v.keep != math.MaxInt64 {
		e.Expires = time.Unix(v.keep, 0).UTC()
	}
	return e
}

// keys yields each key that begins with prefix once: first those of records that differ
// from the file, then all others that are in it.
func (s *Store) keys(prefix []byte, listed bool) iter.Seq2[policy.Key, error] {
	bucket := bucketRecords
	if listed {
		bucket = bucketListed
	}
	return func(yield func(policy.Key, error) bool) {
		first := s.unwritten(prefix)
		for _, key := range first {
			if !yield(key, nil) {
				return
			}
		}
		for after := (*policy.Key)(nil); ; {
			keys, err := s.disk.keys(bucket, prefix, after, 256)
			if err != nil {
				yield(policy.Key{}, err)
				return
			}
			for _, key := range keys {
				if _, found := slices.BinarySearchFunc(first, key, compareKeys); !found && !yield(key, nil) {
					return
				}
			}
			if len(keys) == 0 {
				return
			}
			after = &keys[len(keys)-1]
		}
	}
}

// get returns a copy of what is acknowledged.
func (s *Store) get(key policy.Key) (value, error) {
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	v, err := sh.peek(s, key)
	v.data = clone(v.data)
	return v, err
}

// unwritten returns, sorted, the keys with a prefix of all records in memory that the
// file may not have as they are.
func (s *Store) unwritten(prefix []byte) (keys []policy.Key) {
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		for _, e := range sh.ring {
			if !e.clean() && bytes.HasPrefix(e.key[:], prefix) {
				keys = append(keys, e.key)
			}
		}
		sh.mu.Unlock()
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}
