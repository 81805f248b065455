package policy

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// texts is the ring of texts that went to people without a tie, with what came
// of each.
type texts struct {
	n  int
	at [maxTexts]text
}

// text is one text and its near-copies by one sender.
type text struct {
	sketch   textSketch      // of the first, which leads
	fast     scoring.Decayed // weight of distinct unanswered recipients, half-life 2 h
	slow     scoring.Decayed // the same, 7 days
	cluster  uint64          // in the campaign index; 0: none
	last     uint32          // newest message
	mean     uint32          // mean time of what was asked
	asked    uint16          // people without a tie whom it reached
	answered uint16          // of these
	people   uint16          // distinct people it was tried on
	cold     uint16          // of these, strangers or unknown
}

// leastAlike is the likeness from which two texts of one sender are kin.
const leastAlike = .18

// A likeness says how a message's text relates to the ring.
type likeness struct {
	slot int               // the text it joins; -1: none
	j    [maxTexts]float64 // Jaccard with each
}

// match compares a sketch with the ring.
func (t *texts) match(s *similarity.Sketch) (l likeness) {
	l.slot = -1
	best := 0.
	for i := range t.n {
		e := &t.at[i]
		var j float64
		switch {
		case e.sketch.Same(s):
			j = 1
		case s.Grams < 8 || e.sketch.Grams < 8:
			// Too short to be nearly anything.
		default:
			j = e.sketch.Jaccard(s)
		}
		if j < leastAlike {
			continue
		}
		l.j[i] = j
		if j > best {
			best, l.slot = j, i
		}
	}
	return l
}

// slot returns a free slot of the ring for a new text: the one that weighs
// least is given up, one that brought a sanction last. replaced says that it held another text.
func (t *texts) slot(now time.Time, keep *[maxTexts]uint32) (i int, replaced bool) {
	if t.n < maxTexts {
		t.n++
		return t.n - 1, false
	}
	least := math.Inf(1)
	for k := range t.n {
		w := t.at[k].slow.At(now, textSlowHalf)
		if keep[k] != 0 {
			w += 1e6
		}
		if w < least || w == least && t.at[k].last < t.at[i].last {
			least, i = w, k
		}
	}
	return i, true
}

// faded is the weight under which a text means nothing any more: nobody is left
// who did not answer it.
const faded = .02

// pruneTexts drops texts that mean nothing any more.
func (r *record) pruneTexts(now time.Time) {
	for i := r.texts.n - 1; i >= 0; i-- {
		kept := r.texts.at[i].slow.At(now, textSlowHalf) >= faded
		for k := -1; k < r.nShadows && !kept; k++ {
			kept = r.courseAt(k).blame[i] != 0
		}
		if !kept {
			r.dropText(i)
		}
	}
}

// dropText removes a text; the last of the ring takes its place.
func (r *record) dropText(i int) {
	r.giveUpText(i)
	last := r.texts.n - 1
	r.texts.n = last
	if i == last {
		return
	}
	r.texts.at[i] = r.texts.at[last]
	for k := range r.open.n {
		a := &r.open.at[k]
		if a.slot == uint8(last) {
			a.slot = uint8(i)
		}
		if a.has(last) {
			a.slots = a.slots&^(1<<last) | 1<<i
		}
	}
	for k := -1; k < r.nShadows; k++ {
		c := r.courseAt(k)
		c.mark.texts[i], c.blame[i] = c.mark.texts[last], c.blame[last]
		c.mark.texts[last], c.blame[last] = textMark{}, 0
	}
}

// information is how much a repetition of a text says, by its distinct grams:
// "Happy birthday!" says little, a paragraph says all.
func information(grams uint16) float64 { return min(float64(grams)/32, 1) }

// ripe is the share of answers that have come by age, of all that will come:
// F of scoring.AnsweredBy.
func ripe(age time.Duration) float64 { return scoring.AnsweredBy(age) }

// rate is the posterior of the answers to one text.
func (e *text) rate(now time.Time, prior scoring.Beta) scoring.Beta {
	exposed := float64(e.asked) * ripe(now.Sub(clock(e.mean)))
	got := float64(e.answered)
	return scoring.Beta{A: prior.A + got, B: prior.B + max(0, exposed-got)}
}

// ask counts n more people whom the text reached.
func (e *text) ask(now uint32, n uint16) {
	if n == 0 {
		return
	}
	total := int64(e.asked) + int64(n)
	e.mean = uint32((int64(e.mean)*int64(e.asked) + int64(now)*int64(n)) / total)
	e.asked = uint16(min(total, math.MaxUint16))
}
