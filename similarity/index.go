package similarity

import (
	"sync"
	"time"
)

// An IndexConfig says how much an Index remembers and what it takes for a
// copy. The zero value has the defaults given with each field. It is a plain value.
type IndexConfig struct {
	// MaxClusters is how many different texts are remembered; 0: 65,536. At
	// most 16,777,214. Each costs less than 300 bytes, all of them together
	// never more. The oldest go first that nobody copied.
	MaxClusters int
	// Window is how long a text is remembered that nobody sends; 0: 7 days.
	Window time.Duration
	// MinSimilarity is the Jaccard similarity to its first message from which
	// a message joins a cluster; 0: 0.35. Once a cluster has three messages
	// of two senders, 27/35 of it are enough.
	MinSimilarity float64
	// MinGrams is how many different grams a text needs to count in full; 0:
	// 32. Down to three quarters of it, it must be more similar, in
	// proportion; below, it belongs to no cluster.
	MinGrams int
	// Quota is how many clusters one sender may start in a day (UTC); 0: 64.
	// Messages that join a cluster are never refused.
	Quota int
	// MaxTemplates is how many clusters have their template kept, see
	// [Index.AddText]; 0: 1,024. Negative: none.
	MaxTemplates int
	// SnapshotText says that Snapshot also writes the templates, which hold
	// hashes of words. They are lost in a restart otherwise.
	SnapshotText bool
}

func (c IndexConfig) withDefaults() IndexConfig {
	if c.MaxClusters <= 0 {
		c.MaxClusters = 1 << 16
	}
	c.MaxClusters = min(max(c.MaxClusters, 16), maxSlots)
	if c.Window <= 0 {
		c.Window = 7 * 24 * time.Hour
	}
	if !(c.MinSimilarity > 0) { // also NaN
		c.MinSimilarity = 0.35
	}
	c.MinSimilarity = min(c.MinSimilarity, 1)
	if c.MinGrams <= 0 {
		c.MinGrams = fullGrams
	}
	if c.Quota <= 0 {
		c.Quota = 64
	}
	if c.MaxTemplates == 0 {
		c.MaxTemplates = 1024
	}
	return c
}

// established is the part of MinSimilarity that is enough to join a cluster
// of several messages and senders: 0.27 of 0.35.
const established = 27.0 / 35

// An Index finds near-copies in a stream of messages. A message joins the
// cluster whose first message it is most similar to, or starts one; clusters
// are never chained through their members. What Observe was told is visible to
// the next call at once.
//
// Memory is bounded by IndexConfig; nothing is done outside of calls. The same
// calls in the same order give the same answers, byte for byte, on every
// machine, also with a Snapshot and Restore in between. An Index keeps no
// text. The zero Index must not be used. An Index is safe for concurrent use.
type Index struct {
	cfg IndexConfig

	mu        sync.RWMutex
	anchors   anchors
	quota     quota
	ids       ids
	segments  []*[segmentSize]entry
	extras    []extra
	templates templates
	hand      int    // next slot to be given
	free      uint32 // next extra to be looked at
	made      uint64 // clusters started so far
	changes   uint64 // of what match reads
	recent    recent
}

const segmentSize = 1024

// NewIndex returns an empty Index. Values of cfg that are out of range are
// clamped.
func NewIndex(cfg IndexConfig) *Index {
	cfg = cfg.withDefaults()
	return &Index{
		cfg:     cfg,
		anchors: newAnchors(cfg.MaxClusters),
		quota:   newQuota(cfg.MaxClusters),
		ids:     newIDs(cfg.MaxClusters),
	}
}

func (x *Index) entry(slot int) *entry { return &x.segments[slot/segmentSize][slot%segmentSize] }

func (x *Index) extraOf(e *entry) *extra {
	if e.extra == 0 {
		return nil
	}
	return &x.extras[e.extra-1]
}

func (x *Index) live(e *entry, now int64) bool {
	return e.messages != 0 && age(now, e.last) <= x.cfg.Window
}

// enough reports whether a text with so many grams is looked at.
func (x *Index) enough(s *Sketch) bool { return 4*int(s.Grams) >= 3*x.cfg.MinGrams }

