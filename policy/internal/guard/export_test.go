package guard

// Stuck is how many calls are in the store beyond their deadline.
func (g *Guard) Stuck() int { return int(g.breaker.stuck.Load()) }

// Busy is how many records are being worked on.
func (g *Guard) Busy() int {
	n := 0
	for i := range g.lanes {
		l := &g.lanes[i]
		l.nodesMu.Lock()
		n += len(l.nodes)
		l.nodesMu.Unlock()
	}
	return n
}

// Known is how many last known records are held.
func (g *Guard) Known() int { return g.LastKnown.table.Len() }
