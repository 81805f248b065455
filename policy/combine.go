package policy

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// mostCombined is how many calls one round takes: so many judgements still end
// well within a timeout.
const mostCombined = 256

// A call is what one caller wants of one record. It is reused from call to
// call, except when it is lost.
type call struct {
	update   func(old []byte) (Record, error) // or
	view     func(data []byte) error
	op       string // for a FaultError
	deadline time.Time
	lost     bool // the caller left before the store came back: never use it again

	ctx      context.Context // of the caller, for its values
	state    atomic.Uint32
	done     chan struct{}
	timer    *time.Timer
	err      error // of update or view, or a *FaultError
	panicked any   // by update or view

	lane  *lane
	node  *node  // that took it; under the lane's lock
	round uint64 // of the node; the same
}

// States of a call.
const (
	waiting uint32 = iota
	answered
	left
)

// try runs update or view on a record.
func (c *call) try(old []byte) (rec Record, err error) {
	defer func() {
		if v := recover(); v != nil {
			c.panicked, err = v, errPanic
		}
	}()
	if c.view != nil {
		return Record{}, c.view(old)
	}
	return c.update(old)
}

// A lane holds the records that are being worked on, of a part of all keys.
type lane struct {
	mu    sync.Mutex
	nodes map[Key]*node
	_     [64]byte
}

// A node is one record that is being worked on: one goroutine takes what waits
// in its queue, round after round, and ends when nothing waits any more.
type node struct {
	key   Key
	round atomic.Uint64 // even; odd: its deadline has passed, and the worker is on its own

	// Under the lane's lock:
	queue    []*call
	deadline time.Time // of the round: the latest of its calls
	watched  uint64    // round whose deadline has a timer

	// The worker's:
	calls []*call // of the round
	rec   Record  // as the calls made it
	wrote bool
	idle  bool // somebody read it and left it as it was
	ran   bool
	seen  []byte // the record that was left as it was; nil: there is none
	buf   []byte
	fold  func(old []byte) (Record, error)
	show  func(data []byte) error
}

func newNode() *node {
	n := &node{}
	n.fold, n.show = n.doFold, n.doShow
	return n
}

// doFold runs all calls of the round one after the other, each on what the one
// before made of the record. Every time it runs it begins anew: only what came
// of the last time counts.
func (n *node) doFold(old []byte) (Record, error) {
	n.rec, n.wrote, n.idle, n.ran = Record{Data: old}, false, false, true
	durable := false
	for _, c := range n.calls {
		if c.state.Load() == left {
			continue // nobody waits for it: it has not happened
		}
		c.panicked = nil
		rec, err := c.try(n.rec.Data)
		c.err = err
		switch {
		case err == nil && c.update != nil:
			n.rec, n.wrote = rec, true
			durable = durable || rec.Durable
		case err == errUnchanged:
			n.idle = true
		}
	}
	if n.wrote {
		n.rec.Durable = durable
		return n.rec, nil
	}
	if n.idle {
		n.seen = nil
		if old != nil {
			n.buf = append(n.buf[:0], old...)
			n.seen = n.buf
		}
	}
	return Record{}, errUnchanged
}

func (n *node) doShow(data []byte) error {
	_, _ = n.doFold(data)
	return nil
}

// writes reports whether a call of the round may change the record.
func (n *node) writes() bool {
	for _, c := range n.calls {
		if c.update != nil {
			return true
		}
	}
	return false
}

// lane returns the lane of a key.
func (g *guard) lane(key Key) *lane { return &g.lanes[key[0]%lanes] }

// add queues a call, and starts a worker if the record has none.
func (g *guard) add(key Key, c *call) {
	l := g.lane(key)
	c.lane, c.node = l, nil
	l.mu.Lock()
	n := l.nodes[key]
	if n != nil {
		n.queue = append(n.queue, c)
		l.mu.Unlock()
		return
	}
	n = g.nodes.Get().(*node)
	n.key = key
	n.queue = append(n.queue, c)
	l.nodes[key] = n
	l.mu.Unlock()
	go g.work(l, n)
}

// take begins a round with what waits. It reports whether there was anything;
// otherwise the node is nobody's any more.
func (l *lane) take(n *node) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n.calls, n.deadline = n.calls[:0], time.Time{}
	n.ran, n.wrote, n.idle = false, false, false
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
		if c.deadline.After(n.deadline) {
			n.deadline = c.deadline
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

// work runs rounds until nothing waits, or until a deadline passes in one: then
// others have gone on without it.
func (g *guard) work(l *lane, n *node) {
	reserve()
	for l.take(n) {
		err := g.attempt(n)
		round := n.round.Load() &^ 1
		late := !n.round.CompareAndSwap(round, round+2)
		g.note(n, err, late)
		for _, c := range n.calls {
			if err != nil {
				c.err = &FaultError{Op: c.op, Err: err}
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
func (g *guard) overdue(l *lane, n *node, round uint64) bool {
	// l is locked.
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
	go g.work(l, next)
	return true
}
