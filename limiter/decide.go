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
	own  bool // another rule, of another length, has this ring's place in the plan
}

// fewRules is how many rules are made without an allocation.
const fewRules = 4

// A plan is limits made ready for a decision. Limits usually are of different
// rings, one each: then one pass over the rings serves all of them.
type plan struct {
	rules   []rule
	periods periods // those of one rule a ring
}

// rules makes rules of limits and enters them into the periods of the plan. It
// allocates if few has no room for them.
func (p *periods) rules(few []rule, limits []Limit) []rule {
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
		if q := &p[ring%rings]; *q == 0 {
			*q = per
		} else if *q != per {
			r.own = true
		}
	}
	return rules
}

// sum is what the window of rule r holds; s is the sums of the plan.
func (r *rule) sum(w *Windows, now uint64, s *sums) uint32 {
	if r.own {
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

func (w *Windows) take(t time.Time, p *plan, n int) answer {
	ms := millis(t)
	now := w.now(ms)
	var s sums
	left, binds := w.decide(now, p, n, &s)
	if left < 0 {
		a := w.refusal(t, now, p, n, &s)
		w.refuse(ms, n)
		return a
	}
	if n > 0 {
		w.add(ms, n)
	}
	return answer{remaining: left, binds: binds, ok: true}
}

func (w *Windows) check(t time.Time, p *plan, n int) answer {
	now := w.now(millis(t))
	var s sums
	left, binds := w.decide(now, p, n, &s)
	if left < 0 {
		return w.refusal(t, now, p, n, &s)
	}
	return answer{remaining: left, binds: binds, ok: true}
}

// decide returns what the rule that binds has left after n, which is less than
// 0 if some rule refuses, and puts the sums of the plan into s.
func (w *Windows) decide(now uint64, p *plan, n int, s *sums) (left, binds int) {
	w.sums(now, &p.periods, s)
	left, binds = math.MaxInt, -1
	rules := p.rules
	for i := range rules {
		r := &rules[i]
		if x := int(r.room) - int(r.sum(w, now, s)); x < left {
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
// apart because most tries are admitted, and need not reckon how long to wait.
func (w *Windows) refusal(t time.Time, now uint64, p *plan, n int, s *sums) answer {
	a := answer{binds: -1}
	var wait uint64
	longest := int64(math.MinInt64)
	rules := p.rules
	for i := range rules {
		r := &rules[i]
		room, per := int(r.room), uint64(r.per)
		remaining := max(room-int(r.sum(w, now, s)), 0)
		if n > room {
			return answer{remaining: remaining, binds: i}
		}
		// A limit that would allow it now can refuse it later, though nothing
		// is counted, if closing a sub-bucket rounds up.
		if n <= remaining && w.exact(r.ring) {
			continue
		}
		free := int64(w.freeAt(int(r.ring), per, uint64(room-n))) // near 1970 it can lie before
		wait = max(wait, uint64(max(free, 0)))
		if n > remaining && free > longest {
			longest = free
			a.remaining, a.binds = remaining, i
		}
	}
	a.wait = until(t, wait)
	return a
}
