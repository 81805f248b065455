package guard

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
)

// An Incarnation tells a store from an empty one that took its place: ID is made
// with its proof. After is the ID of the one that it goes on from: processes that
// knew that one write back what they know, and go on. A first one is its own.
type Incarnation struct{ ID, After uint64 }

// NewIncarnation is that of a store that is filled now.
func NewIncarnation() Incarnation {
	var b [8]byte
	rand.Read(b[:])
	id := binary.LittleEndian.Uint64(b[:])
	return Incarnation{id, id}
}

func (g *Guard) proof(in Incarnation) Record {
	return Record{Data: g.cfg.Proof(in), Durable: true, Pinned: true}
}

// recognise takes the incarnation of a store that holds the proof, or says that the
// store is not the one that is known. One that somebody accepted is, as soon as what
// is known here is written back.
func (g *Guard) recognise(in Incarnation) error {
	s := &g.secret
	if !s.known.Load() {
		s.know(in)
	}
	switch s.incarnation.Load() {
	case in.ID:
		return nil
	case in.After:
		if !s.accepting.Load() {
			go func() { _, _ = g.accept(context.Background()) }()
		}
	}
	return g.cfg.Emptied
}

// know takes an incarnation for that of the store.
func (s *secretCheck) know(in Incarnation) {
	s.incarnation.Store(in.ID)
	s.known.Store(true)
	s.filled.Store(true)
}

// errBusy says that somebody else is at it.
var errBusy = errors.New("what is known is being written back already")

// Accept takes a store that was emptied, or that another one took the place of,
// for the one to go on with: it writes back the last known records that are not in
// it, or are in it as older ones, and then the proof. It returns how many it wrote.
// Until it is through, calls fail as before. In a store that is the known one it
// does nothing. An error is the store's, the context's, or one of Config.Compare:
// call it again.
func (g *Guard) Accept(ctx context.Context) (n int, err error) {
	done := make(chan struct{}) // the store may not heed ctx
	var written int
	var failed error
	go func() {
		defer close(done)
		written, failed = g.accept(ctx)
	}()
	select {
	case <-done:
		return written, failed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (g *Guard) accept(ctx context.Context) (n int, err error) {
	s := &g.secret
	if !s.accepting.CompareAndSwap(false, true) {
		return 0, errBusy
	}
	defer s.accepting.Store(false)
	defer func() {
		if v := recover(); v != nil { // of the store
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	s.invalidate() // that it was emptied may not have been noticed yet
	if err := g.Verify(ctx); !errors.Is(err, g.cfg.Emptied) {
		return 0, err
	}
	for key, rec := range g.LastKnown.table.All(false) {
		wrote, err := g.writeBack(ctx, key, rec.Data)
		if err != nil {
			return n, err
		}
		if wrote {
			n++
		}
	}
	in, err := g.renew(ctx)
	if err != nil {
		return n, err
	}
	s.know(in)
	return n, g.Verify(ctx)
}

// renew writes the proof into a store that has none, or that of an incarnation which
// is not known here, and returns the one that it now is.
func (g *Guard) renew(ctx context.Context) (in Incarnation, err error) {
	s := &g.secret
	err = g.store.Bind(func(old []byte) (_ Record, err error) {
		in = NewIncarnation()
		if len(old) > 0 {
			if in, err = g.cfg.Compare(old); err != nil {
				return Record{}, err
			}
		}
		last := s.incarnation.Load()
		if len(old) > 0 && (!s.known.Load() || last == in.ID || last == in.After) {
			return Record{}, ErrUnchanged
		}
		if s.known.Load() {
			in.After = last
		}
		return g.proof(in), nil
	})(ctx, ProofKey)
	if errors.Is(err, ErrUnchanged) {
		err = nil
	}
	return in, err
}

// writeBack writes a last known record, unless what it says is there.
func (g *Guard) writeBack(ctx context.Context, key Key, data []byte) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, CheckWait)
	defer cancel()
	err := g.store.Bind(func(old []byte) (Record, error) {
		rec, err := g.cfg.Merge(data, old)
		rec.Durable = true
		return rec, err
	})(ctx, key)
	if errors.Is(err, ErrUnchanged) || errors.Is(err, g.cfg.Record) {
		return false, nil
	}
	return err == nil, err
}
