package limiter

import "time"

// The rings, finest first. A ring of n sub-buckets for a span T has
// sub-buckets of T/(n−1), so that the closed ones alone always cover T and an
// event is never forgotten early.
//
// A closed sub-bucket is a byte. While no half of one has seen more than 15,
// the byte is two counts of 4 bits, and the ring is twice as fine: then it is
// called fine, and else coarse.
const (
	minuteRing = iota
	hourRing
	dayRing
	weekRing
	rings

	monthRing = rings // apart: see month.go
)

const (
	minuteCells = 8
	hourCells   = 16
	dayCells    = 24
	weekCells   = 16
	monthCells  = 20
)

// Widths of half sub-buckets in milliseconds, rounded up.
const (
	minuteHalf = (60_000 + 2*minuteCells - 3) / (2*minuteCells - 2)
	hourHalf   = (3_600_000 + 2*hourCells - 3) / (2*hourCells - 2)
	dayHalf    = (86_400_000 + 2*dayCells - 3) / (2*dayCells - 2)
	weekHalf   = (604_800_000 + 2*weekCells - 3) / (2*weekCells - 2)
	monthHalf  = (2_678_400_000 + 2*monthCells - 3) / (2*monthCells - 2)
)

// spans are what the rings cover.
var spans = [rings]time.Duration{time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// ringFor is the finest ring that covers per.
func ringFor(per time.Duration) int {
	switch {
	case per <= time.Minute:
		return minuteRing
	case per <= time.Hour:
		return hourRing
	case per <= 24*time.Hour:
		return dayRing
	case per <= 7*24*time.Hour:
		return weekRing
	}
	return monthRing
}

// tick is the number of the half sub-bucket of ring r that holds ms.
func tick(r int, ms uint64) uint64 {
	switch r { // divisions by constants are multiplications
	case minuteRing:
		return ms / minuteHalf
	case hourRing:
		return ms / hourHalf
	case dayRing:
		return ms / dayHalf
	case weekRing:
		return ms / weekHalf
	}
	return ms / monthHalf
}

// halfWidth is that of half a sub-bucket of ring r, in milliseconds.
func halfWidth(r int) uint64 {
	switch r {
	case minuteRing:
		return minuteHalf
	case hourRing:
		return hourHalf
	case dayRing:
		return dayHalf
	case weekRing:
		return weekHalf
	}
	return monthHalf
}

// Closed sub-buckets are bytes in words, the newest in the lowest bits of the
// first word. The highest byte of the last word holds the scale in its low
// five bits: 0 if the ring is fine; e+1 if it is coarse and the count of a
// byte b is b<<e. A ring is not coarse without need: if e is 0, some byte or
// the open sub-bucket is over 15; if not, some byte is 128 or more.
const (
	scaleShift = 56
	scaleMask  = 31 << scaleShift
	cellsMask  = 1<<scaleShift - 1 // the last word without its highest byte

	coarse      = 1 // the scale of e = 0
	maxExponent = 21
	maxClosed   = 1 << 28 // the largest count of a closed sub-bucket
	maxHalf     = 15      // the largest of half a sub-bucket
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
	evens    = 0x00ff00ff00ff00ff
	nibbles  = 0x0f0f0f0f0f0f0f0f
)

// pairs adds neighbouring bytes of x into four lanes.
func pairs(x uint64) uint64 { return x&evens + x>>8&evens }

// halves adds the two halves of every byte of x.
func halves(x uint64) uint64 { return x&nibbles + x>>4&nibbles }

// total adds the four lanes of x.
func total(x uint64) uint64 { return x * 0x0001000100010001 >> 48 }

// lowest masks the k%64 lowest bits of a word.
func lowest(k uint64) uint64 { return 1<<(k%64) - 1 }

// less is a−b, or 0.
func less(a, b uint64) uint64 { return max(a, b) - b }

// scale is that of a ring.
func scale(c []uint64) uint64 { return c[len(c)-1] & scaleMask >> scaleShift }

// shiftUp is n>>e, rounded up.
func shiftUp(n, e uint64) uint64 { return (n + 1<<e - 1) >> e }

// A ring's size is how many bits of its words are closed sub-buckets. The words of
// all rings but the month's are full.
func size(c []uint64) uint64 { return uint64(64*len(c) - 8) }

// roll ages a ring of a size from one tick to a later one. It closes the open count,
// unless the ring is or becomes coarse and both ticks are halves of one
// sub-bucket, and returns what stays open.
func roll(c []uint64, size, open, from, to uint64) uint64 {
	last := len(c) - 1
	top := c[last] &^ cellsMask
	c[last] &= cellsMask
	s := top & scaleMask >> scaleShift
	if s == 0 {
		if open <= maxHalf {
			age(c, size, 4*(to-from))
			if at := 4 * (to - from - 1); open != 0 && at < size {
				c[at/64] |= open << (at % 64)
			}
			c[last] |= top
			return 0
		}
		open = coarsen(c, open, from)
		s = coarse
	}
	if k := to/2 - from/2; k != 0 {
		age(c, size, 8*k)
		e := lower(c, s-coarse)
		if at := 8 * (k - 1); open != 0 && at < size {
			u := shiftUp(open, e)
			for u > 255 {
				halve(c)
				e++
				u = shiftUp(open, e)
			}
			c[at/64] |= u << (at % 64)
		}
		open = 0
		s = refine(c, size, e, to)
	}
	c[last] |= top&^scaleMask | s<<scaleShift
	return open
}

// The following take a ring whose highest byte is 0.

// age moves the counts of a ring up by some bits and drops what leaves it.
func age(c []uint64, size, by uint64) {
	for ; by >= 64; by -= 64 {
		if by >= uint64(64*len(c)) {
			clear(c)
			return
		}
		copy(c[1:], c)
		c[0] = 0
	}
	if by != 0 {
		for i := len(c) - 1; i > 0; i-- {
			c[i] = c[i]<<by | c[i-1]>>(64-by)
		}
		c[0] <<= by
	}
	c[len(c)-1] &= lowest(size)
}

// coarsen makes a fine ring coarse at a tick. Half a sub-bucket that is closed
// while the other half is open is open again.
func coarsen(c []uint64, open, tick uint64) uint64 {
	if tick&1 != 0 {
		open = min(open+c[0]&maxHalf, openMask)
		for i := range c {
			c[i] >>= 4
			if i+1 < len(c) {
				c[i] |= c[i+1] << 60
			}
		}
	}
	for i, x := range c {
		c[i] = halves(x)
	}
	return open
}

// refine makes a coarse ring fine if it can be, at a tick, and returns its
// scale. The counts of a sub-bucket go to its later half, so that they stay as
// long as they would have.
func refine(c []uint64, size, e, tick uint64) uint64 {
	var any uint64
	for _, x := range c {
		any |= x
	}
	if e != 0 || any&^nibbles != 0 {
		return e + coarse
	}
	if tick&1 != 0 {
		age(c, size, 4)
	}
	return 0
}

// lower lowers the exponent as far as the counts allow, which costs no
// precision, and returns the new one.
func lower(c []uint64, e uint64) uint64 {
	if e == 0 {
		return 0
	}
	var any uint64
	for _, x := range c {
		any |= x
	}
	if any == 0 {
		return 0
	}
	for ; e > 0 && any&highBits == 0; e-- {
		any <<= 1 // bytes below 128 do not spill into their neighbours
		for i := range c {
			c[i] <<= 1
		}
	}
	return e
}

// halve halves every byte, upwards.
func halve(c []uint64) {
	for i, x := range c {
		c[i] = x>>1&^highBits + x&lowBits
	}
}
