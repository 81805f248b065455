package storekit

import (
	"encoding/binary"
	"sync"

	"github.com/decorum-go/decorum/policy"
)

const cacheShards = 64

// A cache holds the last known states of a bounded number of records: those
// used last, roughly. It is safe for concurrent use.
type cache[V comparable] struct {
	shards [cacheShards]cacheShard[V]
	most   int // records in a generation
}

// A cacheShard has two generations. When the young one is full it becomes the
// old one, and the shard forgets what was in that.
type cacheShard[V comparable] struct {
	mu         sync.Mutex // guards young and old
	young, old map[policy.Key]State[V]
}

func newCache[V comparable](most int) *cache[V] {
	return &cache[V]{most: max(1, most/cacheShards/2)}
}

const spreadBits = 24

// spread turns a key into a number of so many bits. The keys of an Engine are
// uniform; those of a test need not be.
func spread(key policy.Key) uint64 {
	const m1, m2 = 0xd1b54a32d192ed03, 0xaaaaaaaaaaaaaaab
	h := (binary.LittleEndian.Uint64(key[:8]) ^ 0x9e3779b97f4a7c15) * m1
	h = (h ^ h>>32 ^ binary.LittleEndian.Uint64(key[8:])) * m2
	return (h ^ h>>32) * m1 >> (64 - spreadBits)
}

func (c *cache[V]) lock(key policy.Key) *cacheShard[V] {
	sh := &c.shards[spread(key)%cacheShards]
	sh.mu.Lock()
	return sh
}

// get returns the last known state of a record.
func (c *cache[V]) get(key policy.Key) (State[V], bool) {
	sh := c.lock(key)
	defer sh.mu.Unlock()
	s, ok := sh.young[key]
	if !ok {
		if s, ok = sh.old[key]; ok {
			c.add(sh, key, s)
		}
	}
	return s, ok
}

func (c *cache[V]) put(key policy.Key, s State[V]) {
	sh := c.lock(key)
	defer sh.mu.Unlock()
	c.add(sh, key, s)
}

func (c *cache[V]) add(sh *cacheShard[V], key policy.Key, s State[V]) {
	if _, ok := sh.young[key]; !ok && len(sh.young) >= c.most || sh.young == nil {
		sh.old, sh.young = sh.young, make(map[policy.Key]State[V], c.most)
	}
	sh.young[key] = s
}
