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
	p.nflagged = uint32(len(slices.Delete(p.flagged[:p.nflagged], i, i+1)))
	return true
}
