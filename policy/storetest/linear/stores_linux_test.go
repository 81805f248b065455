package linear

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/boltstore"
	"github.com/decorum-go/decorum/policy/pgstore"
	"github.com/decorum-go/decorum/policy/redisstore"
)

// TestBolt has a store with room for hardly a record in memory.
func TestBolt(t *testing.T) {
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "records.db"), boltstore.Config{MaxCached: 1, Flush: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	Check(t, 400*time.Microsecond, s)
}

// TestRedis has two processes, at first undisturbed, and then while connections are
// cut in the midst of updates and scripts are flushed.
func TestRedis(t *testing.T) {
	address := startRedis(t)
	open := func(prefix string, known int) policy.Store {
		cfg := redisstore.Config{Prefix: prefix, MaxKnown: known, Client: rueidis.ClientOption{InitAddress: []string{address}}}
		s, err := redisstore.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	const patience = 400 * time.Microsecond
	t.Run("undisturbed", func(t *testing.T) { Check(t, patience, open("a", 0), open("a", 500)) })
	t.Run("connections are cut", func(t *testing.T) {
		a, b := open("b", 0), open("b", 500)
		disturb(t, 20*time.Millisecond, func() (int, error) {
			c, err := net.Dial("tcp", address)
			if err != nil {
				return 0, err
			}
			defer c.Close()
			if _, err := fmt.Fprint(c, "SCRIPT FLUSH\r\nCLIENT KILL TYPE normal SKIPME yes\r\n"); err != nil {
				return 0, err
			}
			var cut int
			_, err = fmt.Fscanf(c, "+OK\r\n:%d\r\n", &cut)
			return cut, err
		})
		Check(t, patience, a, b)
	})
}

// TestPostgres has processes of which some know little, at first undisturbed, and
// then while connections are cut in the midst of updates.
func TestPostgres(t *testing.T) {
	url := startPostgres(t)
	open := func(prefix string, known int) policy.Store {
		s, err := pgstore.Open(t.Context(), url+"&synchronous_commit=off&application_name=decorum_cut", pgstore.Config{Prefix: prefix, MaxKnown: known})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	const patience = 1500 * time.Microsecond
	t.Run("undisturbed", func(t *testing.T) { Check(t, patience, open("a_", 0), open("a_", 500)) })
	t.Run("connections are cut", func(t *testing.T) {
		a, b, c := open("b_", 0), open("b_", 500), open("b_", 0)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) })
		disturb(t, 50*time.Millisecond, func() (cut int, err error) {
			err = conn.QueryRow(context.Background(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'decorum_cut'`).Scan(&cut)
			return cut, err
		})
		Check(t, patience, a, b, c)
	})
}

// disturb calls cut, which says how many connections it has cut, again and again
// until the test ends.
func disturb(t *testing.T, every time.Duration, cut func() (int, error)) {
	over, total := make(chan struct{}), 0
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(every):
			}
			n, err := cut()
			if err != nil {
				t.Error(err)
				return
			}
			total += n
		}
	})
	t.Cleanup(func() {
		close(over)
		wg.Wait()
		if t.Logf("%d connections cut", total); total < 5 {
			t.Errorf("%d connections were cut: the test shows little", total)
		}
	})
}

// absent skips a test for want of a server, or fails where there must be one.
func absent(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip("a failure where CI=true: ", err)
}

// freePort returns a port of the loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// startRedis starts a server for a test, and returns its address.
func startRedis(t *testing.T) string {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if binary, err = exec.LookPath("valkey-server"); err != nil {
			absent(t, err)
		}
	}
	port := freePort(t)
	cmd := exec.Command(binary, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir())
	run(t, cmd, syscall.SIGKILL, func() error {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
		}
		return err
	})
	return "127.0.0.1:" + port
}

// startPostgres starts a server for a test, and returns its URL.
func startPostgres(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // as Debian has it
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		absent(t, errors.New("there is no initdb"))
	}
	dir, err := os.MkdirTemp("", "linear") // not t.TempDir, which others may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() == 0 { // which PostgreSQL refuses
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(filepath.Dir(found[0]), name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attr
		return cmd
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-U", "decorum", "--auth=trust", "-N", "-E", "UTF8").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	port := freePort(t)
	url := "postgres://decorum@127.0.0.1:" + port + "/postgres?sslmode=disable"
	run(t, command("postgres", "-D", data, "-k", dir, "-h", "127.0.0.1", "-p", port), syscall.SIGQUIT, func() error {
		c, err := pgx.Connect(t.Context(), url)
		if err == nil {
			err = c.Close(t.Context())
		}
		return err
	})
	return url
}

// run runs a server until the test ends, and waits until it answers.
func run(t *testing.T, cmd *exec.Cmd, end os.Signal, answers func() error) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(end)
		cmd.Wait()
	})
	for late := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := answers()
		if err == nil {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%s does not answer: %v", cmd.Path, err)
		}
	}
}
