package guard

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// mostCombined is how many calls one round takes: so many judgements still end
// well within a timeout.
const mostCombined = 256

// A Call is what one caller wants of one record. It is reused from call to
// call, except when it is lost. Only one goroutine uses it at a time.
type Call struct {
	Update   func(old []byte) (Record, error) // what changes the record, or
	View     func(data []byte) error          // what reads it; the other one is nil
	Op       string                           // what Config.Fault is told
	Deadline time.Time                        // when the caller stops waiting
	Lost     bool                             // the caller left before the store came back: never use it again

	ctx      context.Context // of the caller, for its values
	state    atomic.Uint32
	done     chan struct{}
	timer    *time.Timer
	err      error // of Update or View, or a fault
	panicked any   // by Update or View

	lane  *lane
	node  *node  // that took it; under lane.nodesMu
	round uint64 // of the node; the same
}

// States of a call.
const (
	waiting uint32 = iota
	answered
	left
)

// try runs Update or View on a record.
func (c *Call) try(old []byte) (rec Record, err error) {
	defer func() {
		if v := recover(); v != nil {
			c.panicked, err = v, errPanic
		}
	}()
	if c.View != nil {
		return Record{}, c.View(old)
	}
	return c.Update(old)
}

// A lane holds the records that are being worked on, of a part of all keys.
type lane struct {
	nodesMu sync.Mutex // of nodes, and of what is marked in a node and a Call
	nodes   map[Key]*node
	_       [64]byte
}

// A node is one record that is being worked on: one goroutine takes what waits
// in its queue, round after round, and ends when nothing waits any more.
type node struct {
	key   Key
	round atomic.Uint64 // even; odd: its deadline has passed, and the worker is on its own

	// Under lane.nodesMu:
	queue    []*Call
	deadline time.Time // of the round: the latest of its calls
	watched  uint64    // round whose deadline has a timer

	// The worker's:
	calls []*Call // of the round
	rec   Record  // as the calls made it
	wrote bool
	idle  bool // somebody read it and left it as it was
	ran   bool
	sure  bool   // the store was looked at since a record was missed
	seen  []byte // the record that was left as it was; nil: there is none
	acts  [][]byte
	buf   []byte

	// Bound once, so that a call allocates none:
	missed func(Key, []byte) bool                   // what is known to be enforced
	update func(ctx context.Context, key Key) error // of the store, with fold
	view   func(data []byte) error
}

func (g *Guard) newNode() any {
	n := &node{missed: g.LastKnown.missed}
	n.update, n.view = g.store.Bind(n.fold), n.show
	return n
}

// fold runs all calls of the round one after the other, each on what the one
// before made of the record. Every time it runs it begins anew: only what came
// of the last time counts.
func (n *node) fold(old []byte) (Record, error) {
	if !n.sure && n.missed(n.key, old) {
		return Record{}, errGone
	}
	n.rec, n.wrote, n.idle, n.ran = Record{Data: old}, false, false, true
	n.acts = n.acts[:0]
	durable := false
	for _, c := range n.calls {
		if c.state.Load() == left {
			continue // nobody waits for it: it has not happened
		}
		c.panicked = nil
		rec, err := c.try(n.rec.Data)
		c.err = err
		switch {
		case err == nil && c.Update != nil:
			n.rec, n.wrote = rec, true
			n.acts = append(n.acts, rec.Acts...)
			durable = durable || rec.Durable
		case err == ErrUnchanged:
			n.idle = true
		}
	}
	if n.wrote {
		n.rec.Durable, n.rec.Acts = durable, n.acts
		return n.rec, nil
	}
	if n.idle {
		n.seen = nil
		if old != nil {
			n.buf = append(n.buf[:0], old...)
			n.seen = n.buf
		}
	}
	return Record{}, ErrUnchanged
}

func (n *node) show(data []byte) error {
	if _, err := n.fold(data); err == errGone {
		return err
	}
	return nil
}

// writes reports whether a call of the round may change the record.
func (n *node) writes() bool {
	for _, c := range n.calls {
		if c.Update != nil {
			return true
		}
	}
	return false
}

// add queues a call, and starts a worker if the record has none.
func (g *Guard) add(key Key, c *Call) {
	l := &g.lanes[key[0]%lanes]
	c.lane, c.node = l, nil
	l.nodesMu.Lock()
	n := l.nodes[key]
	if n != nil {
		n.queue = append(n.queue, c)
		l.nodesMu.Unlock()
		return
	}
	n = g.nodes.Get().(*node)
	n.key = key
	n.queue = append(n.queue, c)
	l.nodes[key] = n
	l.nodesMu.Unlock()
	go g.run(l, n)
}

// take begins a round with what waits. It reports whether there was anything;
// otherwise the node is nobody's any more.
func (l *lane) take(n *node) bool {
	l.nodesMu.Lock()
	defer l.nodesMu.Unlock()
	n.calls, n.deadline = n.calls[:0], time.Time{}
	n.ran, n.wrote, n.idle, n.sure = false, false, false, false
	round := n.round.Load()
	k := 0
	for _, c := range n.queue {
		if len(n.calls) == mostCombined {
			break
		}
		k++
		if c.state.Load() == left {
			continue
		}
		c.node, c.round = n, round
		if c.Deadline.After(n.deadline) {
			n.deadline = c.Deadline
		}
		n.calls = append(n.calls, c)
	}
	rest := copy(n.queue, n.queue[k:])
	clear(n.queue[rest:])
	n.queue = n.queue[:rest]
	if len(n.calls) > 0 {
		return true
	}
	delete(l.nodes, n.key)
	return false
}

// run runs rounds until nothing waits, or until a deadline passes in one: then
// others have gone on without it.
func (g *Guard) run(l *lane, n *node) {
	reserve()
	for l.take(n) {
		err := g.attempt(n)
		round := n.round.Load() &^ 1
		late := !n.round.CompareAndSwap(round, round+2)
		g.note(n, err, late)
		for _, c := range n.calls {
			if err != nil {
				c.err = g.cfg.Fault(c.Op, err)
			}
			if c.state.CompareAndSwap(waiting, answered) {
				c.done <- struct{}{}
			}
		}
		if late {
			return
		}
		clear(n.calls)
	}
	g.nodes.Put(n)
}

// reserve grows the stack of a new goroutine to what a judgement takes, at
// once and while there is little on it to move.
//
//go:noinline
func reserve() {
	var room [12 << 10]byte
	reserved(&room)
}

//go:noinline
func reserved(room *[12 << 10]byte) { room[0] = 1 }

// overdue gives up a round that is still in the store after its deadline: its
// worker is on its own, and what waits gets another. It reports whether it was
// so, which is so once.
func (g *Guard) overdue(l *lane, n *node, round uint64) bool {
	// l.nodesMu is locked.
	if !n.round.CompareAndSwap(round, round|1) {
		return false
	}
	if l.nodes[n.key] != n {
		return true
	}
	queue := n.queue
	n.queue = nil
	if len(queue) == 0 {
		delete(l.nodes, n.key)
		return true
	}
	next := g.nodes.Get().(*node)
	next.key, next.queue = n.key, append(next.queue, queue...)
	l.nodes[n.key] = next
	go g.run(l, next)
	return true
}
