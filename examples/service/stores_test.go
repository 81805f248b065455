package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Two processes over one Redis, and one PostgreSQL, are one service: what a person does in
// one of them holds in the other, also what they see of each other.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	database := startPostgres(t)
	redis, _ := startRedis(t)
	for what, store := range map[string]string{"redis": redis, "postgres": database} {
		t.Run(what, func(t *testing.T) {
			o := options{store: store, db: database, undo: -1}
			one, _ := start(t, o)
			two, _ := start(t, o)
			one.post("/as/ann/send", "to", "bea", "text", "by one, over "+what)
			two.wants("/as/bea?with=ann", "by one, over "+what)
			two.post("/as/bea/report", "against", "sam-"+what)
			one.post("/as/sam-"+what+"/send", "to", "bea", "text", "am I blocked?")
			two.lacks("/as/bea?with=sam-"+what, "am I blocked?")

			// What waits in one is released on the console of the other.
			one.api("PUT", "/v1/accounts/zoe-"+what+"/override", map[string]string{"verdict": "hold"}, nil)
			one.post("/as/zoe-"+what+"/send", "to", "bea", "text", "held by one, over "+what)
			dora := two.signIn("dora")
			dora.open("GET", dora.caseOf("zoe-"+what), "").press("release")
			one.until("it goes out", func() bool { return strings.Contains(one.get("/as/bea?with=zoe-"+what), "held by one, over "+what) })
		})
	}
}

// While the store is away the chat goes on, and says so where it is asked how it does.
func TestAway(t *testing.T) {
	t.Parallel()
	store, kill := startRedis(t)
	c, _ := start(t, options{store: store})
	c.post("/as/ann/send", "to", "bea", "text", "before")
	kill()
	c.away = true
	c.post("/as/ann/send", "to", "bea", "text", "meanwhile")
	c.wants("/as/bea?with=ann", "before", "meanwhile")
	c.wants("/readyz", `"ready":true`, "the store of records is away")
	c.get("/livez")
	if status, _, page := c.do("GET", "/as/ann/account", "", "", nil); status != 503 || !strings.Contains(page, "Please try again") {
		t.Errorf("somebody's own page without the store: %d\n%s", status, body(page))
	}
}

// missing skips a test whose server is not installed, but not in CI.
func missing(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" || !errors.Is(err, exec.ErrNotFound) {
		t.Fatal(err)
	}
	t.Skip(err)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// serving waits until something listens on a port of the loopback.
func serving(t *testing.T, port int) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// startRedis starts a Redis, and returns where it is, and what kills it.
func startRedis(t *testing.T) (address string, kill func()) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		missing(t, err)
	}
	port := freePort(t)
	server := exec.Command(path, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir())
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() { server.Process.Kill(); server.Wait() })
	t.Cleanup(kill)
	serving(t, port)
	return fmt.Sprintf("redis://127.0.0.1:%d/0", port), kill
}

func startPostgres(t *testing.T) string {
	t.Helper()
	bin := ""
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) > 0 { // as Debian has it
		bin = filepath.Dir(found[len(found)-1])
	} else if path, err := exec.LookPath("initdb"); err == nil {
		bin = filepath.Dir(path)
	} else {
		missing(t, err)
	}
	dir, err := os.MkdirTemp("", "service")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	var as *syscall.SysProcAttr
	if os.Getuid() == 0 { // which PostgreSQL refuses
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, name), append([]string{"-D", filepath.Join(dir, "data")}, args...)...)
		c.Dir, c.SysProcAttr, c.Env = dir, as, append(os.Environ(), "LC_ALL=C")
		return c
	}
	if out, err := command("initdb", "-U", "decorum", "--auth=trust", "-N", "-E", "UTF8").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	port := freePort(t)
	server := command("postgres", "-k", dir, "-c", "listen_addresses=127.0.0.1", "-p", strconv.Itoa(port), "-c", "fsync=off")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Signal(syscall.SIGQUIT); server.Wait() })
	address := fmt.Sprintf("postgres://decorum@127.0.0.1:%d/postgres", port)
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) { // it listens before it answers
		if err = db.Ping(); err == nil {
			return address
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}
