package policy

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"
)

// A guard stands between an engine and a store outside the process. Calls on
// one record at one time become one (combine.go), every call has a deadline
// that does not depend on the store, calls to a store that is away fail at once
// (breaker.go), and what the store last said is remembered (known.go). The
// store is called on goroutines of the guard, one for each record that is being
// worked on; one that the store does not give back is left to it. It is safe
// for concurrent use.
type guard struct {
	store   Store
	breaker breaker
	known   known
	proof   prover // of the Secret, in the store
	tell    func(error)
	nodes   sync.Pool // of *node
	lanes   [lanes]lane
}

const lanes = 64

var (
	errPanic  = errors.New("policy: panic")
	errSlow   = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	errNotRun = errors.New("it did not run the function that it was given")
)

func newGuard(store Store) *guard {
	g := &guard{store: store, known: known{mem: NewMemory(knownAccounts)}}
	g.breaker.init()
	g.proof.init()
	g.nodes.New = func() any { return newNode() }
	for i := range g.lanes {
		g.lanes[i].nodes = make(map[Key]*node)
	}
	return g
}

// update is an Update. An error is fn's own, the context's, or a *FaultError;
// with c.lost fn may still run, and may already have taken effect.
func (g *guard) update(ctx context.Context, c *call, key Key, fn func(old []byte) (Record, error)) error {
	c.op, c.update, c.view = "update", fn, nil
	return g.do(ctx, c, key)
}

// view is a View, of which the same holds.
func (g *guard) view(ctx context.Context, c *call, key Key, fn func(data []byte) error) error {
	c.op, c.update, c.view = "view", nil, fn
	return g.do(ctx, c, key)
}

// delete is a Delete. It waits for its turn like an update, so that what is
// known of the record goes with it.
func (g *guard) delete(ctx context.Context, c *call, key Key) error {
	c.op, c.view = "delete", nil
	c.update = func([]byte) (Record, error) { return Record{Durable: true}, nil }
	return g.do(ctx, c, key)
}

func (g *guard) do(ctx context.Context, c *call, key Key) error {
	if err := g.start(ctx, c, key); err != nil {
		return err
	}
	return g.wait(ctx, c)
}

// start hands a call to the store, unless that is pointless. wait must follow
// if it returns nil.
func (g *guard) start(ctx context.Context, c *call, key Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := time.Now()
	rest := c.deadline.Sub(now)
	if rest <= 0 {
		return &FaultError{Op: c.op, Err: errSlow} // earlier calls have used it up
	}
	if err := g.breaker.allow(now); err != nil {
		return &FaultError{Op: c.op, Err: err}
	}
	c.ctx, c.err, c.panicked, c.lost = ctx, nil, nil, false
	c.state.Store(waiting)
	if c.timer == nil {
		c.done, c.timer = make(chan struct{}, 1), time.NewTimer(rest)
	} else {
		c.timer.Reset(rest)
	}
	g.add(key, c)
	return nil
}

// wait returns what came of a call, at the latest at its deadline.
func (g *guard) wait(ctx context.Context, c *call) error {
	ended := false
	select {
	case <-c.done:
		c.timer.Stop()
		return c.result()
	case <-c.timer.C:
	case <-ctx.Done():
		c.timer.Stop()
		ended = true
	}
	if !c.state.CompareAndSwap(waiting, left) {
		<-c.done
		return c.result()
	}
	c.lost = true
	g.abandon(c)
	if ended {
		return ctx.Err()
	}
	return &FaultError{Op: c.op, Err: errSlow}
}

func (c *call) result() error {
	c.ctx = nil
	if c.panicked != nil {
		panic(c.panicked)
	}
	return c.err
}

// abandon sees to the round of a call whose caller has left.
func (g *guard) abandon(c *call) {
	l := c.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	n, round := c.node, c.round
	if n == nil || n.round.Load() != round {
		return // it was not taken, or is over
	}
	over := func() {
		if g.overdue(l, n, round) {
			g.breaker.stuck.Add(1)
			g.failed(errSlow)
		}
	}
	if wait := time.Until(n.deadline); wait <= 0 {
		over()
	} else if n.watched != round+1 {
		// The context ended before, and everybody may leave before.
		n.watched = round + 1
		time.AfterFunc(wait, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			over()
		})
	}
}

// attempt runs a round in the store. An error is the store's.
func (g *guard) attempt(n *node) (err error) {
	ctx := newDeadline(n.calls[0].ctx, n.deadline)
	defer ctx.end(context.Canceled)
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	if err := g.prove(ctx); err != nil {
		return err
	}
	if n.writes() {
		err = g.store.Update(ctx, n.key, n.fold)
	} else {
		err = g.store.View(ctx, n.key, n.show)
	}
	switch {
	case errors.Is(err, errUnchanged):
		return nil
	case err == nil && !n.ran:
		return errNotRun
	}
	return err
}

// note keeps what a round says of the store and of the record.
func (g *guard) note(n *node, err error, late bool) {
	switch {
	case late:
		// The fault was noted; others may have written since.
		g.breaker.stuck.Add(-1)
	case err == nil:
		g.breaker.ok()
		g.lookAgain()
		switch {
		case n.wrote:
			g.known.put(n.key, n.rec.Data)
		case n.idle:
			g.known.put(n.key, n.seen)
		}
	case !errors.Is(err, ErrRecord): // that is about one record
		g.failed(err)
	}
}

// all is an All that ends when the context does, whatever the store does.
func (g *guard) all(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	type item struct {
		entry Entry
		err   error
	}
	return func(yield func(Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		items := make(chan item, 64)
		go func() {
			defer close(items)
			defer func() {
				if v := recover(); v != nil {
					select {
					case items <- item{err: fmt.Errorf("panic: %v", v)}:
					case <-ctx.Done():
					}
				}
			}()
			if err := g.prove(ctx); err != nil {
				select {
				case items <- item{err: err}:
				case <-ctx.Done():
				}
				return
			}
			for entry, err := range g.store.All(ctx, listed) {
				if entry.Key == proofKey {
					continue
				}
				select {
				case items <- item{entry, err}:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
			}
		}()
		for {
			select {
			case it, more := <-items:
				if !more {
					if err := ctx.Err(); err != nil {
						yield(Entry{}, err)
					}
					return
				}
				if !yield(it.entry, it.err) || it.err != nil {
					return
				}
			case <-ctx.Done():
				yield(Entry{}, ctx.Err())
				return
			}
		}
	}
}
