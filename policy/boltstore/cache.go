package boltstore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/decorum-go/decorum/policy"
)

const shardCount = 256

// A shard is a part of the memory with a lock of its own. What is not in it is
// in the file as it is, and nothing writes it there meanwhile.
type shard struct {
	mu        sync.Mutex
	entries   map[policy.Key]*entry
	ring      []*entry // the same, for clockHand
	clockHand int      // where the search for one that may go continues
	most      int
	dirty     []*entry // those to be flushed
	scratch   []byte   // what fn gets to see
}

// An entry is a record in memory.
type entry struct {
	key  policy.Key
	now  value // what is acknowledged
	next value // what batch is to make of it
	// batch is the last one that carries the record; nil: none is under way.
	batch    *batch
	dirty    bool // now differs from the file, or may
	queued   bool // is in shard.dirty
	flushing bool // is being written without anybody waiting for it
	used     bool // since the clock hand went past
	at       int  // in ring
}

// latest is what the next change starts from.
func (e *entry) latest() *value {
	if e.batch != nil {
		return &e.next
	}
	return &e.now
}

// clean reports whether the file has the record as it is.
func (e *entry) clean() bool { return !e.dirty && !e.flushing && e.batch == nil }

func compareKeys(a, b policy.Key) int { return bytes.Compare(a[:], b[:]) }

// clone copies, and keeps nil apart from empty.
func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append(make([]byte, 0, len(b)), b...)
}

// shard returns that of a key. Keys of an Engine are uniform; those of a test
// need not be.
func (s *Store) shard(key policy.Key) *shard {
	h := (binary.LittleEndian.Uint64(key[:8]) ^ 0x9e3779b97f4a7c15) * 0xd1b54a32d192ed03
	h = (h ^ binary.LittleEndian.Uint64(key[8:])) * 0xaaaaaaaaaaaaaaab
	return &s.shards[h>>56]
}

// lend returns a copy of data that is valid until the next call.
func (sh *shard) lend(data []byte) []byte {
	if data == nil || len(data) > 1<<14 {
		return clone(data)
	}
	if sh.scratch == nil {
		sh.scratch = make([]byte, 0, 1<<10)
	}
	sh.scratch = append(sh.scratch[:0], data...)
	return sh.scratch[:len(data):len(data)]
}

// change runs do on the entry of key.
func (sh *shard) change(s *Store, key policy.Key, do func(*shard, *entry) outcome) outcome {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if s.queue.ended.Load() { // under the lock: the last flush comes after it
		return outcome{err: ErrClosed}
	}
	e := sh.entries[key]
	if e == nil {
		if len(sh.ring) >= sh.most && !sh.evict(s) {
			return outcome{again: s.queue.requestFlush()}
		}
		v, err := s.disk.read(key)
		if err != nil {
			return outcome{err: err}
		}
		e = &entry{key: key, now: v, at: len(sh.ring)}
		sh.entries[key] = e
		sh.ring = append(sh.ring, e)
	}
	e.used = true
	if e.batch != nil && e.batch.failed.Load() {
		return outcome{again: e.batch.done}
	}
	return do(sh, e)
}

// peek returns what is acknowledged, not a copy.
func (sh *shard) peek(s *Store, key policy.Key) (value, error) {
	if e := sh.entries[key]; e != nil {
		e.used = true
		return e.now, e.now.bad
	}
	v, err := s.disk.read(key)
	return v, cmp.Or(err, v.bad)
}

// set makes an entry v with a copy of data; nobody waits for it.
func (sh *shard) set(s *Store, e *entry, v value, data []byte) {
	if data != nil {
		if v.data = append(e.now.data[:0], data...); v.data == nil {
			v.data = []byte{}
		}
	}
	e.now = v
	sh.markDirty(s, e)
}

// markDirty has an entry written with the next flush.
func (sh *shard) markDirty(s *Store, e *entry) {
	if !e.dirty {
		e.dirty = true
		s.dirty.Add(1)
	}
	if !e.queued {
		e.queued = true
		sh.dirty = append(sh.dirty, e)
	}
}

func (s *Store) markClean(e *entry) {
	if e.dirty {
		e.dirty = false
		s.dirty.Add(-1)
	}
}

// evict makes room for one entry. While the disk works that is one that is in
// the file as it is, not used lately; false if there is none. While it does not
// work the changes of one are given up.
func (sh *shard) evict(s *Store) bool {
	for pass := range 3 {
		if pass == 2 && s.queue.fault() == nil {
			return false
		}
		for range sh.ring {
			sh.clockHand = (sh.clockHand + 1) % len(sh.ring)
			e := sh.ring[sh.clockHand]
			switch {
			case pass == 0 && e.used && e.clean():
				e.used = false
			case e.clean():
				sh.remove(e)
				return true
			case pass == 2 && e.batch == nil && !e.flushing:
				s.markClean(e)
				s.dropped.Add(1)
				sh.remove(e)
				return true
			}
		}
	}
	return false
}

func (sh *shard) remove(e *entry) {
	last := len(sh.ring) - 1
	sh.ring[e.at] = sh.ring[last]
	sh.ring[e.at].at = e.at
	sh.ring[last] = nil
	sh.ring = sh.ring[:last]
	delete(sh.entries, e.key)
	if e.queued {
		sh.dirty = slices.DeleteFunc(sh.dirty, func(x *entry) bool { return x == e })
	}
}
