package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

const suspended = 50

// flipConfig makes an engine for the tests of damage.
func flipConfig(s *Store) policy.Config {
	return policy.Config{Store: s, Secret: []byte("0123456789abcdef0123456789abcdef"), Timeout: time.Minute}
}

// sanctionedFile makes a file of suspended accounts and others.
func sanctionedFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records.db")
	s, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := policy.New(flipConfig(s))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 600 {
		m := policy.Message{Sender: fmt.Sprint("user", i), Recipients: policy.To(fmt.Sprint("friend", i)), Text: "hello, how are you today?"}
		if _, err := e.Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for i := range suspended {
		_, err := e.Impose(t.Context(), policy.Sanction{Account: fmt.Sprint("bad", i), Kind: policy.Suspension, By: "moderator"})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(e.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// freed returns how many suspended accounts an engine over the file passes without an
// error, and how many it does not list without one.
func freed(t *testing.T, path string) (passed, unlisted int, err error) {
	t.Helper()
	s, err := Open(path, Config{Flush: time.Hour})
	if err != nil {
		return 0, 0, err
	}
	defer s.Close()
	e, err := policy.New(flipConfig(s))
	if err != nil {
		return 0, 0, err
	}
	defer e.Close()
	for i := range suspended {
		d, err := e.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint("bad", i), Recipients: policy.To("x"), Text: "hello"})
		if d.Verdict != policy.Reject && err == nil && !d.Degraded {
			passed++
		}
	}
	listed := map[string]bool{}
	faults := 0
	for x, err := range e.Sanctions(t.Context()) {
		if err != nil {
			faults++
		} else {
			listed[x.Account] = true
		}
	}
	return passed, max(0, suspended-len(listed)-faults), nil
}

// TestBitFlips flips one bit anywhere in a file: Open refuses it, and Salvage makes
// a file of it in which nobody is free whom its report does not count, or no suspended
// account is free.
func TestBitFlips(t *testing.T) {
	flips := 150
	if os.Getenv("DECORUM_LONG") != "" {
		flips = 1000
	}
	good := sanctionedFile(t)
	rng := rand.New(rand.NewPCG(9, 9))
	dir := t.TempDir()
	path := filepath.Join(dir, "flipped.db")
	results := map[string]int{}
	for trial := range flips {
		b := bytes.Clone(good)
		at := rng.IntN(len(b))
		switch trial % 3 {
		case 1: // where there is something
			for try := 0; b[at] == 0 && try < 50; try++ {
				at = rng.IntN(len(b))
			}
		case 2: // where a page says what is in it
			at = at/4096*4096 + rng.IntN(160)
		}
		bit := rng.IntN(8)
		b[at] ^= 1 << bit
		what := fmt.Sprintf("bit %d of byte %d (page %d, at %d)", bit, at, at/4096, at%4096)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		passed, unlisted, err := freed(t, path)
		switch {
		case err == nil && passed+unlisted > 0:
			t.Errorf("%s: of %d suspended accounts %d are free and %d are not listed", what, suspended, passed, unlisted)
			continue
		case err == nil:
			results["harmless, or an error of the account"]++
			continue
		case !errors.Is(err, ErrFormat) && !errors.Is(err, ErrVersion):
			t.Errorf("%s: %v", what, err)
			continue
		case errors.Is(err, ErrFormat) && !strings.Contains(err.Error(), "Salvage"):
			t.Errorf("%s: the error does not say what to do: %v", what, err)
		}
		to := filepath.Join(dir, fmt.Sprint("salvaged", trial, ".db"))
		r, err := Salvage(path, to)
		if errors.Is(err, ErrVersion) {
			results["refused as newer"]++
			continue
		} else if err != nil {
			t.Errorf("%s: Salvage: %v", what, err)
			continue
		}
		passed, unlisted, err = freed(t, to)
		switch {
		case err != nil:
			t.Errorf("%s: what was salvaged (%+v) is refused: %v", what, r, err)
		case max(passed, unlisted) > r.Freed && !r.RolledBack || passed > 1:
			t.Errorf("%s: salvaged %+v: of %d suspended accounts %d are free and %d are not listed", what, r, suspended, passed, unlisted)
		case r.Whole():
			results["salvaged whole"]++
		default:
			results[fmt.Sprintf("salvaged, damaged %d, lost %d, freed %d, rolled back %t", r.Damaged, r.Lost, r.Freed, r.RolledBack)]++
		}
	}
	t.Log(results)
	if results["harmless, or an error of the account"] == flips {
		t.Error("no flip was refused: the test tests nothing")
	}
}

// TestSalvage says what it cannot do.
func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := sanctionedFile(t)
	from := file("good", good)
	if err := os.WriteFile(from+".index", []byte("state"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "new")
	r, err := Salvage(from, to)
	if err != nil || !r.Whole() || r.Listed != suspended || r.Records < 650 {
		t.Fatalf("a sound file: %+v, %v", r, err)
	}
	if b, err := os.ReadFile(to + ".index"); string(b) != "state" || err != nil {
		t.Errorf("the state beside the records is %q, %v", b, err)
	}
	os.Remove(to + ".index")
	if passed, unlisted, err := freed(t, to); passed+unlisted > 0 || err != nil {
		t.Errorf("of what was salvaged %d are free, %d not listed, %v", passed, unlisted, err)
	}
	var disk *DiskError
	if _, err := Salvage(from, to); !errors.Is(err, fs.ErrExist) || !errors.As(err, &disk) {
		t.Errorf("into a file that is there: %v", err)
	}
	if _, err := Salvage(filepath.Join(dir, "nowhere"), to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
	if _, err := Salvage(file("noise", make([]byte, 1<<16)), filepath.Join(dir, "x")); !errors.Is(err, ErrFormat) {
		t.Errorf("of something else: %v, want ErrFormat", err)
	}
	s, err := Open(from, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := Salvage(from, filepath.Join(dir, "y")); !errors.Is(err, ErrLocked) {
		t.Errorf("of a file in use: %v, want ErrLocked", err)
	}
}
