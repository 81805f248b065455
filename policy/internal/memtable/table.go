// Package memtable keeps records in memory: a hash table in parts that are locked
// each for itself, bounded in the number of records, which drops the
// lightest first, and in time what has expired. It is what a policy.Memory is made
// of, and is documented there. It has no clock and starts no goroutine.
//
// A shard finds a record by its index, in a slot of a slab; its queues say what
// is evicted next, a pass removes what is over, and a cursor walks through it.
package memtable

import (
	"encoding/binary"
	"iter"
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// A Key names a record.
type Key = [16]byte

// A Record is what is kept under a key. It has the fields of policy.Record, and
// converts to it.
type Record struct {
	Data    []byte    // nil deletes
	Expires time.Time // when it may go; zero is last
	Now     time.Time // what the clock says; zero: nothing
	Rank    uint8     // of several the least goes first; to TopLight: light
	Durable bool      // says nothing to a table
	Listed  bool      // All(true) yields it
	Pinned  bool      // not evicted, until it is over
	Acts    [][]byte  // say nothing to a table
}

// A Table is safe for concurrent use. Use New: the zero Table is not ready.
type Table struct {
	shards []shard
	shift  uint8 // of a hash, to the number of its shard
	lessen Lessen
	clock  clock
	pass   pass

	_    [64]byte // shards and shift are read by all, held is written by all
	held atomic.Int64
	max  int64
}

// Lessen makes of a record what is left of it after a time in seconds, if that is
// less. It runs under the lock of a shard, one at a time; data is valid only during
// the call, and so need be what it returns.
type Lessen func(data []byte, over uint32) (left Record, less bool)

// New returns an empty table of at most that many records, which is more than
// zero. lessen may be nil.
func New(records int, lessen Lessen) *Table {
	t := newTable(records, shardCount(records))
	t.lessen = lessen
	return t
}

// Unbounded returns an empty table that holds what is put into it, and evicts nothing.
// It has few shards: they cost 2 KB each.
func Unbounded() *Table { return newTable(math.MaxInt, 64) }

// newTable takes a power of two of shards.
func newTable(records, count int) *Table {
	return &Table{
		pass:   pass{shard: count}, // at its end
		shards: make([]shard, count),
		shift:  uint8(64 - bits.TrailingZeros(uint(count))),
		max:    int64(records),
	}
}

// shardCount is a power of two: one below 4096 accounts, so that eviction is
// exact, then one for some 2048 up to 64, then one for some 8192, so that what a
// shard does in one go stays short: it makes its index anew.
func shardCount(maxAccounts int) int {
	count := max(1, min(maxAccounts/2048, 64), min(maxAccounts/8192, 4096))
	return 1 << bits.Len(uint(count-1))
}

// A place says where a key belongs.
type place struct {
	key   Key
	shard uint64 // number of its shard
	order uint64 // within the shard: home bucket, and order of All
	tag   uint8
}

// place hashes the key. Real keys are uniform; those of a test
// may be 1, 2, 3, which must not make it slow.
func (t *Table) place(key Key) place {
	hi, lo := bits.Mul64(
		binary.LittleEndian.Uint64(key[:8])^0x9e3779b97f4a7c15,
		binary.LittleEndian.Uint64(key[8:])^0xd1b54a32d192ed03)
	hi, lo = bits.Mul64(hi^lo^0x8cb92ba72f3d8dd7, 0xaaaaaaaaaaaaaaab)
	h := hi ^ lo
	return place{key: key, shard: h >> t.shift, order: h << (64 - t.shift), tag: tagOf(h)}
}

// Update replaces the record under key by what fn makes of it; old is nil if there
// is none. fn runs once, under the lock of a shard. An error of fn is returned
// as it is, and changes nothing. fn owns old, which is a copy, during the call
// only, and the table copies Record.Data.
func (t *Table) Update(key Key, fn func(old []byte) (Record, error)) error {
	p := t.place(key)
	crowded, err := t.shards[p.shard].update(t, p, fn)
	if crowded {
		t.relieve(p)
	}
	if t.pass.due(&t.clock) {
		t.sweep()
	}
	return err
}

// relieve evicts in the shards after that of p what p's own could not.
func (t *Table) relieve(p place) {
	last := uint64(len(t.shards) - 1)
	for i := p.shard + 1; i <= p.shard+last && t.held.Load() > t.max; i++ {
		s := &t.shards[i&last]
		s.mu.Lock()
		s.evict(t, p.key, pinned) // it is not there
		s.mu.Unlock()
	}
}

// View calls fn with a copy of the record under key, nil if there is none. fn
// runs once, under the lock of a shard.
func (t *Table) View(key Key, fn func(data []byte) error) error {
	p := t.place(key)
	return t.shards[p.shard].view(p, fn)
}

// Delete removes the record under key, if there is one.
func (t *Table) Delete(key Key) {
	p := t.place(key)
	s := &t.shards[p.shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, found := s.find(p); found {
		s.remove(t, p, at)
	}
}

// All yields every record that was there during the whole iteration, with
// listed only those that are Listed. The data belongs to the receiver. No lock
// is held while it yields; it locks one shard at a time to copy some dozens of
// records. The order depends on the keys alone.
func (t *Table) All(listed bool) iter.Seq2[Key, Record] {
	return func(yield func(Key, Record) bool) {
		var c cursor
		for i := range t.shards {
			for c.start(listed); c.next(t, &t.shards[i]); {
				for e := range c.entries {
					if !yield(c.entry(e)) {
						return
					}
				}
			}
		}
	}
}

// Len returns the number of records.
func (t *Table) Len() int { return int(t.held.Load()) }

// Stats has the fields of policy.MemoryStats.
type Stats struct {
	Records   int    // held now
	Bytes     int64  // of memory, what is allocated but free included
	Pinned    int    // records that are Pinned: not evicted
	Over      int    // records beyond the bound, because all are pinned
	Evictions uint64 // records dropped for want of room, since New
	Expired   uint64 // records dropped because they were over, since New
}

// Stats returns the present figures, which may be some calls apart from each
// other.
func (t *Table) Stats() Stats {
	st := Stats{}
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		st.Records += s.index.live
		st.Pinned += s.index.live - s.in[light] - s.in[heavy]
		st.Evictions += s.evictions
		st.Expired += s.expired
		st.Bytes += s.bytes()
		s.mu.Unlock()
	}
	st.Over = max(0, st.Records-int(t.max))
	return st
}
