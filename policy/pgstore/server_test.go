package pgstore

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"os/user"

	"github.com/jackc/pgx/v5"
)

// shared is the server that most tests share, each with tables of its own.
var shared *server

func TestMain(m *testing.M) {
	code := func() int {
		s, err := start()
		switch {
		case err == nil:
			shared = s
			defer s.stop()
			os.Setenv("DATABASE_URL", s.url()) // of the Example
		case os.Getenv("CI") == "true" || !errors.Is(err, exec.ErrNotFound):
			fmt.Fprintln(os.Stderr, "no PostgreSQL to test with:", err)
			return 1
		default:
			shared = &server{missing: err}
			flag.Set("test.skip", "^Example")
		}
		return m.Run()
	}()
	os.Exit(code)
}

// A server is a PostgreSQL of the tests, on a port of the loopback and a
// folder of its own.
type server struct {
	missing error
	dir     string
	port    int
	as      *syscall.Credential // whom it runs as; nil: as we do
	env     []string
	bin     string
	cmd     *exec.Cmd
	exited  chan struct{}
	log     *bytes.Buffer
}

const password = "right"

// binaries returns the folder of the newest server that is installed.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // as Debian has it
	slices.SortFunc(found, func(a, b string) int {
		version := func(path string) int {
			n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
			return n
		}
		return version(b) - version(a)
	})
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("postgresql is not installed: %w", err)
	}
	return filepath.Dir(path), nil
}

// start makes a database in a new folder and starts a server on it.
func start() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgstore")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, bin: bin, env: append(os.Environ(), "LC_ALL=C")}
	if os.Getuid() == 0 { // which PostgreSQL refuses
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
	}
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o644); err != nil {
		return nil, err
	}
	if out, err := s.command("initdb", "-D", filepath.Join(dir, "data"), "-U", "decorum", "--auth=scram-sha-256", "--pwfile="+secret, "-N", "-E", "UTF8").CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	return s, s.run()
}

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// run starts the server and waits until it answers.
func (s *server) run() error {
	s.log, s.exited = new(bytes.Buffer), make(chan struct{})
	s.cmd = s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-h", "127.0.0.1", "-p", fmt.Sprint(s.port))
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() { s.cmd.Wait(); close(s.exited) }()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := pgx.Connect(context.Background(), s.url())
		if err == nil {
			return c.Close(context.Background())
		}
		select {
		case <-s.exited:
			return fmt.Errorf("postgres ended: %s", s.log)
		default:
		}
		if time.Now().After(end) {
			s.stop()
			return fmt.Errorf("postgres does not answer: %w", err)
		}
	}
}

func (s *server) url() string {
	if s.missing != nil {
		return ""
	}
	return fmt.Sprintf("postgres://decorum:%s@127.0.0.1:%d/postgres?sslmode=disable", password, s.port)
}

// kill ends the server without a goodbye; run starts it again.
func (s *server) kill() {
	s.cmd.Process.Signal(syscall.SIGQUIT)
	<-s.exited
}

func (s *server) stop() {
	s.kill()
	os.RemoveAll(s.dir)
}

// do runs statements past the store.
func (s *server) do(t testing.TB, sql string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, err := c.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func needServer(t testing.TB) {
	t.Helper()
	if shared.missing != nil {
		t.Skip("no PostgreSQL to test with (a failure where CI=true): ", shared.missing)
	}
}

var prefixes atomic.Int64

// opened returns a Store on tables of its own. To be quick the server does not
// wait for its disk, which only a crash of the server could tell.
func opened(t testing.TB) *Store {
	t.Helper()
	return open(t, shared.url()+"&synchronous_commit=off", Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))})
}

func open(t testing.TB, url string, cfg Config) *Store {
	t.Helper()
	needServer(t)
	s, err := Open(t.Context(), url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// children returns the processes that a process started.
func children(t *testing.T, of int) (pids []int) {
	t.Helper()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		_, rest, _ := bytes.Cut(b, []byte(") "))
		var state string
		var parent int
		if fmt.Sscan(string(rest), &state, &parent); parent == of {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			pids = append(pids, pid)
		}
	}
	return pids
}
