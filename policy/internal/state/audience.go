package state

import (
	"math/bits"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// An Audience tells how many people a broadcaster reached within the last 28 days, at
// least within 14: in two generations, of which each estimates how many it has seen
// (HyperLogLog, with a standard error of 9%). The zero Audience is empty.
type Audience struct {
	since uint32 // when the newer generation began; 0: nobody was reached
	top   [2][audienceParts]uint8
}

const (
	audienceParts = 128
	audienceSpan  = 14 * 24 * 3600
)

// turn begins a new generation where it is time.
func (a *Audience) turn(now uint32) {
	switch {
	case a.since == 0 || now >= stamp.After(a.since, 2*audienceSpan):
		*a = Audience{since: max(now, 1)}
	case now >= stamp.After(a.since, audienceSpan):
		a.since, a.top[1], a.top[0] = now, a.top[0], [audienceParts]uint8{}
	}
}

// Reach counts a person.
func (a *Audience) Reach(now uint32, who uint64) {
	a.turn(now)
	h := who * 0x9e3779b97f4a7c15
	h = (h ^ h>>29) * 0xbf58476d1ce4e5b9
	h ^= h >> 32
	top := &a.top[0][h%audienceParts]
	*top = max(*top, uint8(1+bits.LeadingZeros64(h|audienceParts-1)))
}

// Count estimates how many people were reached, by now.
func (a *Audience) Count(now uint32) float64 {
	if a.since == 0 {
		return 0
	}
	b := *a
	b.turn(now)
	sum, empty := 0., 0
	for i := range b.top[0] {
		top := max(b.top[0][i], b.top[1][i])
		sum += 1 / float64(uint64(1)<<top)
		if top == 0 {
			empty++
		}
	}
	const m, alpha = audienceParts, .7213 / (1 + 1.079/audienceParts)
	n := alpha * m * m / sum
	if n < 2.5*m && empty > 0 {
		n = -m * scoring.Log(float64(empty)/m)
	}
	return n
}

func (a *Audience) rewind(now uint32) { a.since = min(a.since, now) }

func putAudience(r *Record, b []byte) []byte {
	a := &r.Audience
	if a.since == 0 {
		return b
	}
	b = append(wire.Put32(b, a.since), a.top[0][:]...)
	if a.top[1] != [audienceParts]uint8{} {
		b = append(b, a.top[1][:]...)
	}
	return b
}

func getAudience(r *Record, d *wire.Reader) {
	a := &r.Audience
	a.since = d.U32()
	for i := 0; i < len(a.top) && len(d.B) > 0; i++ {
		copy(a.top[i][:], d.Take(audienceParts))
		for _, top := range a.top[i] {
			d.Bad = d.Bad || top > 58
		}
	}
	d.Bad = d.Bad || a.since == 0
}
