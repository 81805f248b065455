package boltstore

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
)

// keys returns up to n keys of a bucket that begin with prefix, after a key, or from the
// first one.
func (d *disk) keys(bucket, prefix []byte, after *policy.Key, n int) (keys []policy.Key, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucket).Cursor()
		for k, _ := seek(c, prefix, after); k != nil && len(keys) < n && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if len(k) == len(policy.Key{}) {
				keys = append(keys, policy.Key(k))
			}
		}
		return nil
	})
	return keys, err
}

// seek goes to the first key after one, nil for the first that is not before prefix.
func seek(c *bolt.Cursor, prefix []byte, after *policy.Key) (k, v []byte) {
	if after == nil {
		return c.Seek(prefix)
	}
	k, v = c.Seek(after[:])
	if bytes.Equal(k, after[:]) {
		return c.Next()
	}
	return k, v
}
