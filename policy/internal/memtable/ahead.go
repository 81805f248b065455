package memtable

import "unsafe"

// The records of a million accounts fit into no cache: an Update waits for memory twice,
// for the bucket of the index and then for the slot. A caller that knows the key before
// all else that it needs can have both fetched meanwhile, in two steps, and do something
// else after each. A step changes nothing, and is left out where it would wait for a lock.

// AheadIndex fetches what the index holds of a key.
func (t *Table) AheadIndex(key Key) {
	if !fetches {
		return
	}
	p := t.place(key)
	s := &t.shards[p.shard]
	if !s.mu.TryLock() {
		return
	}
	var home *bucket
	if s.index.live > 0 {
		home = &s.index.buckets[s.index.home(p.order)]
	}
	s.mu.Unlock() // before, or it would wait for the page to be found
	if home != nil {
		prefetch(unsafe.Pointer(home))
	}
}

// AheadRecord fetches the record under a key, after AheadIndex.
func (t *Table) AheadRecord(key Key) {
	if !fetches {
		return
	}
	p := t.place(key)
	s := &t.shards[p.shard]
	if !s.mu.TryLock() {
		return
	}
	var slot []byte
	if at, more := s.index.first(p); more {
		slot = s.slot(*s.index.ref(at))
	}
	s.mu.Unlock()
	for i := 0; i < min(len(slot), aheadBytes); i += 64 {
		prefetch(unsafe.Pointer(&slot[i]))
	}
}

// aheadBytes is how much of a record is fetched ahead: most are shorter.
const aheadBytes = 512
