package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
)

// A switchboard is an address that leads to another server now and then, as a name
// or a virtual address does. Connections that were made stay with their server.
type switchboard struct {
	net.Listener
	to    atomic.Pointer[server]
	conns atomic.Int64
}

func newSwitchboard(t *testing.T, to *server) *switchboard {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &switchboard{Listener: l}
	b.to.Store(to)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b.conns.Add(1)
			go func() {
				defer c.Close()
				s, err := net.Dial("tcp", b.to.Load().address())
				if err != nil {
					return
				}
				defer s.Close()
				go func() { io.Copy(s, c); s.Close() }()
				io.Copy(c, s)
			}()
		}
	}()
	return b
}

func (b *switchboard) open(t *testing.T, cfg Config) *Store {
	t.Helper()
	cfg.Client.InitAddress = []string{b.Addr().String()}
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *Store) append(ctx context.Context, key byte, more string) error {
	return s.Update(ctx, policy.Key{key}, func(old []byte) (policy.Record, error) {
		return policy.Record{Data: append(old, more...), Pinned: true}, nil
	})
}

func (s *Store) text(t *testing.T, key byte) (text string) {
	t.Helper()
	if err := s.View(t.Context(), policy.Key{key}, func(data []byte) error { text = string(data); return nil }); err != nil {
		t.Fatal(err)
	}
	return text
}

// TestDemoted: a server that becomes a replica keeps its connections. The address
// leads to the new primary; the store must follow.
func TestDemoted(t *testing.T) {
	t.Parallel()
	a, b := own(t), own(t)
	board := newSwitchboard(t, a)
	s := board.open(t, Config{})
	if err := s.append(t.Context(), 1, "a"); err != nil {
		t.Fatal(err)
	}
	b.do(t, "REPLICAOF", "127.0.0.1", fmt.Sprint(a.port))
	for end := time.Now().Add(10 * time.Second); b.do(t, "DBSIZE") != a.do(t, "DBSIZE"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the replica does not follow")
		}
	}
	b.do(t, "REPLICAOF", "NO", "ONE")
	a.do(t, "REPLICAOF", "127.0.0.1", fmt.Sprint(b.port))
	board.to.Store(b)
	failed := 0
	for end := time.Now().Add(3 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		err := s.append(ctx, 1, "b")
		cancel()
		if err == nil {
			break
		}
		if failed++; time.Now().After(end) {
			t.Fatalf("the store stays with the old primary: %v", err)
		}
	}
	if got := s.text(t, 1); got != "ab" {
		t.Errorf("the record is %q, want %q", got, "ab")
	}
	t.Logf("%d calls failed, %d connections", failed, board.conns.Load())
}

// TestReplicaBehind: a replica that has not received all becomes the primary. What
// it lacks is lost, as the package says; what the process knows is not written over
// what the server has, and fn sees what that is.
func TestReplicaBehind(t *testing.T) {
	t.Parallel()
	a, b := own(t), own(t)
	board := newSwitchboard(t, a)
	s := board.open(t, Config{})
	for _, more := range []string{"1", "2"} {
		if err := s.append(t.Context(), 1, more); err != nil {
			t.Fatal(err)
		}
		if more == "1" { // then it is cut off
			b.do(t, "REPLICAOF", "127.0.0.1", fmt.Sprint(a.port))
			for end := time.Now().Add(10 * time.Second); b.do(t, "DBSIZE") != a.do(t, "DBSIZE"); time.Sleep(10 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("the replica does not follow")
				}
			}
			b.do(t, "REPLICAOF", "NO", "ONE")
		}
	}
	if err := s.append(t.Context(), 2, "new"); err != nil {
		t.Fatal(err)
	}
	board.to.Store(b)
	a.stop()
	var seen []string
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		seen = nil
		err := s.Update(t.Context(), policy.Key{1}, func(old []byte) (policy.Record, error) {
			seen = append(seen, string(old))
			return policy.Record{Data: append(old, '3'), Pinned: true}, nil
		})
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	if seen[len(seen)-1] != "1" {
		t.Errorf("fn saw %q, want the last to be what the server has", seen)
	}
	if got := s.text(t, 1); got != "13" {
		t.Errorf("the record is %q, want %q", got, "13")
	}
	// Likewise a record that is not there any more, also for an fn that only looks.
	looked := errors.New("looked")
	err := s.Update(t.Context(), policy.Key{2}, func(old []byte) (policy.Record, error) {
		seen = append(seen, string(old))
		if old == nil {
			return policy.Record{}, looked
		}
		return policy.Record{}, nil
	})
	if err != looked {
		t.Errorf("a record that was lost: %v after %q", err, seen)
	}
}