// needed is the similarity from which s joins e.
func (x *Index) needed(e *entry, s *Sketch) float64 {
	t := x.cfg.MinSimilarity
	if e.messages >= 3 && e.numSenders(x.extraOf(e)) >= 2 {
		t = float64(t * established)
	}
	if g := int(min(s.Grams, e.grams)); g < x.cfg.MinGrams {
		t = float64(t*float64(x.cfg.MinGrams)) / float64(max(g, 1))
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
	var c candidates
	x.anchors.find(s, &c)
	best := match{slot: -1}
	// All candidates are touched before any is compared: the memory then
	// fetches them at a time.
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
// messages to show the Index is the caller's choice; first contacts are where
// campaigns are.
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
	x.changes++
	if m.slot < 0 {
		if !x.quota.allows(now, sender, x.cfg.Quota) {
			return Cluster{}
		}
		x.quota.take(now, sender)
		m = match{slot: x.start(now, s), similarity: 1, strength: 1}
	} else {
		x.anchors.refresh(s, m.slot)
	}
	e := x.entry(m.slot)
	if e.add(x.extraOf(e), now, sender, recipients) {
		x.grow(e, m.slot)
		e.add(x.extraOf(e), now, sender, recipients)
	}
	if e.messages == 1 {
		e.used = false
	}
	c := e.cluster(x.extraOf(e), m.similarity, m.strength)
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
	var extraCopy extra
	var ext *extra
	if m.slot < 0 {
		if !x.quota.allows(now, sender, x.cfg.Quota) {
			return Cluster{}, false
		}
		m.similarity, m.strength = 1, 1
		e = entry{bins: s.Bins, exact: s.Exact, first: now, last: now}
	} else {
		e = *x.entry(m.slot)
		if p := x.extraOf(&e); p != nil {
			extraCopy = *p
			ext = &extraCopy
		}
	}
	if e.add(ext, now, sender, recipients) {
		ext = &extraCopy
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
	return e.cluster(x.extraOf(e), 1, 1), true
}

// Len is the number of texts remembered, including those past their window
// whose place nobody has needed yet.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return int(min(x.made, uint64(x.cfg.MaxClusters)))
}

// patience is how many slots are looked at for one to give away.
const patience = 8

// victim chooses the slot of the next cluster: the first from the hand on that
// is free, forgotten, or was never joined since the hand last passed; else the
// one with the fewest messages, those that are not flagged first. It marks the slots
// that it passes over.
func (x *Index) victim(now int64) int {
	best, bestWorth := -1, uint64(0)
	for i := range patience {
		slot := (x.hand + i) % x.cfg.MaxClusters
		if slot >= len(x.segments)*segmentSize {
			return slot
		}
		e := x.entry(slot)
		p := x.extraOf(e)
		flagged := p != nil && p.nflagged > 0
		if !x.live(e, now) || !e.used && !flagged {
			return slot
		}
		worth := uint64(e.messages)
		if flagged {
			worth |= 1 << 32
		}
		if best < 0 || worth < bestWorth {
			best, bestWorth = slot, worth
		}
		e.used = false
	}
	return best
}

// start makes a cluster of s and returns its slot.
func (x *Index) start(now int64, s *Sketch) int {
	slot := x.victim(now)
	x.hand = (slot + 1) % x.cfg.MaxClusters
	for slot >= len(x.segments)*segmentSize {
		x.segments = append(x.segments, new([segmentSize]entry))
	}
	x.drop(slot)
	*x.entry(slot) = entry{bins: s.Bins, exact: s.Exact, first: now, last: now, grams: s.Grams, filled: s.Filled}
	x.name(idOf(&s.Bins, s.Exact), slot)
	x.made++
	x.anchors.insert(s, slot)
	return slot
}

// drop forgets the cluster in a slot, if there is one.
func (x *Index) drop(slot int) {
	e := x.entry(slot)
	if e.messages == 0 {
		return
	}
	x.unname(slot)
	if p := x.extraOf(e); p != nil {
		*p = extra{}
	}
	*e = entry{}
}

// maxExtras is how many clusters may have an extra.
func (x *Index) maxExtras() int { return max(x.cfg.MaxClusters/16, 64) }

// grow gives e an extra and moves its counts there. If all are taken, the
// smallest of the next eight clusters that have one is forgotten.
func (x *Index) grow(e *entry, slot int) {
	i := uint32(len(x.extras))
	if len(x.extras) < x.maxExtras() {
		x.extras = append(x.extras, extra{})
	} else {
		var bestWorth uint64
		n := uint32(len(x.extras))
		for k := range uint32(patience) {
			j := (x.free + k) % n
			p := &x.extras[j]
			if p.slot == 0 {
				i = j
				break
			}
			worth := uint64(x.entry(int(p.slot - 1)).messages)
			if p.nflagged > 0 {
				worth |= 1 << 32
			}
			if k == 0 || worth < bestWorth {
				i, bestWorth = j, worth
			}
		}
		x.free = (i + 1) % n
		if p := &x.extras[i]; p.slot != 0 {
			x.drop(int(p.slot - 1))
		}
	}
	p := &x.extras[i]
	*p = extra{slot: uint32(slot) + 1}
	e.spill(p)
	e.extra = i + 1
}
