// Package guard stands between an engine and a store outside the process. Calls
// on one record at one time become one, every call has a deadline that does not
// depend on the store, calls to a store that is away fail at once, what the store
// last said is remembered, and nothing is done in a store that was filled under
// another Secret.
//
// A [Call] is queued at the node of its record (combine.go), if the breaker lets it
// (breaker.go). The node's goroutine makes one round of all that wait, verifies the
// proof of the Secret before it (proof.go), and calls the store with a context of
// its own (deadline.go). What the store said goes to the last known records
// (lastknown.go).
//
// What is in a record the package does not know: [Config] says what it needs.
package guard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy/internal/memtable"
	"golang.org/x/time/rate"
)

// A Key names a record.
type Key = memtable.Key

// A Record is what the store keeps under a key.
type Record = memtable.Record

// A Store is what a guard calls: policy.Store, as far as it is needed here.
type Store interface {
	// Bind returns the store's Update with fn. A guard binds a function once for
	// many calls, which it makes one after the other.
	Bind(fn func(old []byte) (Record, error)) func(ctx context.Context, key Key) error
	View(ctx context.Context, key Key, fn func(data []byte) error) error
}

// A Config is what a guard has to be told about the records and the errors of its
// owner.
type Config struct {
	Enforces func(data []byte) bool           // something that must not be forgotten while the store is away
	Fault    func(op string, err error) error // makes the error of a call that the store failed
	Record   error                            // what an error about one record wraps: the store is not away
	Secret   error                            // what an error about another Secret wraps
	Known    int                              // last known records, at most; 0: 16,384
	Overload error                            // what an error wraps that says: too many calls at once; the store is not away

	// Proof makes the record that proves the Secret and names the store's
	// incarnation; nil: any store will do, and what follows is not used. Compare
	// reads such a record; its error, if it proves something else, wraps Record or
	// Secret. Emptied is what an error wraps while a store that held the proof holds
	// none any more, or another one.
	Proof   func(Incarnation) []byte
	Compare func(data []byte) (Incarnation, error)
	Emptied error
	// Unused makes of a proof that says that the store was copied into and not used
	// since one that doesn't; false: it says nothing of that. nil: none does. It is
	// written before the first update.
	Unused func(data []byte) (Record, bool)
	// Filled says that the store must hold a proof from the start.
	Filled bool
	// Lacks reports whether a record that is stored knows nothing of a sanction that
	// stands in the one that is known.
	Lacks func(stored, known []byte) bool
	// Merge makes one record of the last known one and the one that a store holds,
	// nil for none; ErrUnchanged says that the store's is it.
	Merge func(known, stored []byte) (Record, error)
}

// A Guard is safe for concurrent use. It calls the store on goroutines of its own,
// one for each record that is being worked on; one that the store does not give
// back is left to it. Use New: the zero Guard is not ready.
type Guard struct {
	// LastKnown holds what the store last said.
	LastKnown LastKnown

	store   Store
	cfg     Config
	breaker breaker
	secret  secretCheck
	nodes   sync.Pool // of *node
	lanes   [lanes]lane
}

const lanes = 64

// ErrUnchanged, of a function that a store runs, says that there is nothing to
// change. It is compared with ==, and comes back to the caller as it is.
var ErrUnchanged = errors.New("policy: nothing to change")

var (
	errPanic  = errors.New("policy: panic")
	errSlow   = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	errNotRun = errors.New("it did not run the function that it was given")
	errGone   = errors.New("policy: the record is not there any more")
)

// New puts a guard around a store. It does not call it yet.
func New(store Store, cfg Config) *Guard {
	g := &Guard{store: store, cfg: cfg, LastKnown: LastKnown{memtable.New(cmp.Or(cfg.Known, lastKnownRecords), nil), cfg.Enforces, cfg.Lacks}}
	g.breaker.init()
	g.secret.any, g.secret.invalidations = cfg.Proof == nil, rate.NewLimiter(rate.Every(checkSoon), 1)
	g.secret.filled.Store(cfg.Filled)
	g.nodes.New = g.newNode
	for i := range g.lanes {
		g.lanes[i].nodes = make(map[Key]*node)
	}
	return g
}

// Update replaces the record under key by what fn makes of it, as policy.Store
// says. An error is fn's own, the context's, or of Config.Fault; with c.Lost fn may
// still run, and may already have taken effect.
func (g *Guard) Update(ctx context.Context, c *Call, key Key, fn func(old []byte) (Record, error)) error {
	c.Op, c.Update, c.View = "update", fn, nil
	return g.do(ctx, c, key)
}

// View calls fn with the record under key. Of errors and c.Lost the same holds.
func (g *Guard) View(ctx context.Context, c *Call, key Key, fn func(data []byte) error) error {
	c.Op, c.Update, c.View = "view", nil, fn
	return g.do(ctx, c, key)
}

