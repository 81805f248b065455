package storekit

import (
	"encoding/binary"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

func keyOf(n int) (key policy.Key) {
	binary.BigEndian.PutUint64(key[:], uint64(n+1)*0x9e3779b97f4a7c15)
	return key
}

// TestCacheBounded puts far more states than a cache holds: it stays bounded, has
// nearly as many as it may have, those put last among them, and those that are
// looked up now and then.
func TestCacheBounded(t *testing.T) {
	const most, n = 6400, 100_000
	c := newCache[int](most)
	for i := range n {
		c.put(keyOf(i), State[int]{Version: i})
		if i%100 == 0 {
			if _, ok := c.get(keyOf(0)); !ok {
				t.Fatalf("the first one is forgotten after %d others, though it is in use", i)
			}
		}
	}
	size := 0
	for i := range c.shards {
		size += len(c.shards[i].young) + len(c.shards[i].old)
	}
	if size > most || size < most/2 {
		t.Errorf("the cache holds %d states, want at most %d and half as many at least", size, most)
	}
	for i := n - most/4; i < n; i++ {
		if s, ok := c.get(keyOf(i)); !ok || s.Version != i {
			t.Fatalf("state %d of %d is %+v, %t", i, n, s, ok)
		}
	}
}

// TestSpread: keys that differ in one bit only, as those of a test may, are spread
// over shards and turns nevertheless.
func TestSpread(t *testing.T) {
	shards, turns := make(map[uint64]bool), make(map[uint64]bool)
	for bit := range 128 {
		var key policy.Key
		key[bit/8] = 1 << (bit % 8)
		h := spread(key)
		shards[h%cacheShards], turns[h>>(spreadBits-turnBits)] = true, true
	}
	if len(shards) < 40 || len(turns) < 110 {
		t.Errorf("128 keys fall to %d shards of %d and %d turns of %d", len(shards), cacheShards, len(turns), 1<<turnBits)
	}
}
