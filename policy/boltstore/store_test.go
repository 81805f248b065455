package boltstore

import (
	"bytes"
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

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := filepath.Join(dir, "good")
	s, err := Open(good, Config{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, 1, policy.Record{Data: []byte("sanction"), Durable: true})
	if _, err := Open(good, Config{}); !errors.Is(err, ErrLocked) {
		t.Errorf("a file in use: %v, want ErrLocked", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	database := func(name string, fill func(*bolt.Tx) error) string {
		name = file(name, raw)
		db, err := bolt.Open(name, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(fill), db.Close()); err != nil {
			t.Fatal(err)
		}
		return name
	}
	version := func(b ...byte) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyVersion, b) }
	}
	torn := clone(raw)
	clear(torn[:8192])
	for _, c := range []struct {
		name, path string
		want       error
	}{
		{"a directory", dir, ErrFormat},
		{"an empty file", file("empty", nil), ErrFormat},
		{"a text", file("text", []byte("some notes of somebody")), ErrFormat},
		{"much of something else", file("noise", make([]byte, 1<<16)), ErrFormat},
		{"both meta pages damaged", file("torn", torn), ErrFormat},
		{"cut to a half", file("half", raw[:4096*3]), ErrFormat},
		{"cut short", file("short", raw[:5000]), ErrFormat},
		{"another database", database("other", func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketRecords) }), ErrFormat},
		{"no version", database("unversioned", version()), ErrFormat},
		{"a newer version", database("newer", version(fileVersion+1)), ErrVersion},
	} {
		before, _ := os.ReadFile(c.path)
		if s, err := Open(c.path, Config{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
			if err == nil {
				s.Close()
			}
		}
		if after, _ := os.ReadFile(c.path); !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed", c.name)
		}
	}
	var fault *DiskError
	if _, err := Open(filepath.Join(dir, "nowhere", "x.db"), Config{}); !errors.As(err, &fault) {
		t.Errorf("a folder that is not there: %v, want a *DiskError", err)
	}
	if _, err := Open(filepath.Join(dir, "x.db"), Config{MaxCached: -1}); err == nil {
		t.Error("a negative MaxCached was accepted")
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*.new-*")); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
}

// TestDamagedRecord changes one bit of a record in the file: it is an error
// until it is deleted, and keeps no other back.
func TestDamagedRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	s, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range byte(3) {
		put(t, s, n+1, policy.Record{Data: []byte("sanction"), Durable: true, Listed: true})
	}
	newer := value{data: []byte("of tomorrow")}
	raw := newer.append(nil)
	raw[0] = valueVersion + 1
	binary.LittleEndian.PutUint32(raw[10:], sum(raw))
	for key, b := range map[byte][]byte{2: nil, 4: raw, 5: []byte("short")} {
		err := s.disk.db.Update(func(tx *bolt.Tx) error {
			records := tx.Bucket(bucketRecords)
			k := policy.Key{key}
			if b == nil {
				b = clone(records.Get(k[:]))
				b[len(b)-1] ^= 1
			}
			return records.Put(k[:], b)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(path, Config{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for key, want := range map[byte]error{2: ErrDamaged, 4: ErrVersion, 5: ErrDamaged} {
		for range 2 {
			err := s.Update(t.Context(), policy.Key{key}, func([]byte) (policy.Record, error) {
				t.Error("fn was called with a damaged record")
				return policy.Record{}, nil
			})
			if !errors.Is(err, want) {
				t.Errorf("Update of record %d: %v, want %v", key, err, want)
			}
			if err := s.View(t.Context(), policy.Key{key}, func([]byte) error { return nil }); !errors.Is(err, want) {
				t.Errorf("View of record %d: %v, want %v", key, err, want)
			}
		}
	}
	whole, faults := 0, 0
	for _, err := range s.All(t.Context(), false) {
		if err == nil {
			whole++
		} else {
			faults++
		}
	}
	if whole != 2 || faults != 3 {
		t.Errorf("All yields %d whole records and %d errors, want 2 and 3", whole, faults)
	}
	if err := s.Delete(t.Context(), policy.Key{2}); err != nil {
		t.Fatal(err)
	}
	sees(t, s, 2, "")
	put(t, s, 2, policy.Record{Data: []byte("anew")})
	sees(t, s, 2, "anew")
}

// TestDamagedPage spoils every page of a file in turn: Open refuses it, or
// calls fail, or all is well, but nothing panics and no record is wrong.
func TestDamagedPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	s, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		put(t, s, byte(n), policy.Record{Data: bytes.Repeat([]byte{byte(n)}, 300)})
	}
	size := s.disk.size
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := 0
	for page := 0; page < len(raw)/size; page++ {
		bad := clone(raw)
		for i := range size {
			bad[page*size+i] ^= byte(i*7 + page)
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, Config{Flush: time.Hour})
		if errors.Is(err, ErrLocked) {
			t.Fatalf("page %d: a file that was refused before stays locked: %v", page, err)
		}
		if err != nil {
			damaged++
			continue
		}
		for n := range 200 {
			err := s.View(t.Context(), policy.Key{byte(n)}, func(data []byte) error {
				if data != nil && !bytes.Equal(data, bytes.Repeat([]byte{byte(n)}, 300)) {
					t.Errorf("page %d spoiled: record %d is %q", page, n, data[:8])
				}
				return nil
			})
			if err != nil {
				damaged++
			}
		}
		s.Close()
	}
	if damaged == 0 {
		t.Error("no damage was noticed")
	}
}

// TestExpiry has what expired dropped once Keep is over, and not before.
func TestExpiry(t *testing.T) {
	past := time.Now().AddDate(-1, 0, 0)
	for _, c := range []struct {
		keep time.Duration
		want int
	}{{time.Hour, 3}, {time.Nanosecond, 2}} {
		s := opened(t, Config{MaxCached: 1, Flush: 10 * time.Millisecond, Keep: c.keep})
		put(t, s, 1, policy.Record{Data: []byte("last year's"), Expires: past})
		put(t, s, 2, policy.Record{Data: []byte("this year's"), Expires: time.Now().Add(time.Hour)})
		put(t, s, 3, policy.Record{Data: []byte("for ever")})
		for s.Stats().Dirty > 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(20 * time.Millisecond)
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

func FuzzParse(f *testing.F) {
	v := value{data: []byte("record"), flag: flagListed, keep: 7}
	f.Add(v.append(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parse(b)
		if err == nil && !bytes.Equal(v.append(nil), b) {
			t.Errorf("%x is read as %+v, which is written otherwise", b, v)
		}
	})
}
