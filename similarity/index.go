package similarity

import (
	"sync"
	"sync/atomic"
	"time"
)

// An Index finds near-duplicates in a stream of messages. A message joins the
// cluster whose first message it is most similar to, or starts one. Clusters are
// never chained through their members: a text cannot walk, edit by edit, from one
// campaign to another. What Observe was told is visible to the next call at once.
//
// Memory is bounded by IndexConfig; nothing is done outside of calls. The same
// calls in the same order give the same answers, byte for byte, on every
// machine, also with a Snapshot and Restore in between. An Index keeps no
// text. The zero Index must not be used. An Index is safe for concurrent use.
type Index struct {
	cfg IndexConfig

	mu           lock
	anchors      anchors
	quota        quota
	ids          ids
	segments     []*[segmentSize]entry
	overflows    []overflow
	grown        slotSet                          // slots of clusters that have an overflow
	snapshots    sync.Mutex                       // one at a time
	changed      struct{ buckets, slots slotSet } // while one copies them; else nil
	templates    *templates
	clockHand    int    // next slot to be given
	overflowHand uint32 // next overflow to be given
	started      uint64 // clusters started so far
	changes      uint64 // of what match reads
	recent       recent
	flagged      atomic.Int64 // clusters that are; for those who have no lock
}

const segmentSize = 1024

// NewIndex returns an empty Index. Values of cfg that are out of range are
// clamped.
func NewIndex(cfg IndexConfig) *Index {
	return &Index{cfg: cfg.withDefaults(), templates: &templates{}}
}

// allocate makes the tables, with the first text: some 80 bytes for each of MaxClusters,
// which an Index that nobody shows anything need not have.
func (x *Index) allocate() {
	if x.anchors.buckets != nil {
		return
	}
	n := x.cfg.MaxClusters
	x.anchors, x.quota, x.ids = newAnchors(n), newQuota(n), newIDs(n)
	x.grown = newSlotSet(n + segmentSize)
}

func (x *Index) entry(slot int) *entry { return &x.segments[slot/segmentSize][slot%segmentSize] }

func (x *Index) overflowOf(e *entry) *overflow {
	if e.overflow == 0 {
		return nil
	}
	return &x.overflows[e.overflow-1]
}

func (x *Index) live(e *entry, now int64) bool {
	return e.messages != 0 && age(now, e.last) <= x.cfg.Window
}

// leastPart is the part of MinGrams from which a text belongs to a cluster.
const leastPart = 3

// enough reports whether a text says enough to be looked at.
func (x *Index) enough(s *Sketch) bool { return leastPart*s.across() >= x.cfg.MinGrams }

// needed is the similarity from which s joins e: in proportion more for texts that say
// less than MinGrams, or, for the lower one of an established cluster, a third more.
func (x *Index) needed(e *entry, s *Sketch) float64 {
	says := float64(max(min(s.Information, e.says), 1))
	grams := float64(x.cfg.MinGrams)
	t := x.cfg.MinSimilarity * max(1, grams/says)
	if e.messages >= 3 && e.numSenders(x.overflowOf(e)) >= 2 {
		t = min(t, x.cfg.MinSimilarity*established*max(1, grams*establishedGrams/says))
	}
	return min(t, 1)
}

// A match is the cluster that a message joins.
type match struct {
	slot                 int // -1: none
	similarity, strength float64
}

// match looks for the cluster of s.
func (x *Index) match(now int64, s *Sketch) match {
	best := match{slot: -1}
	if x.anchors.buckets == nil {
		return best
	}
	var c candidates
	x.anchors.find(s, &c)
	// All candidates are touched before any is compared: the memory then fetches
	// them side by side, where one after the other would wait for each.
	var touched uint64 // never 0 if any of them is live
	for _, slot := range c.slots[:c.n] {
		e := x.entry(int(slot))
		touched |= uint64(e.bins[0]|e.bins[numBins/2]) | uint64(e.messages)
	}
	for _, slot := range c.slots[:c.n] {
		e := x.entry(int(slot))
		if touched == 0 || !x.live(e, now) {
			continue
		}
		need := x.needed(e, s)
		m := match{slot: int(slot)}
		if e.exact == s.Exact && e.bins == s.Bins {
			m.similarity, m.strength = 1, 1
		} else {
			same, either := overlap(&s.Bins, &e.bins)
			m.similarity = jaccard(same, int(s.Filled)+int(e.filled)-either, either, 1.0/254)
			if m.similarity < need {
				continue
			}
			if need < 1 {
				m.strength = (m.similarity - need) / (1 - need)
			}
		}
		if m.similarity > best.similarity || m.similarity == best.similarity && best.slot >= 0 && e.before(x.entry(best.slot)) {
			best = m
		}
	}
	return best
}

