package replay

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv("REPLAY_ITSELF") != "" {
		os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, Extras{}))
	}
	os.Exit(m.Run())
}

// TestReaderGone: where nobody reads what is printed any more, files are written all the
// same, and nothing is left of standard input.
func TestReaderGone(t *testing.T) {
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := exec.Command(os.Args[0], "-senders", filepath.Join(dir, "senders.csv"), "-sensitivity=false", "-html", filepath.Join(dir, "page.html"), "-")
	cmd.Env = append(os.Environ(), "REPLAY_ITSELF=1", "TMPDIR="+dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("nonsense\n"+lineA+lineB), w, w
	err = cmd.Run()
	w.Close()
	files, _ := os.ReadDir(dir)
	if code := cmd.ProcessState.ExitCode(); code != exitFailed || len(files) != 2 {
		t.Errorf("%v, %d files: %v", err, len(files), files)
	}
}
