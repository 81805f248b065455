package limiter

import (
	"math"
	"math/bits"
	"sync"
)

// A table is fixed memory for the Windows of many keys. A shard is a lock
// over some sets; a set is eight places with a tag each. A key may lie in
// either of two sets of its shard, and which other one can be told from the
// tag, so that what lies in one set can be moved to make room (cuckoo
// hashing with partial keys: Fan et al., CoNEXT 2014).
type table struct {
	shards []shard
	sets   []set
	each   uint64 // sets of one shard
}

type shard struct {
	mu                       sync.Mutex
	used                     int
	replaced, evicted, freed uint64
	_                        [24]byte // fills a cache line
}

const ways = 8

// A set has the parts of its tags apart from what they are the tags of, so
// that a look for one touches few cache lines. A place with both parts 0 is
// free, and then its Windows is zero.
type set struct {
	low  [ways]uint32
	high [ways]uint16
	w    [ways]Windows
}

// A position is where a key may lie.
type position struct {
	shard *shard
	first uint64 // set of the shard
	a, b  uint64 // sets
	tag   uint64 // 48 bits, not 0
}

const (
	tagBits   = 48
	maxShards = 256
	minShard  = 512 // places, where there are several
)

func newTable(size int) table {
	each := max(size, 1) // places of one shard
	shards := 1
	for shards < maxShards && each >= 2*minShard {
		shards, each = shards*2, (each+1)/2
	}
	// Keys do not spread evenly over shards: leave room for one standard
	// deviation.
	each += int(math.Sqrt(float64(each)))
	sets := max((each+ways-1)/ways, 2)
	return table{
		shards: make([]shard, shards),
		sets:   make([]set, shards*sets),
		each:   uint64(sets),
	}
}

func (t *table) empty() bool { return len(t.sets) == 0 }

// locate says where the key with hash h may lie. The shard, the set and the
// tag come from different bits, so that together they tell 64 bits apart.
func (t *table) locate(h uint64) position {
	s := h >> tagBits & uint64(len(t.shards)-1)
	p := position{
		shard: &t.shards[s],
		first: s * t.each,
		tag:   max(h&(1<<tagBits-1), 1),
	}
	in, _ := bits.Mul64(h*0x9e3779b97f4a7c15, t.each)
	p.a = p.first + in
	p.b = t.other(p.first, p.a, p.tag)
	return p
}

// other is the other set for what lies in set i with the tag: the other of
// the other is i.
func (t *table) other(first, i, tag uint64) uint64 {
	sum, _ := bits.Mul64(tag*0xd6e8feb86659fd93, t.each)
	in := sum + t.each - (i - first)
	if in >= t.each {
		in -= t.each
	}
	return first + in
}

// find returns the Windows at p, or nil.
func (t *table) find(p position) *Windows {
	low, high := uint32(p.tag), uint16(p.tag>>32)
	for _, i := range [2]uint64{p.a, p.b} {
		s := &t.sets[i]
		for j, x := range s.low {
			if x == low && s.high[j] == high {
				return &s.w[j]
			}
		}
	}
	return nil
}

// insert makes room for the key at p and returns its zero Windows.
func (t *table) insert(p position, now uint64, limits []Limit) *Windows {
	i, j, pr := t.weakest(p.a, now, limits)
	if pr > free {
		if i2, j2, pr2 := t.weakest(p.b, now, limits); pr2 < pr {
			i, j, pr = i2, j2, pr2
		}
	}
	if pr > decayed && p.shard.used < ways*int(t.each) {
		if k, ok := t.vacate(p.first, p.a, true); ok {
			i, j, pr = p.a, k, free
		} else if k, ok := t.vacate(p.first, p.b, true); ok {
			i, j, pr = p.b, k, free
		}
	}
	if pr > half {
		i, j, pr = t.spare(p, i, j, pr, now, limits)
	}
	switch {
	case pr == free:
		p.shard.used++
	case pr == decayed:
		p.shard.replaced++
	default:
		p.shard.evicted++
		if pr > half {
			p.shard.freed++
		}
	}
	s := &t.sets[i]
	s.low[j], s.high[j], s.w[j] = uint32(p.tag), uint16(p.tag>>32), Windows{}
	return &s.w[j]
}

