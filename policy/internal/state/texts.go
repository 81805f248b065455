package state

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// Texts is the ring of texts that went to people without a contact, with what came
// of each.
type Texts struct {
	N    int
	Ring [MaxTexts]Text
}

// A Text is one text and its near-copies by one sender.
type Text struct {
	Sketch    similarity.Compact // of the first, which leads
	Fast      scoring.Decayed    // weight of distinct unanswered recipients, half-life TextFastHalf
	Slow      scoring.Decayed    // the same, half-life TextSlowHalf
	Cluster   uint64             // in the campaign index; 0: none
	Beside    uint64             // that of what came with it to more people, such as a picture; 0: nothing did
	Last      uint32             // newest message
	Mean      uint32             // mean time of what was asked
	Asked     uint16             // people without a contact whom it reached
	Answered  uint16             // of these
	People    uint16             // distinct people it was tried on
	Strangers uint16             // of these, strangers or unknown
}

// LeastAlike is the likeness from which two texts of one sender count as alike.
const LeastAlike = .18

// leastNear is how much a text says that can be nearly another: of a shorter one only
// the very same is a copy.
const leastNear = 8

// A TextMatch says how a message's text relates to the ring.
type TextMatch struct {
	Slot    int               // the text it joins; -1: none
	Jaccard [MaxTexts]float64 // with each; 0: not alike
}

// Match compares a sketch with the ring.
func (t *Texts) Match(s *similarity.Sketch) (m TextMatch) {
	m.Slot = -1
	best := 0.
	var own similarity.Compact // of s, made where it is needed
	for i := range t.N {
		e := &t.Ring[i]
		var j float64
		switch {
		case e.Sketch.Same(s):
			j = 1
		case s.Information < leastNear || uint32(e.Sketch.Grams)*uint32(s.Information) < leastNear*uint32(s.Grams):
			// Too short to be nearly anything: it would be of the script of this one.
		default:
			if own.Grams == 0 {
				own = s.Compact()
			}
			j = e.Sketch.JaccardCompact(&own)
		}
		if j < LeastAlike {
			continue
		}
		m.Jaccard[i] = j
		if j > best {
			best, m.Slot = j, i
		}
	}
	return m
}

// BeginText puts a new text into the ring, and returns where. The one that weighs
// least makes room; one that brought a sanction last.
func (r *Record) BeginText(now time.Time, s *similarity.Sketch) (slot int) {
	t := &r.Texts
	if t.N < MaxTexts {
		slot = t.N
		t.N++
	} else {
		least := math.Inf(1)
		for k := range t.N {
			w := t.Ring[k].Slow.At(now, TextSlowHalf)
			if r.Enforced.SanctionedBy[k] != 0 {
				w += 1e6
			}
			if w < least || w == least && t.Ring[k].Last < t.Ring[slot].Last {
				least, slot = w, k
			}
		}
		r.giveUpText(slot)
	}
	t.Ring[slot] = Text{Sketch: s.Compact()}
	return slot
}

// giveUpText forgets what refers to the text in a slot.
func (r *Record) giveUpText(slot int) {
	r.Pending.forgetSlot(uint8(slot))
	for i := -1; i < r.NShadows; i++ {
		t := r.Track(i)
		t.Baseline.Texts[slot], t.SanctionedBy[slot] = TextBaseline{}, 0
	}
}

// faded is the weight under which a text means nothing any more: nobody is left who
// did not answer it.
const faded = .02

// PruneTexts drops texts that mean nothing any more.
func (r *Record) PruneTexts(now time.Time) {
	for i := r.Texts.N - 1; i >= 0; i-- {
		// What a shadow policy would have sanctioned keeps nothing: the ring is
		// what enforcement reads.
		if r.Texts.Ring[i].Slow.At(now, TextSlowHalf) < faded && r.Enforced.SanctionedBy[i] == 0 {
			r.dropText(i)
		}
	}
}

// dropText removes a text; the last of the ring takes its place.
func (r *Record) dropText(i int) {
	r.giveUpText(i)
	last := r.Texts.N - 1
	r.Texts.N = last
	if i == last {
		return
	}
	r.Texts.Ring[i] = r.Texts.Ring[last]
	r.Pending.moveSlot(last, i)
	for k := -1; k < r.NShadows; k++ {
		t := r.Track(k)
		t.Baseline.Texts[i], t.SanctionedBy[i] = t.Baseline.Texts[last], t.SanctionedBy[last]
		t.Baseline.Texts[last], t.SanctionedBy[last] = TextBaseline{}, 0
	}
}

// Rate is the posterior of the answers to one text.
func (e *Text) Rate(now time.Time, prior scoring.Beta) scoring.Beta {
	exposed := float64(e.Asked) * scoring.AnsweredBy(now.Sub(stamp.Time(e.Mean)))
	got := float64(e.Answered)
	return scoring.Beta{A: prior.A + got, B: prior.B + max(0, exposed-got)}
}

// Ask counts n more people whom the text reached.
func (e *Text) Ask(now uint32, n uint16) {
	if n == 0 {
		return
	}
	total := int64(e.Asked) + int64(n)
	e.Mean = uint32((int64(e.Mean)*int64(e.Asked) + int64(now)*int64(n)) / total)
	e.Asked = uint16(min(total, math.MaxUint16))
}

// Bump is n+1, or n where that is the most that a record can count.
func Bump(n uint16) uint16 {
	if n < math.MaxUint16 {
		n++
	}
	return n
}

// Sent reports whether the account sent a text of a cluster itself, or beside another.
func (r *Record) Sent(cluster uint64) bool {
	for i := range r.Texts.N {
		if e := &r.Texts.Ring[i]; e.Cluster == cluster || e.Beside == cluster {
			return true
		}
	}
	return false
}
