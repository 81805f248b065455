package pgstore

import (
	"context"
	"encoding/binary"
	"sync"

	"github.com/decorum-go/decorum/policy"
)

const (
	knownShards = 64
	turnCount   = 4096
)

// known is what this process wrote or read last under each key, of a bounded
// number of keys: those used last, roughly. What is known may be out of date.
type known struct {
	shards [knownShards]knownShard
	most   int // of a generation
}

// A knownShard has two generations. When the young one is full it becomes the
// old one, and what was in that is forgotten.
type knownShard struct {
	mu         sync.Mutex
	young, old map[policy.Key]value
}

func newKnown(most int) *known { return &known{most: max(1, most/knownShards/2)} }

// mixed spreads keys; those of an Engine are uniform, those of a test need not
// be.
func mixed(key policy.Key) uint64 {
	h := (binary.LittleEndian.Uint64(key[:8]) ^ 0x9e3779b97f4a7c15) * 0xd1b54a32d192ed03
	return (h ^ h>>32 ^ binary.LittleEndian.Uint64(key[8:])) * 0xaaaaaaaaaaaaaaab >> 40
}

func (k *known) shard(key policy.Key) *knownShard { return &k.shards[mixed(key)%knownShards] }

// get returns what is known; nil and true: that there is no record.
func (k *known) get(key policy.Key) (value, bool) {
	sh := k.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	v, ok := sh.young[key]
	if !ok {
		if v, ok = sh.old[key]; ok {
			k.add(sh, key, v)
		}
	}
	return v, ok
}

func (k *known) put(key policy.Key, v value) {
	sh := k.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	k.add(sh, key, v)
}

func (k *known) add(sh *knownShard, key policy.Key, v value) {
	if _, ok := sh.young[key]; !ok && len(sh.young) >= k.most || sh.young == nil {
		sh.old, sh.young = sh.young, make(map[policy.Key]value, k.most)
	}
	sh.young[key] = v
}

func (k *known) drop(key policy.Key) {
	sh := k.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	delete(sh.young, key)
	delete(sh.old, key)
}

// turns has the callers of one process update a record one after the other:
// at once all but one would swap in vain.
type turns [turnCount]chan struct{}

func newTurns() *turns {
	var t turns
	for i := range t {
		t[i] = make(chan struct{}, 1)
	}
	return &t
}

// take waits for the turn of a key; the channel is received from to give it
// back.
func (t *turns) take(ctx context.Context, key policy.Key) (<-chan struct{}, error) {
	c := t[mixed(key)/knownShards%turnCount]
	select {
	case c <- struct{}{}:
		return c, nil
	default:
	}
	select {
	case c <- struct{}{}:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
