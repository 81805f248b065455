package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// spawn runs the service as a process of its own.
func spawn(t *testing.T, dir string, flags ...string) (*client, *exec.Cmd) {
	t.Helper()
	command := exec.Command(os.Args[0], append([]string{"-listen", "127.0.0.1:0", "-dir", dir, "-pace", "1us"}, flags...)...)
	command.Env = append(os.Environ(), asService+"=1", "DECORUM_SECRET=") // that of the folder
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "chat          "); ok {
			go io.Copy(io.Discard, out)
			c := &client{t: t, url: strings.TrimSuffix(url, "/"), dir: dir}
			c.get("/readyz")
			t.Logf("answers %v after its start", time.Since(begun).Round(time.Millisecond))
			return c, command
		}
	}
	t.Fatal("the service does not begin")
	return nil, nil
}

// Killed at any moment, the service has what it answered for: messages, sanctions, cases.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, process := spawn(t, dir)
	c.post("/as/ann/send", "to", "bea", "text", "before the crash", "id", "kept")
	c.api("POST", "/v1/sanctions", policy.Sanction{Account: "sam", Kind: policy.Suspension, Until: time.Now().Add(time.Hour)}, nil)
	c.api("PUT", "/v1/accounts/ann/override", map[string]string{"verdict": "hold"}, nil)
	c.post("/as/ann/send", "to", "bea", "text", "this waits")
	process.Process.Signal(syscall.SIGKILL)
	process.Wait()

	c, process = spawn(t, dir, "-expect-records")
	dora := c.signIn("dora")
	if dora.open("GET", dora.caseOf("held"), ""); !strings.Contains(dora.page, "this waits") {
		t.Errorf("what waited is on no page:\n%.2000s", body(dora.page))
	}
	c.wants("/as/bea?with=ann", "before the crash")
	c.wants("/as/sam/account", "Statement of reasons")
	c.post("/as/sam/send", "to", "bea", "text", "I am free again")
	c.lacks("/as/bea?with=sam", "I am free again")
	process.Process.Signal(syscall.SIGTERM)
	if err := process.Wait(); err != nil {
		t.Errorf("told to end, it ended with: %v", err)
	}
}

// Told to end under load, it answers what it has begun; and killed, too, it has all that it
// answered for.
func TestShutdown(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) { endUnderLoad(t, signal) })
	}
}

func endUnderLoad(t *testing.T, signal syscall.Signal) {
	t.Helper()
	dir := t.TempDir()
	c, process := spawn(t, dir)
	var sent [8][]string
	var all sync.WaitGroup
	var total atomic.Int64
	for i := range sent {
		all.Go(func() {
			for n := 0; ; n++ {
				text := fmt.Sprintf("message %d of %d.", n, i)
				answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Post(
					c.url+fmt.Sprintf("/as/p%d/send", i), "application/x-www-form-urlencoded", strings.NewReader(form("to", fmt.Sprint("q", i), "text", text)))
				if err != nil {
					return
				}
				answer.Body.Close()
				if answer.StatusCode == http.StatusSeeOther {
					sent[i] = append(sent[i], text)
					total.Add(1)
				}
			}
		})
	}
	c.until("some were sent", func() bool { return total.Load() > 100 })
	process.Process.Signal(signal)
	if err := process.Wait(); err != nil && signal == syscall.SIGTERM {
		t.Errorf("told to end, it ended with: %v", err)
	}
	all.Wait()
	c, _ = spawn(t, dir)
	for i, texts := range sent {
		page := c.get(fmt.Sprintf("/as/p%d?with=q%[1]d", i))
		for _, text := range texts[max(0, len(texts)-400):] { // a window shows the newest 500
			if !strings.Contains(page, text) {
				t.Errorf("%q was answered for, and is lost", text)
			}
		}
	}
}

// A process that is to end says first that it is not ready, and goes on to answer.
func TestProbes(t *testing.T) {
	t.Parallel()
	c, process := spawn(t, t.TempDir(), "-drain", "2s")
	c.get("/livez")
	c.wants("/readyz", `"ready":true`, `"budget":`)
	process.Process.Signal(syscall.SIGTERM)
	c.until("it is not ready", func() bool {
		status, _, body := c.do("GET", "/readyz", "", "", nil)
		return status == http.StatusServiceUnavailable && strings.Contains(body, "ending")
	})
	c.get("/livez")
	c.post("/as/ann/send", "to", "bea", "text", "one of the last")
	if err := process.Wait(); err != nil {
		t.Errorf("told to end, it ended with: %v", err)
	}
}
