package guard

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// With another Secret every key is another one: a store of records would look
// empty, and every sanction in it would be gone. So an outside store holds, under
// a key that does not depend on the Secret, a proof of the Secret that its
// records were written under. A guard looks at it before its first call, and again
// after a fault, every few seconds that it is used, and when a record that enforces
// something is not there: another one may have come in its place, or an empty one.
// The proof names the incarnation of the store, so that an empty one is told from
// the old one also where another process has begun to fill it (emptied.go).

// ProofKey is where the proof is kept: a record like the others, which never
// expires, and is no entry of a listing. The last byte is the version of what is
// kept there.
var ProofKey = Key{'d', 'e', 'c', 'o', 'r', 'u', 'm', ' ', 'p', 'r', 'o', 'o', 'f', 0, 0, 1}

const (
	// CheckWait is how long a check that nobody waits for may take, and how long
	// others wait for one without a deadline.
	CheckWait = time.Second

	checkEvery = 10 * time.Second // between two checks of a store that answers
	checkSoon  = time.Second      // after a fault
)

// A secretCheck knows whether the store holds the proof. It is safe for
// concurrent use.
type secretCheck struct {
	any bool // any store will do
	// state is twice the number of times that the store was away, and one more
	// when the proof was seen since: a check that was under way when the store
	// went says nothing of what came back.
	state   atomic.Uint64
	foreign atomic.Bool // the store was filled under another Secret

	filled        atomic.Bool   // the store holds a proof, or did once, or must
	known         atomic.Bool   // its incarnation is
	incarnation   atomic.Uint64 // the same
	accepting     atomic.Bool   // what is known is being written back
	unused        atomic.Bool   // the store was copied into, and not written since
	checked       atomic.Int64  // when it was seen last, in Unix nanoseconds
	fault         atomic.Bool   // there was one since
	again         atomic.Bool   // a check that nobody waits for is under way
	invalidations *rate.Limiter // what faults cost those that wait

	checkMu sync.Mutex
	check   *check // under way; nil: none
}

// A check is one call of the store for all who wait for it.
type check struct {
	until time.Time // then it is given up
	done  chan struct{}
	err   error
}

func (s *secretCheck) valid() bool { return s.any || s.state.Load()&1 == 1 }

// Refuses reports whether nothing may be said to the store at all: it was filled
// under another Secret.
func (g *Guard) Refuses() bool { return g.secret.foreign.Load() && !g.secret.valid() }

// invalidate notes that the store was away.
func (s *secretCheck) invalidate() {
	for {
		was := s.state.Load()
		if s.state.CompareAndSwap(was, (was|1)+1) {
			return
		}
	}
}

// join returns the check that is under way, or begins one.
func (s *secretCheck) join(ctx context.Context) (c *check, own bool) {
	s.checkMu.Lock()
	defer s.checkMu.Unlock()
	now := time.Now()
	if s.check != nil && now.Before(s.check.until) {
		return s.check, false
	}
	c = &check{until: now.Add(CheckWait), done: make(chan struct{})}
	if end, ok := ctx.Deadline(); ok {
		c.until = end
	}
	s.check = c
	return c, true
}

func (s *secretCheck) finish(c *check) {
	s.checkMu.Lock()
	defer s.checkMu.Unlock()
	if s.check == c {
		s.check = nil
	}
	close(c.done)
}

