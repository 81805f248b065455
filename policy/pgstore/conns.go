package pgstore

import (
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// release gives a connection back. One that a call left in the midst of a statement
// is closed, for which a server that does not answer is given 15 seconds: its place
// in the pool is free at once, for one to a server that does, of as many as the pool
// has places.
func (s *Store) release(c *pgxpool.Conn) {
	if !c.Conn().IsClosed() {
		c.Release()
		return
	}
	if s.closing.Add(1) > s.most {
		s.closing.Add(-1)
		c.Release()
		return
	}
	done := c.Hijack().PgConn().CleanupDone()
	go func() {
		<-done
		s.closing.Add(-1)
	}()
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
