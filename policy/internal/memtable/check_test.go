package memtable

import "fmt"

// check looks for what contradicts itself inside.
func check(m *Table) error {
	for n := range m.shards {
		s := &m.shards[n]
		live := 0
		var in [lanes + 1]int
		passed := make([]uint32, len(s.index.buckets))
		for b, k := range s.index.buckets {
			for i, tag := range k.tags {
				if tag == 0 {
					continue
				}
				live++
				slot := s.slot(k.refs[i])
				p := m.place(slotKey(slot))
				if at, found := s.find(p); !found || at.bucket != b || at.i != i {
					return fmt.Errorf("shard %d: the record of bucket %d, %d is not found", n, b, i)
				}
				if listed := slotFlags(slot)&flagListed != 0; listed != (tag&tagListed != 0) {
					return fmt.Errorf("shard %d: listed in the record: %t, in the index: %t", n, listed, !listed)
				}
				in[slotLane(slot)]++
				for home := s.index.home(p.order); home != b; home = s.index.after(home) {
					passed[home]++
				}
			}
		}
		for b, k := range s.index.buckets {
			if k.passed != passed[b] {
				return fmt.Errorf("shard %d: bucket %d was passed by %d, want %d", n, b, k.passed, passed[b])
			}
		}
		slots := 0
		queued := make(map[candidate]bool)
		for l := range s.queues {
			for _, d := range s.queues[l].heap {
				queued[d] = true
			}
		}
		for _, slot := range s.slots {
			slots++
			l := slotLane(slot)
			if l == pinned {
				continue
			}
			if d, q := slotCandidate(slot), &s.queues[l]; q.open && !queued[d] && (!q.limited || d.compare(q.limit) <= 0) {
				return fmt.Errorf("shard %d: key %x, whose turn is %d, should be in the queue", n, d.key[:4], d.turn)
			}
		}
		if live != s.index.live || live != slots || in[light] != s.in[light] || in[heavy] != s.in[heavy] {
			return fmt.Errorf("shard %d: %d in the index, counted %d, %d slots; by lanes %v, counted %v", n, live, s.index.live, slots, s.in, in)
		}
		for class := range s.slabs {
			for i := range s.size(class) {
				if class > 0 && len(s.slot(s.ref(class, i))) != sizeOf[class] {
					return fmt.Errorf("shard %d: slot %d of class %d is not one", n, i, class)
				}
			}
		}
		for class := range s.slabs {
			slab := &s.slabs[class]
			for c, chunk := range slab.chunks {
				if last := c == len(slab.chunks)-1; !last && len(chunk) != chunkOf[class] || last && (slab.fill == 0 || slab.fill*sizeOf[class] > len(chunk)) {
					return fmt.Errorf("shard %d: chunk %d of %d of class %d has %d bytes, fill %d", n, c, len(slab.chunks), class, len(chunk), slab.fill)
				}
			}
		}
	}
	return nil
}
