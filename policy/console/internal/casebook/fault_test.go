package casebook

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// until waits until something is so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: ", what)
		}
	}
}

// Tables of a newer version are refused; where another process makes them so, this one
// waits, and loses nothing.
func TestNewer(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b := p.open(t, Options{Spool: t.TempDir()})
		version := func(v int) {
			if _, err := p.db.Exec(b.sql(fmt.Sprintf(`UPDATE %%meta SET version = %d`, v))); err != nil {
				t.Fatal(err)
			}
		}
		version(99)
		if _, err := Open(t.Context(), p.db, Options{Tenant: p.tenant}); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "99") {
			t.Errorf("opened with tables of a newer version: %v", err)
		}
		decide(b, policy.Hold, "ann", "m", "text", 0)
		until(t, "Health says so", func() bool { return errors.Is(b.Health().Err, ErrVersion) })
		if h := b.Health(); h.Waiting != 1 || h.Since.IsZero() || !h.Durable {
			t.Errorf("%+v", h)
		}
		version(len(migrations))
		if c := only(t, b); c.Held != 1 {
			t.Errorf("%+v", c)
		}
		if h := b.Health(); h.Err != nil || h.Waiting != 0 {
			t.Errorf("%+v", h)
		}
		// A later program brings the tables of this one up to its own, several at a time.
		later := append(slices.Clone(migrations), "CREATE TABLE %later (a INTEGER);\nINSERT INTO %later VALUES (7)")
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := b.migrate(t.Context(), later); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		if err := b.read(t.Context()).row(`SELECT SUM(a) FROM %later`).Scan(&n); err != nil || n != 7 {
			t.Error(n, err)
		}
		if _, err := Open(t.Context(), p.db, Options{Tenant: p.tenant}); !errors.Is(err, ErrVersion) {
			t.Error(err)
		}
	})
}

// A database that is full takes nothing, and all of it when it has room.
func TestFull(t *testing.T) {
	p := newPlace(t, true)
	p.db.SetMaxOpenConns(1)
	b := p.open(t, Options{Spool: t.TempDir()})
	pages := func(n string) {
		if _, err := p.db.Exec(`PRAGMA max_page_count = ` + n); err != nil {
			t.Fatal(err)
		}
	}
	pages("60")
	for i := range 40 {
		decide(b, policy.Hold, fmt.Sprint("account", i), "m", strings.Repeat("text ", 2000), 0)
	}
	until(t, "Health says that it is full", func() bool { err := b.Health().Err; return err != nil && strings.Contains(err.Error(), "full") })
	if _, err := b.Cases(t.Context(), Filter{}); err != nil {
		t.Errorf("a full database is not read: %v", err)
	}
	pages("10000")
	if all := queue(t, b); len(all) != 40 || b.Health().Refused != 0 {
		t.Errorf("%d of 40, %+v", len(all), b.Health())
	}
}

// A database that is away takes nothing; what waits is bounded, and there when it is back.
func TestAway(t *testing.T) {
	needServer(t)
	t.Parallel()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	p := place{url: s.url()}
	p.db = p.dial(t)
	dir := t.TempDir()
	b := p.open(t, Options{Spool: dir, Queue: 30})
	decide(b, policy.Hold, "account", "before", "text", 0)
	flush(t, b)
	s.kill()
	for i := range 50 {
		decide(b, policy.Hold, "account", fmt.Sprint("m", i), "text", 0)
	}
	if h := b.Health(); h.Waiting != 30 || h.Dropped != 20 || !h.Durable {
		t.Errorf("%+v", h)
	}
	until(t, "Health says so", func() bool { return b.Health().Err != nil })
	if _, err := b.Next(t.Context(), "mod"); err == nil || isNotFound(err) {
		t.Errorf("a case without a database: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("flushed without a database: %v", err)
	}
	if err := b.Close(); err != nil { // as a process that ends meanwhile
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), p.db, Options{Spool: dir}); err == nil {
		t.Fatal("opened without a database")
	}
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	b = p.open(t, Options{Spool: dir})
	if c := only(t, b); c.Messages != 31 {
		t.Errorf("%d messages, want 31: %+v", c.Messages, b.Health())
	}
}

// A record that the database will not take stands in no other's way.
func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b := p.open(t, Options{})
		if _, err := p.db.Exec(b.sql(`CREATE UNIQUE INDEX %odd ON %entries (note) WHERE note <> ''`)); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			b.Hooks().Acted(t.Context(), &policy.Act{ID: fmt.Sprint("x", i), What: policy.ActOverridden, Account: "ann", By: "mod", Why: "the same", At: t0})
			decide(b, policy.Hold, "ann", fmt.Sprint("m", i), "text", 0)
		}
		if c := only(t, b); c.Messages != 3 || b.Health().Refused != 2 {
			t.Errorf("%+v %+v", c, b.Health())
		}
	})
}

