package boltstore

import (
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// hear notes the engine's time.
func (s *Store) hear(now time.Time) {
	if !now.IsZero() {
		if at := now.Unix(); at != s.now.Load() {
			s.now.Store(at)
		}
	}
}

// sweep looks at some records of the file and removes those that are over, or the
// account's name from those that need not have it. What is in memory is left for
// another time.
func (s *Store) sweep() {
	if at := s.now.Load(); at != 0 && s.disk.days.See(time.Unix(at, 0)) {
		days, _ := s.disk.days.AppendBinary(nil)
		_ = s.put(nil, days) // or with the next day
	}
	over := s.disk.days.Over()
	if over.IsZero() {
		return
	}
	var changes []change
	var last policy.Key
	n := 0
	err := s.disk.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketRecords).Cursor()
		for k, b := seek(c, nil, s.swept); k != nil && n < sweepSize; k, b = c.Next() {
			n++
			if len(k) != len(last) {
				continue
			}
			last = policy.Key(k)
			v, err := parse(last, b)
			if err != nil { // it stays, for a person to look at
				continue
			}
			if v.keep < over.Unix() {
				changes = append(changes, change{key: last})
			} else if r, less := storekit.DropName(v.data, over); less {
				left := valueOf(&r, s.cfg.Keep)
				left.keep, left.data = v.keep, r.Data
				changes = append(changes, change{last, left})
			}
		}
		return nil
	})
	if err != nil {
		return // commit reports what is wrong with the file
	}
	s.swept = nil
	if n == sweepSize {
		s.swept = &last
	}
	free := changes[:0]
	for _, c := range changes {
		sh := s.shard(c.key)
		sh.mu.Lock()
		if sh.entries[c.key] == nil {
			free = append(free, c)
		}
		sh.mu.Unlock()
	}
	if len(free) > 0 {
		s.commit(free, nil)
	}
}

// watch checks the file from time to time, until the Store is closed.
func (s *Store) watch() {
	defer close(s.watched)
	tick := time.NewTicker(s.cfg.Check)
	defer tick.Stop()
	ended := s.queue.ended.Load
	for {
		select {
		case <-s.queue.stop:
			return
		case <-tick.C:
		}
		err := s.disk.recheck(ended)
		if err == nil || !errors.Is(err, ErrFormat) {
			continue // what the system could not read shows elsewhere
		}
		s.disk.lost.Store(&err)
		select {
		case s.checks <- err:
		case <-s.queue.stop:
		}
	}
}
