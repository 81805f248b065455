package gossip

import "sync"

// Aliases says what a cluster is called here and elsewhere. Two processes that
// met a campaign by different messages, before they heard of each other, have
// two clusters with two IDs for it. The lower one is the one that records hold
// from then on, in all processes; each knows its own by the other. It forgets
// names when new ones need their place. It is safe for concurrent use, and the
// zero Aliases is empty.
type Aliases struct {
	mu sync.RWMutex
	at []struct{ id, same uint64 } // nil: all are empty
}

const aliases = 1 << 12

// Same notes that others call the cluster with the ID here there.
func (a *Aliases) Same(here, there uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(there, here)
	if to := a.of(here); there < here && (to == here || there < to) {
		a.put(here, there)
	}
}

func (a *Aliases) put(id, same uint64) {
	if a.at == nil {
		a.at = make([]struct{ id, same uint64 }, aliases)
	}
	e := &a.at[id%aliases]
	e.id, e.same = id, same
}

func (a *Aliases) of(id uint64) uint64 {
	if a.at == nil {
		return id
	}
	if e := &a.at[id%aliases]; e.id == id && id != 0 {
		return e.same
	}
	return id
}

// Get returns the ID here of a cluster that has another name elsewhere, and the
// name in records of one from here; id itself if there is no other.
func (a *Aliases) Get(id uint64) uint64 {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.of(id)
}

// Record returns by which name records have a cluster, whatever it is called here or
// elsewhere: the lowest that is known.
func (a *Aliases) Record(id uint64) uint64 {
	a.mu.RLock()
	defer a.mu.RUnlock()
	here := a.of(id)
	return min(id, here, a.of(here))
}
