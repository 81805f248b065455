package policy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy/internal/gossip"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/reception"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/similarity"
	"golang.org/x/time/rate"
)

// startPeers begins to listen to the other processes, if the store knows of them.
func (e *Engine) startPeers() {
	notes := e.cfg.Notes
	if notes == nil {
		b, ok := e.store.(Broadcaster)
		if _, tells := e.cfg.Store.(Broadcaster); !ok || !tells {
			return
		}
		notes = b
	}
	key := e.keys.Key(keys.Seed, "note")
	e.peers = &peers{notes: notes, apart: e.cfg.Notes != nil, proof: binary.LittleEndian.Uint32(key[:]), reports: rate.NewLimiter(1, 1)}
	e.peers.stop = notes.Listen(e.onNote)
}

// stopPeers stops listening.
func (e *Engine) stopPeers() {
	if e.peers != nil {
		e.peers.stop()
	}
}

// tellPeers tells the others the note of the work.
func (e *Engine) tellPeers(w *work) {
	w.told = w.note.Append(w.told[:0], e.peers.proof)
	e.broadcast(w.told)
}

// broadcast tells the others a note, unless the store is another Secret's.
func (e *Engine) broadcast(note []byte) {
	if e.guard == nil || !e.guard.Refuses() {
		e.peers.notes.Broadcast(note)
	}
}

// tellApart tells engines that have stores of their own what became of a record that they
// all have: of an origin, or of somebody who complains.
func (e *Engine) tellApart(n *gossip.Note) {
	if e.peers != nil && e.peers.apart {
		e.broadcast(n.Append(nil, e.peers.proof))
	}
}

// tellStrike tells them what is held against an origin.
func (e *Engine) tellStrike(at time.Time, origin Key, s state.OriginStrike) {
	e.tellApart(&gossip.Note{Kind: gossip.Struck, At: at.UnixNano(), Who: s.Who, Key: origin, Asked: s.At, Mass: s.Mass})
}

// observe counts a content of a message in the campaign index.
func (e *Engine) observe(w *work, s *similarity.Sketch) similarity.Cluster {
	in, at := &w.in, w.out.Now
	c := e.index.Observe(at, s, in.Me, w.strangers...)
	if e.peers != nil && c.ID != 0 {
		n := &w.note
		n.Kind, n.At, n.Who, n.Cluster, n.Sketch = gossip.Observed, at.UnixNano(), in.Me, c.ID, *s
		n.To = append(n.To[:0], w.strangers...)
		if w.out.Asked != len(n.To) {
			n.Kind, n.Asked = gossip.ObservedAsking, uint32(max(w.out.Asked, 0))
		}
		e.tellPeers(w)
	}
	return c
}

// learnPhrases learns what everybody writes from a message.
func (e *Engine) learnPhrases(w *work, text string) {
	at, who, origin := w.in.At, w.in.Me, binary.LittleEndian.Uint64(w.in.Origin[:])
	if e.peers == nil {
		e.common.Learn(at, e.hasher, text, who, origin)
		return
	}
	n := &w.note
	sampled := false
	if n.Grams, sampled = e.common.LearnShared(n.Grams[:0], at, e.hasher, text, who, origin); sampled {
		e.tellGrams(w, origin)
	}
}

// learnGrams learns pictures from a message, as learnPhrases does its text.
func (e *Engine) learnGrams(w *work, grams []uint32) {
	origin, sampled := binary.LittleEndian.Uint64(w.in.Origin[:]), false
	w.note.Grams, sampled = e.common.LearnGramsShared(w.note.Grams[:0], w.in.At, grams, w.in.Me, origin)
	if sampled && e.peers != nil {
		e.tellGrams(w, origin)
	}
}

// tellGrams tells the others what the note holds of what everybody writes.
func (e *Engine) tellGrams(w *work, origin uint64) {
	n := &w.note
	n.Kind, n.At, n.Who, n.Origin = gossip.Phrases, w.in.At.UnixNano(), w.in.Me, origin
	if origin != 0 {
		n.Kind = gossip.PhrasesFrom
	}
	e.tellPeers(w)
}

// crowd is from how many senders on it is counted what becomes of a text.
const crowd = 2

