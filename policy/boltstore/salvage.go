package boltstore

import (
	"errors"
	"fmt"
	"io"
	"os"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
)

// Salvaged is what Salvage found in a damaged file.
type Salvaged struct {
	Records int // whole, and in the new file
	Listed  int // of these, with a sanction that stands
	// Damaged is how many records could not be read, or were sanctioned accounts'
	// and are gone. Each is in the new file as one that cannot be read: a call about
	// its account is an error (ErrDamaged), not a pass, until Delete removes it.
	// All yields their keys.
	Damaged int
	// Lost is how many records more the file should have had; −1: it does not say.
	Lost int
	// Freed is how many of these were sanctioned accounts of which nothing is left:
	// impose their sanctions again, from a backup or from what Hooks told.
	Freed int
	Pages int // that could not be read
	// RolledBack says that the newest transaction could not be read: the new file
	// is as it was before, a second earlier or less.
	RolledBack bool
}

// Whole reports whether nothing was lost.
func (s *Salvaged) Whole() bool {
	return s.Damaged == 0 && s.Lost == 0 && s.Freed == 0 && !s.RolledBack
}

// Salvage copies what is sound in a file that Open refuses into a new one, which Open
// accepts, and says what was lost. It changes nothing in the old file, which no Store
// may have open. Keep that file: a backup may have what is missing. An error says that
// there is no new file: to exists (fs.ErrExist), from was written by a newer version
// (ErrVersion) or holds no page that says what it is (ErrFormat), or the disk failed
// (*DiskError). It holds all records in memory. The state that an engine has beside the records, in the file with
// ".index" after its name, is copied too, if there is any.
func Salvage(from, to string) (Salvaged, error) {
	r, err := salvage(from, to)
	if err != nil && fromSystem(err) {
		err = &DiskError{"salvage", err}
	}
	return r, err
}

func salvage(from, to string) (r Salvaged, err error) {
	file, err := os.Open(from)
	if err != nil {
		return r, err
	}
	defer file.Close()
	if err := lock(file); err != nil {
		return r, fmt.Errorf("%w: %s", ErrLocked, from)
	}
	size, err := pageSize(file)
	if err != nil {
		return r, err
	}
	both, bad := metas(file, size)
	s := &salvager{walk: newWalk(file, both[0]), out: make(map[policy.Key][]byte), listed: make(map[policy.Key]bool)}
	s.bad = func(error) error { s.r.Pages++; return nil }
	s.r.RolledBack = bad != nil
	if err := s.read(); err != nil {
		return r, err
	}
	d := &disk{path: to, open: os.OpenFile}
	if _, err := os.Lstat(to); err == nil {
		return r, &os.PathError{Op: "salvage", Path: to, Err: os.ErrExist}
	}
	if err := d.createWith(s.fill); err != nil {
		return r, err
	}
	return s.r, copyState(from+".index", to+".index")
}

// A salvager reads what it can of a file.
type salvager struct {
	*walk
	r      Salvaged
	out    map[policy.Key][]byte // values, as they are in the file
	listed map[policy.Key]bool
	days   []byte
	said   *tallies // nil: not known
	newer  error
}

// read reads what it can.
func (s *salvager) read() error {
	buckets, err := s.buckets()
	if err != nil {
		return err
	}
	for _, b := range []struct {
		name []byte
		each func(key, v []byte) error
	}{{bucketMeta, s.meta}, {bucketRecords, s.record}, {bucketListed, s.list}} {
		value := buckets[string(b.name)]
		if value == nil {
			continue // its pages are found below
		}
		if err := s.bucket(value, b.each); err != nil {
			return err
		}
	}
	if s.newer != nil {
		return s.newer
	}
	if s.freed() != nil {
		s.r.Pages++
		return nil // what is old cannot be told from what was lost
	}
	return s.orphans()
}

func (s *salvager) meta(key, v []byte) error {
	switch string(key) {
	case string(keyVersion):
		if _, err := parseVersion(v); errors.Is(err, ErrVersion) {
			s.newer = err
		}
	case string(keyDays):
		s.days = append([]byte{}, v...)
	case string(keyTallies):
		if t, err := parseTallies(v); err == nil {
			s.said = &t
		}
	}
	return nil
}

// record keeps a value, sound before damaged.
func (s *salvager) record(key, b []byte) error {
	k, err := toKey(key)
	if err != nil {
		return nil // no key of ours
	}
	_, err = parse(k, b)
	if errors.Is(err, ErrVersion) {
		s.newer = err
	}
	if old, found := s.out[k]; found {
		if _, oldErr := parse(k, old); oldErr == nil || err != nil {
			return nil
		}
	}
	s.out[k] = append([]byte{}, b...)
	return nil
}

func (s *salvager) list(key, _ []byte) error {
	if k, err := toKey(key); err == nil {
		s.listed[k] = true
	}
	return nil
}

// orphans looks for records in pages that are neither used nor free: those of a part
// of the tree that could not be reached.
func (s *salvager) orphans() error {
	leaf := func(e element) error {
		k, err := toKey(e.key)
		if err != nil || e.flags != 0 {
			return nil
		}
		if _, err := parse(k, e.value); err == nil {
			return s.record(e.key, e.value)
		}
		return nil
	}
	quiet := *s.walk
	quiet.bad = func(error) error { return nil }
	for id := uint64(2); id < s.end; id++ {
		if s.has(id) {
			continue
		}
		if err := quiet.tree(id, nil, nil, 0, leaf); err != nil {
			return err
		}
	}
	return nil
}

// fill writes what was read into the new file.
func (s *salvager) fill(tx *bolt.Tx) error {
	// An account that is known to be sanctioned, and whose record is gone, gets one
	// that cannot be read.
	for k := range s.listed {
		if _, found := s.out[k]; !found {
			s.out[k] = []byte{}
		}
	}
	var t tallies
	records, listed := tx.Bucket(bucketRecords), tx.Bucket(bucketListed)
	for k, b := range s.out {
		v, err := parse(k, b)
		is := err == nil && v.flag&flagListed != 0
		switch {
		case err != nil:
			s.r.Damaged++
			is = s.listed[k]
		case is:
			s.r.Listed++
			fallthrough
		default:
			s.r.Records++
		}
		if err := errors.Join(t.records.set(records, k, b, true), t.listed.set(listed, k, []byte{}, is)); err != nil {
			return err
		}
	}
	s.r.Lost = -1
	if s.said != nil {
		s.r.Lost = max(0, int(s.said.records.n)-int(t.records.n))
		s.r.Freed = max(0, int(s.said.listed.n)-int(t.listed.n))
	}
	meta := tx.Bucket(bucketMeta)
	err := meta.Put(keyTallies, t.append(nil))
	if s.days != nil {
		err = errors.Join(err, meta.Put(keyDays, s.days))
	}
	return err
}

// copyState copies a file, if there is one.
func copyState(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
