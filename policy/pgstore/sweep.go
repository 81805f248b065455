package pgstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// sweepSize is how many records are looked at for their expiry at a time.
const sweepSize = 5000

// sweep deletes expired records until the context ends.
func (s *Store) sweep(ctx context.Context) {
	tick := time.NewTicker(s.cfg.Sweep)
	defer tick.Stop()
	after := []byte{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		next, err := s.sweepFrom(ctx, after)
		if err == nil {
			after = next
		} else if ctx.Err() == nil {
			s.fault(err)
		}
	}
}

// sweepFrom deletes the expired of the records that follow a key, and returns
// where the next ones begin.
func (s *Store) sweepFrom(ctx context.Context, after []byte) (next []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	end, err := ask(ctx, s.conns, "delete", func(c *pgx.Conn) (end []byte, err error) {
		sql := s.conns.sql(`SELECT key FROM %records WHERE key > $1 ORDER BY key OFFSET $2 LIMIT 1`)
		err = c.QueryRow(ctx, sql, after, sweepSize-1).Scan(&end)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		return end, err
	})
	if err != nil {
		return nil, err
	}
	sql := s.conns.sql(`DELETE FROM %records WHERE key > $1 AND ($2::bytea IS NULL OR key <= $2) AND expires < now() AND written < now() - make_interval(secs => $3)`)
	if _, err := s.conns.exec(ctx, "delete", sql, after, end, s.cfg.Keep.Seconds()); err != nil {
		return nil, err
	}
	return append([]byte{}, end...), nil
}

func (s *Store) fault(err error) {
	if s.cfg.Fault != nil {
		s.cfg.Fault(err)
	}
}
