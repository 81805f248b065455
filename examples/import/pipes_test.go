//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestPipes: a pipe in a folder is named, not waited for, and the rest is read.
func TestPipes(t *testing.T) {
	for kind, c := range map[string]struct{ pipe, file, text string }{
		"mbox":    {"a.mbox", "b.mbox", "From x Mon Jan  1 00:00:00 2024\n" + letterOf(1)},
		"maildir": {"cur/1.a", "cur/1.b", letterOf(1)},
		"slack":   {"users.json", "general/2024-01-01.json", `[{"type": "message", "user": "U1", "text": "hi", "ts": "1704189600.000100"}]`},
		"discord": {"a.json", "b.json", ""},
	} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{c.pipe, c.file} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := syscall.Mkfifo(filepath.Join(dir, c.pipe), 0o600); err != nil {
				t.Skip(err)
			}
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			status, out, errs := command(kind, dir)
			if status != exitFailed || !strings.Contains(errs, c.pipe+": no regular file") {
				t.Errorf("status %d: %s", status, errs)
			}
			if n := strings.Count(out, "\n"); n == 0 && (kind == "mbox" || kind == "maildir") {
				t.Errorf("nothing was read: %s", errs)
			}
		})
	}
}
