package limiter

import "math/bits"

// freeAt is the first millisecond at which the window of length per holds no
// more than room, if nothing is counted until then. By then the open sub-bucket
// is closed, which may make the ring coarse and round it up: so it is reckoned on
// a copy of the ring as it will be, and a sender that waits as long as it was told
// is not refused again.
func (w *short) freeAt(r int, per, room uint64, m *month) uint64 {
	head := tick(r, w.clock&clockMask)
	if r == monthRing {
		c := m.ring()
		return freeAt(c[:], uint64(m.open&openMask), head, monthHalf, per, room)
	}
	return freeAt(w.ring(r), uint64(w.open[r]&openMask), head, halfWidth(r), per, room)
}

// freeAt is that of a ring whose newest tick is head.
func freeAt(c []uint64, open, head, half, per, room uint64) uint64 {
	s := scale(c)
	if s == 0 && open <= maxHalf {
		return (head+1-fitting(c, open, room, 4))*half + per
	}
	e := s - coarse
	if s == 0 || shiftUp(open, e) > 255 {
		var cells [3]uint64
		c = cells[:copy(cells[:], c)]
		c[len(c)-1] &= cellsMask
		if s == 0 {
			open, e = coarsen(c, open, head), 0
		}
		// In units of what rounding may make of them.
		most := e
		for shiftUp(open, most) > 255 {
			most++
		}
		for ; e < most; e++ {
			halve(c)
		}
	}
	return (head/2+1-fitting(c, shiftUp(open, e), room>>e, 8))*2*half + per
}

// fitting is how many sub-buckets of some bits, from the open one back, room
// holds the counts of; one more than there are, if it holds all.
func fitting(c []uint64, open, room, width uint64) uint64 {
	if open > room {
		return 0
	}
	sum := open
	for i, x := range c {
		if i == len(c)-1 {
			x &= cellsMask
		}
		if width == 4 {
			x = halves(x)
		}
		sum += total(pairs(x))
	}
	at := uint64(64*len(c) - 8)
	for i := len(c) - 1; sum > room; i-- { // the oldest go first
		x := c[i]
		if i == len(c)-1 {
			x &= cellsMask
		}
		for x != 0 && sum > room {
			last := uint64(bits.Len64(x)-1) &^ (width - 1)
			sum -= x >> (last % 64)
			x &= lowest(last)
			at = uint64(64*i) + last
		}
	}
	return at/width + 1
}

// exact reports whether no count of ring r will be rounded up, nor kept longer,
// when its open sub-bucket closes.
func (w *short) exact(r uint8, m *month) bool {
	if r == monthRing {
		return exact(m.open&openMask, uint64(m.more>>monthScale))
	}
	return exact(w.open[r%rings]&openMask, w.cells[lastWords[r%rings]%8]&scaleMask>>scaleShift)
}

func exact(open uint32, s uint64) bool {
	return s == 0 && open <= maxHalf || s == coarse && open <= 255
}
