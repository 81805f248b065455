package limiter

// periods are lengths of windows in milliseconds, one a ring; 0 is none.
type periods [rings]uint32

// sums are what windows hold, one a ring.
type sums [rings]uint32

// sums puts into s what the windows hold that end at now, which is not before
// the newest time. A window is not longer than its ring's span. It is written out
// ring by ring, with divisions by constants, because most of the time of a try is
// spent here.
//
// What is inside are the sub-buckets from the one of the newest time (head) back
// to the one in which the window began (tail). An open one is always inside, and
// all of the tail's counts: a count errs upwards only.
func (w *short) sums(now uint64, p *periods, s *sums) {
	newest := w.clock & clockMask
	if per := uint64(p[minuteRing]); per != 0 {
		x := w.cells[0]
		head, tail := newest/minuteHalf, less(now, per)/minuteHalf
		lanes := pairs(halves(x & lowest(4*(head-tail))))
		if x&scaleMask != 0 {
			head, tail = head/2, tail/2
			lanes = pairs(x & lowest(8*(head-tail)))
		}
		s[minuteRing] = counted(head, tail, lanes, x, w.open[minuteRing])
	}
	if per := uint64(p[hourRing]); per != 0 {
		x, y := w.cells[1], w.cells[2]
		head, tail := newest/hourHalf, less(now, per)/hourHalf
		lanes := fineLanes(x, y, 4*(head-tail))
		if y&scaleMask != 0 {
			head, tail = head/2, tail/2
			lanes = coarseLanes(x, y, 8*(head-tail))
		}
		s[hourRing] = counted(head, tail, lanes, y, w.open[hourRing])
	}
	if per := uint64(p[dayRing]); per != 0 {
		x, y, z := w.cells[3], w.cells[4], w.cells[5]
		top := z
		head, tail := newest/dayHalf, less(now, per)/dayHalf
		inside := 4 * (head - tail)
		if top&scaleMask != 0 {
			head, tail = head/2, tail/2
			inside = 8 * (head - tail)
		}
		if inside < 128 {
			x, y = cut(x, y, inside)
			z = 0
		}
		z &= lowest(inside)
		var lanes uint64
		if top&scaleMask == 0 {
			lanes = pairs(halves(x) + halves(y) + halves(z))
		} else {
			lanes = pairs(x) + pairs(y) + pairs(z)
		}
		s[dayRing] = counted(head, tail, lanes, top, w.open[dayRing])
	}
	if per := uint64(p[weekRing]); per != 0 {
		x, y := w.cells[6], w.cells[7]
		head, tail := newest/weekHalf, less(now, per)/weekHalf
		lanes := fineLanes(x, y, 4*(head-tail))
		if y&scaleMask != 0 {
			head, tail = head/2, tail/2
			lanes = coarseLanes(x, y, 8*(head-tail))
		}
		s[weekRing] = counted(head, tail, lanes, y, w.open[weekRing])
	}
}

// sum is what the window of length per holds, by ring r.
func (w *short) sum(now uint64, r int, per uint32) uint32 {
	var p periods
	var s sums
	p[r%rings] = per
	w.sums(now, &p, &s)
	return s[r%rings]
}

// counted is the sum of lanes and of the open sub-bucket, at tick head, in a
// window that began at tick tail. top is the last word of the ring, for its scale.
func counted(head, tail, lanes, top uint64, open uint32) uint32 {
	if tail > head {
		return 0
	}
	n := uint32(total(lanes))
	if e := top & scaleMask >> scaleShift; e != 0 {
		n <<= (e - coarse) % 32
	}
	return n + open&openMask
}

// fineLanes adds up the lowest bits of a fine ring of two words: the newest halves
// of sub-buckets.
func fineLanes(x, y, inside uint64) uint64 {
	x, y = cut(x, y, inside)
	return pairs(x&nibbles + x>>4&nibbles + y&nibbles + y>>4&nibbles) // inlined only like this
}

// coarseLanes does so for a coarse ring: the newest sub-buckets.
func coarseLanes(x, y, inside uint64) uint64 {
	x, y = cut(x, y, inside)
	return pairs(x) + pairs(y)
}

// cut leaves the lowest bits of two words.
func cut(x, y, inside uint64) (uint64, uint64) {
	if inside < 64 {
		return x & lowest(inside), 0
	}
	return x, y & lowest(inside)
}
