package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// exec runs a statement that changes something, and returns how many rows it
// changed. The error is one of ours.
func (s *Store) exec(ctx context.Context, op, sql string, args ...any) (rows int64, err error) {
	var tag pgconn.CommandTag
	err = s.again(ctx, func(c *pgx.Conn) (err error) {
		tag, err = c.Exec(ctx, sql, args...)
		return err
	})
	if err == nil {
		return tag.RowsAffected(), nil
	}
	if err = explain(ctx, op, err); errors.Is(err, ErrReadOnly) {
		s.dialAnew()
	}
	return 0, err
}

// again runs a statement until the server does not roll it back for the sake of
// another transaction, which it may where READ COMMITTED is not the default. Such a
// statement has changed nothing.
func (s *Store) again(ctx context.Context, run func(*pgx.Conn) error) error {
	for {
		c, err := s.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		err = run(c.Conn())
		s.release(c)
		answer, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || answer.Code != "40001" && answer.Code != "40P01" {
			return err
		}
	}
}
