package pgstore

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
)

// A row is one of a page of records.
type row struct {
	Key     []byte
	Sum     int64
	Data    []byte
	Expires *time.Time
	Listed  bool
	Pinned  bool
}

// All implements policy.Store. It reads some hundreds of rows at a time and
// holds no transaction open while it yields. A damaged record is yielded as an
// error with its key, and the others follow.
func (s *Store) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return s.between(ctx, listed, nil, nil)
}

// Range implements policy.Ranger, as All, by the indexes.
func (s *Store) Range(ctx context.Context, prefix []byte, listed bool) iter.Seq2[policy.Entry, error] {
	return s.between(ctx, listed, prefix, slices.Concat(prefix, last))
}

// last is behind the rest of any key.
var last = bytes.Repeat([]byte{0xff}, len(policy.Key{})+1)

// between yields what lies behind from and before until; nil: the end.
func (s *Store) between(ctx context.Context, listed bool, from, until []byte) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		for after := append([]byte{}, from...); ; {
			page, err := s.page(ctx, listed, after, until)
			if err != nil {
				yield(policy.Entry{}, err)
				return
			}
			for _, r := range page {
				if err := ctx.Err(); err != nil {
					yield(policy.Entry{}, err)
					return
				}
				if len(r.Key) == len(policy.Key{}) && !yield(r.entry()) {
					return
				}
				after = r.Key
			}
			if len(page) == 0 {
				break
			}
		}
		if err := ctx.Err(); err != nil {
			yield(policy.Entry{}, err)
		}
	}
}

// page reads the records that follow a key, up to another one; nil: to the end.
func (s *Store) page(ctx context.Context, listed bool, after, until []byte) ([]row, error) {
	which, args := "key > $1", []any{after}
	if until != nil {
		which, args = which+" AND key < $2", append(args, until)
	}
	if listed {
		which += " AND listed"
	}
	sql := s.conns.sql("SELECT key, sum, data, expires, listed, pinned FROM %records WHERE " + which + " ORDER BY key LIMIT 1000")
	return ask(ctx, s.conns, "all", func(c *pgx.Conn) ([]row, error) {
		rows, err := c.Query(ctx, sql, args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	})
}

func (r *row) entry() (policy.Entry, error) {
	e := policy.Entry{Key: policy.Key(r.Key), Listed: r.Listed, Pinned: r.Pinned}
	if r.Expires != nil {
		e.Expires = r.Expires.UTC()
	}
	err := check(e.Key, r.Data, r.Sum)
	if err == nil {
		e.Data = r.Data
	}
	return e, err
}
