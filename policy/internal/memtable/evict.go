package memtable

// TopLight is the Rank of the heaviest light records.
const TopLight = 1

// A lane is a part of what may be evicted: light records, to TopLight, and the others.
// Light ones go first, but never all of them: they have an eighth of a shard. With
// none, whoever is new in a full table would be forgotten before they write again,
// and nothing could be counted against them. With more, a flood of new ones would
// push out what was there before.
type lane uint8

const (
	light lane = iota
	heavy
	lanes
	pinned = lanes // may not be evicted
)

// lightShare is the part of a shard that light records keep, as a divisor.
const lightShare = 8

func laneOf(rank, flags uint8) lane {
	switch {
	case flags&flagPinned != 0:
		return pinned
	case rank <= TopLight:
		return light
	}
	return heavy
}

// evict drops what may go first, but not the key except, which is in a lane of this
// shard, or elsewhere, until there are no more records in all than there may be or
// none is left here that may go: then it returns true.
func (s *shard) evict(t *Table, except Key, of lane) (crowded bool) {
	var held candidate // except, taken out of the queue for the moment
	taken := false
	for t.held.Load() > t.max {
		l, some := s.next(of)
		if !some {
			break
		}
		q := &s.queues[l]
		if len(q.heap) == 0 {
			q.fill(s.in[l], func(yield func(candidate) bool) { s.droppable(l, yield) })
			continue
		}
		d := q.heap[0]
		q.pop()
		p := t.place(d.key)
		at, found := s.find(p)
		if !found {
			continue
		}
		slot := s.slot(*s.index.ref(at))
		if slotLane(slot) != l || slotCandidate(slot) != d {
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
		s.queues[of].offer(held)
	}
	return t.held.Load() > t.max
}

// next says from which lane the next one goes, if one record of a lane stays; false
// if there is none.
func (s *shard) next(stays lane) (l lane, some bool) {
	left := s.in
	if stays != pinned {
		left[stays]--
	}
	switch {
	case left[light] > 0 && (left[heavy] == 0 || left[light]*lightShare > s.index.live):
		return light, true
	case left[heavy] > 0:
		return heavy, true
	}
	return 0, false
}

// droppable yields what may be evicted of a lane.
func (s *shard) droppable(l lane, yield func(candidate) bool) {
	for _, slot := range s.slots {
		if slotLane(slot) == l && !yield(slotCandidate(slot)) {
			return
		}
	}
}
