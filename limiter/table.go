package limiter

import (
	"math"
	"math/bits"
	"sync"
)

// A table is fixed memory for the counts of many keys. A shard is a lock
// over some sets; a set is eight places with a tag each. A key may lie in
// either of two sets of its shard, and which other one can be told from the
// tag, so that what lies in one set can be moved to make room (cuckoo
// hashing with partial keys: Fan et al., CoNEXT 2014).
type table struct {
	shards []shard
	sets   []set
	months []months // of each set, or none
	each   uint64   // sets of one shard
}

type shard struct {
	mu                       sync.Mutex
	used                     int
	replaced, evicted, freed uint64
	_                        [24]byte // fills a cache line
}

const (
	maxShards = 256
	minShard  = 512 // places, where there are several shards
)

func newTable(size int, month bool) table {
	each := max(size, 1) // places of one shard
	shards := 1
	for shards < maxShards && each >= 2*minShard {
		shards, each = shards*2, (each+1)/2
	}
	// Keys do not spread evenly over shards: leave room for one standard
	// deviation.
	each += int(math.Sqrt(float64(each)))
	sets := max((each+ways-1)/ways, 2)
	t := table{
		shards: make([]shard, shards),
		sets:   make([]set, shards*sets),
		each:   uint64(sets),
	}
	if month {
		t.months = make([]months, len(t.sets))
	}
	return t
}

// monthsOf are those of set i; nil without.
func (t *table) monthsOf(i uint64) *months {
	if t.months == nil {
		return nil
	}
	return &t.months[i]
}

func (t *table) empty() bool { return len(t.sets) == 0 }

// The shard, the set and the tag come from different bits of a hash, so that
// together they tell 64 bits apart.

func (t *table) number(h uint64) uint64 { return h >> tagBits & uint64(len(t.shards)-1) }

// lock locks the shard of hash h.
func (t *table) lock(h uint64) *shard {
	s := &t.shards[t.number(h)]
	s.mu.Lock()
	return s
}

// sets of hash h: the first of its shard, and the one it belongs to.
func (t *table) home(h uint64) (first, a uint64) {
	first = t.number(h) * t.each
	in, _ := bits.Mul64(h*0x9e3779b97f4a7c15, t.each)
	return first, first + in
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

// find returns the counts of hash h, or nil.
func (t *table) find(h uint64) (*short, *month) {
	first, a := t.home(h)
	tag := tagOf(h)
	s := &t.sets[a]
	if j := seat(tag); s.tag(j) == tag {
		return &s.w[j], t.monthsOf(a).at(j)
	}
	j, ok := s.find(tag)
	if !ok {
		a = t.other(first, a, tag)
		s = &t.sets[a]
		if j, ok = s.find(tag); !ok {
			return nil, nil
		}
	}
	return &s.w[uint(j)%ways], t.monthsOf(a).at(j)
}

// insert makes room for hash h, which is not in the table, and returns its
// empty counts.
func (t *table) insert(h, now uint64, p *plan) (*short, *month) {
	first, a := t.home(h)
	tag := tagOf(h)
	b := t.other(first, a, tag)
	sh := &t.shards[t.number(h)]

	i := a
	j, pr := t.sets[a].weakest(now, p, t.monthsOf(a))
	if pr > free {
		if k, pr2 := t.sets[b].weakest(now, p, t.monthsOf(b)); pr2 < pr {
			i, j, pr = b, k, pr2
		}
	}
	// Something would be lost, and there is room elsewhere: move others there.
	if pr > decayed && sh.used < ways*int(t.each) {
		if k, ok := t.vacate(first, a, true); ok {
			i, j, pr = a, k, free
		} else if k, ok := t.vacate(first, b, true); ok {
			i, j, pr = b, k, free
		}
	}
	// A key near its limit would be freed: let one go that is not, two steps away.
	if pr > half {
		if k, pr2 := t.spare(first, a, now, p); pr2 <= half {
			i, j, pr = a, k, pr2
		} else if k, pr2 := t.spare(first, b, now, p); pr2 <= half {
			i, j, pr = b, k, pr2
		}
	}
	switch {
	case pr == free:
		sh.used++
	case pr == decayed:
		sh.replaced++
	default:
		sh.evicted++
		if pr > half {
			sh.freed++
		}
	}
	s := &t.sets[i]
	j = s.settle(j, tag, t.monthsOf(i))
	s.setTag(j, tag)
	s.w[j] = short{}
	m := t.monthsOf(i).at(j)
	if m != nil {
		*m = month{open: monthKept}
	}
	return &s.w[j], m
}

// vacate moves something out of set i, in which no place is free, to its
// other set, and returns the place it left. With further it may make room
// there first in the same way. That cannot come back to set i, which is full.
func (t *table) vacate(first, i uint64, further bool) (place int, ok bool) {
	s := &t.sets[i]
	for j := range ways {
		to := t.other(first, i, s.tag(j))
		if k, ok := t.sets[to].find(0); ok {
			s.move(j, t.monthsOf(i), &t.sets[to], t.monthsOf(to), k)
			return j, true
		}
	}
	if !further {
		return 0, false
	}
	for j := range ways {
		to := t.other(first, i, s.tag(j))
		if k, ok := t.vacate(first, to, false); ok {
			s.move(j, t.monthsOf(i), &t.sets[to], t.monthsOf(to), k)
			return j, true
		}
	}
	return 0, false
}

// spare evicts a key that is not over half of a limit, if there is one, from
// the other set of one of the keys in set i, which moves there. It returns
// the place that this one left and the pressure on the evicted.
func (t *table) spare(first, i, now uint64, p *plan) (place int, least pressure) {
	s := &t.sets[i]
	for j := range ways {
		to := t.other(first, i, s.tag(j))
		if k, pr := t.sets[to].weakest(now, p, t.monthsOf(to)); pr <= half {
			s.move(j, t.monthsOf(i), &t.sets[to], t.monthsOf(to), k)
			return j, pr
		}
	}
	return 0, full
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