// Delete removes the record under key. It waits for its turn like an update, so
// that what is known of the record goes with it.
func (g *Guard) Delete(ctx context.Context, c *Call, key Key) error {
	c.Op, c.View = "delete", nil
	c.Update = func([]byte) (Record, error) { return Record{Durable: true}, nil }
	return g.do(ctx, c, key)
}

func (g *Guard) do(ctx context.Context, c *Call, key Key) error {
	if err := g.Start(ctx, c, key); err != nil {
		return err
	}
	return g.Wait(ctx, c)
}

// Start hands a call, whose Op and Update or View are set, to the store, unless
// that is pointless. Wait must follow if it returns nil.
func (g *Guard) Start(ctx context.Context, c *Call, key Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := time.Now()
	rest := c.Deadline.Sub(now)
	if rest <= 0 {
		return g.cfg.Fault(c.Op, errSlow) // earlier calls have used it up
	}
	if err := g.breaker.allow(now); err != nil {
		g.breaker.pause(ctx, rest/8)
		return g.cfg.Fault(c.Op, err)
	}
	c.ctx, c.err, c.panicked, c.Lost = ctx, nil, nil, false
	c.state.Store(waiting)
	if c.timer == nil {
		c.done, c.timer = make(chan struct{}, 1), time.NewTimer(rest)
	} else {
		c.timer.Reset(rest)
	}
	g.add(key, c)
	return nil
}

// Wait returns what came of a call, at the latest at its deadline.
func (g *Guard) Wait(ctx context.Context, c *Call) error {
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
	c.Lost = true
	g.abandon(c)
	if ended {
		return ctx.Err()
	}
	return g.cfg.Fault(c.Op, errSlow)
}

func (c *Call) result() error {
	c.ctx = nil
	if c.panicked != nil {
		panic(c.panicked)
	}
	return c.err
}

// abandon sees to the round of a call whose caller has left.
func (g *Guard) abandon(c *Call) {
	l := c.lane
	l.nodesMu.Lock()
	defer l.nodesMu.Unlock()
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
			l.nodesMu.Lock()
			defer l.nodesMu.Unlock()
			over()
		})
	}
}

// attempt runs a round in the store. An error is the store's.
func (g *Guard) attempt(n *node) (err error) {
	ctx := &deadline{values: n.calls[0].ctx, at: n.deadline}
	defer ctx.end(context.Canceled)
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	if err := g.Verify(ctx); err != nil {
		return err
	}
	if n.writes() && g.secret.unused.Load() {
		if err := g.use(ctx); err != nil {
			return err
		}
	}
	for {
		if n.writes() {
			err = n.update(ctx, n.key)
		} else {
			err = g.store.View(ctx, n.key, n.view)
		}
		if !errors.Is(err, errGone) {
			break
		}
		// What is known to be enforced is not there: is the store still the one
		// that held it?
		g.secret.invalidate()
		if err := g.Verify(ctx); err != nil {
			return err
		}
		n.sure = true
	}
	switch {
	case errors.Is(err, ErrUnchanged):
		return nil
	case err == nil && !n.ran:
		return errNotRun
	}
	return err
}

// note keeps what a round says of the store and of the record.
func (g *Guard) note(n *node, err error, late bool) {
	switch {
	case late:
		// The fault was noted; others may have written since.
		g.breaker.stuck.Add(-1)
	case err == nil:
		g.breaker.ok()
		g.checkAgain()
		switch {
		case n.wrote:
			g.LastKnown.put(n.key, n.rec.Data)
		case n.idle:
			g.LastKnown.put(n.key, n.seen)
		}
	case errors.Is(err, g.cfg.Record): // about one record
	case errors.Is(err, g.cfg.Overload): // to fail others too would waste what the store can do
	default:
		g.failed(err)
	}
}

// All is an iteration through a store that ends when the context does, whatever
// the store does. The entry under [ProofKey] is among what it yields.
func All[Entry any](ctx context.Context, g *Guard, all func(context.Context) iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	type item struct {
		entry Entry
		err   error
	}
	return func(yield func(Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		items := make(chan item, 64)
		send := func(entry Entry, err error) bool {
			select {
			case items <- item{entry, err}:
				return true
			case <-ctx.Done():
				return false
			}
		}
		go func() {
			defer close(items)
			defer func() {
				if v := recover(); v != nil {
					send(*new(Entry), fmt.Errorf("panic: %v", v))
				}
			}()
			if err := g.Verify(ctx); err != nil {
				send(*new(Entry), err)
				return
			}
			for entry, err := range all(ctx) {
				if !send(entry, err) {
					return
				}
			}
		}()
		for {
			select {
			case it, more := <-items:
				if !more {
					if err := ctx.Err(); err != nil {
						yield(it.entry, err)
					}
					return
				}
				if !yield(it.entry, it.err) {
					return
				}
			case <-ctx.Done():
				yield(*new(Entry), ctx.Err())
				return
			}
		}
	}
}
