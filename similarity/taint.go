package similarity

import (
	"slices"
	"time"
)

// Taint marks a cluster because sender was sanctioned for its text at t. Up to
// eight senders are kept for a cluster; the same one counts once. It reports
// whether the cluster is still remembered.
func (x *Index) Taint(t time.Time, id uint64, sender uint64) bool {
	now := nanos(t)
	x.mu.Lock()
	defer x.mu.Unlock()
	e, slot := x.byID(id)
	if e == nil || !x.live(e, now) {
		return false
	}
	if e.extra == 0 {
		x.changes++ // another cluster may have made room
		x.grow(e, slot)
	}
	p := x.extraOf(e)
	if kept := p.tainted[:p.ntainted]; !slices.Contains(kept, sender) && len(kept) < maxTainted {
		p.tainted[p.ntainted] = sender
		p.ntainted++
	}
	return true
}

// Untaint takes back what Taint did for sender, and reports whether there was
// something to take back.
func (x *Index) Untaint(id uint64, sender uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	e, _ := x.byID(id)
	if e == nil || e.extra == 0 {
		return false
	}
	p := x.extraOf(e)
	i := slices.Index(p.tainted[:p.ntainted], sender)
	if i < 0 {
		return false
	}
	copy(p.tainted[i:p.ntainted], p.tainted[i+1:p.ntainted])
	p.ntainted--
	p.tainted[p.ntainted] = 0
	return true
}
