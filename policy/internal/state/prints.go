package state

import (
	"encoding/binary"
	"math/bits"
)

// A set of n fingerprints, at most batchSize, is kept as Elias (1974) and Fano (1971)
// do, in k + 2 bits each, so that one is found without reading the others:
//
//	for each value of the bits above the k lowest so many ones as there are
//	fingerprints with it, and a zero; then the k lowest bits of each, in rising order
//
// k follows from n, and is such that the zeros are as many as the ones, or twice.
const printBits = 17

// fingerprint is as much of a keyed hash as is kept.
func fingerprint(who uint64) uint32 { return uint32(who) & (1<<printBits - 1) }

// nearPrint is as much of another part of it: of somebody who was approached, and whom
// the host said to be no stranger.
func nearPrint(who uint64) uint32 { return fingerprint(who >> printBits) }

// lowBits is k of n fingerprints.
func lowBits(n int) uint { return uint(bits.Len(uint(1<<printBits/n))) - 1 }

// highBits is how many bits the ones and zeros of n fingerprints take.
func highBits(n int) uint { return uint(n) + 1<<(printBits-lowBits(n)) }

// maxPrintsSize is the bytes of a full batch, and a few.
const maxPrintsSize = 208

// printsSize is the bytes of n fingerprints.
func printsSize(n int) int { return (int(highBits(n)) + n*int(lowBits(n)) + 7) / 8 }

// bitsAt are 32 bits of b, those behind its end 0.
func bitsAt(b []byte, at uint) uint32 {
	if i := at / 8; int(i)+8 <= len(b) {
		return uint32(binary.LittleEndian.Uint64(b[i:]) >> (at % 8))
	}
	var word [8]byte
	if i := int(at / 8); i < len(b) {
		copy(word[:], b[i:])
	}
	return uint32(binary.LittleEndian.Uint64(word[:]) >> (at % 8))
}

// putBits sets the low bits of b, which are 0, from at on.
func putBits(b []byte, at uint, v uint32) {
	for v <<= at % 8; v != 0; v >>= 8 {
		b[at/8] |= byte(v)
		at += 8
	}
}

// putPrints appends fingerprints, which rise.
func putPrints(b []byte, prints []uint32) []byte {
	n := len(prints)
	k, start, size := lowBits(n), len(b), printsSize(n)
	for range size {
		b = append(b, 0)
	}
	set, low := b[start:], highBits(n)
	for i, v := range prints {
		putBits(set, uint(v>>k)+uint(i), 1)
		putBits(set, low, v&(1<<k-1))
		low += k
	}
	return b
}

// getPrints reads n fingerprints into dst.
func getPrints(b []byte, n int, dst []uint32) []uint32 {
	k, low, at, high := lowBits(n), highBits(n), uint(0), uint32(0)
	for len(dst) < n {
		word := bitsAt(b, at)
		zeros := uint(bits.TrailingZeros32(word | 1<<31)) // of a longer run, the first 31
		at += zeros
		high += uint32(zeros)
		if word>>zeros&1 != 0 {
			dst = append(dst, high<<k|bitsAt(b, low)&(1<<k-1))
			low += k
			at++
		}
	}
	return dst
}

// validPrints reports whether b may be n fingerprints: as many ones as there must be,
// and a zero behind them.
func validPrints(b []byte, n int) bool {
	end, ones := highBits(n), 0
	for at := uint(0); at < end; at += 32 {
		word := bitsAt(b, at)
		if rest := end - at; rest < 32 {
			word &= 1<<rest - 1
		}
		ones += bits.OnesCount32(word)
	}
	return ones == n && bitsAt(b, end-1)&1 == 0
}

// hasPrint reports whether a fingerprint is among n.
func hasPrint(b []byte, n int, print uint32) bool {
	k := lowBits(n)
	at := uint(0)
	if high := int(print >> k); high > 0 {
		at = zero(b, high-1) + 1
	}
	low := highBits(n) + (at-uint(print>>k))*k
	for ; bitsAt(b, at)&1 != 0; at++ {
		if bitsAt(b, low)&(1<<k-1) == print&(1<<k-1) {
			return true
		}
		low += k
	}
	return false
}

// zero is where the i-th zero of b is, from 0.
func zero(b []byte, i int) uint {
	at := uint(0)
	for {
		word := ^bitsAt(b, at)
		n := bits.OnesCount32(word)
		if n > i {
			for ; i > 0; i-- {
				word &= word - 1
			}
			return at + uint(bits.TrailingZeros32(word))
		}
		i -= n
		at += 32
	}
}