// The spool: one process a folder, lines that a crash has torn, a disk that is full.
func TestSpool(t *testing.T) {
	p, dir := newPlace(t, true), t.TempDir()
	b := p.open(t, Options{Spool: dir})
	if _, err := Open(t.Context(), p.db, Options{Spool: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("two processes have one spool: %v", err)
	}
	decide(b, policy.Hold, "ann", "m1", "text", 0)
	flush(t, b)
	b.stop() // the database gets no more
	<-b.done
	for i := range 3 {
		decide(b, policy.Hold, "ann", fmt.Sprint("m", 2+i), "text", 0)
	}
	b.spool.close()
	files, _ := filepath.Glob(filepath.Join(dir, "*.spool"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	lines[2] = strings.Replace(lines[2], "text", "next", 1) // damaged
	damaged := strings.Join(lines, "") + lines[3][:40]      // and torn
	if err := os.WriteFile(files[0], []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	b = p.open(t, Options{Spool: dir})
	if c := only(t, b); c.Messages != 3 || b.Health().Dropped != 2 {
		t.Errorf("%+v %+v", c, b.Health())
	}
	// What comes after goes into a file of its own.
	decide(b, policy.Hold, "ann", "m9", "text", 0)
	flush(t, b)
	until(t, "the old file is removed", func() bool { _, err := os.Stat(files[0]); return errors.Is(err, os.ErrNotExist) })
	other := filepath.Join(t.TempDir(), "other")
	if err := os.MkdirAll(other, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AAAA-1.spool", "BBBB-1.spool"} {
		if err := os.WriteFile(filepath.Join(other, name), []byte(lines[0]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(t.Context(), p.db, Options{Spool: other}); err == nil || !strings.Contains(err.Error(), "another spool") {
		t.Errorf("opened two spools as one: %v", err)
	}
	// A disk that takes nothing: it goes on in memory, and says so.
	b.spool.file.Close()
	decide(b, policy.Hold, "ann", "m10", "text", 0)
	if c := only(t, b); c.Messages != 5 {
		t.Errorf("%+v", c)
	}
	if h := b.Health(); h.Durable || h.Err == nil {
		t.Errorf("%+v", h)
	}
	decide(b, policy.Hold, "ann", "m11", "text", 0) // it tries another file
	flush(t, b)
	if h := b.Health(); !h.Durable || h.Err != nil {
		t.Errorf("%+v", h)
	}
}

// TestNoise: somebody who is blocked, and goes on, takes neither the room of cases while the
// database is away, nor much of it when it is there.
func TestNoise(t *testing.T) {
	p := newPlace(t, true)
	b := p.open(t, Options{Spool: t.TempDir(), Queue: 30})
	version := func(v int) {
		if _, err := p.db.Exec(b.sql(fmt.Sprintf(`UPDATE %%meta SET version = %d`, v))); err != nil {
			t.Fatal(err)
		}
	}
	version(99)
	for i := range 100 {
		decide(b, policy.Reject, "mal", fmt.Sprint("r", i), strings.Repeat("spam ", 3000), 0)
	}
	for i := range 15 {
		decide(b, policy.Hold, fmt.Sprint("ann", i), "m", "Hello", 0)
	}
	if h := b.Health(); h.Waiting != 30 || h.Dropped != 85 {
		t.Errorf("%+v", h)
	}
	version(len(migrations))
	if all := queue(t, b); len(all) != 15 {
		t.Errorf("%d of 15 cases", len(all))
	}
	story, err := b.Story(t.Context(), "mal", "", 10)
	if err != nil || len(story) == 0 || len(story[0].Text) > maxBlocked+4 {
		t.Errorf("%d bytes of a text are kept, %v", len(story[0].Text), err)
	}
}

// TestClockBack: a clock that was a day ahead keeps no decision waiting for a day.
func TestClockBack(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		var now atomic.Int64
		now.Store(t0.UnixMicro())
		b := p.open(t, Options{Now: func() time.Time { return time.UnixMicro(now.Load()) }})
		ahead := t0.Add(24 * time.Hour)
		in, err := b.Intend(t.Context(), Intent{Account: "ann", Action: "suspend", By: "mod", At: ahead, Due: ahead.Add(10 * time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		tried, err := b.Intend(t.Context(), Intent{Account: "bob", Action: "suspend", By: "mod", At: t0, Due: t0})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Fail(t.Context(), tried.ID, "away", ahead.Add(30*time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := b.fall(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Claim(t.Context()); err != nil || got.ID != tried.ID {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := b.Claim(t.Context()); !isNotFound(err) {
			t.Errorf("it can still be undone: %+v, %v", got, err)
		}
		now.Store(t0.Add(11 * time.Second).UnixMicro())
		if got, err := b.Claim(t.Context()); err != nil || got.ID != in.ID {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
