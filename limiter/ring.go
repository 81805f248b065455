package limiter

import "time"

// The rings, finest first. A ring of n sub-buckets for a span T has
// sub-buckets of T/(n−1), so that the closed ones alone always cover T and an
// event is never forgotten early.
const (
	minuteRing = iota
	hourRing
	dayRing
	weekRing
	rings
)

const (
	minuteCells = 8
	hourCells   = 16
	dayCells    = 24
	weekCells   = 16
)

// Widths of sub-buckets in milliseconds, rounded up.
const (
	minuteWidth = (60_000 + minuteCells - 2) / (minuteCells - 1)
	hourWidth   = (3_600_000 + hourCells - 2) / (hourCells - 1)
	dayWidth    = (86_400_000 + dayCells - 2) / (dayCells - 1)
	weekWidth   = (604_800_000 + weekCells - 2) / (weekCells - 1)
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
	}
	return weekRing
}

// tick is the number of the sub-bucket of ring r that holds ms.
func tick(r int, ms uint64) uint64 {
	switch r { // divisions by constants are multiplications
	case minuteRing:
		return ms / minuteWidth
	case hourRing:
		return ms / hourWidth
	case dayRing:
		return ms / dayWidth
	}
	return ms / weekWidth
}

// width is that of a sub-bucket of ring r, in milliseconds.
func width(r int) uint64 {
	switch r {
	case minuteRing:
		return minuteWidth
	case hourRing:
		return hourWidth
	case dayRing:
		return dayWidth
	}
	return weekWidth
}

// Closed sub-buckets are bytes in words, the newest in the lowest byte of the
// first word. The highest byte of the last word holds the exponent e in its
// low five bits; the count of a byte b is b<<e. While e is not 0 some byte is
// 128 or more, so a ring has only one form.
const (
	exponentShift = 56
	exponentMask  = 31
	cellsMask     = 1<<exponentShift - 1 // the last word without its highest byte

	maxExponent = 21
	maxClosed   = 1 << 28 // the largest count of a closed sub-bucket
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
	evens    = 0x00ff00ff00ff00ff
)

// pairs adds neighbouring bytes of x into four lanes.
func pairs(x uint64) uint64 { return x&evens + x>>8&evens }

// total adds the four lanes of x.
func total(x uint64) uint64 { return x * 0x0001000100010001 >> 48 }

// firstBytes masks the lowest k bytes of a word.
func firstBytes(k uint64) uint64 { return 1<<(8*k) - 1 } // all from 8 on

// less is a−b, or 0.
func less(a, b uint64) uint64 { return max(a, b) - b }

// units is the sum of the m newest bytes of a ring.
func units(c []uint64, m uint64) uint64 {
	switch len(c) {
	case 1:
		return total(pairs(c[0] & firstBytes(m)))
	case 2:
		return total(pairs(c[0]&firstBytes(m)) + pairs(c[1]&firstBytes(less(m, 8))))
	case 3:
		return total(pairs(c[0]&firstBytes(m)) + pairs(c[1]&firstBytes(less(m, 8))) + pairs(c[2]&firstBytes(less(m, 16))))
	}
	return 0
}

// exponent is that of a ring.
func exponent(c []uint64) uint64 { return c[len(c)-1] >> exponentShift & exponentMask }

// shiftUp is n>>e, rounded up.
func shiftUp(n, e uint64) uint64 { return (n + 1<<e - 1) >> e }

// roll ages a ring by k sub-buckets, k > 0, and closes the open count.
func roll(c []uint64, open, k uint64) {
	last := len(c) - 1
	top := c[last] &^ cellsMask
	c[last] &= cellsMask

	var any uint64
	for _, x := range c {
		any |= x
	}
	if any != 0 {
		age(c, k)
	}
	e := top >> exponentShift & exponentMask
	if e != 0 {
		e = settle(c, e)
	}
	if open != 0 && k < uint64(8*len(c)) {
		u := shiftUp(open, e)
		for u > 255 {
			halve(c)
			e++
			u = shiftUp(open, e)
		}
		c[(k-1)/8] |= u << (8 * ((k - 1) % 8))
	}
	c[last] |= top&^(exponentMask<<exponentShift) | e<<exponentShift
}

// age moves the bytes of a ring up by k and drops what leaves it.
func age(c []uint64, k uint64) {
	for ; k >= 8; k -= 8 {
		if k >= uint64(8*len(c)) {
			clear(c)
			return
		}
		copy(c[1:], c)
		c[0] = 0
	}
	if k != 0 {
		for i := len(c) - 1; i > 0; i-- {
			c[i] = c[i]<<(8*k) | c[i-1]>>(64-8*k)
		}
		c[0] <<= 8 * k
	}
	c[len(c)-1] &= cellsMask
}

// settle lowers the exponent as far as the counts allow, which costs no
// precision, and returns the new one.
func settle(c []uint64, e uint64) uint64 {
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
