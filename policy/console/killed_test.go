//go:build unix

package console_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
)

// TestKilled: a process is killed while it delivers what a moderator released. The next
// one delivers the rest: each once, but for the one in hand, and the case is closed.
func TestKilled(t *testing.T) {
	const messages = 20
	if file := os.Getenv("CONSOLE_KILLED"); file != "" {
		h := open(t, console.Config{Undo: -1}, file, nil)
		h.then = func(m policy.Message) {
			log, err := os.OpenFile(file+".log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				_, err = fmt.Fprintln(log, m.ID)
			}
			if err == nil {
				err = log.Close()
			}
			if err != nil || h.sent() == 7 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
		}
		h.campaign(messages, 5)
		h.person("ada.moderator.1").get("/").press("/next").press("release")
		time.Sleep(time.Minute)
		return
	}
	file := filepath.Join(t.TempDir(), "cases.db")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), "CONSOLE_KILLED="+file)
	if out, err := child.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("%v: %s", err, out)
	}
	before, err := os.ReadFile(file + ".log")
	if err != nil || strings.Count(string(before), "\n") != 7 {
		t.Fatalf("%s %v", before, err)
	}
	// A minute later nobody can still be at it.
	h := open(t, console.Config{Undo: -1, Now: func() time.Time { return time.Now().Add(2 * time.Minute) }}, file, nil)
	h.person("bob.moderator.1").until("/?kind=closed", fmt.Sprint(messages, " messages"))
	for i := range messages {
		id := fmt.Sprint("m", i)
		if n := h.delivered[id] + strings.Count(string(before), id+"\n"); n < 1 || n > 2 {
			t.Errorf("%s was delivered %d times", id, n)
		}
	}
}
