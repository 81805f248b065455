package limiter

import (
	"math"
	"time"
)

// Windows counts the events of one key over the last minute, hour, day and
// week. It is a plain value of 88 bytes without pointers: copy it, compare
// it, put it into an array. It knows no limits; they are arguments, and can
// change at any time without falsifying what was counted.
//
// The zero Windows is empty and ready to use. A Windows is not safe for
// concurrent use; [Limiter] is. What it does depends on nothing but what it
// was told.
//
// # Precision
//
// A window of length Per is judged by the finest ring of sub-buckets that
// covers it, and every sub-bucket that overlaps the window counts in full. So
// a count is never too low and never more than the limit is admitted, and a
// sender waits at most one sub-bucket longer than an exact log of all times
// would have it wait: 8.6 seconds for a Per of up to a minute, 4 minutes for
// up to an hour, 63 minutes for up to a day, 11.2 hours for up to a week. A
// count of up to 255 in a sub-bucket is exact; a larger one is rounded up by
// at most one part in 128 when its sub-bucket closes, and so are then the
// others of its ring.
//
// # Time
//
// Times count in whole milliseconds, from 1970 to 9999; others are clamped.
// A time before the newest one seen counts as that: a clock that goes back
// neither clears nor rewrites anything.
type Windows struct {
	cells [8]uint64     // closed sub-buckets; see ring.go. The top 3 bits of each ring's last word: see refused.go
	open  [rings]uint32 // counts of the open sub-buckets, 28 bits; the top 4 bits: see refused.go
	clock uint64        // newest time seen, in milliseconds, 48 bits; the top 16 bits: see refused.go
}

const (
	openMask  = MaxN
	clockMask = 1<<48 - 1
)

// ring is the closed part of ring r.
func (w *Windows) ring(r int) []uint64 {
	switch r {
	case minuteRing:
		return w.cells[0:1]
	case hourRing:
		return w.cells[1:3]
	case dayRing:
		return w.cells[3:6]
	}
	return w.cells[6:8]
}

// Take counts n if all limits allow it, and else counts n as refused. It
// never counts part of it. A refused try does not count against any limit,
// now or later. An n below 1 takes nothing.
func (w *Windows) Take(t time.Time, limits []Limit, n int) Result {
	var few [fewRules]rule
	return w.take(t, appendRules(few[:0], limits), n)
}

// Check says what [Windows.Take] would, and changes nothing.
func (w *Windows) Check(t time.Time, limits []Limit, n int) Result {
	var few [fewRules]rule
	return w.check(t, appendRules(few[:0], limits), n)
}

func (w *Windows) take(t time.Time, rules []rule, n int) Result {
	ms := millis(t)
	left, binds := w.judge(ms, rules, n)
	if left < 0 {
		res := w.refusal(t, rules, n)
		w.refuse(ms, n)
		return res
	}
	if n > 0 {
		w.add(ms, n)
	}
	return admission(rules, left, binds)
}

func (w *Windows) check(t time.Time, rules []rule, n int) Result {
	left, binds := w.judge(millis(t), rules, n)
	if left < 0 {
		return w.refusal(t, rules, n)
	}
	return admission(rules, left, binds)
}

// judge returns what the rule that binds has left after n, which is less than
// 0 if some rule refuses.
func (w *Windows) judge(ms uint64, rules []rule, n int) (left, binds int) {
	now := w.now(ms)
	n = min(max(n, 0), MaxN+1)
	left = math.MaxInt
	for i := range rules {
		r := &rules[i]
		if x := r.room - n - int(w.sum(r.ring, now, r.per)); x < left {
			left, binds = x, i
		}
	}
	if n == 0 {
		left = max(left, 0)
	}
	return left, binds
}

// admission is the answer to a try that no rule refuses.
func admission(rules []rule, left, binds int) Result {
	res := Result{OK: true, Remaining: left}
	if binds < len(rules) {
		res.Limit = rules[binds].Limit
	}
	return res
}

// refusal is the answer to a try that some rule refuses.
func (w *Windows) refusal(t time.Time, rules []rule, n int) Result {
	var res Result
	now := w.now(millis(t))
	var wait, longest uint64
	for i := range rules {
		r := &rules[i]
		remaining := max(r.room-int(w.sum(r.ring, now, r.per)), 0)
		if n > r.room {
			return Result{Remaining: remaining, Limit: r.Limit}
		}
		// A limit that would allow it now can refuse it later, though nothing
		// is counted, if closing a sub-bucket rounds up.
		if n <= remaining && w.open[r.ring]&openMask <= 255 && exponent(w.ring(r.ring)) == 0 {
			continue
		}
		free := w.free(r.ring, r.per, uint64(r.room-n))
		wait = max(wait, free)
		if n > remaining && free > longest {
			longest = free
			res.Remaining, res.Limit = remaining, r.Limit
		}
	}
	res.RetryAfter = until(t, wait)
	return res
}

