package boltstore

import (
	"errors"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
)

// A change is a value to be written; one without data deletes.
type change struct {
	key   policy.Key
	value value
}

// write makes one transaction of the changes, which are in the order of their
// keys, and of the days if they are not nil, and syncs the file. On an error nothing
// has changed in the file, or all has: the next write must carry the same keys.
func (d *disk) write(changes []change, days []byte) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.db == nil {
		return d.err
	}
	return guard(func() error {
		return d.db.Update(func(tx *bolt.Tx) error {
			meta := tx.Bucket(bucketMeta)
			t, err := parseTallies(meta.Get(keyTallies))
			if err != nil {
				return err
			}
			if err := t.put(tx, changes); err != nil {
				return err
			}
			if days != nil {
				err = meta.Put(keyDays, days)
			}
			return errors.Join(err, meta.Put(keyTallies, t.append(nil)))
		})
	})
}

// put carries out changes, and counts them.
func (t *tallies) put(tx *bolt.Tx, changes []change) error {
	records, listed := tx.Bucket(bucketRecords), tx.Bucket(bucketListed)
	size := 0
	for i := range changes {
		size += valueHeader + len(changes[i].value.data)
	}
	buf := make([]byte, 0, size) // bbolt keeps what it is given until the end
	for i := range changes {
		c := &changes[i]
		from, gone := len(buf), c.value.data == nil
		if !gone {
			buf = c.value.append(buf, c.key)
		}
		if err := t.records.set(records, c.key, buf[from:len(buf):len(buf)], !gone); err != nil {
			return err
		}
		if err := t.listed.set(listed, c.key, []byte{}, !gone && c.value.flag&flagListed != 0); err != nil {
			return err
		}
	}
	return nil
}

// set has a key be in a bucket with a value, or not be there.
func (t *tally) set(b *bolt.Bucket, key policy.Key, value []byte, is bool) error {
	switch was := b.Get(key[:]) != nil; {
	case is && !was:
		t.add(key)
	case was && !is:
		t.remove(key)
		return b.Delete(key[:])
	case !is, was && len(value) == 0: // it is so already
		return nil
	}
	return b.Put(key[:], value)
}
