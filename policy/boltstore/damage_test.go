package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
)

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
	raw := newer.append(nil, policy.Key{4})
	raw[0] = valueVersion + 1
	binary.LittleEndian.PutUint32(raw[10:], sum(policy.Key{4}, raw))
	for key, b := range map[byte][]byte{2: nil, 4: raw, 5: []byte("short")} {
		err := s.disk.db.Update(func(tx *bolt.Tx) error {
			records := tx.Bucket(bucketRecords)
			k := policy.Key{key}
			if b == nil {
				b = clone(records.Get(k[:]))
				b[len(b)-1] ^= 1
			}
			t, err := parseTallies(tx.Bucket(bucketMeta).Get(keyTallies))
			if err == nil {
				err = t.records.set(records, k, b, true)
			}
			return errors.Join(err, tx.Bucket(bucketMeta).Put(keyTallies, t.append(nil)))
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

func FuzzParse(f *testing.F) {
	v := value{data: []byte("record"), flag: flagListed, keep: 7}
	f.Add(v.append(nil, policy.Key{1}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parse(policy.Key{1}, b)
		if err == nil && b[0] == valueVersion && !bytes.Equal(v.append(nil, policy.Key{1}), b) {
			t.Errorf("%x is read as %+v, which is written otherwise", b, v)
		}
	})
}

// TestUpgrade opens a file of the form of version 1, which counted nothing.
func TestUpgrade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	s, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, 1, policy.Record{Data: []byte("sanction"), Durable: true, Listed: true})
	err = s.disk.db.Update(func(tx *bolt.Tx) error {
		v := value{data: []byte("counts")}
		b := v.append(nil, policy.Key{2})
		b[0] = 1
		binary.LittleEndian.PutUint32(b[10:], sum(policy.Key{2}, b))
		k := policy.Key{2}
		meta := tx.Bucket(bucketMeta)
		return errors.Join(tx.Bucket(bucketRecords).Put(k[:], b), meta.Delete(keyTallies), meta.Put(keyVersion, []byte{1}))
	})
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s, err = Open(path, Config{}); err != nil {
			t.Fatal(err)
		}
		sees(t, s, 1, "sanction")
		sees(t, s, 2, "counts")
		put(t, s, 3, policy.Record{Data: []byte("more"), Durable: true})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCheck damages a file under a Store that works: it says so, and what is not found
// is an error from then on, and no new record.
func TestCheck(t *testing.T) {
	told := make(chan error, 100)
	s, err := Open(filepath.Join(t.TempDir(), "records.db"), Config{MaxCached: 1, Flush: time.Hour, Check: 5 * time.Millisecond, Fault: func(err error) { told <- err }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	marked := policy.Key([]byte("a marked account"))
	write := func(key policy.Key) error {
		return s.Update(t.Context(), key, func([]byte) (policy.Record, error) {
			return policy.Record{Data: []byte("sanction"), Durable: true, Listed: true}, nil
		})
	}
	for n := range byte(200) {
		if err := write(policy.Key{n}); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []policy.Key{marked, {'a', 1}} {
		if err := write(key); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(50 * time.Millisecond)
	select {
	case err := <-told:
		t.Fatalf("of a sound file: %v", err)
	default:
	}
	raw, err := os.ReadFile(s.disk.path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; ; { // wherever it is: old pages too
		i := bytes.Index(raw[at:], marked[:])
		if i < 0 {
			break
		}
		at += i + 1
		if _, err := s.disk.file.WriteAt([]byte{'A'}, int64(at-1)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-told:
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "Salvage") {
			t.Errorf("Fault is told %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the check found nothing")
	}
	for i := range 3 * shardCount { // out of memory
		if err := s.View(t.Context(), policy.Key{byte(i), byte(i >> 8), 7}, func([]byte) error { return nil }); !errors.Is(err, ErrFormat) {
			t.Fatalf("View of what is not found: %v", err)
		}
	}
	if err := write(policy.Key{1, 2, 3}); !errors.Is(err, ErrFormat) {
		t.Errorf("Update of what is not found: %v", err)
	}
	sees(t, s, 5, "sanction")
}
