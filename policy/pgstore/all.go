package pgstore

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strconv"
	"sync"
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

// All implements policy.Store. It reads a thousand rows at a time, of a larger table from
// four places at once, and holds no transaction open while it yields. A damaged record is
// yielded as an error with its key, and the others follow.
func (s *Store) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		page, err := s.page(ctx, listed, []byte{}, nil)
		if goesOn := show(ctx, page, err, yield); !goesOn {
			return
		}
		if len(page) == pageRows && !s.allAfter(ctx, listed, page[pageRows-1].Key, yield) {
			return
		}
		if err := ctx.Err(); err != nil {
			yield(policy.Entry{}, err)
		}
	}
}

// allAfter yields what follows a key, and reports whether it is to go on.
func (s *Store) allAfter(ctx context.Context, listed bool, key []byte, yield func(policy.Entry, error) bool) bool {
	type read struct {
		page []row
		err  error
	}
	pages, stop := make(chan read), make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(stop) // a page that is being read is read: to cancel that costs a connection
	for i := range readers {
		from, until := []byte{byte(i * 256 / readers)}, []byte{byte((i + 1) * 256 / readers)}
		if bytes.Compare(from, key) < 0 {
			from = key
		}
		if i == readers-1 {
			until = nil
		}
		wg.Go(func() {
			for {
				page, err := s.page(ctx, listed, from, until)
				select {
				case pages <- read{page, err}:
				case <-stop:
					return
				}
				if err != nil || len(page) == 0 {
					return
				}
				from = page[len(page)-1].Key
			}
		})
	}
	for left := readers; left > 0; {
		select {
		case r := <-pages:
			if !show(ctx, r.page, r.err, yield) {
				return false
			}
			if len(r.page) == 0 {
				left--
			}
		case <-ctx.Done():
			return true // who called says so
		}
	}
	return true
}

// show yields a page, and reports whether it is to go on.
func show(ctx context.Context, page []row, err error, yield func(policy.Entry, error) bool) bool {
	for i := 0; i < len(page) && err == nil; i++ {
		if err = ctx.Err(); err == nil && len(page[i].Key) == len(policy.Key{}) && !yield(page[i].entry()) {
			return false
		}
	}
	if err != nil {
		yield(policy.Entry{}, err)
	}
	return err == nil
}

const (
	pageRows = 1000
	readers  = 4 // of a table that has more than a page
)

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
			if !show(ctx, page, err, yield) {
				return
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].Key
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
	sql := s.conns.sql("SELECT key, sum, data, expires, listed, pinned FROM %records WHERE " + which + " ORDER BY key LIMIT " + strconv.Itoa(pageRows))
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