// Observe counts a message with sketch s, from sender to recipients, at t. It
// joins the most similar cluster or starts one. t may be a little before that
// of earlier calls: a cluster's Last never goes back.
//
// Senders and recipients are opaque; pass keyed hashes. Which of a sender's
// messages to show the Index is the caller's choice: campaigns are in cold outreach.
func (x *Index) Observe(t time.Time, s *Sketch, sender uint64, recipients ...uint64) Cluster {
	if !x.enough(s) {
		return Cluster{}
	}
	now := nanos(t)
	x.mu.Lock()
	defer x.mu.Unlock()
	m, ok := x.recent.get(x.changes, now, s)
	if !ok {
		m = x.match(now, s)
	}
	x.allocate()
	x.changes++
	if m.slot < 0 {
		if !x.quota.allows(now, sender, x.cfg.Quota) {
			return Cluster{}
		}
		x.quota.take(now, sender)
		m = match{slot: x.start(now, s), similarity: 1, strength: 1}
	} else {
		x.anchors.refresh(s, m.slot, x.changed.buckets)
	}
	e := x.entry(m.slot)
	x.changed.slots.put(m.slot)
	if e.add(x.overflowOf(e), now, sender, recipients) {
		x.grow(e, m.slot)
		e.add(x.overflowOf(e), now, sender, recipients)
	}
	if e.messages == 1 {
		e.used = false
	}
	c := e.cluster(x.overflowOf(e), m.similarity, m.strength)
	c.Author = e.author(sender)
	return c
}

// Preview returns what Observe would, as if the message had been counted, and
// changes no answer. It reports whether there is a cluster. Observe of the same
// message at the same t costs less after it, where nothing was observed in
// between.
func (x *Index) Preview(t time.Time, s *Sketch, sender uint64, recipients ...uint64) (Cluster, bool) {
	if !x.enough(s) {
		return Cluster{}, false
	}
	now := nanos(t)
	x.mu.RLock()
	defer x.mu.RUnlock()
	m := x.match(now, s)
	x.recent.put(x.changes, now, s, m)
	var e entry
	var over overflow
	var ext *overflow
	if m.slot < 0 {
		if !x.quota.allows(now, sender, x.cfg.Quota) {
			return Cluster{}, false
		}
		m.similarity, m.strength = 1, 1
		e = entry{bins: s.Bins, exact: s.Exact, first: now, last: now}
	} else {
		e = *x.entry(m.slot)
		if p := x.overflowOf(&e); p != nil {
			over = *p
			ext = &over
		}
	}
	if e.add(ext, now, sender, recipients) {
		ext = &over
		e.spill(ext)
		e.add(ext, now, sender, recipients)
	}
	c := e.cluster(ext, m.similarity, m.strength)
	c.Author = e.author(sender)
	return c, true
}

// Lookup returns the cluster with the given ID as it stands at t, and whether
// it is still remembered. It asks about no sender: Author is false.
func (x *Index) Lookup(t time.Time, id uint64) (Cluster, bool) {
	now := nanos(t)
	x.mu.RLock()
	defer x.mu.RUnlock()
	e, _ := x.byID(id)
	if e == nil || !x.live(e, now) {
		return Cluster{}, false
	}
	return e.cluster(x.overflowOf(e), 1, 1), true
}

// Len is the number of texts remembered, including those past their window
// whose place nobody has needed yet.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return int(min(x.started, uint64(x.cfg.MaxClusters)))
}
