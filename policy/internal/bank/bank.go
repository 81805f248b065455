// Package bank keeps texts of which a person has said what is to be said of their
// near-copies, and finds the one that a message is a near-copy of. It keeps sketches,
// never a text.
package bank

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/similarity"
)

// Max is how many texts a bank holds.
const Max = 1 << 16

// A Rule is one text.
type Rule struct {
	ID        uint64 // of NameOf, or the cluster that it stands for
	Action    judge.Action
	Nats      float64 // of Evidence; else 0
	At, Until uint32  // stamps; it ends at Until
	By, Note  string
	Wording   uint64            // of a Fine text
	Sketch    similarity.Sketch // of the sample; zero: the text is known by its cluster alone, or the rule is a Bank's

	// In a Bank.
	sample  uint64 // ID of its sketch
	unbound bool   // it is known by its cluster alone
}

// NameOf is the ID of the rule of a text. What is fine has one for each wording, so that it
// does not take the place of what is said of a text with another link or number.
func NameOf(a judge.Action, s *similarity.Sketch, wording uint64) uint64 {
	id := s.ID()
	if a == judge.TextFine && id != wording {
		id ^= wording
	}
	return id
}

func (r *Rule) known(alike float64) judge.Known {
	return judge.Known{Rule: r.ID, Action: r.Action, Nats: r.Nats, Alike: alike}
}

// A Bank is safe for concurrent use; the zero Bank is empty.
type Bank struct {
	size atomic.Int64 // of rules, for those who have no lock

	mu      sync.RWMutex
	rules   map[uint64]*Rule    // without their sketches
	pages   map[uint16][]uint64 // IDs, by page
	of      map[uint64][]uint64 // IDs of the rules of a sample
	unbound int                 // rules without a sketch
	samples similarity.Samples
	changes uint64
}

// Len is how many texts there are. It costs next to nothing.
func (b *Bank) Len() int { return int(b.size.Load()) }

// Put adds a rule, in the place of one with its ID.
func (b *Bank) Put(r Rule) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.put(r)
}

// SetPage makes the rules of a page these.
func (b *Bank) SetPage(page uint16, rules []Rule) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range slices.Clone(b.pages[page]) {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.ID == id }) {
			b.remove(id)
		}
	}
	for _, r := range rules {
		b.put(r)
	}
}

// Bind gives a rule that is known by its cluster alone the sketch of the text that
// started the cluster.
func (b *Bank) Bind(s *similarity.Sketch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.rules[s.ID()]; r != nil && r.unbound {
		bound := *r
		bound.Sketch = *s
		b.put(bound)
	}
}

func (b *Bank) put(r Rule) {
	if b.rules == nil {
		b.rules, b.pages, b.of = map[uint64]*Rule{}, map[uint16][]uint64{}, map[uint64][]uint64{}
	}
	b.changes++
	old := b.rules[r.ID]
	if old == nil {
		page := PageOf(r.ID)
		b.pages[page] = append(b.pages[page], r.ID)
		b.size.Add(1)
	}
	r.unbound = r.Sketch.Filled == 0 && (old == nil || old.unbound) // one of a name has one text
	switch {
	case r.Sketch.Filled > 0:
		b.samples.Add(&r.Sketch)
		r.sample = r.Sketch.ID()
		if ids := b.of[r.sample]; !slices.Contains(ids, r.ID) {
			b.of[r.sample] = append(ids, r.ID)
		}
		if r.Sketch = (similarity.Sketch{}); old != nil && old.unbound {
			b.unbound--
		}
	case old != nil:
		r.sample = old.sample
	case r.unbound:
		b.unbound++
	}
	b.rules[r.ID] = &r
}

func (b *Bank) remove(id uint64) {
	r := b.rules[id]
	if r == nil {
		return
	}
	b.changes++
	without := func(ids []uint64) []uint64 {
		return slices.DeleteFunc(ids, func(o uint64) bool { return o == id })
	}
	delete(b.rules, id)
	page := PageOf(id)
	if b.pages[page] = without(b.pages[page]); len(b.pages[page]) == 0 {
		delete(b.pages, page)
	}
	b.size.Add(-1)
	if r.unbound {
		b.unbound--
	}
	if left := without(b.of[r.sample]); len(left) > 0 {
		b.of[r.sample] = left
	} else {
		delete(b.of, r.sample)
		b.samples.Remove(r.sample)
	}
}

// Get returns a rule, without its sketch.
func (b *Bank) Get(id uint64) (r Rule, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if p := b.rules[id]; p != nil {
		return *p, true
	}
	return r, false
}

// Ended returns the rule that ended the longest ago, if any has ended.
func (b *Bank) Ended(at uint32) (id uint64, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, r := range b.rules {
		if first := b.rules[id]; r.Until <= at && (first == nil || r.Until < first.Until || r.Until == first.Until && r.ID < id) {
			id = r.ID
		}
	}
	return id, id != 0
}

// All returns all rules, the oldest first, without their sketches.
func (b *Bank) All() []Rule {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := make([]Rule, 0, len(b.rules))
	for _, r := range b.rules {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(x, y Rule) int { return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.ID, y.ID)) })
	return all
}

// A Look is a text that is looked for in a Bank. The zero Look is of none.
type Look struct {
	look    similarity.Look
	changes uint64 // of the bank that it saw; 0: none
}

// Forget makes it a look that was not begun.
func (l *Look) Forget() { l.changes = 0 }

// Begin begins the look for a text, by the sketch of the whole of it. What between does,
// and what is done before Find, takes its time while memory is read that the look needs.
func (b *Bank) Begin(l *Look, s *similarity.Sketch, between func()) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	b.samples.Begin(&l.look, s)
	between()
	b.samples.Sift(&l.look)
	l.changes = b.changes
}

// Find returns what is to be said of a text at a time, by the sketch of the whole of it.
// Of a near-copy of several samples the most similar one speaks; but a fine one first,
// where the wording of the text, which is then asked for, is that of the sample. A look
// that was not begun, or at what has changed since, begins here.
func (b *Bank) Find(at uint32, s *similarity.Sketch, l *Look, wording func() uint64) (f judge.Known) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if l.changes != b.changes {
		b.samples.Begin(&l.look, s)
		b.samples.Sift(&l.look)
	}
	said, asked, fine := uint64(0), false, false
	b.samples.Finish(&l.look, s, func(sample uint64, j float64) {
		for _, id := range b.of[sample] {
			r := b.rules[id]
			isFine := r.Action == judge.TextFine
			if at >= r.Until || fine && !isFine {
				continue
			}
			if isFine && !asked {
				said, asked = wording(), true
			}
			if isFine && said != r.Wording {
				continue
			}
			if first := isFine && !fine; first || j > f.Alike || j == f.Alike && id < f.Rule {
				f, fine = r.known(j), isFine
			}
		}
	})
	return f
}

// OfCluster returns what is to be said at a time of a text that is known by its cluster
// alone.
func (b *Bank) OfCluster(at uint32, cluster uint64, alike float64) (f judge.Known) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if r := b.rules[cluster]; b.unbound > 0 && r != nil && r.unbound && at < r.Until {
		return r.known(alike)
	}
	return f
}
