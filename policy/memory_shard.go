package policy

import (
	"errors"
	"math"
	"sync"
	"time"
	"unsafe"
)

// errMemoryFull says that a shard cannot count more records: a gigabyte of one
// length, pinned, in a store with a bound a hundred times smaller.
var errMemoryFull = errors.New("policy: memory store full")

// A shard is a part of a Memory with a lock of its own.
type shard struct {
	mu    sync.Mutex
	index index
	queue queue
	loan  []byte // what fn gets to see
	spare []byte // a chunk

	kept      int // records Pinned or Listed
	evictions uint64

	large [][]byte // slots of their own length
	slabs [classes]slab
}

// expirySeconds returns what eviction goes by: seconds since 1970, the last
// value for never.
func expirySeconds(t time.Time) uint32 {
	if t.IsZero() {
		return math.MaxUint32
	}
	return uint32(min(max(t.Unix(), 0), math.MaxUint32-1))
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
	size := class * slotStep
	at := r.slot() * size
	return s.slabs[class].chunks[r.chunk()][at : at+size : at+size]
}

// find returns the bucket of a key.
func (s *shard) find(p place) (bucket int, found bool) {
	if s.index.live == 0 {
		return 0, false
	}
	tags := s.index.tags
	for b := s.index.home(p.order); ; {
		tag := tags[b] & tagBits
		if tag == p.tag && slotKey(s.slot(s.index.refs[b])) == p.key {
			return b, true
		}
		if tag == tagEmpty {
			return 0, false
		}
		if b++; b == len(tags) {
			b = 0
		}
	}
}

// lend returns a copy of the record's data that is valid until the next call.
func (s *shard) lend(slot []byte) []byte {
	data := slotData(slot)
	if len(data) > maxSlotted {
		return append([]byte(nil), data...)
	}
	if len(data) > len(s.loan) {
		s.loan = make([]byte, min(len(data)*5/4+slotStep, maxSlotted))
	}
	n := copy(s.loan, data)
	return s.loan[:n:n]
}

func (s *shard) view(p place, fn func(data []byte) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var data []byte
	if b, found := s.find(p); found {
		data = s.lend(s.slot(s.index.refs[b]))
	}
	return fn(data)
}

// update does Memory.Update. crowded: there are too many records in all, and
// none here that may go.
func (s *shard) update(m *Memory, p place, fn func(old []byte) (Record, error)) (crowded bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, found := s.find(p)
	var old []byte
	if found {
		old = s.lend(s.slot(s.index.refs[b]))
	}
	r, err := fn(old)
	switch {
	case err != nil:
		return false, err
	case r.Data == nil:
		if found {
			s.remove(m, b)
		}
		return false, nil
	}
	d, flags := doomed{expirySeconds(r.Expires), p.key}, flagsOf(&r)
	was := uint8(flagKept) // as if it had been kept: it may go only from now on
	if found {
		slot := s.slot(s.index.refs[b])
		if was = slotFlags(slot); was&flagKept == 0 && slotExpires(slot) != d.expires && flags&flagKept == 0 {
			s.queue.offer(d)
		}
		err = s.replace(m, b, d, flags, r.Data)
	} else {
		err = s.insert(m, p, d, flags, r.Data)
	}
	if err != nil {
		return false, err
	}
	if flags&flagKept == 0 && was&flagKept != 0 {
		s.queue.offer(d)
	}
	s.kept += keptOf(flags)
	if found {
		s.kept -= keptOf(was)
		if keptOf(was) <= keptOf(flags) {
			return false, nil
		}
	}
	s.evict(m, p.key)
	return m.held.Load() > m.max, nil
}

func keptOf(flags uint8) int {
	if flags&flagKept != 0 {
		return 1
	}
	return 0
}

// put makes a slot for a record that is not in the index yet.
func (s *shard) put(d doomed, flags uint8, data []byte) (slotRef, error) {
	if class := classOf(len(data)); class > 0 {
		ref, slot, ok := s.slabs[class].push(class, &s.spare)
		if !ok {
			return 0, errMemoryFull
		}
		writeSlot(slot, d, flags, data)
		return ref, nil
	}
	if len(s.large) == maxLarge {
		return 0, errMemoryFull
	}
	slot := make([]byte, slotHeader+len(data))
	writeSlot(slot, d, flags, data)
	s.large = append(s.large, slot)
	return slotRef(len(s.large) - 1), nil
}

