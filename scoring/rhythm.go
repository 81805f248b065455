package scoring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// What Rhythm counts as a gap between two messages. Shorter ones belong to one
// act (a message to many), longer ones to sleep.
const (
	minGap = 500 * time.Millisecond
	maxGap = 8 * time.Hour
)

// minGaps is the number of gaps, and of seconds of the minute, below which
// Rhythm answers "not enough data".
const minGaps = 20

const (
	blockGaps   = 21 // of a block
	rhythmBlock = 3  // blocks: 63 gaps at most
	minuteBins  = 15
	minuteBin   = time.Minute / minuteBins
	minuteMax   = 128
	minuteApart = 30 * time.Second // between messages that count for the second of the minute
)

// Rhythm measures how regular the times of messages are: by the burstiness of
// the gaps between them, and by the second of the minute. It looks at the last
// 43 to 63 gaps between 0.5 s and 8 h (all of them, up to 63), in three blocks
// of 21 of which the oldest is dropped when a new one begins.
//
// Events must come in order of time; one that is late is ignored.
//
// Rhythm is a plain comparable value, at most 48 bytes in binary form; the zero
// value is empty. It is not safe for concurrent use.
type Rhythm struct {
	last   int64 // Unix milliseconds of the newest message
	n      uint8 // gaps in blocks[0]
	full   uint8 // blocks after it
	bins   [minuteBins]uint8
	blocks [rhythmBlock]gapBlock // newest first
}

type gapBlock struct {
	sum     uint32  // of the gaps, in ms: 21 of 8 h fit
	squares float32 // of the gaps, in s²
}

// Add counts a message at t, a time that is known to half a second or better.
func (r *Rhythm) Add(t time.Time) { r.AddCoarse(t, 0) }

// Rewind takes a clock that was ahead back to t: where the newest message is later, the
// next gap begins at t.
func (r *Rhythm) Rewind(t time.Time) { r.last = min(r.last, max(1, t.UnixMilli())) }

// AddCoarse counts a message at t, a time that is only known to a resolution. Up
// to half a second that makes no difference. Above it, gaps that round to none
// count as gaps of 0: dropping them, as Add does, would leave of two minutes of
// chat nothing but gaps of exactly one minute, and take a person for a machine.
// From 4 seconds on, the second of the minute is not counted.
func (r *Rhythm) AddCoarse(t time.Time, resolution time.Duration) {
	at := max(1, min(t.UnixMilli(), 1<<48-1))
	first := r.last == 0
	gap := time.Duration(max(-1, min(at-r.last, int64(maxGap/time.Millisecond)+1))) * time.Millisecond
	coarse := resolution > minGap
	if !first && (gap < 0 || gap == 0 && !coarse) {
		return
	}
	r.last = at
	if (first || gap >= minuteApart) && resolution < minuteBin {
		r.minute(at)
	}
	if first || gap < minGap && !coarse || gap > maxGap {
		return
	}
	if r.n == blockGaps {
		copy(r.blocks[1:], r.blocks[:])
		r.blocks[0] = gapBlock{}
		r.full = min(r.full+1, rhythmBlock-1)
		r.n = 0
	}
	b := &r.blocks[0]
	ms := float64(gap / time.Millisecond)
	b.sum += uint32(gap / time.Millisecond)
	b.squares = float32(float64(b.squares) + float64(float64(ms*ms)*1e-6))
	r.n++
}

// minute counts the second of the minute.
func (r *Rhythm) minute(at int64) {
	total := 0
	for _, c := range r.bins {
		total += int(c)
	}
	if total >= minuteMax {
		for i := range r.bins {
			r.bins[i] /= 2
		}
	}
	r.bins[at/1000%60/(60/minuteBins)]++
}

// moments returns the number of gaps, their mean and their standard deviation
// (that of the gaps themselves, with divisor n), in seconds.
func (r *Rhythm) moments() (n int, mean, sd float64) {
	var sum uint64
	var squares float64
	for _, b := range r.blocks {
		sum += uint64(b.sum)
		squares += float64(b.squares)
	}
	n = int(r.n) + blockGaps*int(r.full)
	if n == 0 {
		return 0, 0, 0
	}
	mean = float64(sum) / 1000 / float64(n)
	return n, mean, math.Sqrt(max(0, squares/float64(n)-float64(mean*mean)))
}

// Burstiness returns Aₙ of the gaps: −1 for a metronome, 0 for messages at
// random, towards 1 for bursts, whatever n is (Kim & Jo, "Measuring Burstiness
// for Finite Event Sequences", 2016): with r = σ/µ of n gaps,
//
//	Aₙ = (√(n+1) r − √(n−1)) / ((√(n+1) − 2) r + √(n−1))
//
// People are bursty; the most regular one measured has −.34. Under 20 gaps ok
// is false and Aₙ is 0: not enough data.
func (r *Rhythm) Burstiness() (a float64, n int, ok bool) {
	n, mean, sd := r.moments()
	if n < minGaps {
		return 0, n, false
	}
	if mean == 0 {
		return 0, n, false
	}
	p, q := math.Sqrt(float64(n+1)), math.Sqrt(float64(n-1))
	ratio := min(sd/mean, q) // no n gaps have more: 1 stays 1 in spite of rounding
	return (float64(p*ratio) - q) / (float64((p-2)*ratio) + q), n, true
}

