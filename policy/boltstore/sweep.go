package boltstore

import (
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
)

// sweep looks at some records of the file and removes those whose time is over.
// What is in memory is left for another time.
func (s *Store) sweep() {
	now := time.Now().Unix()
	var over []policy.Key
	var last policy.Key
	n := 0
	err := s.disk.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketRecords).Cursor()
		for k, b := seek(c, s.swept); k != nil && n < sweepSize; k, b = c.Next() {
			n++
			if len(k) != len(last) {
				continue
			}
			last = policy.Key(k)
			// A damaged record stays, for a person to look at.
			if v, err := parse(b); err == nil && v.keep < now {
				over = append(over, last)
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
	var changes []change
	for _, key := range over {
		sh := s.shard(key)
		sh.mu.Lock()
		if sh.entries[key] == nil {
			changes = append(changes, change{key: key})
		}
		sh.mu.Unlock()
	}
	if len(changes) > 0 {
		s.commit(changes, nil)
	}
}