func (s *shard) insert(m *Memory, p place, d doomed, flags uint8, data []byte) error {
	ref, err := s.put(d, flags, data)
	if err != nil {
		return err
	}
	if s.index.full() {
		s.reindex(m) // finds the new one too
	} else {
		s.index.add(p, ref, flags&flagListed != 0)
	}
	m.held.Add(1)
	return nil
}

func (s *shard) replace(m *Memory, b int, d doomed, flags uint8, data []byte) error {
	ref := s.index.refs[b]
	class := classOf(len(data))
	if slot := s.slot(ref); class == ref.class() && (class > 0 || len(slot) == slotHeader+len(data)) {
		writeSlot(slot, d, flags, data)
	} else {
		to, err := s.put(d, flags, data)
		if err != nil {
			return err
		}
		s.index.refs[b] = to
		s.drop(m, ref)
	}
	s.index.list(b, flags&flagListed != 0)
	return nil
}

// remove forgets the record of a bucket.
func (s *shard) remove(m *Memory, b int) {
	ref := s.index.refs[b]
	s.kept -= keptOf(slotFlags(s.slot(ref)))
	s.index.free(b)
	s.drop(m, ref)
	m.held.Add(-1)
	if s.index.sparse() {
		s.reindex(m)
	}
}

// drop frees a slot that the index no longer knows: the last of its class
// takes its place.
func (s *shard) drop(m *Memory, ref slotRef) {
	class := ref.class()
	if class == 0 {
		last := len(s.large) - 1
		if from := slotRef(last); from != ref {
			s.index.move(m.place(slotKey(s.large[last])), from, ref)
			s.large[ref.large()] = s.large[last]
		}
		s.large[last] = nil
		s.large = s.large[:last]
		return
	}
	slab := &s.slabs[class]
	if from := slab.last(class); from != ref {
		slot := s.slot(from)
		s.index.move(m.place(slotKey(slot)), from, ref)
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
			n := chunkSize / (class * slotStep)
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
func (s *shard) reindex(m *Memory) {
	s.index.reset(s.index.fit())
	for ref, slot := range s.slots {
		s.index.add(m.place(slotKey(slot)), ref, slotFlags(slot)&flagListed != 0)
	}
}

// evict drops what expires soonest, but not the key except, until there are no
// more records in all than there may be or none is left here that may go.
func (s *shard) evict(m *Memory, except Key) {
	var held doomed // except, taken out of the queue for the moment
	taken := false
	for m.held.Load() > m.max && !s.queue.exhausted() {
		if len(s.queue.heap) == 0 {
			s.queue.fill(s.index.live, s.droppable)
			continue
		}
		d := s.queue.heap[0]
		s.queue.pop()
		b, found := s.find(m.place(d.key))
		if !found {
			continue
		}
		slot := s.slot(s.index.refs[b])
		if slotKept(slot) || slotExpires(slot) != d.expires {
			continue // another entry stands for it, or it comes later
		}
		if d.key == except {
			held, taken = d, true
			continue
		}
		s.remove(m, b)
		s.evictions++
	}
	if taken {
		s.queue.offer(held)
	}
}

// droppable yields what may be evicted.
func (s *shard) droppable(yield func(doomed) bool) {
	for _, slot := range s.slots {
		if !slotKept(slot) && !yield(slotDoomed(slot)) {
			return
		}
	}
}

// bytes returns the memory of the shard.
func (s *shard) bytes() int64 {
	n := int64(unsafe.Sizeof(*s)) + s.index.bytes() + int64(len(s.loan)+len(s.spare)) +
		int64(cap(s.queue.heap))*int64(unsafe.Sizeof(doomed{})) + int64(cap(s.large))*24
	for _, slot := range s.large {
		n += int64(cap(slot))
	}
	for i := range s.slabs {
		n += s.slabs[i].bytes()
	}
	return n
}
