package similarity

import (
	"slices"
	"time"
)

// Flag marks a cluster because sender was sanctioned for its text at t. A
// cluster keeps up to eight senders, and the same one counts once. It reports
// whether the cluster is still remembered. A flagged cluster is
// forgotten after those that are not.
func (x *Index) Flag(t time.Time, id uint64, sender uint64) bool {
	now := nanos(t)
	x.mu.Lock()
	defer x.mu.Unlock()
	e, slot := x.byID(id)
	if e == nil || !x.live(e, now) {
		return false
	}
	if e.overflow == 0 {
		x.changes++ // another cluster may have made room
		x.grow(e, slot)
	}
	p := x.overflowOf(e)
	if by := p.flagged[:p.nflagged]; !slices.Contains(by, sender) && len(by) < maxFlagged {
		if p.nflagged == 0 {
			x.flagged.Add(1)
		}
		p.flagged[p.nflagged] = sender
		p.nflagged++
	}
	return true
}

// Unflag takes back what Flag did for sender, and reports whether there was
// something to take back.
func (x *Index) Unflag(id uint64, sender uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	e, _ := x.byID(id)
	if e == nil || e.overflow == 0 {
		return false
	}
	p := x.overflowOf(e)
	i := slices.Index(p.flagged[:p.nflagged], sender)
	if i < 0 {
		return false
	}
	if p.nflagged = uint32(len(slices.Delete(p.flagged[:p.nflagged], i, i+1))); p.nflagged == 0 {
		x.flagged.Add(-1)
	}
	return true
}

// nearly is the similarity from which a text is a flagged one whatever is left out of
// it: three of four grams of each are in the other. Two that have no more in common
// than what everybody writes stay below.
const nearly = .7

// AnyFlagged reports whether any cluster is flagged. It costs next to nothing.
func (x *Index) AnyFlagged() bool { return x.flagged.Load() > 0 }

// Flagged reports whether s, a sketch of a whole text, is nearly that of a flagged
// cluster. Where most of a text is boilerplate, ask it ([Hasher.SketchBoth]) before
// what is left is believed: what was flagged is to be found whatever is common by now.
func (x *Index) Flagged(t time.Time, s *Sketch) bool {
	if !x.enough(s) {
		return false
	}
	now := nanos(t)
	x.mu.RLock()
	defer x.mu.RUnlock()
	m := x.match(now, s)
	return m.slot >= 0 && m.similarity >= nearly && x.rank(now, x.entry(m.slot)) == kept
}
