package pgstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/decorum-go/decorum/policy"
)

var _ policy.Loader = (*Store)(nil)

var loadColumns = []string{"key", "nonce", "sum", "data", "expires", "listed", "pinned", "written"}

// loadSQL writes over what is there.
const loadSQL = `
INSERT INTO %records (key, nonce, sum, data, expires, listed, pinned, written)
SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[], $5::timestamptz[], $6::boolean[], $7::boolean[], $8::timestamptz[])
ON CONFLICT (key) DO UPDATE SET nonce = excluded.nonce, sum = excluded.sum, data = excluded.data,
	expires = excluded.expires, listed = excluded.listed, pinned = excluded.pinned, written = excluded.written`

// rows are columns of the table of records.
type rows struct {
	keys, data     [][]byte
	nonces, sums   []int64
	until, written []*time.Time
	listed, pinned []bool
}

// Load implements policy.Loader: one transaction. Records that are not there yet come by
// COPY, twice as fast as others.
func (s *Store) Load(ctx context.Context, entries []policy.Entry) error {
	var gone [][]byte
	var r rows
	for i := range entries {
		e := &entries[i]
		if e.Data == nil {
			gone = append(gone, e.Key[:])
			continue
		}
		r.keys, r.nonces, r.sums = append(r.keys, e.Key[:]), append(r.nonces, rand.Int64()), append(r.sums, sum(e.Key, e.Data))
		r.data, r.until = append(r.data, e.Data), append(r.until, expires(e.Expires))
		r.listed, r.pinned = append(r.listed, e.Listed), append(r.pinned, e.Pinned)
	}
	err := s.load(ctx, gone, &r, s.copyIn)
	if errors.Is(err, ErrReadOnly) {
		s.conns.dialAnew()
	}
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok && answer.Code == "23505" { // one is there
		err = s.load(ctx, gone, &r, s.insert)
	}
	return err
}

// load deletes some records and writes others.
func (s *Store) load(ctx context.Context, gone [][]byte, r *rows, write func(context.Context, pgx.Tx, *rows) error) error {
	_, err := ask(ctx, s.conns, "load", func(c *pgx.Conn) (none struct{}, err error) {
		return none, pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if len(gone) > 0 {
				if _, err := tx.Exec(ctx, s.conns.sql(`DELETE FROM %records WHERE key = ANY($1)`), gone); err != nil {
					return err
				}
			}
			if len(r.keys) == 0 {
				return nil
			}
			var now time.Time
			if err := tx.QueryRow(ctx, `SELECT now()`).Scan(&now); err != nil {
				return err
			}
			r.written = r.written[:0]
			for range r.keys {
				r.written = append(r.written, &now)
			}
			return write(ctx, tx, r)
		})
	})
	return err
}

func (s *Store) copyIn(ctx context.Context, tx pgx.Tx, r *rows) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{s.cfg.Prefix + "records"}, loadColumns, pgx.CopyFromSlice(len(r.keys), func(i int) ([]any, error) {
		return []any{r.keys[i], r.nonces[i], r.sums[i], r.data[i], r.until[i], r.listed[i], r.pinned[i], r.written[i]}, nil
	}))
	return err
}

func (s *Store) insert(ctx context.Context, tx pgx.Tx, r *rows) error {
	_, err := tx.Exec(ctx, s.conns.sql(loadSQL), r.keys, r.nonces, r.sums, r.data, r.until, r.listed, r.pinned, r.written)
	return err
}
