package boltstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// both opens a store and an engine on it.
func both(t *testing.T, path string, cfg Config, now *time.Time) (*Store, *policy.Engine) {
	t.Helper()
	s, err := Open(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Timeout: time.Minute, Index: similarity.IndexConfig{SnapshotText: true}, Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// pitch is a message of a campaign: one text, many accounts.
func pitch(i int, at time.Time) policy.Message {
	return policy.Message{
		ID: fmt.Sprint("m", i), Sender: fmt.Sprint("account", i%25), At: at,
		Recipients: []policy.Recipient{{ID: fmt.Sprint("victim", i), Relation: policy.Stranger}},
		Text:       fmt.Sprintf("Hello number %d, we have looked at your profile and think that you could earn a lot more with our method. Write back today!", i),
	}
}

// TestKept: a stream with the store and the engine closed and opened again in the
// middle, in either order, is decided as one without.
func TestKept(t *testing.T) {
	run := func(t *testing.T, restart func(*Store, *policy.Engine)) (lines []string) {
		path := filepath.Join(t.TempDir(), "records.db")
		now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		s, e := both(t, path, Config{}, &now)
		for i := range 120 {
			now = now.Add(7 * time.Minute)
			if restart != nil && i%40 == 20 {
				restart(s, e)
				s, e = both(t, path, Config{}, &now)
			}
			d, err := e.Evaluate(t.Context(), pitch(i, now))
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(b))
		}
		if err := errors.Join(e.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		return lines
	}
	want := run(t, nil)
	if !strings.Contains(strings.Join(want, ""), policy.CodeInDoubt) {
		t.Fatal("no campaign was seen: the test shows nothing")
	}
	for name, restart := range map[string]func(*Store, *policy.Engine){
		"the engine first": func(s *Store, e *policy.Engine) {
			if err := errors.Join(e.Close(), s.Close()); err != nil {
				t.Error(err)
			}
		},
		"the store first": func(s *Store, e *policy.Engine) {
			if err := errors.Join(s.Close(), e.Close()); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, run(t, restart)); diff != "" {
				t.Errorf("decisions differ after a restart (-without +with):\n%s", diff)
			}
		})
	}
}

// TestKeptByTime: a process that is killed loses what came after the last turn,
// and a turn that fails leaves what the last good one saved.
func TestKeptByTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	full := false
	s, err := open(path, Config{Save: 5 * time.Millisecond}, func(name string, flag int, mode os.FileMode) (*os.File, error) {
		if strings.HasSuffix(name, ".new") && full {
			return nil, syscall.ENOSPC
		}
		return os.OpenFile(name, flag, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
	content := "one"
	stop := s.Keep(func(w io.Writer) error { _, err := io.WriteString(w, content); return err })
	for s.Stats().Saved == 0 {
		time.Sleep(time.Millisecond)
	}
	kept := func() string {
		t.Helper()
		r, err := s.Kept(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := kept(); got != "one" {
		t.Errorf("kept %q", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	full = true
	stop = s.Keep(func(w io.Writer) error { _, err := io.WriteString(w, "two"); return err })
	if err := stop(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("on a full disk: %v", err)
	}
	if got := kept(); got != "one" || s.Stats().Unsaved == 0 {
		t.Errorf("kept %q after a failure, %d counted", got, s.Stats().Unsaved)
	}
	full = false
	broken := errors.New("broken")
	stop = s.Keep(func(w io.Writer) error { io.WriteString(w, "half"); return broken })
	if err := stop(); !errors.Is(err, broken) {
		t.Errorf("an engine that cannot say it: %v", err)
	}
	if got := kept(); got != "one" {
		t.Errorf("kept %q after half a state", got)
	}
	if left, _ := filepath.Glob(path + "*.new"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	s.Keep(func(w io.Writer) error { _, err := io.WriteString(w, "three"); return err })
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(path + ".index"); string(b) != "three" {
		t.Errorf("Close saved %q", b)
	}
}

// TestKeptSame: a state that is the same as what is kept writes nothing at all, also
// in the next process: no file is opened for it, nothing is committed.
func TestKeptSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	long := strings.Repeat("a state of some length, longer than any buffer; ", 5000)
	var begun []string
	var s *Store
	start := func() {
		t.Helper()
		var err error
		s, err = open(path, Config{}, func(name string, flag int, mode os.FileMode) (*os.File, error) {
			if strings.HasSuffix(name, ".new") {
				begun = append(begun, filepath.Base(name))
			}
			return os.OpenFile(name, flag, mode)
		})
		if err != nil {
			t.Fatal(err)
		}
		begun = nil
	}
	start()
	for i, step := range []struct {
		restart, remove bool
		content         string
		writes          bool
	}{
		{content: long, writes: true},
		{content: long},
		{content: long, restart: true},
		{content: long + "more", writes: true},
		{content: long + "more"},
		{content: long, writes: true}, // the old one goes on
		{content: long[:100000] + "!" + long[100001:], writes: true},
		{content: "!" + long[1:], writes: true},
		{content: "!" + long[1:], restart: true},
		{content: "!" + long[1:], remove: true, writes: true},
		{content: "", writes: true},
		{content: ""},
		{content: "x", writes: true},
	} {
		if step.restart {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			start()
		}
		if step.remove {
			if err := os.Remove(path + ".index"); err != nil {
				t.Fatal(err)
			}
		}
		before, _ := os.Stat(path + ".index")
		stats, calls := s.Stats(), 0
		err := s.Keep(func(w io.Writer) error {
			calls++
			for rest := step.content; rest != ""; { // in pieces of many lengths
				n := min(len(rest), 1+len(rest)*7%90_000)
				if _, err := io.WriteString(w, rest[:n]); err != nil {
					return err
				}
				rest = rest[n:]
			}
			return nil
		})()
		if err != nil || calls != 1 {
			t.Errorf("step %d: %v, %d calls", i, err, calls)
		}
		b, err := os.ReadFile(path + ".index")
		if err != nil || string(b) != step.content {
			t.Errorf("step %d: kept %d bytes, %v; want %d", i, len(b), err, len(step.content))
		}
		after, err := os.Stat(path + ".index")
		if err != nil {
			t.Fatal(err)
		}
		now := s.Stats()
		if wrote := len(begun) > 0; wrote != step.writes || (now.Saved > stats.Saved) != step.writes {
			t.Errorf("step %d: wrote %v, counted %d, want a write: %t", i, begun, now.Saved-stats.Saved, step.writes)
		}
		if !step.writes && (!os.SameFile(before, after) || before.ModTime() != after.ModTime() || now.Commits != stats.Commits) {
			t.Errorf("step %d: something was written", i)
		}
		if begun = nil; exists(path + ".index.new") {
			t.Errorf("step %d: a file is left behind", i)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestKeptByNewest: of two engines the newest one's state is kept.
func TestKeptByNewest(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "records.db"), Config{Save: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	say := func(content string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, content); return err }
	}
	first := s.Keep(say("one"))
	for s.Stats().Saved == 0 {
		time.Sleep(time.Millisecond)
	}
	s.Keep(say("two"))
	for range 20 {
		time.Sleep(time.Millisecond)
	}
	if err := first(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(s.statePath()); string(b) != "two" {
		t.Errorf("kept %q, want the newest", b)
	}
}