// wait waits for a check of another call. A caller that had less time says nothing
// of the store.
func (c *check) wait(ctx context.Context) error {
	select {
	case <-c.done:
		if c.err != nil && !errors.Is(c.err, context.DeadlineExceeded) && !errors.Is(c.err, context.Canceled) {
			return c.err
		}
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Verify looks for the proof in the store, unless it is known to be there, and
// leaves one where there is none. The error is the store's, the context's, or one
// of Config.Compare.
func (g *Guard) Verify(ctx context.Context) error {
	s := &g.secret
	for !s.valid() {
		c, own := s.join(ctx)
		if own {
			if s.valid() { // since it was asked
				s.finish(c)
				continue
			}
			g.check(ctx, c)
			if c.err != nil {
				return c.err
			}
			continue // unless the store went meanwhile
		}
		if err := c.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// check calls the store.
func (g *Guard) check(ctx context.Context, c *check) {
	s := &g.secret
	c.err = errNotRun // if the store panics
	defer s.finish(c)
	was, ran := s.state.Load(), false
	var in Incarnation
	err := g.store.Bind(func(old []byte) (_ Record, err error) {
		ran = true
		switch {
		case len(old) > 0:
			if in, err = g.cfg.Compare(old); g.cfg.Unused != nil {
				_, unused := g.cfg.Unused(old)
				s.unused.Store(unused)
			}
			return Record{}, cmp.Or(err, ErrUnchanged)
		case s.filled.Load():
			in = Incarnation{}
			return Record{}, g.cfg.Emptied
		}
		in = NewIncarnation()
		return g.proof(in), nil
	})(ctx, ProofKey)
	if err == nil && !ran {
		return
	}
	if errors.Is(err, ErrUnchanged) {
		err = nil
	}
	if err == nil {
		err = g.recognise(in)
	}
	switch c.err = err; {
	case err == nil:
		s.fault.Store(false)
		s.checked.Store(time.Now().UnixNano())
		s.state.CompareAndSwap(was, was|1)
		s.foreign.Store(false)
	case errors.Is(err, g.cfg.Secret):
		s.foreign.Store(true)
	}
}

// use notes in the store, before it is written for the first time, that it is used: once
// for all calls that write, and not beside a check.
func (g *Guard) use(ctx context.Context) error {
	s := &g.secret
	for s.unused.Load() {
		c, own := s.join(ctx)
		if own {
			c.err = errNotRun // if the store panics
			defer s.finish(c)
			c.err = g.noteUse(ctx)
			return c.err
		}
		if err := c.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (g *Guard) noteUse(ctx context.Context) error {
	err := g.store.Bind(func(old []byte) (Record, error) {
		rec, unused := g.cfg.Unused(old)
		if !unused { // another process was first
			return Record{}, ErrUnchanged
		}
		return rec, nil
	})(ctx, ProofKey)
	if err == nil || errors.Is(err, ErrUnchanged) {
		g.secret.unused.Store(false)
		return nil
	}
	return err
}

// checkAgain looks for the proof in a store that answers, if it is time for that.
// No call waits for it.
func (g *Guard) checkAgain() {
	s := &g.secret
	every := checkEvery
	if s.fault.Load() {
		every = checkSoon
	}
	if s.any || time.Since(time.Unix(0, s.checked.Load())) < every || !s.again.CompareAndSwap(false, true) {
		return
	}
	// Joined here, not on the goroutine: a call that begins at the same moment waits for
	// this check, and never the other way round.
	ctx, cancel := context.WithTimeout(context.Background(), CheckWait)
	c, own := s.join(ctx)
	if !own {
		cancel()
		s.again.Store(false)
		return
	}
	go func() {
		defer s.again.Store(false)
		defer func() { _ = recover() }() // of the store: the next call has it too
		defer cancel()
		if g.check(ctx, c); errors.Is(c.err, g.cfg.Secret) || errors.Is(c.err, g.cfg.Record) || errors.Is(c.err, g.cfg.Emptied) {
			s.invalidate() // each call says why
		}
	}()
}

// failed notes a fault of the store. The calls that follow wait for a check, but not
// again and again where only some calls fail.
func (g *Guard) failed(err error) {
	now := time.Now()
	g.breaker.fail(now, err)
	g.secret.fault.Store(true)
	if g.breaker.faults.Load() >= breakAfter || g.secret.invalidations.AllowN(now, 1) {
		g.secret.invalidate()
	}
}
