package boltstore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestKeptUnread: what is kept and cannot be read is an error, and is replaced at
// the next turn.
func TestKeptUnread(t *testing.T) {
	s := opened(t, Config{})
	if err := os.Mkdir(s.statePath(), 0o700); err != nil { // which opens, and cannot be read
		t.Fatal(err)
	}
	turn := func() error {
		return s.Keep(func(w io.Writer) error { _, err := io.WriteString(w, "one"); return err })()
	}
	if err := turn(); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("unread: %v, want EISDIR", err)
	}
	if err := turn(); err == nil || errors.Is(err, syscall.EISDIR) && !strings.Contains(err.Error(), "rename") {
		t.Errorf("afresh: %v, want that of the rename", err)
	}
	if err := os.Remove(s.statePath()); err != nil {
		t.Fatal(err)
	}
	if err := turn(); err != nil {
		t.Error(err)
	}
}

// TestKeptFault: a file that cannot be put in its place is reported once a second
// at most, tried again, and reported as well again.
func TestKeptFault(t *testing.T) {
	told := make(chan error, 100)
	s := opened(t, Config{Save: time.Millisecond, Fault: func(err error) { told <- err }})
	if err := os.Mkdir(s.statePath(), 0o700); err != nil { // which no file can replace
		t.Fatal(err)
	}
	s.Keep(func(w io.Writer) error { _, err := io.WriteString(w, "one"); return err })
	err := <-told
	if disk, ok := errors.AsType[*DiskError](err); !ok || disk.Op != "save" {
		t.Errorf("told of %v", err)
	}
	// Records are none of its business.
	if err := s.Update(t.Context(), keyOf(1), func([]byte) (policy.Record, error) {
		return policy.Record{Data: []byte("x"), Durable: true}, nil
	}); err != nil {
		t.Error(err)
	}
	if err := os.Remove(s.statePath()); err != nil {
		t.Fatal(err)
	}
	for err = range told {
		if err == nil {
			break
		}
	}
	if b, _ := os.ReadFile(s.statePath()); string(b) != "one" {
		t.Errorf("kept %q", b)
	}
}

// TestKeptMode: readers of the records may read the index, and nobody else may.
func TestKeptMode(t *testing.T) {
	s := opened(t, Config{})
	for _, mode := range []os.FileMode{0o600, 0o640} {
		if err := os.Chmod(s.disk.path, mode); err != nil {
			t.Fatal(err)
		}
		if err := s.Keep(func(w io.Writer) error { _, err := fmt.Fprint(w, mode); return err })(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(s.statePath()); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%v, %v; want %v", info.Mode(), err, mode)
		}
	}
}

// TestKeptDamaged: a state that is damaged is refused by name, not replaced; once
// it is removed the engine begins.
func TestKeptDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	s, e := both(t, path, Config{}, &now)
	if err := errors.Join(e.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path + ".index")
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"empty": {}, "cut": good[:len(good)/2], "flipped": append(append([]byte{}, good[:len(good)-1]...), good[len(good)-1]^1)} {
		if err := os.WriteFile(path+".index", bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test")}); !errors.Is(err, policy.ErrSnapshot) {
			t.Errorf("%s: %v, want ErrSnapshot", name, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if b, _ := os.ReadFile(path + ".index"); string(b) != string(bad) {
			t.Errorf("%s: it was replaced", name)
		}
	}
	if err := os.Remove(path + ".index"); err != nil {
		t.Fatal(err)
	}
	s, e = both(t, path, Config{}, &now)
	if err := errors.Join(e.Close(), s.Close()); err != nil {
		t.Error(err)
	}
}
