package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A faultyDisk opens files that can be made to fail without anybody's leave:
// another file takes the place of theirs under the same descriptor. /dev/full
// refuses every write for want of space; /dev/null takes it and refuses the
// sync.
type faultyDisk struct {
	t     *testing.T
	file  *os.File // the one that was opened last
	saved int      // its own descriptor while it is broken
	by    string   // what broke it; "" if nothing did
}

func (f *faultyDisk) open(name string, flag int, mode os.FileMode) (*os.File, error) {
	file, err := os.OpenFile(name, flag, mode)
	if err == nil && filepath.Ext(name) == ".db" {
		if f.by != "" {
			syscall.Close(f.saved) // the one before is closed
		}
		f.file = file
	}
	return file, err
}

// ready breaks a file that was opened again.
func (f *faultyDisk) ready() { f.replace() }

// replace breaks the file as f.by says.
func (f *faultyDisk) replace() {
	if f.by == "" {
		return
	}
	bad, err := os.OpenFile(f.by, os.O_RDWR, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	defer bad.Close()
	if f.saved, err = syscall.Dup(int(f.file.Fd())); err != nil {
		f.t.Fatal(err)
	}
	if err := syscall.Dup3(int(bad.Fd()), int(f.file.Fd()), syscall.O_CLOEXEC); err != nil {
		f.t.Fatal(err)
	}
}

// fail has everything fail as the file by does; "" ends that.
func (f *faultyDisk) fail(d *disk, by string) {
	d.mu.Lock() // as the disk does when it opens and closes the file
	defer d.mu.Unlock()
	if f.by != "" {
		if err := syscall.Dup3(f.saved, int(f.file.Fd()), syscall.O_CLOEXEC); err != nil {
			f.t.Fatal(err)
		}
		syscall.Close(f.saved)
	}
	f.by = by
	f.replace()
}

func TestFaultyDisk(t *testing.T) {
	for name, by := range map[string]string{"full": "/dev/full", "sync fails": "/dev/null"} {
		t.Run(name, func(t *testing.T) { survive(t, by) })
	}
}

func survive(t *testing.T, by string) {
	path := filepath.Join(t.TempDir(), "records.db")
	f := &faultyDisk{t: t}
	told := make(chan error, 100)
	s, err := open(path, Config{Flush: 20 * time.Millisecond, Fault: func(err error) { told <- err }}, f.open)
	if err != nil {
		t.Fatal(err)
	}
	s.disk.ready = f.ready
	put := func(n int, data string, durable bool) error {
		return s.Update(t.Context(), policy.Key{byte(n), 1}, func([]byte) (policy.Record, error) {
			return policy.Record{Data: []byte(data), Durable: durable}, nil
		})
	}
	mustPut := func(n int, data string, durable bool) {
		t.Helper()
		if err := put(n, data, durable); err != nil {
			t.Fatal(err)
		}
	}
	sees := func(n int, want string) {
		t.Helper()
		err := s.View(t.Context(), policy.Key{byte(n), 1}, func(data []byte) error {
			if string(data) != want {
				return fmt.Errorf("record %d is %q, want %q", n, data, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mustPut(1, "sanction", true)
	mustPut(2, "count", false)
	mustPut(3, "to be deleted", true)

	for round := range 2 {
		f.fail(s.disk, by)
		var fault *DiskError
		if err := put(1, "lost", true); !errors.As(err, &fault) {
			t.Fatalf("a durable update on a disk that fails returned %v, want a *DiskError", err)
		}
		sees(1, map[bool]string{true: "sanction", false: "more"}[round == 0])
		if err := put(4, "lost", true); !errors.As(err, &fault) {
			t.Fatalf("a durable update at once after the first returned %v, want a *DiskError", err)
		}
		sees(4, "")
		if err := s.Delete(t.Context(), policy.Key{3, 1}); !errors.As(err, &fault) {
			t.Fatalf("Delete returned %v, want a *DiskError", err)
		}
		sees(3, "to be deleted")
		for i := range 400 { // ordinary traffic goes on, in time
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			err := s.Update(ctx, policy.Key{byte(i), 2}, func([]byte) (policy.Record, error) {
				return policy.Record{Data: fmt.Append(nil, "goes on ", round)}, nil
			})
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			if i%200 == 0 {
				time.Sleep(2 * retryAfter / 3) // some attempts in between
			}
		}
		mustPut(2, "count on", false)
		sees(2, "count on")
		if err := <-told; err == nil {
			t.Fatal("Config.Fault was told nil first")
		}

		f.fail(s.disk, "")
		began := time.Now()
		for put(1, "more", true) != nil {
			if time.Since(began) > 10*time.Second {
				t.Fatal("the store does not recover")
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Logf("%s: recovered after %v", by, time.Since(began))
		for err := range told {
			if err == nil {
				break
			}
		}
	}
	if st := s.Stats(); st.Faults == 0 || st.Dropped != 0 {
		t.Errorf("%+v, want Faults and nothing Dropped", st)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(path, Config{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sees(1, "more")
	sees(2, "count on")
	sees(3, "to be deleted")
	sees(4, "")
	for i := range 250 {
		err := s.View(t.Context(), policy.Key{byte(i), 2}, func(data []byte) error {
			if string(data) != "goes on 1" {
				return fmt.Errorf("record %d is %q", i, data)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestFaultyDiskBounded has more accounts change than memory may hold while the
// disk fails: what was durable holds, and memory stays bounded.
func TestFaultyDiskBounded(t *testing.T) {
	f := &faultyDisk{t: t}
	s, err := open(filepath.Join(t.TempDir(), "records.db"), Config{MaxCached: 1024, Flush: 20 * time.Millisecond}, f.open)
	if err != nil {
		t.Fatal(err)
	}
	s.disk.ready = f.ready
	put := func(n int, data string, durable bool) error {
		return s.Update(t.Context(), policy.Key{byte(n), byte(n >> 8)}, func([]byte) (policy.Record, error) {
			return policy.Record{Data: []byte(data), Durable: durable}, nil
		})
	}
	for i := range 500 {
		if err := put(i, "sanction", i%10 == 0); err != nil {
			t.Fatal(err)
		}
	}
	f.fail(s.disk, "/dev/full")
	if put(1, "lost", true) == nil {
		t.Fatal("a durable update on a full disk succeeded")
	}
	for i := range 5000 {
		if err := put(500+i, "counts", false); err != nil {
			t.Fatal(err)
		}
	}
	st := s.Stats()
	if st.Cached > 1024 || st.Dropped == 0 {
		t.Errorf("%+v, want at most 1024 Cached and some Dropped", st)
	}
	for i := 0; i < 500; i += 10 {
		if got, err := s.get(policy.Key{byte(i), byte(i >> 8)}); err != nil || string(got.data) != "sanction" {
			t.Fatalf("durable record %d is %q, %v", i, got.data, err)
		}
	}
	f.fail(s.disk, "")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestFullFileSystem fills a real, small file system.
func TestFullFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a file system of one megabyte needs leave to mount: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	s, err := Open(filepath.Join(dir, "records.db"), Config{Flush: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(dir, "filler")
	put := func(n int, durable bool) error {
		return s.Update(t.Context(), policy.Key{byte(n), byte(n >> 8)}, func([]byte) (policy.Record, error) {
			return policy.Record{Data: make([]byte, 700), Durable: durable}, nil
		})
	}
	if err := put(0, true); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filler, make([]byte, 900<<10), 0o600); err != nil {
		t.Logf("filled: %v", err)
	}
	full := 0
	for i := range 600 {
		if err := put(1+i, true); err != nil {
			if fault := (*DiskError)(nil); !errors.As(err, &fault) || !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("a full disk: %v, want a *DiskError for want of space", err)
			}
			if full++; full == 3 {
				break
			}
		}
	}
	if full == 0 {
		t.Fatal("the file system never was full")
	}
	if err := put(1, false); err != nil {
		t.Fatalf("an ordinary update on a full disk: %v", err)
	}
	os.Remove(filler)
	for began := time.Now(); put(700, true) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("the store does not recover")
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
