package wire

import (
	"encoding/binary"
	"math/bits"
)

// PutRising appends numbers that rise, as the gaps between them in Rice's (1979)
// code: k bits of each, and the others as so many zeros and a one. Gaps of about 2^k
// take k + 1.5 bits. How many numbers there are, and k, up to 24, is for the caller to
// keep.
func PutRising(b []byte, numbers []uint32, k uint) []byte {
	acc, n, next := uint64(0), uint(0), uint32(0)
	for _, v := range numbers {
		gap := v - next
		next = v + 1
		acc |= uint64(gap&(1<<k-1)) << n
		n += k
		for zeros := gap >> k; ; zeros -= 24 {
			if n >= 32 {
				b = Put32(b, uint32(acc))
				acc >>= 32
				n -= 32
			}
			if zeros < 24 {
				acc |= 1 << (n + uint(zeros))
				n += uint(zeros) + 1
				break
			}
			n += 24
		}
	}
	for ; n > 0; n -= min(n, 8) {
		b = append(b, byte(acc))
		acc >>= 8
	}
	return b
}

// Rising reads what PutRising appended into numbers. Some that do not rise, or are
// not below limit, are Bad.
func (d *Reader) Rising(numbers []uint32, k uint, limit uint32) {
	acc, n, next := uint64(0), uint(0), uint64(0)
	rest := d.B
	for i := range numbers {
		var gap uint64
		acc, n, rest = refill(acc, n, rest)
		gap = acc & (1<<k - 1)
		bad := n < k
		acc >>= k
		n -= k
		for acc == 0 && !bad {
			gap += uint64(n) << k
			acc, n, rest = refill(0, 0, rest)
			bad = n == 0
		}
		zeros := uint(bits.TrailingZeros64(acc))
		next += gap + uint64(zeros)<<k
		if bad || next >= uint64(limit) {
			d.Bad = true
			return
		}
		acc >>= zeros + 1
		n -= zeros + 1
		numbers[i] = uint32(next)
		next++
	}
	d.B = d.B[len(d.B)-len(rest)-int(n/8):]
}

// refill adds whole bytes to the n bits of acc, as many as there are and have room.
func refill(acc uint64, n uint, b []byte) (uint64, uint, []byte) {
	if len(b) >= 8 {
		more := (63 - n) / 8
		acc |= binary.LittleEndian.Uint64(b) << n
		acc &= 1<<(n+8*more) - 1
		return acc, n + 8*more, b[more:]
	}
	for len(b) > 0 && n <= 56 {
		acc |= uint64(b[0]) << n
		n += 8
		b = b[1:]
	}
	return acc, n, b
}
