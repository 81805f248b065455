package natsnotes

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/decorum-go/decorum/policy"
)

// A server of the tests is a process of its own, so that it can be killed: the tests'
// own program, with these.
const (
	serverDir   = "NATSNOTES_SERVER_DIR"
	serverPort  = "NATSNOTES_SERVER_PORT"
	serverStore = "NATSNOTES_SERVER_STORE" // bytes that it may keep; 0: as many as there are
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(serverDir); dir != "" {
		fmt.Fprintln(os.Stderr, serve(dir))
		os.Exit(1)
	}
	code := func() int {
		dir, err := os.MkdirTemp("", "natsnotes")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if shared, err = start(dir, 0, 0); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer shared.kill()
		return m.Run()
	}()
	os.Exit(code)
}

// serve is a NATS server, until it is killed.
func serve(dir string) error {
	o := &server.Options{JetStream: true, StoreDir: dir, Host: "127.0.0.1", NoSigs: true, NoLog: true}
	fmt.Sscan(os.Getenv(serverPort), &o.Port)
	fmt.Sscan(os.Getenv(serverStore), &o.JetStreamMaxStore)
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.Start()
	s.WaitForShutdown()
	return errors.New("the server ended by itself")
}

// shared is the server that most tests share, each with a log of its own.
var shared *natsServer

type natsServer struct {
	port int
	cmd  *exec.Cmd
}

// start starts a server on a folder, on a free port if port is 0, and waits until it
// answers.
func start(dir string, port, store int) (*natsServer, error) {
	if port == 0 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		port = l.Addr().(*net.TCPAddr).Port
		l.Close()
	}
	s := &natsServer{port: port, cmd: exec.Command(os.Args[0])}
	s.cmd.Env = append(os.Environ(), serverDir+"="+dir, fmt.Sprint(serverPort, "=", port), fmt.Sprint(serverStore, "=", store))
	s.cmd.Stderr = os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c, err := nats.Connect(s.url())
		if err == nil {
			js, err := c.JetStream()
			if err == nil {
				_, err = js.AccountInfo()
			}
			c.Close()
			if err == nil {
				return s, nil
			}
		}
		if time.Now().After(end) {
			s.kill()
			return nil, fmt.Errorf("the server does not answer: %w", err)
		}
	}
}

func (s *natsServer) url() string { return fmt.Sprintf("nats://127.0.0.1:%d", s.port) }

// kill ends the server without a goodbye.
func (s *natsServer) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// own returns a server for one test alone, and its folder.
func own(t testing.TB, store int) (s *natsServer, dir string) {
	t.Helper()
	dir = t.TempDir()
	s, err := start(dir, 0, store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s, dir
}

// again starts a server where another one was killed.
func again(t testing.TB, s *natsServer, dir string) {
	t.Helper()
	next, err := start(dir, s.port, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(next.kill)
}

func connect(t testing.TB, s *natsServer) *nats.Conn {
	t.Helper()
	c, err := nats.Connect(s.url(), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var names atomic.Int64

// own name of a log
func newName() string { return fmt.Sprint("test", names.Add(1)) }

// opened returns the notes of one more process.
func opened(t testing.TB, s *natsServer, cfg Config) *Notes {
	t.Helper()
	cfg.Conn = connect(t, s)
	n, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// telling is a store of a process of its own with notes.
func telling(n *Notes) policy.Broadcaster { return n.Wrap(policy.NewMemory(0)).(policy.Broadcaster) }
