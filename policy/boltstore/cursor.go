package boltstore

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"github.com/decorum-go/decorum/policy"
)

// keys returns up to n keys of a bucket after key, or from the first one.
func (d *disk) keys(bucket []byte, after *policy.Key, n int) (keys []policy.Key, err error) {
	err = d.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucket).Cursor()
		for k, _ := seek(c, after); k != nil && len(keys) < n; k, _ = c.Next() {
			if len(k) == len(policy.Key{}) {
				keys = append(keys, policy.Key(k))
			}
		}
		return nil
	})
	return keys, err
}

// seek goes to the first key after one, nil for the first of all.
func seek(c *bolt.Cursor, after *policy.Key) (k, v []byte) {
	if after == nil {
		return c.First()
	}
	k, v = c.Seek(after[:])
	if bytes.Equal(k, after[:]) {
		return c.Next()
	}
	return k, v
}