// TestHung: a server hangs with calls under way, and the address leads to another
// one. The connection is given up when a ping is not answered.
func TestHung(t *testing.T) {
	t.Parallel()
	a, b := own(t), own(t)
	board := newSwitchboard(t, a)
	s := board.open(t, Config{})
	if err := s.append(t.Context(), 1, "a"); err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer a.cmd.Process.Signal(syscall.SIGCONT)
	board.to.Store(b)
	moved := time.Now()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err := s.append(ctx, 1, "b")
		cancel()
		if err == nil {
			break
		}
		if time.Since(moved) > 10*time.Second {
			t.Fatalf("not well again: %v", err)
		}
	}
	t.Logf("well again after %v", time.Since(moved))
}

// TestNoReplicas: what is read from a replica may be behind, so that the store does
// not take a client that reads there.
func TestNoReplicas(t *testing.T) {
	needServer(t)
	for name, change := range map[string]func(*rueidis.ClientOption){
		"SendToReplicas": func(c *rueidis.ClientOption) { c.SendToReplicas = func(rueidis.Completed) bool { return true } },
		"ReplicaOnly":    func(c *rueidis.ClientOption) { c.ReplicaOnly = true },
	} {
		cfg := Config{Client: rueidis.ClientOption{InitAddress: []string{shared.address()}}}
		change(&cfg.Client)
		s, err := Open(t.Context(), cfg)
		if err == nil {
			s.Close()
			t.Errorf("%s was accepted", name)
		}
	}
}

// TestClocks: a process whose clock is years ahead removes nothing that others keep.
func TestClocks(t *testing.T) {
	a := opened(t)
	b := open(t, shared, Config{Prefix: a.cfg.Prefix})
	b.table.clock = func() time.Time { return time.Now().AddDate(10, 0, 0) }
	c := open(t, shared, Config{Prefix: a.cfg.Prefix, Keep: time.Millisecond})
	c.table.clock = func() time.Time { return time.Now().AddDate(-10, 0, 0) }
	stands := policy.Record{Data: []byte("a sanction"), Expires: time.Now().Add(48 * time.Hour), Pinned: true, Listed: true}
	for n := range byte(40) { // of one group
		for s, key := range map[*Store]policy.Key{a: {7, 1, n}, b: {7, 2, n}, c: {7, 3, n}} {
			if err := s.Update(t.Context(), key, func([]byte) (policy.Record, error) { return stands, nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	listed := 0
	for _, err := range a.All(t.Context(), true) {
		if err != nil {
			t.Fatal(err)
		}
		listed++
	}
	if listed != 120 {
		t.Errorf("%d of 120 sanctions stand", listed)
	}
}

// TestDiskFull: a server that cannot save refuses writes; nothing has changed, and
// all is well when it can.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := own(t, "--enable-protected-configs", "yes")
	store := open(t, s, Config{})
	if err := store.append(t.Context(), 1, "before"); err != nil {
		t.Fatal(err)
	}
	save := func(want string) {
		t.Helper()
		s.do(t, "BGSAVE")
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if info := s.do(t, "INFO", "persistence"); strings.Contains(info, "rdb_bgsave_in_progress:0") && strings.Contains(info, "rdb_last_bgsave_status:"+want) {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("saving is not %s", want)
			}
		}
	}
	dir := s.dir + "/gone"
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.do(t, "CONFIG", "SET", "save", "3600 1000000")
	s.do(t, "CONFIG", "SET", "dir", dir)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	save("err")
	for range 3 {
		if err := store.append(t.Context(), 1, "never"); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%v, want ErrReadOnly", err)
		}
		if got := store.text(t, 1); got != "before" {
			t.Errorf("the record is %q", got)
		}
	}
	s.do(t, "CONFIG", "SET", "dir", s.dir)
	save("ok")
	if err := store.append(t.Context(), 1, "!"); err != nil {
		t.Error(err)
	}
}
