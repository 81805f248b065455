package pgstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/decorum-go/decorum/policy"
)

// TestReadOnlyConnections: connections to a server that became a replica, or that
// was set to read only, would fail for as long as they live; they are closed.
func TestReadOnlyConnections(t *testing.T) {
	s := opened(t)
	put(t, s, 1, policy.Record{Data: []byte("before")})
	var held []*pgxpool.Conn
	for range 5 {
		c, err := s.conns.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Exec(t.Context(), `SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY`); err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	for _, c := range held {
		c.Release()
	}
	update := func() error {
		return s.Update(t.Context(), policy.Key{1}, func(old []byte) (policy.Record, error) {
			return policy.Record{Data: append(old, '!')}, nil
		})
	}
	if err := update(); !errors.Is(err, ErrReadOnly) {
		t.Errorf("%v, want ErrReadOnly", err)
	}
	for range 5 {
		if err := update(); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
}

// TestHosts: of several hosts the one that takes writes is used.
func TestHosts(t *testing.T) {
	t.Parallel()
	needServer(t)
	replica, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer replica.stop()
	replica.do(t, `ALTER SYSTEM SET default_transaction_read_only = on`)
	replica.do(t, `SELECT pg_reload_conf()`)
	hosts := fmt.Sprintf("127.0.0.1:%d,127.0.0.1:%d", replica.port, shared.port)
	url := strings.Replace(shared.url(), fmt.Sprintf("127.0.0.1:%d", shared.port), hosts, 1)
	s := open(t, url, Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))})
	put(t, s, 1, policy.Record{Data: []byte("x")})
}

// TestHung: a server hangs with all connections in use, and the address leads to
// another one, as after a failover. The places of the old connections, which are
// closed for 15 seconds, are not waited for.
func TestHung(t *testing.T) {
	t.Parallel()
	needServer(t)
	other, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer other.stop()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var to atomic.Int64
	to.Store(int64(other.port))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				s, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to.Load()))
				if err != nil {
					return
				}
				defer s.Close()
				go func() { io.Copy(s, c); s.Close() }()
				io.Copy(c, s)
			}()
		}
	}()
	cfg := Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))}
	open(t, shared.url(), cfg) // makes the tables
	url := strings.Replace(other.url(), fmt.Sprint(":", other.port, "/"), fmt.Sprint(":", l.Addr().(*net.TCPAddr).Port, "/"), 1)
	s := open(t, url+"&pool_max_conns=4", cfg)
	update := func(key int) error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return s.Update(ctx, policy.Key{byte(key)}, func(old []byte) (policy.Record, error) {
			return policy.Record{Data: append(old, 'x')}, nil
		})
	}
	var wg sync.WaitGroup
	for round := range 3 {
		if round == 2 {
			all(t, other, syscall.SIGSTOP)
			defer all(t, other, syscall.SIGCONT)
		}
		for w := range 8 {
			wg.Go(func() { _ = update(w) })
		}
		wg.Wait()
	}
	to.Store(int64(shared.port))
	moved := time.Now()
	for good := 0; good < 20; {
		if update(good) == nil {
			good++
		}
		if time.Since(moved) > 10*time.Second {
			t.Fatalf("not well again: %d good calls; %d connections are being closed", good, s.conns.closing.Load())
		}
	}
	t.Logf("well again after %v; %d connections are being closed", time.Since(moved), s.conns.closing.Load())
}

// TestFaults has the server frozen, and killed and started again: calls end in
// time, and what was acknowledged is there afterwards.
func TestFaults(t *testing.T) {
	t.Parallel()
	needServer(t)
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	store, err := Open(t.Context(), s.url(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const deadline = 50 * time.Millisecond
	var worst time.Duration
	acknowledged := 0
	write := func(deadline time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		began := time.Now()
		err := store.Update(ctx, policy.Key{1}, func(old []byte) (policy.Record, error) {
			return policy.Record{Data: append(old, 'x'), Durable: true}, nil
		})
		worst = max(worst, time.Since(began))
		if err == nil {
			acknowledged++
		}
		return err
	}
	for range 20 {
		if err := write(time.Second); err != nil {
			t.Fatal(err)
		}
	}
	tried := acknowledged
	for _, c := range []struct {
		name       string
		hurt, heal func()
	}{
		{"frozen", func() { all(t, s, syscall.SIGSTOP) }, func() { all(t, s, syscall.SIGCONT) }},
		{"killed", s.kill, func() {
			if err := s.run(); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		worst = 0
		c.hurt()
		failed := 0
		for end := time.Now().Add(time.Second); time.Now().Before(end); {
			tried++
			if err := write(deadline); err != nil {
				failed++
			}
		}
		slowest := worst
		c.heal()
		healed := time.Now()
		for tried++; write(deadline) != nil; tried++ {
			if time.Since(healed) > 10*time.Second {
				t.Fatalf("%s: not well again", c.name)
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Logf("%s: worst call %v of %v, %d failed; well again after %v", c.name, slowest, deadline, failed, time.Since(healed))
		if failed == 0 {
			t.Errorf("%s: no call failed", c.name)
		}
		if slowest > deadline+time.Second {
			t.Errorf("%s: a call took %v, want %v and little more", c.name, slowest, deadline)
		}
	}
	err = store.View(t.Context(), policy.Key{1}, func(data []byte) error {
		if len(data) < acknowledged || len(data) > tried {
			t.Errorf("%d updates were acknowledged, %d tried; the record counts %d", acknowledged, tried, len(data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// all signals a server and what it started.
func all(t *testing.T, s *server, sig syscall.Signal) {
	t.Helper()
	for _, pid := range children(t, s.cmd.Process.Pid) {
		syscall.Kill(pid, sig)
	}
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}
