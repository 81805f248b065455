package policy

import (
	"context"
	"encoding/binary"
	"iter"
	"math/bits"
	"sync/atomic"
)

// defaultMaxAccounts is the bound of NewMemory(0).
const defaultMaxAccounts = 1 << 20

// A Memory is a Store in the memory of one process, bounded in the number of
// records. It outlives nothing: Engine.Snapshot saves it.
//
// # Memory
//
// A record costs its own length and some 60 bytes. Records lie in slabs
// without pointers, so that the garbage collector does not look at them.
// A record above 4 KB is an allocation of its own.
//
// # Bound
//
// A record too many pushes out the one that expires soonest, to the second;
// of several the one with the smallest key. One without Expires comes last,
// one that is Pinned or Listed never: where nothing else is left the store
// grows beyond its bound, and MemoryStats.Over says by how much. The record
// just written is not pushed out by itself. There is no clock: a record that
// expired long ago stays until its room is needed, and is the first to go; one
// that is Pinned or Listed stays until it is deleted, or written without.
// Below 4096 accounts the choice is exact. Above it is made in one part of
// the store, where the new record lies, and only if nothing there may go in
// the next.
//
// # Locks
//
// The functions passed to Update and View run under the lock of one part of
// the store. They must be quick and must not call the store. What they are
// handed is a copy: whatever they do to it changes no record. One that panics
// leaves the store unlocked and unchanged.
//
// A Memory is safe for concurrent use. The same calls in the same order make
// the same contents on every machine. Use NewMemory: the zero Memory is not
// ready.
type Memory struct {
	shards []shard
	shift  uint8 // of a hash, to the number of its shard

	_    [64]byte // shards and shift are read by all, held is written by all
	held atomic.Int64
	max  int64
}

// NewMemory returns an empty store of at most maxAccounts records; zero and
// less is 1,048,576. It takes memory only as records come.
func NewMemory(maxAccounts int) *Memory {
	if maxAccounts <= 0 {
		maxAccounts = defaultMaxAccounts
	}
	return newMemory(maxAccounts, shardCount(maxAccounts))
}

// newMemory takes a power of two of shards.
func newMemory(maxAccounts, count int) *Memory {
	return &Memory{
		shards: make([]shard, count),
		shift:  uint8(64 - bits.TrailingZeros(uint(count))),
		max:    int64(maxAccounts),
	}
}

// shardCount is a power of two: one below 4096 accounts, so that eviction is
// exact, then one for every 2048 up to 64, then one for every 16384, so that
// what a shard does in one go stays short.
func shardCount(maxAccounts int) int {
	count := max(1, min(maxAccounts/2048, 64), min(maxAccounts/16384, 4096))
	return 1 << (bits.Len(uint(count)) - 1)
}

// A place says where a key belongs.
type place struct {
	key   Key
	shard uint64 // number of its shard
	order uint64 // within the shard: home bucket, and order of All
	tag   uint8
}

// place hashes the key. The keys of an Engine are uniform; those of a test
// may be 1, 2, 3, which must not make it slow.
func (m *Memory) place(key Key) place {
	hi, lo := bits.Mul64(
		binary.LittleEndian.Uint64(key[:8])^0x9e3779b97f4a7c15,
		binary.LittleEndian.Uint64(key[8:])^0xd1b54a32d192ed03)
	hi, lo = bits.Mul64(hi^lo^0x8cb92ba72f3d8dd7, 0xaaaaaaaaaaaaaaab)
	h := hi ^ lo
	return place{key: key, shard: h >> m.shift, order: h << (64 - m.shift), tag: tagOf(h)}
}

// Update implements Store. fn runs once, under a lock.
func (m *Memory) Update(ctx context.Context, key Key, fn func(old []byte) (Record, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := m.place(key)
	crowded, err := m.shards[p.shard].update(m, p, fn)
	if crowded {
		m.relieve(p)
	}
	return err
}

// relieve evicts in the shards after that of p what p's own could not.
func (m *Memory) relieve(p place) {
	last := uint64(len(m.shards) - 1)
	for i := p.shard + 1; i <= p.shard+last && m.held.Load() > m.max; i++ {
		s := &m.shards[i&last]
		s.mu.Lock()
		s.evict(m, p.key)
		s.mu.Unlock()
	}
}

// View implements Store. fn runs once, under a lock.
func (m *Memory) View(ctx context.Context, key Key, fn func(data []byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := m.place(key)
	return m.shards[p.shard].view(p, fn)
}

// Delete implements Store.
func (m *Memory) Delete(ctx context.Context, key Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := m.place(key)
	s := &m.shards[p.shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, found := s.find(p); found {
		s.remove(m, p, at)
	}
	return nil
}

// All implements Store. No lock is held while it yields; it locks one part of
// the store at a time to copy some dozens of records. The order depends on the
// keys alone. When the context ends it yields its error, and stops.
func (m *Memory) All(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		var c cursor
		for i := range m.shards {
			for c.start(listed); c.next(m, &m.shards[i]); {
				for e := range c.entries {
					if err := ctx.Err(); err != nil {
						yield(Entry{}, err)
						return
					}
					if !yield(c.entry(e), nil) {
						return
					}
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Entry{}, err)
		}
	}
}

// Len returns the number of records.
func (m *Memory) Len() int { return int(m.held.Load()) }

// MemoryStats describes a Memory at one moment. While it is in use the figures
// may be some calls apart from each other.
type MemoryStats struct {
	Records   int    // held now
	Bytes     int64  // of memory, what is allocated but free included
	Pinned    int    // records that are Pinned or Listed: never evicted
	Over      int    // records beyond the bound, because all are pinned
	Evictions uint64 // records dropped for want of room, since NewMemory
}

// Stats returns the present figures.
func (m *Memory) Stats() MemoryStats {
	st := MemoryStats{}
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		st.Records += s.index.live
		st.Pinned += s.kept
		st.Evictions += s.evictions
		st.Bytes += s.bytes()
		s.mu.Unlock()
	}
	st.Over = max(0, st.Records-int(m.max))
	return st
}
