package limiter

import (
	"math"
	"time"
)

// A rule is a limit made ready for judging.
type rule struct {
	Limit
	per  uint32 // milliseconds
	room uint32 // what an empty window allows
	ring int
}

func (l Limit) rule() rule {
	r := rule{Limit: l, ring: ringFor(l.Per)}
	if l.Per > 0 && l.Per <= MaxPer {
		r.per, r.room = uint32(perMillis(l.Per)), uint32(min(max(l.N, 0), MaxN))
	}
	return r
}

// appendRules appends the rules of limits.
func appendRules(rules []rule, limits []Limit) []rule {
	for _, l := range limits {
		rules = append(rules, l.rule())
	}
	return rules
}

// fewRules is how many rules are made without an allocation.
const fewRules = 4

// An answer is a Result that fits into registers.
type answer struct {
	remaining int
	wait      time.Duration
	binds     int // which rule; -1: none
	ok        bool
}

func (a answer) result(rules []rule) Result {
	res := Result{OK: a.ok, Remaining: a.remaining, RetryAfter: a.wait}
	if a.binds >= 0 {
		res.Limit = rules[a.binds].Limit
	}
	return res
}

func (w *Windows) take(t time.Time, rules []rule, n int) answer {
	ms := millis(t)
	left, binds := w.judge(ms, rules, n)
	if left < 0 {
		a := w.refusal(t, rules, n)
		w.refuse(ms, n)
		return a
	}
	if n > 0 {
		w.add(ms, n)
	}
	return answer{remaining: left, binds: binds, ok: true}
}

func (w *Windows) check(t time.Time, rules []rule, n int) answer {
	left, binds := w.judge(millis(t), rules, n)
	if left < 0 {
		return w.refusal(t, rules, n)
	}
	return answer{remaining: left, binds: binds, ok: true}
}

// judge returns what the rule that binds has left after n, which is less than
// 0 if some rule refuses.
func (w *Windows) judge(ms uint64, rules []rule, n int) (left, binds int) {
	now := w.now(ms)
	n = min(max(n, 0), MaxN+1)
	left, binds = math.MaxInt, -1
	for i := range rules {
		r := &rules[i]
		if x := int(r.room) - n - int(w.sum(r.ring, now, uint64(r.per))); x < left {
			left, binds = x, i
		}
	}
	if n == 0 {
		left = max(left, 0)
	}
	return left, binds
}

// refusal is the answer to a try that some rule refuses.
func (w *Windows) refusal(t time.Time, rules []rule, n int) answer {
	a := answer{binds: -1}
	now := w.now(millis(t))
	var wait uint64
	longest := int64(math.MinInt64)
	for i := range rules {
		r := &rules[i]
		room, per := int(r.room), uint64(r.per)
		remaining := max(room-int(w.sum(r.ring, now, per)), 0)
		if n > room {
			return answer{remaining: remaining, binds: i}
		}
		// A limit that would allow it now can refuse it later, though nothing
		// is counted, if closing a sub-bucket rounds up.
		if n <= remaining && w.exact(r.ring) {
			continue
		}
		free := int64(w.free(r.ring, per, uint64(room-n))) // near 1970 it can lie before
		wait = max(wait, uint64(max(free, 0)))
		if n > remaining && free > longest {
			longest = free
			a.remaining, a.binds = remaining, i
		}
	}
	a.wait = until(t, wait)
	return a
}

// free is the first millisecond at which the window of length per holds no
// more than room, if nothing is counted until then. It is reckoned with the
// open sub-bucket closed, which may make the ring coarse and round it up.
func (w *Windows) free(r int, per, room uint64) uint64 {
	c := w.ring(r)
	s, open, next := scale(c), uint64(w.open[r]&openMask), tick(r, w.clock&clockMask)+1
	if s == 0 && open <= maxHalf {
		return oldest(c, open, room, 4, next)*halfWidth(r) + per
	}
	var cells [3]uint64
	c = cells[:copy(cells[:], c)]
	c[len(c)-1] &= cellsMask
	if s == 0 {
		open, s = coarsen(c, open, next-1), coarse
	}
	// In units of what rounding may make of them.
	e, most := s-coarse, s-coarse
	for shiftUp(open, most) > 255 {
		most++
	}
	for ; e < most; e++ {
		halve(c)
	}
	return oldest(c, shiftUp(open, e), room>>e, 8, (next-1)/2+1)*2*halfWidth(r) + per
}

// oldest is the number of the oldest sub-bucket that can stay if room is to
// hold it and all that are newer; next is the number of the one after the
// open one. A sub-bucket has some bits.
func oldest(c []uint64, open, room, bits, next uint64) uint64 {
	sum, at := open, uint64(0)
	for sum <= room {
		next--
		if at == uint64(64*len(c)-8) {
			break
		}
		sum += c[at/64] >> (at % 64) & lowest(bits)
		at += bits
	}
	return next
}

// exact reports whether no count of ring r will be rounded up, nor kept longer,
// when its open sub-bucket closes.
func (w *Windows) exact(r int) bool {
	open, s := w.open[r]&openMask, scale(w.ring(r))
	return s == 0 && open <= maxHalf || s == coarse && open <= 255
}
