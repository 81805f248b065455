package policy

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy/internal/gossip"
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
	names gossip.Aliases
	once  sync.Once
	stop  func()

	// Of the goroutine that listens:
	heard   gossip.Note
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
	s.told = s.note.Append(s.told[:0], e.peers.proof)
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
		n.Kind, n.At, n.Who, n.Cluster, n.Sketch = gossip.Observed, f.now.UnixNano(), f.me, c.ID, f.sketch
		n.To = append(n.To[:0], s.cold...)
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
	if n.Grams, sampled = e.common.LearnShared(n.Grams[:0], e.hasher, text, f.me); sampled {
		n.Kind, n.At, n.Who = gossip.Phrases, f.now.UnixNano(), f.me
		e.announce(s)
	}
}

// taint marks a cluster because who was sanctioned for its text.
func (e *Engine) taint(s *space) {
	j := &s.j
	e.markTaint(j.f.now, j.taint, j.f.me)
	if e.peers != nil {
		s.note.Kind, s.note.At, s.note.Who, s.note.Cluster = gossip.Flagged, j.f.now.UnixNano(), j.f.me, j.taint
		e.announce(s)
	}
}

func (e *Engine) markTaint(at time.Time, cluster, who uint64) {
	if e.index.Flag(at, cluster, who) || e.peers == nil {
		return
	}
	if here := e.peers.names.Get(cluster); here != cluster {
		e.index.Flag(at, here, who)
	}
}

// untaint takes that back.
func (e *Engine) untaint(cluster, who uint64) {
	e.unmarkTaint(cluster, who)
	if e.peers != nil {
		n := gossip.Note{Kind: gossip.Unflagged, At: e.now(time.Time{}).UnixNano(), Who: who, Cluster: cluster}
		e.broadcast(n.Append(nil, e.peers.proof))
	}
}

func (e *Engine) unmarkTaint(cluster, who uint64) {
	if !e.index.Unflag(cluster, who) && e.peers != nil {
		e.index.Unflag(e.peers.names.Get(cluster), who)
	}
}

// template returns that of a cluster, whichever process named it.
func (e *Engine) template(cluster uint64, text string) (*similarity.Template, bool) {
	t, ok := e.index.Template(cluster, text)
	if !ok && e.peers != nil {
		t, ok = e.index.Template(e.peers.names.Get(cluster), text)
	}
	return t, ok
}

// hear takes a note of another process.
func (e *Engine) hear(data []byte) {
	p := e.peers
	n := &p.heard
	if err := n.Decode(data, p.proof); err != nil {
		if p.refused++; p.reports.AllowN(time.Now(), 1) {
			e.fault(context.Background(), &FaultError{Op: "note", Err: fmt.Errorf("%d refused, the last one is %w", p.refused, err)})
			p.refused = 0
		}
		return
	}
	at := e.now(time.Unix(0, n.At))
	switch n.Kind {
	case gossip.Observed:
		c := e.index.Observe(at, &n.Sketch, n.Who, n.To...)
		if c.ID != n.Cluster && c.ID != 0 && n.Cluster != 0 {
			if _, both := e.index.Lookup(at, n.Cluster); !both {
				p.names.Same(c.ID, n.Cluster)
			}
		}
	case gossip.Flagged:
		e.markTaint(at, n.Cluster, n.Who)
	case gossip.Unflagged:
		e.unmarkTaint(n.Cluster, n.Who)
	case gossip.Phrases:
		e.common.LearnGrams(n.Grams, n.Who)
	}
}
