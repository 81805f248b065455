package policy

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/similarity"
	"golang.org/x/time/rate"
)

// peers are the engines of other processes on the same store: what this one
// sees in the campaign index they are told, and what they see is counted here
// as if it had been seen here. Each decides by its own index, which is behind
// the others by what is under way.
type peers struct {
	store Broadcaster
	proof uint32 // of the Secret
	names names
	once  sync.Once
	stop  func()

	// Of the goroutine that listens:
	heard   note
	refused int           // notes since the last report
	reports *rate.Limiter // of refused notes
}

// join begins to listen to the other processes, if the store knows of them.
func (e *Engine) join() {
	b, ok := e.store.(Broadcaster)
	if !ok {
		return
	}
	key := e.keys.Key(keys.Seed, "note")
	e.peers = &peers{store: b, proof: binary.LittleEndian.Uint32(key[:]), reports: rate.NewLimiter(1, 1)}
	e.peers.stop = b.Listen(e.hear)
}

// part stops listening.
func (e *Engine) part() {
	if e.peers != nil {
		e.peers.once.Do(e.peers.stop)
	}
}

// announce tells the others the space's own note.
func (e *Engine) announce(s *space) {
	s.told = s.note.appendTo(s.told[:0], e.peers.proof)
	e.broadcast(s.told)
}

// broadcast tells the others a note, unless the store is another Secret's.
func (e *Engine) broadcast(note []byte) {
	if !e.guard.proof.refuses() {
		e.peers.store.Broadcast(note)
	}
}

// observe counts a message in the campaign index.
func (e *Engine) observe(s *space) similarity.Cluster {
	f := &s.j.f
	c := e.index.Observe(f.now, &f.sketch, f.me, s.cold...)
	if e.peers != nil && c.ID != 0 {
		n := &s.note
		n.kind, n.at, n.who, n.cluster, n.sketch = noteObserved, f.now.UnixNano(), f.me, c.ID, f.sketch
		n.to = append(n.to[:0], s.cold...)
		e.announce(s)
	}
	return c
}

// familiar learns what everybody writes from a message.
func (e *Engine) familiar(s *space, text string) {
	f := &s.j.f
	if e.peers == nil {
		e.common.Learn(e.hasher, text, f.me)
		return
	}
	n := &s.note
	sampled := false
	if n.grams, sampled = e.common.LearnShared(n.grams[:0], e.hasher, text, f.me); sampled {
		n.kind, n.at, n.who = notePhrases, f.now.UnixNano(), f.me
		e.announce(s)
	}
}

// taint marks a cluster because who was sanctioned for its text.
func (e *Engine) taint(s *space) {
	j := &s.j
	e.markTaint(j.f.now, j.taint, j.f.me)
	if e.peers != nil {
		s.note.kind, s.note.at, s.note.who, s.note.cluster = noteTainted, j.f.now.UnixNano(), j.f.me, j.taint
		e.announce(s)
	}
}

func (e *Engine) markTaint(at time.Time, cluster, who uint64) {
	if e.index.Flag(at, cluster, who) || e.peers == nil {
		return
	}
	if here := e.peers.names.get(cluster); here != cluster {
		e.index.Flag(at, here, who)
	}
}

// untaint takes that back.
func (e *Engine) untaint(cluster, who uint64) {
	e.unmarkTaint(cluster, who)
	if e.peers != nil {
		n := note{kind: noteUntainted, at: e.now(time.Time{}).UnixNano(), who: who, cluster: cluster}
		e.broadcast(n.appendTo(nil, e.peers.proof))
	}
}

func (e *Engine) unmarkTaint(cluster, who uint64) {
	if !e.index.Unflag(cluster, who) && e.peers != nil {
		e.index.Unflag(e.peers.names.get(cluster), who)
	}
}

// template returns that of a cluster, whichever process named it.
func (e *Engine) template(cluster uint64, text string) (*similarity.Template, bool) {
	t, ok := e.index.Template(cluster, text)
	if !ok && e.peers != nil {
		t, ok = e.index.Template(e.peers.names.get(cluster), text)
	}
	return t, ok
}

// hear takes a note of another process.
func (e *Engine) hear(data []byte) {
	p := e.peers
	n := &p.heard
	if err := n.decode(data, p.proof); err != nil {
		if p.refused++; p.reports.AllowN(time.Now(), 1) {
			e.fault(context.Background(), &FaultError{Op: "note", Err: fmt.Errorf("%d refused, the last one is %w", p.refused, err)})
			p.refused = 0
		}
		return
	}
	at := e.now(time.Unix(0, n.at))
	switch n.kind {
	case noteObserved:
		c := e.index.Observe(at, &n.sketch, n.who, n.to...)
		if c.ID != n.cluster && c.ID != 0 && n.cluster != 0 {
			if _, both := e.index.Lookup(at, n.cluster); !both {
				p.names.same(c.ID, n.cluster)
			}
		}
	case noteTainted:
		e.markTaint(at, n.cluster, n.who)
	case noteUntainted:
		e.unmarkTaint(n.cluster, n.who)
	case notePhrases:
		e.common.LearnGrams(n.grams, n.who)
	}
}

// names says what a cluster is called here and elsewhere. Two processes that
// met a campaign by different messages, before they heard of each other, have
// two clusters with two IDs for it. The lower one is the one that records hold
// from then on, in all processes; each knows its own by the other. It forgets
// names when new ones need their place.
type names struct {
	mu sync.RWMutex
	at [1 << 12]struct{ id, same uint64 }
}

// same notes that others call the cluster with the ID here there.
func (n *names) same(here, there uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.put(there, here)
	if to := n.of(here); there < here && (to == here || there < to) {
		n.put(here, there)
	}
}

func (n *names) put(id, same uint64) {
	e := &n.at[id%uint64(len(n.at))]
	e.id, e.same = id, same
}

func (n *names) of(id uint64) uint64 {
	if e := &n.at[id%uint64(len(n.at))]; e.id == id && id != 0 {
		return e.same
	}
	return id
}

// get returns the ID here of a cluster that has another name elsewhere, and the
// name in records of one from here; id itself if there is no other.
func (n *names) get(id uint64) uint64 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.of(id)
}