// vacate moves something out of set i, in which no place is free, to its
// other set, and returns the place it left. With further it may make room
// there first in the same way. That cannot come back to set i, which is full.
func (t *table) vacate(first, i uint64, further bool) (place int, ok bool) {
	s := &t.sets[i]
	for j := range ways {
		to := t.other(first, i, s.tag(j))
		if k, ok := t.sets[to].free(); ok {
			s.move(j, &t.sets[to], k)
			return j, true
		}
	}
	if !further {
		return 0, false
	}
	for j := range ways {
		to := t.other(first, i, s.tag(j))
		if k, ok := t.vacate(first, to, false); ok && to != i {
			s.move(j, &t.sets[to], k)
			return j, true
		}
	}
	return 0, false
}

// spare looks for a key to evict that is not over half of a limit, where all
// that lie in the sets of p are: one in the other set of one of those, which
// can then move there.
func (t *table) spare(p position, i uint64, j int, pr pressure, now uint64, limits []Limit) (uint64, int, pressure) {
	for _, from := range [2]uint64{p.a, p.b} {
		s := &t.sets[from]
		for k := range ways {
			to := t.other(p.first, from, s.tag(k))
			if _, j2, pr2 := t.weakest(to, now, limits); pr2 <= half {
				s.move(k, &t.sets[to], j2)
				return from, k, pr2
			}
		}
	}
	return i, j, pr
}

// move copies place j of s over place k of to.
func (s *set) move(j int, to *set, k int) {
	to.low[k], to.high[k], to.w[k] = s.low[j], s.high[j], s.w[j]
}

// free is a place that is free, if there is one.
func (s *set) free() (place int, ok bool) {
	for j := range ways {
		if s.low[j] == 0 && s.high[j] == 0 {
			return j, true
		}
	}
	return 0, false
}

func (s *set) tag(j int) uint64 { return uint64(s.high[j])<<32 | uint64(s.low[j]) }

// weakest is the place of set i that is the first to go: a free one, one
// whose counts have decayed, or the one under the least pressure, and of
// equals the one that was not used for longest.
func (t *table) weakest(i, now uint64, limits []Limit) (_ uint64, place int, least pressure) {
	s := &t.sets[i]
	if j, ok := s.free(); ok {
		return i, j, free
	}
	least = full + 1
	var oldest uint64
	for j := range ways {
		w := &s.w[j]
		pr, seen := pressureOn(w, now, limits), w.clock&clockMask
		if pr < least || pr == least && seen < oldest {
			place, least, oldest = j, pr, seen
		}
	}
	return i, place, least
}

// A pressure is how near a key is to the nearest of its limits, in millionths.
type pressure int64

const (
	free    pressure = -1
	decayed pressure = 0
	half    pressure = 500_000
	full    pressure = 1_000_000
)

// pressureOn is decayed only if there is nothing to lose.
func pressureOn(w *Windows, now uint64, limits []Limit) pressure {
	now = w.now(now)
	var most pressure
	for _, l := range limits {
		n := w.sum(ringFor(l.Per), now, perMillis(l.Per))
		if n == 0 {
			continue
		}
		room := uint64(max(l.room(), 1))
		most = max(most, full*pressure(min(n, room))/pressure(room), 1)
	}
	return most
}

func (t *table) stats() Stats {
	st := Stats{Cap: ways * len(t.sets)}
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		st.Len += s.used
		st.Replaced += s.replaced
		st.Evicted += s.evicted
		st.Freed += s.freed
		s.mu.Unlock()
	}
	return st
}
