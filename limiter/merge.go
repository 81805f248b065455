package limiter

// Merge adds the counts of o, ring by ring: the result counts what w and o
// counted together. It is exact where both count exactly.
func (w *Windows) Merge(o *Windows) {
	b := *o
	newest := max(w.clock&clockMask, b.clock&clockMask)
	w.advance(newest, &w.month)
	b.advance(newest, &b.month)
	if w.month.kept() || b.month.kept() {
		w.keepMonth()
		b.keepMonth()
		w.month.merge(&b.month, tick(monthRing, newest))
	}
	for r := range rings {
		c := w.ring(r)
		merge(c, b.ring(r), size(c), &w.open[r], b.open[r], tick(r, newest))
	}
	w.setRefusals(mergeRefusals(w.refusals(), b.refusals()))
}

// merge adds ring o to ring a; the newest tick of both is head.
func merge(a, o []uint64, size uint64, into *uint32, from uint32, head uint64) {
	open, more := uint64(*into&openMask), uint64(from&openMask)
	sa, so := scale(a), scale(o)
	last := len(a) - 1
	top := a[last] &^ cellsMask &^ scaleMask
	a[last] &= cellsMask
	o[last] &= cellsMask

	if sa == 0 && so == 0 && addHalves(a, o) {
		sa = 0
	} else {
		if sa == 0 {
			open, sa = coarsen(a, open, head), coarse
		}
		if so == 0 {
			more, so = coarsen(o, more, head), coarse
		}
		sa = refine(a, size, addCells(a, o, sa-coarse, so-coarse), head)
	}
	a[last] |= top | sa<<scaleShift
	*into = *into&^openMask | uint32(min(open+more, openMask))
}

// addHalves adds the counts of two fine rings, if all sums fit.
func addHalves(a, b []uint64) bool {
	for i := range a {
		even, odd := a[i]&nibbles+b[i]&nibbles, a[i]>>4&nibbles+b[i]>>4&nibbles
		if (even|odd)&^nibbles != 0 {
			return false
		}
	}
	for i := range a {
		a[i] += b[i]
	}
	return true
}

// addCells adds the counts of two coarse rings and returns the exponent of
// the sum.
func addCells(a, b []uint64, ea, eb uint64) (e uint64) {
	var sums [dayCells]uint64
	var most uint64
	for k := range 8*len(a) - 1 {
		i, shift := k/8, 8*(k%8)
		sum := min(a[i]>>shift&255<<ea+b[i]>>shift&255<<eb, maxClosed)
		sums[k], most = sum, max(most, sum)
	}
	for shiftUp(most, e) > 255 {
		e++
	}
	clear(a)
	for k := range 8*len(a) - 1 {
		a[k/8] |= shiftUp(sums[k], e) << (8 * (k % 8))
	}
	return e
}
