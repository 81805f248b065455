package scoring

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// Decayed is a sum whose terms lose half their weight every half-life: the
// weighted number of recent events. It keeps the sum as it stood at the time of
// its newest event ("forward decay", Cormode, Shkapenyuk, Srivastava & Xu,
// 2009), so that a late event counts with the weight of its own time and
// events may come in any order. Relative error about 1e-16 for each event.
//
// The half-life is an argument and must be the same in every call; without a
// positive one nothing decays. Times count in whole seconds, and are clamped
// to 1970–2106. An event in the far future would make all later ones look
// late, and so lose their weight: the caller bounds the time, or calls Rewind.
//
// Decayed is a plain comparable value of 12 bytes in binary form; the zero
// value is empty. It is not safe for concurrent use.
type Decayed struct {
	Sum float64 // at Ref; not negative
	Ref uint32  // Unix seconds of the newest event
}

// maxWeight bounds the weight of one event, so that no sum overflows.
const maxWeight = 1e12

// unixSeconds is t in whole seconds, clamped to what uint32 holds.
func unixSeconds(t time.Time) uint32 {
	return uint32(max(0, min(t.Unix(), math.MaxUint32)))
}

// halves returns 2^-(seconds/halfLife).
func halves(seconds uint32, halfLife time.Duration) float64 {
	if halfLife <= 0 {
		return 1
	}
	return exp2Neg(float64(seconds) / (float64(halfLife) / 1e9))
}

// move makes t the reference if it is newer, and returns the weight of an event
// at t.
func (d *Decayed) move(t time.Time, halfLife time.Duration) float64 {
	at := unixSeconds(t)
	if at <= d.Ref {
		return halves(d.Ref-at, halfLife)
	}
	if d.Sum > 0 {
		d.Sum *= halves(at-d.Ref, halfLife)
	}
	d.Ref = at
	return 1
}

// Rewind takes a clock that was ahead back to t: where the newest event is later, the
// sum stands as if it had been at t.
func (d *Decayed) Rewind(t time.Time) { d.Ref = min(d.Ref, unixSeconds(t)) }

// Add counts an event of weight w at t. A weight that is not above 0 is
// ignored, and one above 1e12 counts as that.
func (d *Decayed) Add(t time.Time, w float64, halfLife time.Duration) {
	if !(w > 0) {
		return
	}
	w = min(w, maxWeight)
	d.Sum += float64(w * d.move(t, halfLife))
}

// Remove takes back an event that was added with the same t and w. What is left
// is what would be there without it, up to rounding; it is never negative.
func (d *Decayed) Remove(t time.Time, w float64, halfLife time.Duration) {
	if !(w > 0) {
		return
	}
	w = float64(min(w, maxWeight) * d.move(t, halfLife))
	d.Sum -= w
	if d.Sum <= 1e-12*w { // the rounding of what was added and taken away
		d.Sum = 0
	}
}

// At returns the sum at t. Before the newest event it is the sum at that event:
// what has happened does not become undone.
func (d Decayed) At(t time.Time, halfLife time.Duration) float64 {
	at := unixSeconds(t)
	if at <= d.Ref || d.Sum == 0 {
		return d.Sum
	}
	return d.Sum * halves(at-d.Ref, halfLife)
}

// decayedSize is the length of the binary form.
const decayedSize = 12

// AppendBinary appends 12 bytes, little endian: Ref, then the bits of Sum.
func (d Decayed) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint32(b, d.Ref)
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(d.Sum)), nil
}

// UnmarshalBinary accepts what AppendBinary makes. On error d is unchanged.
func (d *Decayed) UnmarshalBinary(data []byte) error {
	if len(data) != decayedSize {
		return fmt.Errorf("scoring: decayed sum of %d bytes, want %d", len(data), decayedSize)
	}
	sum := math.Float64frombits(binary.LittleEndian.Uint64(data[4:]))
	if !(sum >= 0 && sum <= math.MaxFloat64) {
		return fmt.Errorf("scoring: decayed sum is %v", sum)
	}
	*d = Decayed{Sum: sum, Ref: binary.LittleEndian.Uint32(data)}
	return nil
}