// Add counts n, whatever the limits: for history, and for what cannot be
// refused.
func (w *Windows) Add(t time.Time, n int) {
	if n > 0 {
		w.add(millis(t), n)
	}
}

func (w *Windows) add(ms uint64, n int) {
	w.advance(ms)
	for r, open := range w.open {
		w.open[r] = open&^openMask | uint32(min(uint64(open&openMask)+uint64(n), openMask))
	}
}

// Refund takes back n that [Windows.Take] or [Windows.Add] counted at t. It
// is exact where the sub-bucket of t still counts exactly; elsewhere it gives
// back at most n, and nothing once the time is forgotten. It gives back
// nothing at a time later than the newest.
func (w *Windows) Refund(t time.Time, n int) {
	ms, newest := millis(t), w.clock&clockMask
	if n <= 0 || ms > newest {
		return
	}
	for r := range rings {
		k := tick(r, newest) - tick(r, ms)
		if k == 0 {
			// A full sub-bucket may have seen more than it counts.
			if open := w.open[r] & openMask; open < openMask {
				w.open[r] -= uint32(min(uint64(open), uint64(n)))
			}
			continue
		}
		c := w.ring(r)
		if k >= uint64(8*len(c)) {
			continue
		}
		e, i, shift := exponent(c), (k-1)/8, 8*((k-1)%8)
		b := c[i] >> shift & 255
		if b<<e >= openMask {
			continue
		}
		c[i] -= min(b, uint64(n)>>e) << shift
		if e != 0 {
			last := len(c) - 1
			top := c[last] &^ cellsMask
			c[last] &= cellsMask
			e = settle(c, e)
			c[last] |= top&^(exponentMask<<exponentShift) | e<<exponentShift
		}
	}
}

// Count is how many were counted in the window of length per that ends at t:
// at least what was, and at most what was in per and one sub-bucket more. A
// per over a week counts as a week.
func (w *Windows) Count(t time.Time, per time.Duration) int {
	if per <= 0 {
		return 0
	}
	per = min(per, MaxPer)
	return int(w.sum(ringFor(per), w.now(millis(t)), perMillis(per)))
}

// Merge adds the counts of o, ring by ring: the result counts what w and o
// counted together. It is exact where both count exactly.
func (w *Windows) Merge(o *Windows) {
	b := *o
	newest := max(w.clock&clockMask, b.clock&clockMask)
	w.advance(newest)
	b.advance(newest)
	for r := range rings {
		w.open[r] = w.open[r]&^openMask | min(w.open[r]&openMask+b.open[r]&openMask, openMask)
		mergeRing(w.ring(r), b.ring(r))
	}
	w.setRefusals(mergeRefusals(w.refusals(), b.refusals()))
}

// mergeRing adds the closed sub-buckets of b to those of a.
func mergeRing(a, b []uint64) {
	ea, eb := exponent(a), exponent(b)
	last := len(a) - 1
	var sums [dayCells]uint64
	var most uint64
	for k := range 8*len(a) - 1 {
		i, shift := k/8, 8*(k%8)
		sum := min(a[i]>>shift&255<<ea+b[i]>>shift&255<<eb, maxClosed)
		sums[k], most = sum, max(most, sum)
	}
	var e uint64
	for shiftUp(most, e) > 255 {
		e++
	}
	top := a[last] &^ cellsMask &^ (exponentMask << exponentShift)
	clear(a)
	for k := range 8*len(a) - 1 {
		a[k/8] |= shiftUp(sums[k], e) << (8 * (k % 8))
	}
	a[last] |= top | e<<exponentShift
}

// Expires is the moment from which w means nothing: every count and every
// refusal has decayed, and w behaves like the zero Windows. It is the zero
// time if w is empty.
func (w *Windows) Expires() time.Time {
	newest := w.clock & clockMask
	ms := refusalsExpire(w.refusals(), newest)
	for r, span := range spans {
		if k, ok := w.youngest(r); ok {
			ms = max(ms, (tick(r, newest)-k+1)*width(r)+perMillis(span))
		}
	}
	if ms == 0 {
		return time.Time{}
	}
	return instant(ms)
}

