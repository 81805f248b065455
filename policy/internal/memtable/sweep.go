package memtable

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// A clock is what a table knows of the time: what the updates say.
type clock struct {
	from, to atomic.Uint32 // between these times it has nothing to learn
	over     atomic.Uint32 // what ended before it is over; 0: nothing

	mu   sync.Mutex
	days stamp.Days
}

// see hears the time.
func (c *clock) see(at time.Time) {
	if at.IsZero() {
		return
	}
	now := stamp.Of(at)
	if c.from.Load() <= now && now < c.to.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	days := c.days
	days.See(now)
	c.set(days)
}

// set replaces the days that were heard. mu is locked.
func (c *clock) set(days stamp.Days) {
	c.days = days
	from, to := c.days.Next()
	c.from.Store(from)
	c.to.Store(to)
	c.over.Store(c.days.Over())
}

// sweepSize is how many records an update looks at while a pass is under way.
const sweepSize = 2

// A pass is a walk through the table that removes what is over: at most once a day,
// a little with every update, whichever shard that is of. In a shard it goes from the
// last slot of each class to the first: what is removed is replaced by the last of
// its class, a slot that the pass has seen.
type pass struct {
	done atomic.Uint32 // what the last whole pass went by

	mu    sync.Mutex // guards what follows; a shard's lock comes after it
	over  uint32     // what the pass goes by
	shard int        // where it is
	class int
	next  int // slots of the class that are still to be seen, or more than there are
}

const allSlots = int(^uint(0) >> 1)

// due reports whether there is something to sweep.
func (p *pass) due(c *clock) bool { return c.over.Load() != p.done.Load() }

// begin goes to the start.
func (p *pass) begin(over uint32) {
	p.over, p.shard, p.class, p.next = over, 0, classes-1, allSlots
}

// sweep goes on with a pass, or begins one. One update at a time does.
func (t *Table) sweep() {
	p := &t.pass
	if !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if over := t.clock.over.Load(); p.shard == len(t.shards) {
		p.begin(over)
	} else { // it goes on, however many days it takes
		p.over = min(p.over, over)
	}
	t.walk(sweepSize)
}

// Sweep removes at once what is over.
func (t *Table) Sweep() {
	t.pass.mu.Lock()
	defer t.pass.mu.Unlock()
	for t.pass.begin(t.clock.over.Load()); t.pass.shard < len(t.shards); {
		t.walk(allSlots)
	}
}

// walk looks at some records of the shard where the pass is.
func (t *Table) walk(n int) {
	p := &t.pass
	s := &t.shards[p.shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; n > 0 && p.class >= 0; n-- {
		for p.next = min(p.next, s.size(p.class)); p.next == 0 && p.class > 0; p.next = min(allSlots, s.size(p.class)) {
			p.class--
		}
		if p.next == 0 {
			p.class = -1
			break
		}
		p.next--
		s.look(t, s.ref(p.class, p.next), p.over)
	}
	if p.class >= 0 {
		return
	}
	p.class, p.next = classes-1, allSlots
	if p.shard++; p.shard == len(t.shards) {
		p.done.Store(p.over)
	}
}

// look removes the record of a slot if it is over, or lessens it.
func (s *shard) look(t *Table, ref slotRef, over uint32) {
	slot := s.slot(ref)
	gone := slotExpires(slot) < over
	var left Record
	if !gone {
		less := false
		if t.lessen != nil {
			left, less = t.lessen(slotData(slot), over)
		}
		if !less {
			return
		}
	}
	p := t.place(slotKey(slot))
	at, found := s.find(p)
	switch {
	case !found: // it cannot be
	case gone:
		s.remove(t, p, at)
		s.expired++
	default:
		// An error is that the table is full: then it stays as it is.
		_, _ = s.replace(t, p, at, &left)
	}
}

// size returns how many slots of a class there are.
func (s *shard) size(class int) int {
	if class == 0 {
		return len(s.large)
	}
	slab := &s.slabs[class]
	return max(0, len(slab.chunks)-1)*perChunk(class) + slab.fill
}

// ref returns the i-th slot of a class.
func (s *shard) ref(class, i int) slotRef {
	if class == 0 {
		return slotRef(i)
	}
	each := perChunk(class)
	return refOf(class, i/each, i%each)
}

// See tells the table the time, as an Update does.
func (t *Table) See(at time.Time) { t.clock.see(at) }

// Days is what the table heard of the time.
func (t *Table) Days() stamp.Days {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.clock.days
}

// SetDays replaces that.
func (t *Table) SetDays(days stamp.Days) {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.clock.set(days)
}
