package limiter

import "time"

// Counts in the table of a [Limiter] that refuse are shut: they remember which rule
// binds and when it allows 1 again, so that who goes on trying is answered without a
// sum. It is remembered in bits that are free where no count of an open sub-bucket is
// over 255, and no closed one was rounded; other counts are not shut. A flag that no
// scale has tells of it; the open counts of the four rings then have above their 8 bits
//
//	minute  bits 8–27   when the rule allows 1, in milliseconds after the newest time
//	hour    bits 8–19   the rest of that
//	        bits 20–27  which rule it is
//	day     bits 8–27   how long all this is known to hold, from the newest time too
//	week    bits 8–27   the newest try answered by it, likewise
//
// It holds as long as the counts would answer the same, to the millisecond, and be
// the same after it; nothing that is known of the time after is used. Whoever reads or
// changes the counts, calls unshut before.
const (
	shutFlag  = 24 << scaleShift // of the minute's ring: a scale is at most maxExponent+coarse
	shutBits  = 8
	shutMask  = 1<<20 - 1
	shutEnd   = 12 // bits of the end that the hour's ring has
	shutRules = 1 << 8
)

// shut shuts counts that refuse 1 at their newest time, where end is when the rule
// that binds allows it.
func (w *short) shut(p *plan, binds int, end uint64, m *month) {
	newest, o := w.clock&clockMask, &w.open
	far := less(end, newest)
	if far == 0 || far >= 1<<(20+shutEnd) || end > maxMillis || binds >= shutRules || (o[0]|o[1]|o[2]|o[3])&openMask >= 1<<shutBits || w.cells[0]&scaleMask > coarse<<scaleShift {
		return
	}
	// Refusals are counted by quarters of a day.
	holds := min(end, (newest/refusedWidth+1)*refusedWidth, newest+shutMask)
	for r := range uint8(rings) {
		if !w.exact(r, m) { // until it closes, and rounds
			holds = min(holds, (tick(int(r), newest)+1)*halfWidth(int(r)))
		}
	}
	if m.kept() && !w.exact(monthRing, m) {
		return
	}
	for i := range p.rules {
		r := &p.rules[i]
		if !w.exact(r.ring, m) { // until one of its sub-buckets leaves the window
			half, per := halfWidth(int(r.ring)), uint64(r.per)
			holds = min(holds, (less(newest, per)/half+1)*half+per)
		}
	}
	if holds <= newest {
		return
	}
	w.cells[0] |= shutFlag
	o[minuteRing] |= uint32(far&shutMask) << shutBits
	o[hourRing] |= uint32(far>>20|uint64(binds)<<shutEnd) << shutBits
	o[dayRing] |= uint32(holds-newest) << shutBits
}

// refuseAgain answers a try of 1 by counts that are shut.
func (w *short) refuseAgain(t time.Time, ms uint64, n int) (a answer, ok bool) {
	newest := w.clock & clockMask
	at := max(less(ms, newest), uint64(w.open[weekRing]>>shutBits&shutMask))
	if n != 1 || at >= uint64(w.open[dayRing]>>shutBits&shutMask) {
		return a, false
	}
	w.open[weekRing] = w.open[weekRing]&^(shutMask<<shutBits) | uint32(at)<<shutBits
	if w.clock>>clockBits&refusedOpenMask != refusedOpenMask {
		w.clock += 1 << clockBits
	}
	x := uint64(w.open[hourRing] >> shutBits & shutMask)
	far := uint64(w.open[minuteRing]>>shutBits&shutMask) | x&(1<<shutEnd-1)<<20
	return answer{binds: int(x >> shutEnd), wait: until(t, newest+far)}, true
}

// unshut makes counts what they would be without.
func (w *short) unshut(m *month) {
	if w.cells[0]&shutFlag != shutFlag {
		return
	}
	at := uint64(w.open[weekRing] >> shutBits & shutMask)
	w.cells[0] &^= shutFlag
	for r := range w.open {
		w.open[r] &^= shutMask << shutBits
	}
	w.advance(w.clock&clockMask+at, m)
}
