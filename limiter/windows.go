package limiter

import (
	"math/bits"
	"time"
)

// Windows counts the events of one key over the last minute, hour, day and
// week, and over 31 days where that is asked for. It is a plain value of 112 bytes
// without pointers: copy it, compare it, put it into an array. It knows no limits;
// they are arguments, and can change at any time without falsifying what was counted.
//
// The zero Windows is empty and ready to use. A Windows is not safe for
// concurrent use; [Limiter] is.
//
// # Precision
//
// A window of length Per is counted by the finest ring of sub-buckets that
// covers it, and every sub-bucket that overlaps the window counts in full. So
// a count is never too low and never more than the limit is admitted, and a
// sender waits at most one sub-bucket longer than an exact log of all times
// would have it wait: 4.3 seconds for a Per of up to a minute, 2 minutes for
// up to an hour, 31 minutes for up to a day, 5.6 hours for up to a week, and 18.6
// hours for up to 31 days.
// Where more than 15 fell into one sub-bucket, these are doubled until that
// is past. Counts are exact while none is over 255 in a doubled sub-bucket;
// else each closed one of the ring is rounded up, by less than one part in 128
// of the largest.
//
// # Months
//
// Few limits are for longer than a week, so what is longer ago is counted only from
// the first [Windows.Take] with such a limit on, or from [Windows.KeepMonth]; until
// then it counts as nothing. It takes up to 24 more bytes of the binary form, and
// none before.
//
// # Time
//
// Times count in whole milliseconds, from 1970 to 9999; others are clamped.
// A time before the newest one seen counts as that: a clock that goes back
// neither clears nor rewrites anything. After one that was far ahead, [Windows.Rewind].
type Windows struct {
	short
	month month
}

// A short is a Windows without the month.
type short struct {
	cells [8]uint64     // closed sub-buckets; see ring.go. The top 3 bits of each ring's last word: see refused.go
	open  [rings]uint32 // counts of the open sub-buckets, 28 bits; the top 4 bits: see refused.go
	clock uint64        // newest time seen, in milliseconds, 48 bits; the top 16 bits: see refused.go
}

const (
	openMask  = MaxN
	clockBits = 48
	clockMask = 1<<clockBits - 1
)

