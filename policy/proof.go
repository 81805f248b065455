package policy

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A proof is what a store says of the Secret that its records were written under.
type proof struct {
	secret Key // proves it; zero: nothing does
	ring   []byte
	in     state.Incarnation
	phase  state.CopyPhase
	lost   bool // nobody knows the Secret, or there are several
}

// parse reads what is under guard.ProofKey.
func (p *proof) parse(data []byte) error {
	var r state.Record
	if err := decode(&r, data); err != nil {
		return err
	}
	*p = proof{secret: r.Proof, ring: r.Ring, in: r.Incarnation, phase: r.Copied.Phase, lost: p.lost}
	if p.phase == state.Copying {
		p.secret = r.Copied.Proof
	}
	return nil
}

func readProof(ctx context.Context, s Store) (p proof, err error) {
	if m, ok := s.(*Memory); ok {
		m.beside.mu.Lock()
		defer m.beside.mu.Unlock()
		p.lost = m.beside.lost
		return p, p.parse(m.beside.proof)
	}
	err = s.View(ctx, guard.ProofKey, p.parse)
	return p, err
}

// writeProof replaces a proof; nil: there is none any more.
func writeProof(ctx context.Context, s Store, data []byte) error {
	m, ok := s.(*Memory)
	if !ok {
		return s.Update(ctx, guard.ProofKey, func([]byte) (Record, error) {
			return Record{Data: data, Durable: true, Pinned: true}, nil
		})
	}
	m.beside.mu.Lock()
	defer m.beside.mu.Unlock()
	m.beside.proof, m.beside.lost = data, false
	_, unused := unused(data)
	m.beside.unused.Store(unused)
	return nil
}

// beside is what a Memory has beside its records, which an outside store has in itself:
// for Copy. The zero beside is empty.
type beside struct {
	unused atomic.Bool // nothing was written since Copy

	mu    sync.Mutex
	proof []byte                 // as under guard.ProofKey
	lost  bool                   // nobody knows its Secret, or there are several
	kept  []byte                 // what Copy brought, until an engine takes it
	dump  func() ([]byte, error) // what the engine has
}

// use notes that the store is used.
func (b *beside) use() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if rec, unused := unused(b.proof); unused {
		b.proof = rec.Data
	}
	b.unused.Store(false)
}

// state is that beside the records; nil: there is none.
func (b *beside) state() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept != nil || b.dump == nil {
		return b.kept, nil
	}
	return b.dump()
}

// hand gives an engine what Copy brought.
func (b *beside) hand(e *Engine) error {
	if b.kept == nil {
		return nil
	}
	s, err := e.readSnapshot(context.Background(), bytes.NewReader(b.kept))
	if err == nil {
		err = e.restore(s)
	}
	if err == nil {
		b.kept = nil
	}
	return err
}

// adopt has an engine work on a Memory, which Copy must know the Secret of. The engine
// takes what Copy brought for it.
func (m *Memory) adopt(e *Engine) error {
	mine := e.proof.mine
	b := &m.beside
	b.mu.Lock()
	defer b.mu.Unlock()
	var is proof
	if err := is.parse(b.proof); err != nil {
		return err
	}
	switch {
	case is.phase == state.Copying:
		return ErrUnfinished
	case is.phase == state.Unused && is.secret != mine:
		return ErrSecret
	case is.secret == e.proof.other && (m.Len() > 0 || is.phase != 0):
		return errTenants
	case is.secret == Key{} || m.Len() == 0 && is.phase == 0:
		b.proof = state.EncodeProof(mine, state.Incarnation(guard.NewIncarnation()), nil)
		b.lost = len(e.cfg.Secret) == 0
	case is.secret != mine:
		b.lost = true
	}
	if err := b.hand(e); err != nil {
		return err
	}
	if e.cfg.Tenant != "" {
		return nil // there are many
	}
	b.dump = func() ([]byte, error) {
		e.whole.RLock()
		defer e.whole.RUnlock()
		var out bytes.Buffer
		err := e.dump(&out, func(func(Entry, error) bool) {})
		return out.Bytes(), err
	}
	return nil
}
