package memtable

// evict drops what expires soonest, but not the key except, until there are no
// more records in all than there may be or none is left here that may go:
// then it returns true.
func (s *shard) evict(t *Table, except Key) (crowded bool) {
	var held candidate // except, taken out of the queue for the moment
	taken := false
	for t.held.Load() > t.max && !s.queue.exhausted() {
		if len(s.queue.heap) == 0 {
			s.queue.fill(s.index.live, s.droppable)
			continue
		}
		d := s.queue.heap[0]
		s.queue.pop()
		p := t.place(d.key)
		at, found := s.find(p)
		if !found {
			continue
		}
		slot := s.slot(*s.index.ref(at))
		if slotKept(slot) || slotExpires(slot) != d.expires {
			continue // another entry stands for it, or it comes later
		}
		if d.key == except {
			held, taken = d, true
			continue
		}
		s.remove(t, p, at)
		s.evictions++
	}
	if taken {
		s.queue.offer(held)
	}
	return t.held.Load() > t.max
}

// droppable yields what may be evicted.
func (s *shard) droppable(yield func(candidate) bool) {
	for _, slot := range s.slots {
		if !slotKept(slot) && !yield(slotCandidate(slot)) {
			return
		}
	}
}