// SecondOfMinute tests whether messages come at any second of the minute alike,
// as people's do, or at some as a scheduler's do: p is the probability of what
// was seen if all were alike (Pearson's χ² over 15 bins of 4 seconds, 14 degrees
// of freedom). It looks at the last 64 to 128 messages that came at least 30
// seconds after the one before. Under 20 of them ok is false and p is 1: not
// enough data. Counts are halved at 128, so that from there on p is larger than it
// would be: never too sure. It means nothing where times are only known to the
// minute.
func (r *Rhythm) SecondOfMinute() (p float64, n int, ok bool) {
	squares := 0
	for _, c := range r.bins {
		n += int(c)
		squares += int(c) * int(c)
	}
	if n < minGaps {
		return 1, n, false
	}
	chi2 := float64(squares*minuteBins)/float64(n) - float64(n)
	return chiSquare14(max(0, chi2)), n, true
}

// chiSquare14 returns P(χ² ≥ x) for 14 degrees of freedom: for an even number
// it is a sum of Poisson terms.
func chiSquare14(x float64) float64 {
	h := x / 2
	term, sum := 1., 1.
	for k := 1.; k < 7; k++ {
		term = float64(term * (h / k))
		sum += term
	}
	return min(1, float64(sum*expNeg(h)))
}

// AppendBinary appends nothing if nothing was counted; else, little endian, one
// byte with the numbers of gaps and full blocks, the newest time in six bytes,
// eight bytes for each block in use, a set of the bins in use in two bytes and
// one byte for each: at most 48.
func (r Rhythm) AppendBinary(b []byte) ([]byte, error) {
	if r == (Rhythm{}) {
		return b, nil
	}
	b = append(b, r.full<<5|r.n)
	b = binary.LittleEndian.AppendUint32(b, uint32(r.last))
	b = binary.LittleEndian.AppendUint16(b, uint16(r.last>>32))
	for _, k := range r.blocks[:r.used()] {
		b = binary.LittleEndian.AppendUint32(b, k.sum)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(k.squares))
	}
	at := len(b)
	b = append(b, 0, 0)
	var set uint16
	for i, c := range r.bins {
		if c > 0 {
			set |= 1 << i
			b = append(b, c)
		}
	}
	binary.LittleEndian.PutUint16(b[at:], set)
	return b, nil
}

// used is how many blocks hold gaps.
func (r *Rhythm) used() int {
	if r.n == 0 {
		return 0
	}
	return int(r.full) + 1
}

// UnmarshalBinary accepts what AppendBinary makes. On error r is unchanged.
func (r *Rhythm) UnmarshalBinary(data []byte) error {
	if len(data) == 0 {
		*r = Rhythm{}
		return nil
	}
	s := Rhythm{n: data[0] & 31, full: data[0] >> 5}
	if s.n > blockGaps || s.full >= rhythmBlock || s.full > 0 && s.n == 0 {
		return fmt.Errorf("scoring: rhythm: bad header %#x", data[0])
	}
	fixed := 1 + 6 + 8*s.used() + 2
	if len(data) < fixed {
		return errors.New("scoring: rhythm: cut short")
	}
	s.last = int64(binary.LittleEndian.Uint32(data[1:])) | int64(binary.LittleEndian.Uint16(data[5:]))<<32
	if s.last == 0 {
		return errors.New("scoring: rhythm: no time")
	}
	for i := range s.blocks[:s.used()] {
		k := data[7+8*i:]
		s.blocks[i] = gapBlock{binary.LittleEndian.Uint32(k), math.Float32frombits(binary.LittleEndian.Uint32(k[4:]))}
		if !s.blocks[i].possible() {
			return fmt.Errorf("scoring: rhythm: block %d out of range", i)
		}
	}
	if !s.readBins(binary.LittleEndian.Uint16(data[fixed-2:]), data[fixed:]) {
		return errors.New("scoring: rhythm: bad bins")
	}
	*r = s
	return nil
}

// possible reports whether gaps can add up to it; squares may be rounded up.
func (b gapBlock) possible() bool {
	const most, squares = blockGaps * maxGap, blockGaps * (maxGap / time.Second) * (maxGap / time.Second)
	return time.Duration(b.sum) <= most/time.Millisecond && b.squares >= 0 && float64(b.squares) <= 1.001*float64(squares)
}

// readBins reads the counts of the bins in a set.
func (r *Rhythm) readBins(set uint16, counts []byte) bool {
	if set >= 1<<minuteBins || len(counts) != bits.OnesCount16(set) {
		return false
	}
	for ; set != 0; set &= set - 1 {
		if counts[0] == 0 || counts[0] > minuteMax {
			return false
		}
		r.bins[bits.TrailingZeros16(set)], counts = counts[0], counts[1:]
	}
	return true
}
