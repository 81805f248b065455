package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// Buckets of the file. meta holds the version of the form under "version", how many
// keys the others hold, and which, under "tallies", and storekit.Days under "days".
var (
	bucketMeta    = []byte("meta")
	bucketRecords = []byte("records") // key → value
	bucketListed  = []byte("listed")  // key → nothing
	keyVersion    = []byte("version")
	keyTallies    = []byte("tallies")
	keyDays       = []byte("days")
)

const fileVersion = 2

// opener opens a file as os.OpenFile does; tests fail there.
type opener func(string, int, os.FileMode) (*os.File, error)

// A disk is the file. Reads may run at once with each other and with write.
type disk struct {
	path string
	open opener
	// ready, if not nil, is called when the file was opened again; tests fail
	// there.
	ready func()
	mu    sync.RWMutex // of what follows: written by reopen and close
	db    *bolt.DB     // nil while the file cannot be opened
	file  *os.File     // of db
	err   error        // why db is nil
	size  int          // of a page
	bad   int          // damaged records when it was opened
	days  storekit.Days

	lost atomic.Pointer[error] // why records may be missing, found after it was opened
}

// openDisk opens the file, or makes it.
func openDisk(path string, open opener) (*disk, error) {
	d := &disk{path: path, open: open}
	switch info, err := os.Stat(path); {
	case errors.Is(err, os.ErrNotExist):
		if err := d.create(); err != nil {
			return nil, &DiskError{"open", err}
		}
	case err != nil:
		return nil, &DiskError{"open", err}
	case info.IsDir():
		return nil, fmt.Errorf("%w: %s is a directory", ErrFormat, path)
	case info.Size() == 0:
		// What bbolt takes for a new file. A crash of ours leaves none.
		return nil, fmt.Errorf("%w: %s is empty; remove it to begin anew", ErrFormat, path)
	}
	if err := d.load(); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		_ = d.close()
		return nil, err
	}
	return d, nil
}

func (d *disk) options() *bolt.Options {
	return &bolt.Options{
		Timeout: time.Second, FreelistType: bolt.FreelistMapType, NoStatistics: true,
		OpenFile: func(path string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := d.open(path, flag, mode)
			d.file = f // nil with an error
			return f, err
		},
	}
}

// create makes a whole file under another name and puts it in its place, so
// that a crash leaves a file that can be opened or none. The name is its own:
// two processes do not disturb each other.
func (d *disk) create() error { return d.createWith(func(*bolt.Tx) error { return nil }) }

// createWith makes a file of what fill puts into its buckets.
func (d *disk) createWith(fill func(*bolt.Tx) error) error {
	f, err := os.CreateTemp(filepath.Dir(d.path), filepath.Base(d.path)+".new-*")
	if err != nil {
		return err
	}
	name := f.Name()
	defer os.Remove(name)
	if err := f.Close(); err != nil {
		return err
	}
	db, err := bolt.Open(name, 0o600, &bolt.Options{Timeout: time.Second, OpenFile: d.open})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketRecords, bucketListed} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bucketMeta)
		return errors.Join(meta.Put(keyTallies, new(tallies).append(nil)), meta.Put(keyVersion, []byte{fileVersion}), fill(tx))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, does not replace what another process made.
	if err := os.Link(name, d.path); err != nil && !errors.Is(err, os.ErrExist) {
		if err := os.Rename(name, d.path); err != nil {
			return err
		}
	}
	return syncDir(filepath.Dir(d.path))
}

// syncDir makes a new name in a directory survive a loss of power.
func syncDir(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// load opens the file; d.mu is held or nobody else knows d.
func (d *disk) load() error {
	var db *bolt.DB
	err := guard(func() (err error) {
		db, err = bolt.Open(d.path, 0o600, d.options())
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		err = fmt.Errorf("%w: %s", ErrLocked, d.path)
	case err != nil && !fromSystem(err):
		err = fmt.Errorf("%w: %s: %w", ErrFormat, d.path, err)
	case err != nil:
		err = &DiskError{"open", err}
	}
	if d.db, d.err = db, err; err != nil {
		d.db = nil
		if d.file != nil && errors.Is(err, errPages) {
			unlock(d.file)
			d.file.Close()
		}
		return err
	}
	d.size = db.Info().PageSize
	return nil
}

// fromSystem reports whether an error is the operating system's, not bbolt's
// about what it found.
func fromSystem(err error) bool {
	var path *os.PathError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &number)
}

// check looks whether the file is ours and sound.
func (d *disk) check() error {
	f, err := d.inspect()
	if err != nil {
		return err
	}
	d.bad = f.damaged
	if f.version < fileVersion {
		if err := d.upgrade(f.tallies); err != nil {
			return &DiskError{"open", err}
		}
	}
	return d.view(func(tx *bolt.Tx) error {
		_ = d.days.UnmarshalBinary(tx.Bucket(bucketMeta).Get(keyDays)) // or it begins anew
		return nil
	})
}

// upgrade makes a file of an earlier version one of this version.
func (d *disk) upgrade(t tallies) error {
	return guard(func() error {
		return d.db.Update(func(tx *bolt.Tx) error {
			meta := tx.Bucket(bucketMeta)
			return errors.Join(meta.Put(keyTallies, t.append(nil)), meta.Put(keyVersion, []byte{fileVersion}))
		})
	})
}

// errPages says that bbolt, or the machine, stumbled over a page of the file.
var errPages = errors.New("a page cannot be read")

// guard turns what bbolt does about a damaged or unreadable page, a panic or a
// fault of its memory map, into an error.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPages, p)
		}
	}()
	return fn()
}

// view runs fn in a transaction that reads. Errors of fn pass as they are.
func (d *disk) view(fn func(tx *bolt.Tx) error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.db == nil {
		return &DiskError{"read", d.err}
	}
	err := guard(func() error { return d.db.View(fn) })
	if errors.Is(err, errPages) {
		return &DiskError{"read", fmt.Errorf("%w: %s: %w", ErrFormat, d.path, err)}
	}
	return err
}

// read returns a copy of the value under key. One that is damaged, or of a
// newer version, is a value that says so.
func (d *disk) read(key policy.Key) (v value, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketRecords).Get(key[:])
		if b == nil {
			if lost := d.lost.Load(); lost != nil {
				return *lost // it may be among them
			}
			return nil
		}
		if v, err = parse(key, b); err != nil {
			v = value{data: []byte{}, bad: fmt.Errorf("%w: key %x", err, key[:])}
			return nil
		}
		v.data = append(make([]byte, 0, len(v.data)), v.data...)
		return nil
	})
	return v, err
}

// reopen opens the file again after a failed write. Memory and file may differ
// about what that write did; what the system has in its cache of the two pages
// that say which state holds is written once more and synced, so that from now
// on the disk agrees with what was read: a page whose sync failed may pass for
// written and not be.
func (d *disk) reopen() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.db != nil {
		_ = guard(d.db.Close)
		d.db = nil
	}
	if err := d.load(); err != nil {
		return err
	}
	if d.ready != nil {
		d.ready()
	}
	pages := make([]byte, 2*d.size)
	_, err := d.file.ReadAt(pages, 0)
	if err == nil {
		_, err = d.file.WriteAt(pages, 0)
	}
	if err == nil {
		err = d.file.Sync()
	}
	if err != nil {
		return &DiskError{"open", err} // it can be read all the same
	}
	return nil
}

func (d *disk) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	db := d.db
	d.db, d.err = nil, ErrClosed
	if db == nil {
		return nil
	}
	return guard(db.Close)
}
