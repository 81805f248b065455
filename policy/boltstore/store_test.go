package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// opened returns a Store on a new file, closed at the end.
func opened(t testing.TB, cfg Config) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "records.db"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	t.Run("in memory", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) policy.Store { return opened(t, Config{}) })
	})
	// Memory for a few records, flushed all the time: nearly all comes from the
	// file.
	t.Run("on disk", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) policy.Store {
			return opened(t, Config{MaxCached: 1, Flush: 5 * time.Millisecond})
		})
	})
}

// Engines over it, under all faults, keep what they acknowledged.
func TestSimulated(t *testing.T) {
	storetest.Simulate(t, storetest.Simulation{Seeds: 4, Open: func(t *testing.T) policy.Store {
		return opened(t, Config{MaxCached: 1, Flush: time.Second})
	}})
}

func put(t testing.TB, s *Store, n byte, r policy.Record) {
	t.Helper()
	if err := s.Update(t.Context(), policy.Key{n}, func([]byte) (policy.Record, error) { return r, nil }); err != nil {
		t.Fatal(err)
	}
}

// sees requires data under key n; "" is no record.
func sees(t testing.TB, s *Store, n byte, want string) {
	t.Helper()
	var got []byte
	if err := s.View(t.Context(), policy.Key{n}, func(data []byte) error { got = clone(data); return nil }); err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("record %d is %q, want %q", n, got, want)
	}
}

func TestCloseKeepsAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	cfg := Config{Flush: time.Hour}
	s, err := Open(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, 1, policy.Record{Data: []byte("counts")})
	put(t, s, 2, policy.Record{Data: []byte("sanction"), Durable: true, Listed: true})
	put(t, s, 3, policy.Record{Data: []byte("more")})
	put(t, s, 3, policy.Record{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("a second Close returned %v, want ErrClosed", err)
	}
	err = s.Update(t.Context(), policy.Key{1}, func([]byte) (policy.Record, error) { return policy.Record{}, nil })
	if !errors.Is(err, ErrClosed) {
		t.Errorf("Update after Close returned %v, want ErrClosed", err)
	}
	if err := s.View(t.Context(), policy.Key{1}, func([]byte) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("View after Close returned %v, want ErrClosed", err)
	}
	for _, err := range s.All(t.Context(), false) {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("All after Close yields %v, want ErrClosed", err)
		}
	}
	if s, err = Open(path, cfg); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sees(t, s, 1, "counts")
	sees(t, s, 2, "sanction")
	sees(t, s, 3, "")
}

// TestDurableIsInTheFile reads the file, opened a second time, after Update
// returned.
func TestDurableIsInTheFile(t *testing.T) {
	s := opened(t, Config{Flush: time.Hour})
	put(t, s, 1, policy.Record{Data: []byte("sanction"), Durable: true})
	put(t, s, 2, policy.Record{Data: []byte("counts")})
	copied := filepath.Join(t.TempDir(), "copy.db")
	raw, err := os.ReadFile(s.disk.path)
	if err == nil {
		err = os.WriteFile(copied, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(copied, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sees(t, c, 1, "sanction")
	sees(t, c, 2, "") // the flush is an hour away
}

// TestGroupCommit has many callers wait for few transactions.
func TestGroupCommit(t *testing.T) {
	s := opened(t, Config{Flush: time.Hour})
	const callers, rounds = 32, 20
	var wg sync.WaitGroup
	for w := range callers {
		wg.Go(func() {
			for range rounds {
				put(t, s, byte(w%4), policy.Record{Data: []byte("complaint"), Durable: true})
			}
		})
	}
	wg.Wait()
	if n := s.Stats().Commits; n > callers*rounds/2 {
		t.Errorf("%d durable updates of %d callers took %d transactions: they do not share them", callers*rounds, callers, n)
	}
}

// hears tells the store a day, and waits until the file says that it did.
func hears(t *testing.T, s *Store, day time.Time) {
	t.Helper()
	s.hear(day)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		var last time.Time
		err := s.disk.view(func(tx *bolt.Tx) error {
			if b := tx.Bucket(bucketMeta).Get(keyDays); b != nil {
				last = time.Unix(int64(binary.LittleEndian.Uint32(b[len(b)-4:])), 0)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if off := day.Sub(last); off > -24*time.Hour && off < 24*time.Hour {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the store did not hear %v; the newest day in the file is %v", day, last)
		}
	}
}

// TestExpiry has what expired dropped once Keep is over, by the engine's time, and not
// before.
func TestExpiry(t *testing.T) {
	begin := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	past := begin.AddDate(-1, 0, 0)
	for _, c := range []struct {
		keep time.Duration
		want int
	}{{30 * 24 * time.Hour, 3}, {time.Nanosecond, 2}} {
		s := opened(t, Config{MaxCached: 1, Flush: 10 * time.Millisecond, Keep: c.keep})
		put(t, s, 1, policy.Record{Data: []byte("last year's"), Expires: past, Now: begin})
		put(t, s, 2, policy.Record{Data: []byte("this year's"), Expires: begin.AddDate(0, 0, 25), Now: begin})
		put(t, s, 3, policy.Record{Data: []byte("for ever")})
		for day := range 34 {
			hears(t, s, begin.AddDate(0, 0, day))
		}
		// Out of memory, so that the file is swept.
		for n := range 2000 {
			key := policy.Key{9, byte(n), byte(n >> 8)}
			if err := s.Update(t.Context(), key, func([]byte) (policy.Record, error) { return policy.Record{}, nil }); err != nil {
				t.Fatal(err)
			}
		}
		count := func() (n int) {
			for _, err := range s.All(t.Context(), false) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			return n
		}
		for end := time.Now().Add(3 * time.Second); count() != c.want && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
		}
		if n := count(); n != c.want {
			t.Errorf("Keep %v leaves %d records, want %d", c.keep, n, c.want)
		}
	}
}

// TestDeadline has a context end while the disk is busy.
func TestDeadline(t *testing.T) {
	s := opened(t, Config{Flush: time.Hour})
	put(t, s, 1, policy.Record{Data: []byte("before"), Durable: true})
	s.disk.mu.Lock() // the disk is busy
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := s.Update(ctx, policy.Key{1}, func([]byte) (policy.Record, error) {
		return policy.Record{Data: []byte("after"), Durable: true}, nil
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Update returned %v, want context.DeadlineExceeded", err)
	}
	sees(t, s, 1, "before") // what is not in the file is not shown
	s.disk.mu.Unlock()
	put(t, s, 2, policy.Record{Data: []byte("next"), Durable: true})
	sees(t, s, 1, "after")
}
