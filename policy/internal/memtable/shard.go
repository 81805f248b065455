package memtable

import (
	"bytes"
	"errors"
	"sync"
	"unsafe"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// ErrFull says that a shard cannot count more records: a gigabyte of one
// length, pinned, in a table with a bound a hundred times smaller. It is worded
// as the error of policy that it is in the end.
var ErrFull = errors.New("policy: memory store full")

// A shard is a part of a Table with a lock of its own.
type shard struct {
	mu      sync.Mutex
	index   index
	queues  [lanes]queue
	in      [lanes]int // records of each lane; all others are pinned
	scratch []byte     // what fn gets to see
	spare   []byte     // a chunk

	evictions uint64
	expired   uint64

	large [][]byte // slots of their own length
	slabs [classes]slab
}

// candidateOf returns what eviction goes by, and what the sweep does: seconds since
// 1970, the last value for never. Of one rank what expires soonest is evicted first,
// but of light records what was written the longest ago: else those that happen to
// last long would leave no time to those that don't. The sweep keeps what was just
// written for a day, however long ago it expired: a replay of last year's events
// finds its records.
func candidateOf(key Key, r *Record) (d candidate, expires uint32) {
	expires = stamp.Forever
	if !r.Expires.IsZero() {
		expires = stamp.Of(r.Expires)
	}
	d = candidate{expires, r.Rank, key}
	if !r.Now.IsZero() {
		now := stamp.Of(r.Now)
		if r.Rank <= TopLight {
			d.turn = now
		}
		expires = max(expires, stamp.After(now, stamp.Day))
	}
	return d, expires
}

func flagsOf(r *Record) (flags uint8) {
	if r.Pinned {
		flags |= flagPinned
	}
	if r.Listed {
		flags |= flagListed
	}
	return flags
}

func (s *shard) slot(r slotRef) []byte {
	class := r.class()
	if class == 0 {
		return s.large[r.large()]
	}
	size := sizeOf[class]
	at := r.slot() * size
	return s.slabs[class].chunks[r.chunk()][at : at+size : at+size]
}

// find returns where in the index a key is.
func (s *shard) find(p place) (at spot, found bool) {
	for at, more := s.index.first(p); more; at, more = s.index.next(p, at) {
		if slotKey(s.slot(*s.index.ref(at))) == p.key {
			return at, true
		}
	}
	return spot{}, false
}

// fetch returns also a copy of the data, nil if there is none, that is valid
// until the next call. It copies all of a slot before it looks into it: what
// is not in the cache is then waited for once, not once for the key and the
// length and once more for the rest.
func (s *shard) fetch(p place) (data []byte, at spot, found bool) {
	for at, more := s.index.first(p); more; at, more = s.index.next(p, at) {
		ref := *s.index.ref(at)
		slot := s.slot(ref)
		if ref.class() == 0 && slotKey(slot) != p.key {
			continue // not worth a copy
		}
		if slot = s.lend(slot); slotKey(slot) == p.key {
			data = slotData(slot)
			return data[:len(data):len(data)], at, true
		}
	}
	return nil, spot{}, false
}

// lend returns a copy of a slot that is valid until the next call.
func (s *shard) lend(slot []byte) []byte {
	n := len(slot)
	if n > maxSlot {
		return bytes.Clone(slot)
	}
	if n > len(s.scratch) {
		s.scratch = make([]byte, min(n+n/4, maxSlot))
	}
	scratch := s.scratch[:n]
	copy(scratch, slot)
	return scratch
}

func (s *shard) view(p place, fn func(data []byte) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, _, _ := s.fetch(p)
	return fn(data)
}

// update does Table.Update. crowded: there are too many records in all, and
// none is left here that may go.
func (s *shard) update(t *Table, p place, fn func(old []byte) (Record, error)) (crowded bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, at, found := s.fetch(p)
	r, err := fn(old)
	switch {
	case err != nil:
		return false, err
	case r.Data == nil:
		if found {
			s.remove(t, p, at)
		}
	case found:
		crowded, err = s.replace(t, p, at, &r)
	default:
		crowded, err = s.insert(t, p, &r)
	}
	t.clock.see(r.Now)
	return crowded, err
}

// count notes that one record more, or less, is in a lane.
func (s *shard) count(l lane, n int) {
	if l != pinned {
		s.in[l] += n
	}
}

// put makes a slot of a class, which Data fits in, for a record that is not in the
// index yet.
func (s *shard) put(class int, d candidate, expires uint32, flags uint8, data []byte) (slotRef, error) {
	if class > 0 {
		ref, slot, ok := s.slabs[class].push(class, &s.spare)
		if !ok {
			return 0, ErrFull
		}
		writeSlot(slot, d, expires, flags, data)
		return ref, nil
	}
	if len(s.large) == maxLarge {
		return 0, ErrFull
	}
	slot := make([]byte, slotHeader+len(data))
	writeSlot(slot, d, expires, flags, data)
	s.large = append(s.large, slot)
	return slotRef(len(s.large) - 1), nil
}

func (s *shard) insert(t *Table, p place, r *Record) (crowded bool, err error) {
	d, expires := candidateOf(p.key, r)
	flags := flagsOf(r)
	ref, err := s.put(classOf(len(r.Data)), d, expires, flags, r.Data)
	if err != nil {
		return false, err
	}
	if s.index.full() {
		s.reindex(t) // finds the new one too
	} else {
		s.index.add(p, ref, flags)
	}
	l := laneOf(d.rank, flags)
	s.enter(l, d)
	t.held.Add(1)
	return s.evict(t, p.key, l), nil
}

func (s *shard) replace(t *Table, p place, at spot, r *Record) (crowded bool, err error) {
	d, expires := candidateOf(p.key, r)
	flags := flagsOf(r)
	ref := s.index.ref(at)
	slot := s.slot(*ref)
	was, before := slotLane(slot), slotCandidate(slot)
	if left := len(slot) - slotHeader - len(r.Data); 0 <= left && roomy(len(slot), left) {
		writeSlot(slot, d, expires, flags, r.Data)
	} else {
		room := len(r.Data)
		if left < 0 {
			room = roomFor(room)
		}
		to, err := s.put(classOf(room), d, expires, flags, r.Data)
		if err != nil {
			return false, err
		}
		from := *ref
		*ref = to
		s.drop(t, from)
	}
	s.index.list(at, flags)
	l := laneOf(d.rank, flags)
	if l != was || d != before {
		s.count(was, -1)
		s.enter(l, d)
	}
	if l == pinned || was != pinned {
		return false, nil
	}
	return s.evict(t, p.key, l), nil
}

// enter says that a record may be evicted from now on, unless it is pinned.
func (s *shard) enter(l lane, d candidate) {
	if s.count(l, 1); l != pinned {
		s.queues[l].offer(d)
	}
}

// remove forgets the record of a key.
func (s *shard) remove(t *Table, p place, at spot) {
	ref := *s.index.ref(at)
	s.count(slotLane(s.slot(ref)), -1)
	s.index.free(p, at)
	s.drop(t, ref)
	t.held.Add(-1)
	if s.index.sparse() {
		s.reindex(t)
	}
}

// drop frees a slot that the index no longer knows: the last of its class
// takes its place.
func (s *shard) drop(t *Table, ref slotRef) {
	class := ref.class()
	if class == 0 {
		last := len(s.large) - 1
		if from := slotRef(last); from != ref {
			s.index.move(t.place(slotKey(s.large[last])), from, ref)
			s.large[ref.large()] = s.large[last]
		}
		s.large[last] = nil
		s.large = s.large[:last]
		return
	}
	slab := &s.slabs[class]
	if from := slab.last(class); from != ref {
		slot := s.slot(from)
		s.index.move(t.place(slotKey(slot)), from, ref)
		copy(s.slot(ref), slot)
	}
	slab.pop(class, &s.spare)
}

// slots yields every slot.
func (s *shard) slots(yield func(slotRef, []byte) bool) {
	for i, slot := range s.large {
		if !yield(slotRef(i), slot) {
			return
		}
	}
	for class := range s.slabs {
		slab := &s.slabs[class]
		for c := range slab.chunks {
			n := perChunk(class)
			if c == len(slab.chunks)-1 {
				n = slab.fill
			}
			for i := range n {
				if ref := refOf(class, c, i); !yield(ref, s.slot(ref)) {
					return
				}
			}
		}
	}
}

// reindex makes the index anew from the slots, with as many buckets as fit.
func (s *shard) reindex(t *Table) {
	s.index.reset(s.index.fit())
	for ref, slot := range s.slots {
		s.index.add(t.place(slotKey(slot)), ref, slotFlags(slot))
	}
}

// bytes returns the memory of the shard.
func (s *shard) bytes() int64 {
	n := int64(unsafe.Sizeof(*s)) + s.index.bytes() + int64(len(s.scratch)+len(s.spare)) +
		int64(cap(s.queues[light].heap)+cap(s.queues[heavy].heap))*int64(unsafe.Sizeof(candidate{})) + int64(cap(s.large))*24
	for _, slot := range s.large {
		n += int64(cap(slot))
	}
	for i := range s.slabs {
		n += s.slabs[i].bytes()
	}
	return n
}
