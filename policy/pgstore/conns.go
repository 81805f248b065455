package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/time/rate"
)

const (
	defaultConns = 16
	// A statement whose context has ended has so much time to succeed, until the
	// server is asked to cancel it, and until its connection is given up.
	cancelAfter = 20 * time.Millisecond
	closeAfter  = 250 * time.Millisecond
	// Connections are dialled so far apart, but for the first few.
	dialEvery = 5 * time.Millisecond
	dialFirst = 4
)

// conns are the connections to the server, and how statements run on them.
type conns struct {
	prefix  string
	pool    *pgxpool.Pool
	reset   atomic.Int64 // when all connections were replaced last
	closing atomic.Int32 // connections that are no more in the pool
	most    int32        // of these
}

// dial makes a pool of a URL. It does not connect yet.
func dial(ctx context.Context, url, prefix string) (*conns, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("pgstore: %w", err) // without the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		pc.MaxConns = defaultConns
	}
	if !strings.Contains(url, "connect_timeout") {
		pc.ConnConfig.ConnectTimeout = 2 * time.Second
	}
	pc.PingTimeout = cmp.Or(pc.PingTimeout, time.Second)
	if pc.ConnConfig.ValidateConnect == nil && hosts(&pc.ConnConfig.Config) > 1 {
		pc.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	pc.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, CancelRequestDelay: cancelAfter, DeadlineDelay: closeAfter}
	}
	pace := rate.NewLimiter(rate.Every(dialEvery), dialFirst)
	pc.BeforeConnect = func(ctx context.Context, _ *pgx.ConnConfig) error { return pace.Wait(ctx) }
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, explain(ctx, "open", err)
	}
	return &conns{prefix: prefix, pool: pool, most: pc.MaxConns}, nil
}

// sql puts the prefix where a statement has "%".
func (c *conns) sql(statement string) string { return strings.ReplaceAll(statement, "%", c.prefix) }

// exec runs a statement that changes something, and returns how many rows it
// changed.
func (c *conns) exec(ctx context.Context, op, sql string, args ...any) (rows int64, err error) {
	rows, err = ask(ctx, c, op, func(conn *pgx.Conn) (int64, error) {
		tag, err := conn.Exec(ctx, sql, args...)
		return tag.RowsAffected(), err
	})
	if errors.Is(err, ErrReadOnly) {
		c.dialAnew()
	}
	return rows, err
}

// ask runs a statement on a connection, until the server does not roll it back for
// the sake of another transaction, which it may where READ COMMITTED is not the
// default. Such a statement has changed nothing. The error is one of ours.
func ask[T any](ctx context.Context, c *conns, op string, run func(*pgx.Conn) (T, error)) (value T, err error) {
	for {
		conn, err := c.pool.Acquire(ctx)
		if err != nil {
			return value, explain(ctx, op, err)
		}
		value, err = run(conn.Conn())
		c.release(conn)
		if err == nil {
			return value, nil
		}
		answer, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || answer.Code != "40001" && answer.Code != "40P01" {
			return value, explain(ctx, op, err)
		}
	}
}

// release gives a connection back. One that a statement left half-way is closed,
// for which a server that does not answer is given 15 seconds: its place in the
// pool is free at once, for one to a server that does, of as many as the pool has
// places.
func (c *conns) release(conn *pgxpool.Conn) {
	if !conn.Conn().IsClosed() {
		conn.Release()
		return
	}
	if c.closing.Add(1) > c.most {
		c.closing.Add(-1)
		conn.Release()
		return
	}
	done := conn.Hijack().PgConn().CleanupDone()
	go func() {
		<-done
		c.closing.Add(-1)
	}()
}

// dialAnew has all connections replaced, once a second at most: after a failover
// those to what was the primary live on, and fail for ever.
func (c *conns) dialAnew() {
	last, now := c.reset.Load(), time.Now().UnixNano()
	if now-last > int64(time.Second) && c.reset.CompareAndSwap(last, now) {
		c.pool.Reset()
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
