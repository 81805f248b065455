package policy

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"
)

// With another Secret every key is another one: a store of records would look
// empty, and every sanction in it would be gone. So an outside store holds, under
// a key that does not depend on the Secret, a proof of the Secret that its
// records were written under. A guard looks at it before its first call, and
// again after the store was away, for another one may have come in its place.

// proofKey is where the proof is kept.
var proofKey = Key{'d', 'e', 'c', 'o', 'r', 'u', 'm', ' ', 'p', 'r', 'o', 'o', 'f', 0, 0, 1}

// proof is what an engine with these keys leaves in its store.
func (k *keyer) proof() Key { return k.key(kindSeed, "store") }

// demand has the guard use the store only with this proof in it.
func (g *guard) demand(proof Key) {
	g.proof = proof
	g.proved.Store(false)
}

// prove looks at the proof in the store, and leaves one where there is none.
func (g *guard) prove(ctx context.Context) error {
	if g.proved.Load() {
		return nil
	}
	ran := false
	err := g.store.Update(ctx, proofKey, func(old []byte) (Record, error) {
		ran = true
		if len(old) > 0 {
			return Record{}, g.compare(old)
		}
		r := record{newest: 1, proof: g.proof}
		return Record{Data: r.appendTo(nil), Durable: true, Pinned: true}, nil
	})
	switch {
	case err == nil && !ran:
		return errNotRun
	case err != nil && !errors.Is(err, errUnchanged):
		return err
	}
	g.proved.Store(true)
	return nil
}

// compare returns errUnchanged for the proof of this engine's own Secret.
func (g *guard) compare(data []byte) error {
	var r record
	if err := r.decode(data); err != nil {
		return fmt.Errorf("the proof of the Secret: %w", err)
	}
	if !hmac.Equal(r.proof[:], g.proof[:]) {
		return ErrSecret
	}
	return errUnchanged
}

// failed notes a fault of the store.
func (g *guard) failed(err error) {
	g.breaker.fail(err)
	if g.breaker.faults.Load() >= breakAfter && g.proof != (Key{}) {
		g.proved.Store(false)
	}
}

// meetStore looks at an outside store for the first time. A store that is away is
// no error: the engine begins without it, and looks at it when it is there.
func (e *Engine) meetStore() error {
	e.guard.demand(e.keys.proof())
	c := &call{deadline: time.Now().Add(e.cfg.Timeout)}
	err := refused("view", e.guard.view(context.Background(), c, proofKey, func([]byte) error { return nil }))
	if errors.Is(err, ErrSecret) || errors.Is(err, ErrRecord) {
		return err
	}
	if err != nil {
		e.fault(context.Background(), err)
	}
	return nil
}
