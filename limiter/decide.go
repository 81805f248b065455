package limiter

import (
	"math"
	"slices"
	"time"
)

// A rule is a limit in the units of the rings.
type rule struct {
	Limit
	per  uint32 // milliseconds
	room uint32 // what an empty window allows
	ring uint8
	own  bool // another rule, of another length, has this ring's place in the plan, or it has none
}

// fewRules is how many rules are made without an allocation.
const fewRules = 4

// A plan is limits made ready for a decision. Limits usually are of different
// rings, one each: then one pass over the rings serves all of them.
type plan struct {
	rules   []rule
	periods periods // those of one rule a ring
	month   bool    // some rule is for longer than a week
	shuts   bool    // counts may be shut: see shut.go
}

// make makes rules of limits and enters the rest into the plan. It
// allocates if few has no room for them.
func (p *plan) make(few []rule, limits []Limit) []rule {
	rules := few
	for i, l := range limits {
		ring, per, room := ringFor(l.Per), uint32(1), uint32(0)
		if l.Per > 0 && l.Per <= MaxPer {
			per, room = uint32(perMillis(l.Per)), uint32(min(max(l.N, 0), MaxN))
		}
		if i == cap(rules) {
			rules = slices.Grow(rules[:i], len(limits)-i)
		}
		rules = rules[:i+1]
		r := &rules[i]
		r.Limit, r.per, r.room, r.ring, r.own = l, per, room, uint8(ring), false
		if ring == monthRing {
			r.own, p.month = true, true
		} else if q := &p.periods[ring%rings]; *q == 0 {
			*q = per
		} else if *q != per {
			r.own = true
		}
	}
	return rules
}

// sum is what the window of rule r holds; s is the sums of the plan.
func (r *rule) sum(w *short, now uint64, s *sums, m *month) uint32 {
	if r.own {
		if r.ring == monthRing {
			return m.sum(w, now, r.per)
		}
		return w.sum(now, int(r.ring), r.per)
	}
	return s[r.ring%rings]
}

// An answer is a Result that fits into registers.
type answer struct {
	remaining int
	wait      time.Duration
	binds     int // which rule; -1: none
	ok        bool
}

// to fills the zero Result in place: it is too large for the compiler to keep
// in registers, and a copy through memory costs more than the decision.
func (a answer) to(res *Result, p *plan) {
	res.OK, res.Remaining, res.RetryAfter = a.ok, a.remaining, a.wait
	if a.binds >= 0 {
		res.Limit = p.rules[a.binds].Limit
	}
}

func (w *short) take(t time.Time, p *plan, n int, m *month) answer {
	ms := millis(t)
	if w.cells[0]&shutFlag == shutFlag {
		if a, ok := w.refuseAgain(t, ms, n); ok {
			return a
		}
		w.unshut(m)
	}
	now := w.now(ms)
	var s sums
	left, binds := w.decide(now, p, n, &s, m)
	if left < 0 {
		a, end := w.refusal(t, now, p, n, &s, m)
		w.refuse(ms, n, m)
		if p.shuts && n == 1 {
			w.shut(p, a.binds, end, m)
		}
		return a
	}
	if n > 0 {
		w.add(ms, n, m)
	}
	return answer{remaining: left, binds: binds, ok: true}
}

func (w *short) check(t time.Time, p *plan, n int, m *month) answer {
	now := w.now(millis(t))
	var s sums
	left, binds := w.decide(now, p, n, &s, m)
	if left < 0 {
		a, _ := w.refusal(t, now, p, n, &s, m)
		return a
	}
	return answer{remaining: left, binds: binds, ok: true}
}

// decide returns what the rule that binds has left after n, which is less than
// 0 if some rule refuses, and puts the sums of the plan into s.
func (w *short) decide(now uint64, p *plan, n int, s *sums, m *month) (left, binds int) {
	w.sums(now, &p.periods, s)
	left, binds = math.MaxInt, -1
	rules := p.rules
	for i := range rules {
		r := &rules[i]
		if x := int(r.room) - int(r.sum(w, now, s, m)); x < left {
			left, binds = x, i
		}
	}
	if binds >= 0 {
		if n > 0 {
			left -= min(n, MaxN+1)
		} else {
			left = max(left, 0)
		}
	}
	return left, binds
}

// refusal is the answer to a try that some rule refuses; s is from decide. It is
// apart because most tries are admitted, and need not reckon how long to wait. The
// end is when the rule that binds allows it, 0 if another is to be waited for.
func (w *short) refusal(t time.Time, now uint64, p *plan, n int, s *sums, m *month) (a answer, end uint64) {
	a.binds = -1
	var wait uint64
	longest := int64(math.MinInt64)
	rules := p.rules
	for i := range rules {
		r := &rules[i]
		room, per := int(r.room), uint64(r.per)
		remaining := max(room-int(r.sum(w, now, s, m)), 0)
		if n > room {
			return answer{remaining: remaining, binds: i}, 0
		}
		// A limit that would allow it now can refuse it later, though nothing
		// is counted, if closing a sub-bucket rounds up.
		if n <= remaining && w.exact(r.ring, m) {
			continue
		}
		free := int64(w.freeAt(int(r.ring), per, uint64(room-n), m)) // near 1970 it can lie before
		wait = max(wait, uint64(max(free, 0)))
		if n > remaining && free > longest {
			longest = free
			a.remaining, a.binds = remaining, i
		}
	}
	a.wait = until(t, wait)
	if longest == int64(wait) {
		end = wait
	}
	return a, end
}