// IsZero reports whether w counts nothing: it is new, or all was refunded. It
// does not see that time has passed; for that there is [Windows.Expires].
func (w *Windows) IsZero() bool {
	c := *w
	c.clock &^= clockMask
	return c == Windows{}
}

// now is ms, or the newest time seen if that is later.
func (w *Windows) now(ms uint64) uint64 { return max(ms, w.clock&clockMask) }

// advance moves the newest time to ms.
func (w *Windows) advance(ms uint64) {
	old := w.clock & clockMask
	if ms <= old {
		return
	}
	w.clock += ms - old
	minute := ms/minuteWidth - old/minuteWidth
	hour := ms/hourWidth - old/hourWidth
	day := ms/dayWidth - old/dayWidth
	week := ms/weekWidth - old/weekWidth
	refused := ms/refusedWidth - old/refusedWidth
	if minute != 0 {
		w.close(minuteRing, w.cells[0:1], minute)
	}
	if hour != 0 {
		w.close(hourRing, w.cells[1:3], hour)
	}
	if day|week|refused == 0 {
		return
	}
	if day != 0 {
		w.close(dayRing, w.cells[3:6], day)
	}
	if week != 0 {
		w.close(weekRing, w.cells[6:8], week)
	}
	if refused != 0 {
		w.setRefusals(rollRefusals(w.refusals(), refused))
	}
}

// close ages ring r by k and opens a new sub-bucket.
func (w *Windows) close(r int, c []uint64, k uint64) {
	roll(c, uint64(w.open[r]&openMask), k)
	w.open[r] &^= openMask
}

// sum is the count of ring r in the window of length per that ends at now,
// which is not before the newest time.
func (w *Windows) sum(r int, now, per uint64) uint64 {
	newest, since := w.clock&clockMask, less(now, per)
	var m, closed, e uint64 // sub-buckets besides the open one, what they hold
	switch r {
	case minuteRing:
		m = newest/minuteWidth - since/minuteWidth
		closed, e = total(pairs(w.cells[0]&firstBytes(min(m, 7)))), w.cells[0]
	case hourRing:
		m = newest/hourWidth - since/hourWidth
		closed, e = total(pairs(w.cells[1]&firstBytes(m))+
			pairs(w.cells[2]&firstBytes(less(min(m, 15), 8)))), w.cells[2]
	case dayRing:
		m = newest/dayWidth - since/dayWidth
		closed, e = total(pairs(w.cells[3]&firstBytes(m))+
			pairs(w.cells[4]&firstBytes(less(m, 8)))+
			pairs(w.cells[5]&firstBytes(less(min(m, 23), 16)))), w.cells[5]
	default:
		m = newest/weekWidth - since/weekWidth
		closed, e = total(pairs(w.cells[6]&firstBytes(m))+
			pairs(w.cells[7]&firstBytes(less(min(m, 15), 8)))), w.cells[7]
	}
	if int64(m) < 0 { // even the open one is over
		return 0
	}
	return closed<<(e>>exponentShift&exponentMask) + uint64(w.open[r&3]&openMask)
}

// free is the first millisecond at which the window of length per holds no
// more than room, if nothing is counted until then. It is reckoned with the
// open sub-bucket closed, which may round it up, and others with it.
func (w *Windows) free(r int, per, room uint64) uint64 {
	var cells [3]uint64
	c := cells[:copy(cells[:], w.ring(r))]
	open, e := uint64(w.open[r]&openMask), exponent(c)
	oldest := tick(r, w.clock&clockMask) + 1 // of those that can stay, from none on
	var sum uint64
	if open > 255<<e {
		// roll drops the oldest sub-bucket, but that goes before any other.
		roll(c, open, 1)
		e = exponent(c)
		room >>= e
	} else {
		sum = shiftUp(open, e)
		room >>= e
		if sum <= room {
			oldest--
		}
	}
	for k := range 8*len(c) - 1 {
		if sum += c[k/8] >> (8 * (k % 8)) & 255; sum > room {
			break
		}
		oldest--
	}
	// What is older than the oldest that can stay must go.
	return uint64(max(int64(oldest*width(r)+per), 0))
}

// youngest is the age, in sub-buckets, of the newest count in ring r.
func (w *Windows) youngest(r int) (uint64, bool) {
	if w.open[r]&openMask != 0 {
		return 0, true
	}
	c := w.ring(r)
	for k := range uint64(8*len(c) - 1) {
		if c[k/8]>>(8*(k%8))&255 != 0 {
			return k + 1, true
		}
	}
	return 0, false
}
