package redisstore

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/rueidis"
)

// shared is the server that most tests share, each under a prefix of its own.
var shared *server

func TestMain(m *testing.M) {
	code := func() int {
		dir, err := os.MkdirTemp("", "redisstore")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		s, err := start(dir, 0)
		switch {
		case err == nil:
			shared = s
			defer s.stop()
			os.Setenv("REDIS_URL", fmt.Sprintf("redis://%s/0", s.address())) // of the Example
		case os.Getenv("CI") == "true" || !errors.Is(err, exec.ErrNotFound):
			fmt.Fprintln(os.Stderr, "no Redis to test with:", err)
			return 1
		default:
			shared = &server{missing: err}
			flag.Set("test.skip", "^Example")
		}
		return m.Run()
	}()
	os.Exit(code)
}

// A server is a redis-server of the tests, on a port of the loopback.
type server struct {
	missing error
	cmd     *exec.Cmd
	exited  chan struct{}
	dir     string
	port    int
	log     *bytes.Buffer
}

// start starts a server in dir, on a free port if port is 0, and waits until it
// answers.
func start(dir string, port int, args ...string) (*server, error) {
	binary := ""
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			binary = path
			break
		}
	}
	if binary == "" {
		return nil, fmt.Errorf("neither redis-server nor valkey-server is installed: %w", exec.ErrNotFound)
	}
	if port == 0 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		port = l.Addr().(*net.TCPAddr).Port
		l.Close()
	}
	s := &server{dir: dir, port: port, log: new(bytes.Buffer), exited: make(chan struct{})}
	s.cmd = exec.Command(binary, append([]string{"--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0", "--dir", dir}, args...)...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.cmd.Wait(); close(s.exited) }()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", s.address()); err == nil {
			fmt.Fprintf(c, "PING\r\n")
			c.SetDeadline(time.Now().Add(time.Second))
			answer := make([]byte, 7)
			n, _ := c.Read(answer)
			c.Close()
			if n > 0 && !strings.HasPrefix(string(answer), "-LOADIN") {
				return s, nil
			}
		}
		select {
		case <-s.exited:
			return nil, fmt.Errorf("redis-server ended: %s", s.log)
		default:
		}
		if time.Now().After(end) {
			s.stop()
			return nil, fmt.Errorf("redis-server does not answer: %s", s.log)
		}
	}
}

func (s *server) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

func (s *server) stop() {
	s.cmd.Process.Kill()
	<-s.exited
}

// do sends a command past the store.
func (s *server) do(t testing.TB, args ...string) string {
	t.Helper()
	c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{s.address()}, DisableCache: true, ForceSingleClient: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m, err := c.Do(context.Background(), c.B().Arbitrary(args...).Build()).ToMessage()
	if err != nil && !rueidis.IsRedisNil(err) {
		t.Fatalf("%v: %v", args, err)
	}
	if n, err := m.AsInt64(); err == nil {
		return fmt.Sprint(n)
	}
	text, _ := m.ToString()
	return text
}

// own returns a server for one test alone.
func own(t testing.TB, args ...string) *server {
	t.Helper()
	needServer(t)
	s, err := start(t.TempDir(), 0, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

func needServer(t testing.TB) {
	t.Helper()
	if shared.missing != nil {
		t.Skip("no Redis to test with (a failure where CI=true): ", shared.missing)
	}
}

var prefixes atomic.Int64

// opened returns a Store under a new prefix of the shared server.
func opened(t testing.TB) *Store {
	t.Helper()
	needServer(t)
	return open(t, shared, Config{Prefix: fmt.Sprint("test", prefixes.Add(1))})
}

func open(t testing.TB, s *server, cfg Config) *Store {
	t.Helper()
	cfg.Client.InitAddress = []string{s.address()}
	store, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}
