package boltstore

import (
	"errors"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
)

// errDamage is why a file that is damaged is refused, with what to do.
func errDamage(path string, err error) error {
	if fromSystem(err) || errors.Is(err, ErrClosed) || errors.Is(err, ErrVersion) {
		return err
	}
	return fmt.Errorf("%w: %s is damaged: %w; Salvage copies what is sound into a new file", ErrFormat, path, err)
}

// A found is what a walk found in a file that is sound, but for single records.
type found struct {
	version int
	tallies
	damaged int // records whose checksum does not agree
}

// inspect reads all pages of one state of a file, and finds out whether they are what
// was written: each page is in its place and used once or free, keys are in order, and
// the records and the listed ones are those that were counted when they were
// written. ended may end it.
func inspect(file io.ReaderAt, m meta, ended func() bool) (f found, err error) {
	w := newWalk(file, m)
	w.strict, w.ended, w.bad = true, ended, func(err error) error { return err }
	buckets, err := w.buckets()
	if err != nil {
		return f, err
	}
	for _, name := range [][]byte{bucketMeta, bucketRecords, bucketListed} {
		if buckets[string(name)] == nil {
			return f, fmt.Errorf("there is no bucket %q: a bbolt database of another program?", name)
		}
	}
	said := make(map[string][]byte)
	err = w.bucket(buckets[string(bucketMeta)], func(key, v []byte) error {
		said[string(key)] = append([]byte{}, v...)
		return nil
	})
	if err != nil {
		return f, err
	}
	if f.version, err = parseVersion(said[string(keyVersion)]); err != nil {
		return f, err
	}
	var flagged tally // records that say that they are listed
	err = w.bucket(buckets[string(bucketRecords)], func(key, b []byte) error {
		k, err := toKey(key)
		if err != nil {
			return err
		}
		f.records.add(k)
		switch v, err := parse(k, b); {
		case err != nil:
			f.damaged++
		case v.flag&flagListed != 0:
			flagged.add(k)
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	err = w.bucket(buckets[string(bucketListed)], func(key, b []byte) error {
		k, err := toKey(key)
		f.listed.add(k)
		return err
	})
	if err == nil {
		err = w.freed()
	}
	for id := uint64(2); err == nil && id < w.end; id++ {
		if !w.has(id) {
			err = fmt.Errorf("page %d is neither used nor free", id)
		}
	}
	if err != nil {
		return f, err
	}
	return f, f.compare(said[string(keyTallies)], flagged)
}

// compare requires that the keys are those that the file says there are.
func (f *found) compare(said []byte, flagged tally) error {
	want := f.tallies
	if f.version > 1 {
		var err error
		if want, err = parseTallies(said); err != nil {
			return err
		}
	}
	switch {
	case f.records != want.records:
		return fmt.Errorf("there should be %d records, and there are %d, or others", want.records.n, f.records.n)
	case f.listed != want.listed:
		return fmt.Errorf("there should be %d sanctioned accounts, and there are %d, or others", want.listed.n, f.listed.n)
	case f.damaged == 0 && flagged != f.listed:
		return fmt.Errorf("%d records say that they are of sanctioned accounts, and %d are listed", flagged.n, f.listed.n)
	}
	return nil
}

func toKey(b []byte) (key policy.Key, err error) {
	if len(b) != len(key) {
		return key, fmt.Errorf("a key has %d bytes", len(b))
	}
	return policy.Key(b), nil
}

func parseVersion(b []byte) (int, error) {
	switch {
	case len(b) != 1 || b[0] == 0:
		return 0, fmt.Errorf("it has version %x, want one byte", b)
	case b[0] > fileVersion:
		return 0, fmt.Errorf("%w: it has version %d, this program knows %d", ErrVersion, b[0], fileVersion)
	}
	return int(b[0]), nil
}

// metas reads both meta pages, newest first. One that is damaged is zero.
func metas(file io.ReaderAt, size int) (both [2]meta, err error) {
	for i := range both {
		m, e := readMeta(file, i, size)
		if e == nil {
			both[i] = m
		} else {
			err = e
		}
	}
	if both[0].tx < both[1].tx {
		both[0], both[1] = both[1], both[0]
	}
	return both, err
}

// inspect inspects the file as it is. Nothing is written meanwhile.
//
// Both meta pages must be sound: of a newest one that is damaged bbolt would quietly
// take the state before. A crash damages none, for a meta page is written in one
// sector.
func (d *disk) inspect() (f found, err error) {
	both, err := metas(d.file, d.size)
	if err == nil {
		info, e := d.file.Stat()
		if err = e; e == nil && info.Size()/int64(d.size) < int64(both[0].end) {
			err = fmt.Errorf("it was cut short: it has %d bytes of %d pages", info.Size(), both[0].end)
		}
	}
	if err == nil {
		f, err = inspect(d.file, both[0], nil)
	}
	if err != nil && fromSystem(err) {
		return f, &DiskError{"open", err}
	} else if err != nil {
		return f, errDamage(d.path, err)
	}
	return f, nil
}

// errBusy says that a check could not be made this time.
var errBusy = errors.New("boltstore: too many transactions for a check")

// recheck inspects the newest state while others are written: a transaction that
// reads keeps its pages from being used again.
func (d *disk) recheck(ended func() bool) error {
	return d.view(func(tx *bolt.Tx) error {
		both, err := metas(d.file, d.size)
		for _, m := range both {
			if err == nil && m.tx == uint64(tx.ID()) {
				_, err := inspect(d.file, m, ended)
				if err != nil && !fromSystem(err) && !errors.Is(err, ErrClosed) {
					return errDamage(d.path, err)
				}
				return err
			}
		}
		return errBusy
	})
}
