package pgstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// exec runs a statement that changes something, and returns how many rows it
// changed. The error is one of ours.
func (s *Store) exec(ctx context.Context, op, sql string, args ...any) (rows int64, err error) {
	var tag pgconn.CommandTag
	err = again(func() (err error) {
		tag, err = s.pool.Exec(ctx, sql, args...)
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
func again(run func() error) error {
	for {
		err := run()
		answer, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || answer.Code != "40001" && answer.Code != "40P01" {
			return err
		}
	}
}

// dialAnew has all connections replaced, once a second at most: after a failover
// those to what was the primary live on, and fail for ever.
func (s *Store) dialAnew() {
	last, now := s.reset.Load(), time.Now().UnixNano()
	if now-last > int64(time.Second) && s.reset.CompareAndSwap(last, now) {
		s.pool.Reset()
	}
}

// hosts counts the servers that a connection may be to.
func hosts(c *pgconn.Config) int {
	type host struct {
		name string
		port uint16
	}
	all := map[host]bool{{c.Host, c.Port}: true}
	for _, f := range c.Fallbacks {
		all[host{f.Host, f.Port}] = true
	}
	return len(all)
}
