package similarity

// clockSteps is how many places are looked at for one to give away.
const clockSteps = 8

// priority orders clusters by what is lost with them: their messages, and before
// that whether a sender was sanctioned for the text.
func (x *Index) priority(e *entry) uint64 {
	if p := x.overflowOf(e); p != nil && p.nflagged > 0 {
		return 1<<32 | uint64(e.messages)
	}
	return uint64(e.messages)
}

// victim chooses the slot of the next cluster, as a clock does (second chance): the
// first from the hand on that is free, forgotten, or was not joined since the hand
// last passed and is not flagged; else the one of the lowest priority. It marks the
// slots that it passes over. So a flood of new texts takes the places of others
// that nobody copied, and a campaign stays known.
func (x *Index) victim(now int64) int {
	best, least := -1, uint64(0)
	for i := range clockSteps {
		slot := (x.clockHand + i) % x.cfg.MaxClusters
		if slot >= len(x.segments)*segmentSize {
			return slot
		}
		e := x.entry(slot)
		priority := x.priority(e)
		if !x.live(e, now) || !e.used && priority < 1<<32 {
			return slot
		}
		if best < 0 || priority < least {
			best, least = slot, priority
		}
		e.used = false
		x.changed.slots.put(slot)
	}
	return best
}

// start makes a cluster of s and returns its slot.
func (x *Index) start(now int64, s *Sketch) int {
	slot := x.victim(now)
	x.clockHand = (slot + 1) % x.cfg.MaxClusters
	for slot >= len(x.segments)*segmentSize {
		x.segments = append(x.segments, new([segmentSize]entry))
	}
	x.drop(slot)
	*x.entry(slot) = entry{bins: s.Bins, exact: s.Exact, first: now, last: now, says: s.Information, filled: s.Filled}
	x.enlist(idOf(&s.Bins, s.Exact), slot)
	x.started++
	for g, a := range s.Anchors {
		if a != 0 {
			at, tag := x.anchors.bucket(g, a)
			b := &x.anchors.buckets[at]
			b.push(x.outgoing(now, b), uint32(slot+1), tag)
			x.changed.buckets.put(at)
		}
	}
	return slot
}

// outgoing chooses the place that a bucket forgets: in its older half the oldest of
// a cluster of one or two senders, which is mostly the last of all. Where the whole
// half is held by what is worth more, it is the oldest of those that are worth
// least. So texts that share a phrase with a known campaign do not make it
// unfindable, and the newer half is free for them.
func (x *Index) outgoing(now int64, b *bucket) int {
	out, least := bucketSize-1, kept
	for i := bucketSize - 1; i >= bucketSize/2; i-- {
		p := b.at(i)
		if p == 0 || !x.grown.has(int(p-1)) {
			return i
		}
		rank := x.rank(now, x.entry(int(p-1)))
		if rank == passing {
			return i
		}
		if rank < least {
			out, least = i, rank
		}
	}
	return out
}

// Ranks of clusters, by what is lost with their places.
const (
	passing = iota // of one or two senders, or forgotten
	spread         // of three senders or more
	kept           // flagged
)

func (x *Index) rank(now int64, e *entry) int {
	switch p := x.overflowOf(e); {
	case p == nil || !x.live(e, now):
		return passing
	case p.nflagged > 0:
		return kept
	case p.senders.count() > inlineSenders:
		return spread
	}
	return passing
}

// drop forgets the cluster in a slot, if there is one. Its anchors stay until newer
// ones take their places: what they point to is compared before it is believed.
func (x *Index) drop(slot int) {
	e := x.entry(slot)
	if e.messages == 0 {
		return
	}
	x.changed.slots.put(slot)
	x.delist(slot)
	if p := x.overflowOf(e); p != nil {
		if p.nflagged > 0 {
			x.flagged.Add(-1)
		}
		*p = overflow{}
		x.grown[slot/64] &^= 1 << (slot % 64)
	}
	*e = entry{}
}

// maxOverflows is how many clusters may have an overflow.
func (x *Index) maxOverflows() int { return max(x.cfg.MaxClusters/16, 64) }

// grow gives e an overflow and moves its counts there.
func (x *Index) grow(e *entry, slot int) {
	i := len(x.overflows)
	if i < x.maxOverflows() {
		x.overflows = append(x.overflows, overflow{})
	} else {
		i = x.spareOverflow()
	}
	x.changed.slots.put(slot)
	p := &x.overflows[i]
	*p = overflow{slot: uint32(slot) + 1}
	e.spill(p)
	e.overflow = uint32(i) + 1
	x.grown.put(slot)
}

// spareOverflow chooses a place among the overflows, of which all are taken: the
// first of the next eight that is free, else that of the cluster of the lowest
// priority, which is forgotten.
func (x *Index) spareOverflow() int {
	n := len(x.overflows)
	best, least := -1, uint64(0)
	for k := range clockSteps {
		i := (int(x.overflowHand) + k) % n
		slot := x.overflows[i].slot
		if slot == 0 {
			best = i
			break
		}
		if priority := x.priority(x.entry(int(slot - 1))); best < 0 || priority < least {
			best, least = i, priority
		}
	}
	x.overflowHand = uint32(best+1) % uint32(n)
	if slot := x.overflows[best].slot; slot != 0 {
		x.drop(int(slot - 1))
	}
	return best
}
