package casebook

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// shared is the server that the tests share, each with tables of its own: it starts when
// the first one asks.
var shared = sync.OnceValues(func() (*server, error) { started.Store(true); return start() })

var started atomic.Bool

func TestMain(m *testing.M) {
	if dir := os.Getenv("CASEBOOK_CHILD"); dir != "" {
		child(dir)
		return
	}
	code := m.Run()
	if started.Load() {
		if s, err := shared(); err == nil {
			s.stop()
		}
	}
	os.Exit(code)
}

// needServer is the shared server.
func needServer(t testing.TB) *server {
	t.Helper()
	s, err := shared()
	if err != nil && (os.Getenv("CI") == "true" || !errors.Is(err, exec.ErrNotFound)) {
		t.Fatal("no PostgreSQL to test with: ", err)
	}
	if err != nil {
		t.Skip("no PostgreSQL to test with (a failure where CI=true): ", err)
	}
	return s
}

// A server is a PostgreSQL of the tests, on a port of the loopback and a folder of its
// own.
type server struct {
	dir    string
	port   int
	as     *syscall.Credential // whom it runs as; nil: as we do
	bin    string
	cmd    *exec.Cmd
	exited chan struct{}
	log    bytes.Buffer
}

// start makes a database in a new folder and starts a server on it.
func start() (*server, error) {
	s := &server{}
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) > 0 { // as Debian has it
		s.bin = filepath.Dir(found[len(found)-1])
	} else if path, err := exec.LookPath("initdb"); err == nil {
		s.bin = filepath.Dir(path)
	} else {
		return nil, fmt.Errorf("postgresql is not installed: %w", err)
	}
	dir, err := os.MkdirTemp("", "casebook")
	if err != nil {
		return nil, err
	}
	s.dir = dir
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
	if out, err := s.command("initdb", "-D", filepath.Join(dir, "data"), "-U", "decorum", "--auth=trust", "-N", "-E", "UTF8").CombinedOutput(); err != nil {
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
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// run starts the server and waits until it answers.
func (s *server) run() error {
	s.exited = make(chan struct{})
	s.cmd = s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-h", "127.0.0.1", "-p", fmt.Sprint(s.port))
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() { s.cmd.Wait(); close(s.exited) }()
	db, err := sql.Open("pgx", s.url())
	if err != nil {
		return err
	}
	defer db.Close()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := db.Ping()
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("postgres ended: %s", &s.log)
		default:
		}
		if time.Now().After(end) {
			s.stop()
			return fmt.Errorf("postgres does not answer: %w", err)
		}
	}
}

// url is where it is. To be quick it does not wait for its disk, which only a crash of
// the server could tell.
func (s *server) url() string {
	return fmt.Sprintf("postgres://decorum@127.0.0.1:%d/postgres?sslmode=disable&synchronous_commit=off", s.port)
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

var tenants atomic.Int64

// A place is where Books of one test are: a database, and a tenant in it.
type place struct {
	db     *sql.DB
	url    string // of PostgreSQL, or the file
	tenant string
}

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, newPlace(t, true)) })
	t.Run("postgresql", func(t *testing.T) { t.Parallel(); test(t, newPlace(t, false)) })
}

func newPlace(t testing.TB, lite bool) (p place) {
	t.Helper()
	if lite {
		p.url = filepath.Join(t.TempDir(), "a book?.db")
	} else {
		p.url, p.tenant = needServer(t).url(), fmt.Sprint("tenant", tenants.Add(1))
	}
	p.db = p.dial(t)
	return p
}

// dial opens the database, as another process would.
func (p *place) dial(t testing.TB) *sql.DB {
	t.Helper()
	db, err := dial(p.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func dial(url string) (*sql.DB, error) {
	if filepath.IsAbs(url) {
		return SQLite(url)
	}
	return sql.Open("pgx", url)
}

// open opens a Book there.
func (p *place) open(t testing.TB, o Options) *Book {
	t.Helper()
	o.Tenant = p.tenant
	b, err := Open(t.Context(), p.db, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}