// ring is the closed part of ring r.
func (w *short) ring(r int) []uint64 {
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

// lastWords are the last words of the rings.
var lastWords = [rings]uint8{0, 2, 5, 7}

// Take counts n if all limits allow it, and else counts n as refused. It
// never counts part of it. A refused try does not count against any limit,
// now or later. An n below 1 takes nothing.
func (w *Windows) Take(t time.Time, limits []Limit, n int) (res Result) {
	var few [fewRules]rule
	var p plan
	p.rules = p.make(few[:0], limits)
	if p.month {
		w.KeepMonth(t)
	}
	w.take(t, &p, n, &w.month).to(&res, &p)
	return res
}

// Check says what [Windows.Take] would, and changes nothing.
func (w *Windows) Check(t time.Time, limits []Limit, n int) (res Result) {
	var few [fewRules]rule
	var p plan
	p.rules = p.make(few[:0], limits)
	if p.month && !w.month.kept() {
		c := *w
		c.KeepMonth(t)
		w = &c
	}
	w.check(t, &p, n, &w.month).to(&res, &p)
	return res
}

// Add counts n, whatever the limits: for history, and for what cannot be
// refused.
func (w *Windows) Add(t time.Time, n int) {
	if n > 0 {
		w.add(millis(t), n, &w.month)
	}
}

func (w *short) add(ms uint64, n int, m *month) {
	w.advance(ms, m)
	more := uint32(min(n, MaxN))
	if m.kept() {
		m.add(more)
	}
	// Where no sum can pass the mask, and so none can spill into the bits above it.
	if o := &w.open; (o[0]|o[1]|o[2]|o[3])&openMask|more <= openMask/2 {
		o[0] += more
		o[1] += more
		o[2] += more
		o[3] += more
		return
	}
	for r := range w.open {
		w.open[r] += min(more, openMask-w.open[r]&openMask)
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
		c := w.ring(r)
		refund(c, size(c), &w.open[r], tick(r, newest), tick(r, ms), uint64(n))
	}
	if w.month.kept() {
		w.month.refund(tick(monthRing, newest), tick(monthRing, ms), uint64(n))
	}
}

// refund takes n out of a ring at a tick.
func refund(c []uint64, size uint64, open *uint32, head, at, n uint64) {
	s := scale(c)
	age, bits, e := head-at, uint64(4), uint64(0) // of what holds the tick
	if s != 0 {
		age, bits, e = head/2-at/2, 8, s-coarse
	}
	if age == 0 {
		// A full sub-bucket may have seen more than it counts.
		if x := *open & openMask; x < openMask {
			*open -= uint32(min(uint64(x), n))
		}
	} else if i := bits * (age - 1); i < size {
		x := c[i/64] >> (i % 64) & lowest(bits)
		if x<<e >= openMask {
			return
		}
		y := min(x, n>>e)
		c[i/64] -= y << (i % 64)
		// What a ring counted while it was coarse is in the later half: see refine.
		if s == 0 && n > y && at&1 == 0 {
			refund(c, size, open, head, at+1, n-y)
		}
	}
	if s != 0 {
		last := len(c) - 1
		top := c[last] &^ cellsMask
		c[last] &= cellsMask
		s = refine(c, size, lower(c, e), head)
		c[last] |= top&^scaleMask | s<<scaleShift
	}
}

// Rewind takes a clock that was ahead back to t: every count is as old at t as it was at
// the newest time, give or take a sub-bucket, and t is the newest time. Without it, a
// time that was far ahead would stand until the clock has come there. It changes
// nothing where the newest time is not after t.
func (w *Windows) Rewind(t time.Time) {
	if ms, newest := millis(t), w.clock&clockMask; ms < newest {
		w.clock -= newest - ms
	}
}

// Newest is the newest time seen; zero if there was none.
func (w *Windows) Newest() time.Time {
	if ms := w.clock & clockMask; ms != 0 {
		return instant(ms)
	}
	return time.Time{}
}

// Count is how many were counted in the window of length per that ends at t: at
// least what was, and at most what was in per and one sub-bucket more. A per of
// nothing holds none, and one over a week counts as a week.
func (w *Windows) Count(t time.Time, per time.Duration) int {
	if per <= 0 {
		return 0
	}
	per = min(per, MaxPer)
	r := ringFor(per)
	if r == monthRing {
		if w.month.kept() {
			return int(w.month.sum(&w.short, w.now(millis(t)), uint32(perMillis(per))))
		}
		r, per = weekRing, spans[weekRing] // all that is known
	}
	return int(w.sum(w.now(millis(t)), r, uint32(perMillis(per))))
}

// Expires is the moment from which w means nothing: every count and every
// refusal has decayed, and w behaves like the zero Windows. It is the zero
// time if w is empty.
func (w *Windows) Expires() time.Time {
	newest := w.clock & clockMask
	ms := refusalsExpire(w.refusals(), newest)
	for r, span := range spans {
		if at, ok := youngest(w.ring(r), w.open[r], tick(r, newest)); ok {
			ms = max(ms, (at+1)*halfWidth(r)+perMillis(span))
		}
	}
	if c := w.month.ring(); w.month.kept() {
		if at, ok := youngest(c[:], w.month.open, tick(monthRing, newest)); ok {
			ms = max(ms, (at+1)*monthHalf+perMillis(MaxPer))
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
	c, o, m := &w.cells, &w.open, &w.month // without a loop: of every record that is written
	return c[0]|c[1]|c[2]|c[3]|c[4]|c[5]|c[6]|c[7]|m.cells[0]|m.cells[1]|w.clock>>clockBits == 0 &&
		o[0]|o[1]|o[2]|o[3]|m.more|m.open&^monthKept == 0
}

// isNew reports whether w is the zero value: one that has a time is not.
func (w *Windows) isNew() bool { return w.clock == 0 && *w == (Windows{}) }

// now is ms, or the newest time seen if that is later.
func (w *short) now(ms uint64) uint64 { return max(ms, w.clock&clockMask) }

// advance moves the newest time to ms.
func (w *short) advance(ms uint64, m *month) {
	old := w.clock & clockMask
	if ms <= old {
		return
	}
	w.clock += ms - old
	if from, to := old/minuteHalf, ms/minuteHalf; from != to {
		w.roll(minuteRing, w.cells[0:1], from, to)
	}
	if from, to := old/hourHalf, ms/hourHalf; from != to {
		w.roll(hourRing, w.cells[1:3], from, to)
		if k := ms/refusedWidth - old/refusedWidth; k != 0 { // a multiple of hourHalf
			w.setRefusals(rollRefusals(w.refusals(), k))
		}
	}
	if from, to := old/dayHalf, ms/dayHalf; from != to {
		w.roll(dayRing, w.cells[3:6], from, to)
	}
	if from, to := old/weekHalf, ms/weekHalf; from != to {
		w.roll(weekRing, w.cells[6:8], from, to)
	}
	if m.kept() {
		m.roll(old/monthHalf, ms/monthHalf)
	}
}

// roll ages ring r and opens a new sub-bucket.
func (w *short) roll(r int, c []uint64, from, to uint64) {
	open := w.open[r]
	w.open[r] = open&^openMask | uint32(roll(c, size(c), uint64(open&openMask), from, to))
}

// youngest is the tick that the newest count of a ring counts for, if there is one:
// the later half of its sub-bucket where the ring is coarse.
func youngest(c []uint64, open uint32, head uint64) (at uint64, ok bool) {
	if open &= openMask; open != 0 {
		if scale(c) != 0 || open > maxHalf { // coarse once it closes
			head |= 1
		}
		return head, true
	}
	for i, x := range c {
		if i == len(c)-1 {
			x &= cellsMask
		}
		if x == 0 {
			continue
		}
		age := uint64(64*i+bits.TrailingZeros64(x))/4 + 1
		if scale(c) != 0 {
			return (head/2-(age+1)/2)*2 + 1, true
		}
		return head - age, true
	}
	return 0, false
}
