package limiter

import "time"

// Refused tries are counted apart, in a coarser ring of 5 sub-buckets of six
// hours that covers a day. It lives in the 44 bits that the other counts of a
// Windows leave free, so that a key costs no more for it:
//
//	bits  0–12  the open sub-bucket, which stops at 8191
//	bits 13–40  the closed ones, 7 bits each, the newest lowest
//	bits 41–43  their exponent
const (
	refusedWidth = 6 * 3_600_000
	refusedCells = 5

	refusedOpenBits = 13
	refusedOpenMask = 1<<refusedOpenBits - 1
	refusedCellBits = 7
	refusedCellMask = 1<<refusedCellBits - 1
	refusedShift    = refusedOpenBits + (refusedCells-1)*refusedCellBits // of the exponent
	refusedMost     = 1 << refusedOpenBits                               // of a closed sub-bucket
)

// Refuse counts n refused that something else than [Windows.Take] refused, as
// where several Windows are asked with [Windows.Check] first. An n below 1 counts
// nothing.
func (w *Windows) Refuse(t time.Time, n int) {
	w.refuse(millis(t), n, &w.month)
}

func (w *short) refuse(ms uint64, n int, m *month) {
	if n <= 0 {
		return
	}
	w.advance(ms, m)
	// The open count is the lowest of the bits that the clock has free.
	room := refusedOpenMask - w.clock>>clockBits&refusedOpenMask
	w.clock += min(uint64(n), room) << clockBits
}

// Refused is how many were refused in the window of length per that ends at t: 0
// for a per of nothing. It looks back for a day at most and tells times apart by
// six hours: a window counts every quarter of a day (from 1970) that it overlaps,
// up to 8191 in each. Counts are exact while none is over 127; else each closed
// one is rounded up, by less than one part in 64 of the largest.
func (w *Windows) Refused(t time.Time, per time.Duration) int {
	f := w.refusals()
	if f == 0 || per <= 0 {
		return 0
	}
	now := w.now(millis(t))
	head, tail := (w.clock&clockMask)/refusedWidth, less(now, perMillis(min(per, 24*time.Hour)))/refusedWidth
	if tail > head {
		return 0
	}
	open, cells, e := splitRefusals(f)
	var sum uint64
	for range min(head-tail, refusedCells-1) {
		sum += cells & refusedCellMask
		cells >>= refusedCellBits
	}
	return int(sum<<e + open)
}

// refusals gathers the bits.
func (w *short) refusals() uint64 {
	f := w.clock >> clockBits
	f |= uint64(w.open[0]>>28)<<16 | uint64(w.open[1]>>28)<<20 | uint64(w.open[2]>>28)<<24 | uint64(w.open[3]>>28)<<28
	f |= w.cells[0] >> 61 << 32
	f |= w.cells[2] >> 61 << 35
	f |= w.cells[5] >> 61 << 38
	f |= w.cells[7] >> 61 << 41
	return f
}

// setRefusals spreads the bits.
func (w *short) setRefusals(f uint64) {
	w.clock = w.clock&clockMask | f<<clockBits
	for r, open := range w.open {
		w.open[r] = open&openMask | uint32(f>>(16+4*r))<<28
	}
	const low = 1<<61 - 1
	w.cells[0] = w.cells[0]&low | f>>32<<61
	w.cells[2] = w.cells[2]&low | f>>35<<61
	w.cells[5] = w.cells[5]&low | f>>38<<61
	w.cells[7] = w.cells[7]&low | f>>41<<61
}

func splitRefusals(f uint64) (open, cells, e uint64) {
	return f & refusedOpenMask, f >> refusedOpenBits & (1<<(refusedShift-refusedOpenBits) - 1), f >> refusedShift
}

// joinRefusals packs counts, newest first, of which the first is open.
func joinRefusals(counts [refusedCells]uint64) uint64 {
	var most, e uint64
	for _, n := range counts[1:] {
		most = max(most, n)
	}
	for shiftUp(most, e) > refusedCellMask {
		e++
	}
	f := counts[0] | e<<refusedShift
	for i, n := range counts[1:] {
		f |= shiftUp(n, e) << (refusedOpenBits + refusedCellBits*i)
	}
	return f
}

// refusedCounts is the opposite of joinRefusals.
func refusedCounts(f uint64) (counts [refusedCells]uint64) {
	open, cells, e := splitRefusals(f)
	counts[0] = open
	for i := range counts[1:] {
		counts[1+i] = cells & refusedCellMask << e
		cells >>= refusedCellBits
	}
	return counts
}

// rollRefusals ages f by k sub-buckets.
func rollRefusals(f, k uint64) uint64 {
	if f == 0 || k >= refusedCells {
		return 0
	}
	var aged [refusedCells]uint64
	counts := refusedCounts(f)
	copy(aged[k:], counts[:])
	return joinRefusals(aged)
}

func mergeRefusals(f, g uint64) uint64 {
	if f == 0 || g == 0 {
		return f | g
	}
	a, b := refusedCounts(f), refusedCounts(g)
	a[0] = min(a[0]+b[0], refusedOpenMask)
	for i := 1; i < refusedCells; i++ {
		a[i] = min(a[i]+b[i], refusedMost)
	}
	return joinRefusals(a)
}

// refusalsExpire is when the newest of f is over a day old; 0 if there is none.
func refusalsExpire(f, newest uint64) uint64 {
	for k, n := range refusedCounts(f) {
		if n != 0 {
			return (newest/refusedWidth+1-uint64(k))*refusedWidth + 86_400_000
		}
	}
	return 0
}