// hear counts what a note says of a text.
func (e *Engine) hear(n *gossip.Note) {
	cluster, at, rules := n.Cluster, time.Unix(0, n.At), &e.settings.Load().enforced.Crowd
	if e.peers != nil {
		cluster = e.peers.names.Record(cluster)
	}
	by := reception.Person{Who: n.Who, Origin: uint32(n.Origin)}
	if n.Kind == gossip.Answered {
		e.received.Answered(rules, cluster, stamp.Time(n.Asked), at, by, float64(n.Weight)/100)
		return
	}
	e.received.Complained(rules, cluster, at, by, float64(n.Weight)/100)
}

// flagText flags the cluster of the text that brought a sanction, if one did.
func (e *Engine) flagText(w *work) {
	cluster := w.out.Cluster
	if cluster == 0 {
		return
	}
	e.flagCluster(w.out.Now, cluster, w.in.Me)
	if e.peers != nil {
		w.note.Kind, w.note.At, w.note.Who, w.note.Cluster = gossip.Flagged, w.out.Now.UnixNano(), w.in.Me, cluster
		e.tellPeers(w)
	}
}

func (e *Engine) flagCluster(at time.Time, cluster, who uint64) {
	if e.index.Flag(at, cluster, who) || e.peers == nil {
		return
	}
	if here := e.peers.names.Get(cluster); here != cluster {
		e.index.Flag(at, here, who)
	}
}

// unflag takes that back.
func (e *Engine) unflag(cluster, who uint64) {
	e.unflagHere(cluster, who)
	if e.peers != nil {
		n := gossip.Note{Kind: gossip.Unflagged, At: e.now(time.Time{}).UnixNano(), Who: who, Cluster: cluster}
		e.broadcast(n.Append(nil, e.peers.proof))
	}
}

func (e *Engine) unflagHere(cluster, who uint64) {
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

// onNote takes a note of another process.
func (e *Engine) onNote(data []byte) {
	p := e.peers
	n := &p.heard
	if err := n.Decode(data, p.proof); err != nil {
		if e.cfg.Tenant != "" && errors.Is(err, gossip.ErrSecret) {
			return // of another tenant
		}
		if p.refused++; p.reports.AllowN(time.Now(), 1) {
			e.fault(context.Background(), &FaultError{Op: "note", Err: fmt.Errorf("refused %d notes of other processes, the last one: %w", p.refused, err)})
			p.refused = 0
		}
		return
	}
	at := e.bounded(time.Unix(0, n.At), e.cfg.Now(), maxDelayed) // notes may have waited
	switch n.Kind {
	case gossip.Observed, gossip.ObservedAsking:
		e.observed(n, at)
	case gossip.Answered, gossip.Complained:
		n.At = at.UnixNano()
		e.hear(n)
	case gossip.Flagged:
		e.flagCluster(at, n.Cluster, n.Who)
	case gossip.Unflagged:
		e.unflagHere(n.Cluster, n.Who)
	case gossip.Struck, gossip.Ruled:
		e.noteApart(n, at)
	case gossip.Phrases, gossip.PhrasesFrom:
		e.common.LearnGrams(at, n.Grams, n.Who, n.Origin)
	}
}

// observed counts a text that another process saw.
func (e *Engine) observed(n *gossip.Note, at time.Time) {
	p := e.peers
	asked := len(n.To)
	if n.Kind == gossip.ObservedAsking {
		asked = int(n.Asked)
	}
	c := e.index.Observe(at, &n.Sketch, n.Who, n.To...)
	if c.ID != n.Cluster && c.ID != 0 && n.Cluster != 0 {
		if _, both := e.index.Lookup(at, n.Cluster); !both {
			p.names.Same(c.ID, n.Cluster)
		}
	}
	if c.Senders >= crowd {
		e.received.Delivered(&e.settings.Load().enforced.Crowd, p.names.Get(c.ID), at, asked, c.Recipients)
	}
}

// noteApart takes a note about a record that each engine has for itself.
func (e *Engine) noteApart(n *gossip.Note, at time.Time) {
	if !e.peers.apart {
		return // it is in the store that they share
	}
	ctx, w := context.Background(), e.begin()
	defer e.end(w)
	if n.Kind == gossip.Struck {
		e.fault(ctx, e.noteStrike(ctx, w, n.Key, state.OriginStrike{Who: n.Who, At: min(n.Asked, stamp.Of(at)), Mass: n.Mass}))
		return
	}
	e.fault(ctx, e.revise(ctx, w, e.keys.Reporter(n.Who), true, func(r *state.Record) bool {
		r.Touch(at)
		return r.Reporter.Ruled(n.Asked, n.Weight > 0)
	}))
}
