package redisstore

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"
)

// connect dials; the client does not do that under a context.
func connect(ctx context.Context, opt rueidis.ClientOption) (rueidis.Client, error) {
	type answer struct {
		client rueidis.Client
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		client, err := rueidis.NewClient(opt)
		answers <- answer{client, err}
	}()
	select {
	case a := <-answers:
		return a.client, a.err
	case <-ctx.Done():
		go func() {
			if a := <-answers; a.err == nil {
				a.client.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// dials knows the connections of a client, which does not close those to a server
// that became a replica: they would fail for as long as they live. It is safe for
// concurrent use.
type dials struct {
	mu    sync.Mutex
	conns map[*dialled]struct{}
	anew  time.Time // when they were closed last
}

type dialled struct {
	net.Conn
	d *dials
}

// Close implements net.Conn.
func (c *dialled) Close() error {
	c.d.mu.Lock()
	delete(c.d.conns, c)
	c.d.mu.Unlock()
	return c.Conn.Close()
}

// watch has a client's connections known.
func (d *dials) watch(o *rueidis.ClientOption) {
	d.conns = make(map[*dialled]struct{})
	dial := o.DialCtxFn
	switch {
	case dial != nil:
	case o.DialFn != nil:
		old := o.DialFn
		dial = func(_ context.Context, to string, dialer *net.Dialer, cfg *tls.Config) (net.Conn, error) {
			return old(to, dialer, cfg)
		}
	default:
		dial = func(ctx context.Context, to string, dialer *net.Dialer, cfg *tls.Config) (net.Conn, error) {
			if cfg == nil {
				return dialer.DialContext(ctx, "tcp", to)
			}
			return (&tls.Dialer{NetDialer: dialer, Config: cfg}).DialContext(ctx, "tcp", to)
		}
	}
	o.DialCtxFn = func(ctx context.Context, to string, dialer *net.Dialer, cfg *tls.Config) (net.Conn, error) {
		conn, err := dial(ctx, to, dialer, cfg)
		if err != nil {
			return nil, err
		}
		if o.DisableTCPNoDelay { // the client does that to a connection of a type that it knows
			delay(conn)
		}
		c := &dialled{conn, d}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.conns[c] = struct{}{}
		return c, nil
	}
}

func delay(conn net.Conn) {
	if c, ok := conn.(*tls.Conn); ok {
		conn = c.NetConn()
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetNoDelay(false)
	}
}

// demoted closes all connections, once a second at most, if an answer is that of a
// replica.
func (d *dials) demoted(err error) {
	answer, ok := rueidis.IsRedisErr(err)
	if !ok || !strings.HasPrefix(strings.TrimPrefix(answer.Error(), "-"), "READONLY") {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := time.Now(); now.Sub(d.anew) > time.Second {
		d.anew = now
		for c := range d.conns {
			go func() { _ = c.Conn.Close() }() // which may wait for what is under way
		}
		clear(d.conns)
	}
}
