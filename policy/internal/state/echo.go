package state

import (
	"math/bits"
	"time"

	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// EchoHalf is the half-life of how often a text was sent, to whomever.
const EchoHalf = 24 * time.Hour

// An Echo is one of the last texts that an account sent to anybody, contacts and rooms
// too: what a ring of texts to strangers does not see, such as one link to all
// friends, or one advertisement in all rooms.
type Echo struct {
	mini uint64          // see mini; 0: none
	Sent scoring.Decayed // addressees; a room is one
}

// Echoes are the texts that were sent most often, or else last.
type Echoes [2]Echo

// mini is a small sketch of a text, 0 for one that says too little to be worth
// comparing: a byte for the highest gram of each eighth of the full one, if it has any.
func mini(s *similarity.Sketch) (m uint64) {
	if s.WeightAcross() == 0 {
		return 0
	}
	for i := range 8 { // two anchors each
		m |= uint64(max(s.Anchors[2*i], s.Anchors[2*i+1])*0x9e3779b1>>24) << (8 * i)
	}
	return max(m, 1)
}

// alike reports whether two small sketches are the same, or agree in three of their
// bytes: texts that have half of their grams in common do in four. Of short texts many
// are empty: of those that both have so, one counts.
func alike(a, b uint64) bool {
	same, empty := zeroBytes(a^b), zeroBytes(a|b)
	return same-empty+min(empty, 1) >= 3 || a == b
}

// zeroBytes is how many bytes of x are 0 (Warren, "Hacker's Delight", 6-1).
func zeroBytes(x uint64) int {
	const low = 0x7f7f7f7f7f7f7f7f
	return bits.OnesCount64(^((x&low + low) | x | low))
}

// Find returns the echo of a text, nil if it was not sent lately.
func (e *Echoes) Find(s *similarity.Sketch) *Echo { return e.find(mini(s)) }

func (e *Echoes) find(m uint64) *Echo {
	for i := range e {
		if m != 0 && e[i].mini != 0 && alike(m, e[i].mini) {
			return &e[i]
		}
	}
	return nil
}

// Send counts n addressees of a text, in part if it is short. The one that was sent less makes room.
func (e *Echoes) Send(now time.Time, s *similarity.Sketch, n int) {
	m := mini(s)
	if m == 0 {
		return
	}
	x := e.find(m)
	if x == nil {
		x = &e[0]
		if e[1].Sent.At(now, EchoHalf) < e[0].Sent.At(now, EchoHalf) {
			x = &e[1]
		}
		*x = Echo{mini: m}
	}
	x.Sent.Add(now, float64(float64(n)*s.WeightAcross()), EchoHalf)
}

// Most is how often the text was sent that was sent most.
func (e *Echoes) Most(now time.Time) float64 {
	return max(e[0].Sent.At(now, EchoHalf), e[1].Sent.At(now, EchoHalf))
}

func putEchoes(r *Record, b []byte) []byte {
	for i := range r.Echoes {
		if x := &r.Echoes[i]; x.mini != 0 {
			b = putFloat(wire.Put32(wire.Put64(b, x.mini), x.Sent.Ref), x.Sent.Sum)
		}
	}
	return b
}

func getEchoes(r *Record, d *wire.Reader) {
	for i := 0; len(d.B) > 0 && !d.Bad && i < len(r.Echoes); i++ {
		r.Echoes[i] = Echo{d.U64(), scoring.Decayed{Ref: d.U32(), Sum: float64(d.F32())}}
		d.Bad = d.Bad || !(r.Echoes[i].Sent.Sum >= 0) || r.Echoes[i].mini == 0
	}
}
