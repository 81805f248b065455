package policy

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
	"golang.org/x/time/rate"
)

// With another Secret every key is another one: a store of records would look
// empty, and every sanction in it would be gone. So an outside store holds, under
// a key that does not depend on the Secret, a proof of the Secret that its
// records were written under. A guard looks at it before its first call, and again
// after a fault and every few seconds that it is used, for another one may have
// come in its place, or an empty one.

// proofKey is where the proof is kept: a record like the others, which never
// expires, is not listed, and has one section, the proof. The last byte is the
// version of what is kept there.
var proofKey = Key{'d', 'e', 'c', 'o', 'r', 'u', 'm', ' ', 'p', 'r', 'o', 'o', 'f', 0, 0, 1}

// storeProof is what an engine with these keys leaves in its store: an HMAC of the
// Secret.
func storeProof(k *keys.Keyer) Key { return k.Key(keys.Seed, "store") }

const (
	lookWait  = time.Second      // how long others wait for a look without a deadline
	lookEvery = 10 * time.Second // between two looks at a store that answers
	lookSoon  = time.Second      // after a fault
)

// A prover knows whether the store holds the proof. It is safe for concurrent
// use.
type prover struct {
	want Key // zero: any store will do
	// state is twice the number of times that the store was away, and one more
	// when the proof was seen since: a look that was under way when the store
	// went says nothing of what came back.
	state   atomic.Uint64
	foreign atomic.Bool // the store was filled under another Secret

	filled atomic.Bool   // the store holds a proof, or did once
	looked atomic.Int64  // when it was seen last, in Unix nanoseconds
	fault  atomic.Bool   // there was one since
	again  atomic.Bool   // a look that nobody waits for is under way
	doubts *rate.Limiter // what faults cost those that wait

	mu   sync.Mutex
	look *look // under way; nil: none
}

// A look is one call of the store for all who wait for it.
type look struct {
	until time.Time // then it is given up
	done  chan struct{}
	err   error
}

func (p *prover) init() { p.doubts = rate.NewLimiter(rate.Every(lookSoon), 1) }

func (p *prover) proved() bool { return p.state.Load()&1 == 1 || p.want == Key{} }

// refuses reports whether nothing may be said to the store at all.
func (p *prover) refuses() bool { return p.foreign.Load() && !p.proved() }

// doubt notes that the store was away.
func (p *prover) doubt() {
	for {
		was := p.state.Load()
		if p.state.CompareAndSwap(was, (was|1)+1) {
			return
		}
	}
}

// join returns the look that is under way, or begins one.
func (p *prover) join(ctx context.Context) (l *look, own bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.look != nil && now.Before(p.look.until) {
		return p.look, false
	}
	l = &look{until: now.Add(lookWait), done: make(chan struct{})}
	if end, ok := ctx.Deadline(); ok {
		l.until = end
	}
	p.look = l
	return l, true
}

func (p *prover) over(l *look) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look == l {
		p.look = nil
	}
	close(l.done)
}

// prove looks at the proof in the store, unless that is known, and leaves one
// where there is none.
func (g *guard) prove(ctx context.Context) error {
	p := &g.proof
	for !p.proved() {
		l, own := p.join(ctx)
		if own {
			if p.proved() { // since it was asked
				p.over(l)
				continue
			}
			g.lookAt(ctx, l)
			if l.err != nil {
				return l.err
			}
			continue // unless the store went meanwhile
		}
		select {
		case <-l.done:
			if l.err != nil && !errors.Is(l.err, context.DeadlineExceeded) && !errors.Is(l.err, context.Canceled) {
				return l.err
			}
			// It is good, or whoever looked had less time.
		case <-ctx.Done():
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// lookAt calls the store.
func (g *guard) lookAt(ctx context.Context, l *look) {
	p := &g.proof
	l.err = errNotRun // if the store panics
	defer p.over(l)
	was, ran, found := p.state.Load(), false, false
	err := g.store.Update(ctx, proofKey, func(old []byte) (Record, error) {
		ran, found = true, len(old) > 0
		if found {
			return Record{}, p.compare(old)
		}
		return Record{Data: state.EncodeProof(p.want), Durable: true, Pinned: true}, nil
	})
	if err == nil && !ran {
		return
	}
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	switch l.err = err; {
	case err == nil:
		p.fault.Store(false)
		p.looked.Store(time.Now().UnixNano())
		p.state.CompareAndSwap(was, was|1)
		p.foreign.Store(false)
		if p.filled.Swap(true) && !found && g.tell != nil {
			g.tell(&FaultError{Op: "view", Err: ErrEmptied})
		}
	case errors.Is(err, ErrSecret):
		p.foreign.Store(true)
	}
}

// lookAgain looks at the proof in a store that answers, if it is time for that. No
// call waits for it.
func (g *guard) lookAgain() {
	p := &g.proof
	every := lookEvery
	if p.fault.Load() {
		every = lookSoon
	}
	if (p.want == Key{}) || time.Since(time.Unix(0, p.looked.Load())) < every || !p.again.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer p.again.Store(false)
		defer func() { _ = recover() }() // of the store: the next call has it too
		ctx, cancel := context.WithTimeout(context.Background(), lookWait)
		defer cancel()
		l, own := p.join(ctx)
		if !own {
			return
		}
		if g.lookAt(ctx, l); errors.Is(l.err, ErrSecret) || errors.Is(l.err, ErrRecord) {
			p.doubt() // each call says why
		}
	}()
}

// compare returns errUnchanged for the proof of this engine's own Secret.
func (p *prover) compare(data []byte) error {
	var r state.Record
	if err := decode(&r, data); err != nil {
		return fmt.Errorf("the proof of the Secret: %w", err)
	}
	switch {
	case r.Proof == Key{}:
		return fmt.Errorf("%w: there is none where the proof of the Secret should be", ErrRecord)
	case !hmac.Equal(r.Proof[:], p.want[:]):
		return fmt.Errorf("%w; configure that one, or a store that is empty", ErrSecret)
	}
	return errUnchanged
}

// failed notes a fault of the store. The calls that follow wait for a look, but not
// again and again where only some calls fail.
func (g *guard) failed(err error) {
	g.breaker.fail(err)
	g.proof.fault.Store(true)
	if g.breaker.faults.Load() >= breakAfter || g.proof.doubts.AllowN(time.Now(), 1) {
		g.proof.doubt()
	}
}

// verifyStore looks at an outside store for the first time. A store that is away is
// no error: the engine begins without it, and looks at it when it is there.
func (e *Engine) verifyStore() error {
	e.guard.proof.want = storeProof(e.keys)
	e.guard.tell = func(err error) { e.fault(context.Background(), err) }
	c := &call{deadline: time.Now().Add(e.cfg.Timeout)}
	err := asFault("view", e.guard.view(context.Background(), c, proofKey, func([]byte) error { return nil }))
	if errors.Is(err, ErrSecret) || errors.Is(err, ErrRecord) {
		return err
	}
	e.fault(context.Background(), err)
	return nil
}
