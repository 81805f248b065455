package policy

// late remembers those who gave way among the open approaches and may still
// answer: somebody who writes to 25 people a day has them answered days later.
// Two generations of Bloom filters (Bloom 1970), of some 90 people each, newest
// first; when was asked is known of each generation as a whole.
type late [2]lateOnes

// lateOnes is one generation. Its weights are sums over those who have not
// answered.
type lateOnes struct {
	n      uint32 // people who have not answered; 0: an empty generation
	weight uint32 // what they weigh in the reply rate, in 1/weightUnit
	asked  uint32 // the mean time at which they were asked
	who    [8]uint64
}

// lateFull is how many bits of a filter may be set: half, so that it says yes by
// chance to one in sixteen, about the ninetieth person.
const lateFull = 256

func (l *late) empty() bool { return l[0] == lateOnes{} && l[1] == lateOnes{} }

// find is the generation that a person is in, or nil.
func (l *late) find(who uint64) *lateOnes {
	for i := range l {
		if g := &l[i]; g.n > 0 && bloomHas(g.who[:], who) {
			return g
		}
	}
	return nil
}

// put adds an approach that gives way. It returns the generation that is given
// up for it, empty if none is.
func (l *late) put(p *approach) (gone lateOnes) {
	if setBits(l[0].who[:]) > lateFull {
		gone = l[1]
		l[1], l[0] = l[0], lateOnes{}
	}
	g := &l[0]
	g.n++
	g.weight += uint32(p.fan)
	g.asked += uint32((int64(p.asked) - int64(g.asked)) / int64(g.n))
	bloomAdd(g.who[:], p.who)
	return gone
}

// answered takes one person out of the sums, and returns what he weighs there.
func (g *lateOnes) answered() uint16 {
	w := uint16(min(g.weight/g.n, 1<<16-1))
	g.n--
	g.weight -= uint32(w)
	return w
}
