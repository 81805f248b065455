package seal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/memtable"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A Record is what a store keeps under a key.
type Record = memtable.Record

// An Entry is one record as All yields it. Meta says what the store does of it.
type Entry struct {
	Key  Key
	Data []byte
	Meta any
}

// An Inner is the store within the border.
type Inner interface {
	Update(ctx context.Context, key Key, fn func(old []byte) (Record, error)) error
	View(ctx context.Context, key Key, fn func(data []byte) error) error
	// All yields the records whose keys begin with prefix.
	All(ctx context.Context, prefix []byte, listed bool) iter.Seq2[Entry, error]
}

// A Config says what a Store works with.
type Config struct {
	Inner  Inner
	Known  []*Secret // newest first
	Prefix int       // how many bytes of each key stay
	Now    func() time.Time
	// Fill has a store without a proof be filled under the newest Secret.
	Fill bool
	// Refused is what the errors about sealed records wrap.
	Refused error
	// Lease is how long a process may go by what the store said of its Secrets.
	Lease time.Duration
}

// A Store seals what it hands to the one within. It is safe for concurrent use. Use Open.
type Store struct {
	cfg     Config
	ring    atomic.Pointer[ring]
	checked atomic.Int64  // when it was read from the store, in Unix nanoseconds
	turn    chan struct{} // one reads it at a time
	raw     atomic.Pointer[[]byte]
}

const (
	// tries bounds how often a call begins anew because a record moved meanwhile.
	tries = 16
	// markersLast is how long a marker may stay that nobody removed.
	markersLast = 24 * time.Hour
	// aloneLease is the lease of a process with one Secret.
	aloneLease = time.Second
)

var (
	errMoved  = errors.New("the record was moved")
	errAbsent = errors.New("there is no such record yet")
	errBusy   = errors.New("the record moves again and again")
)

// Open looks under which Secret a store is, and begins to change it to the newest. An
// error wraps one of this package, or is the store's.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s := &Store{cfg: cfg, turn: make(chan struct{}, 1)}
	var problem error
	err := cfg.Inner.Update(ctx, guard.ProofKey, func(old []byte) (Record, error) {
		var next []byte
		if next, problem = s.begin(old); problem != nil || next == nil {
			return Record{}, guard.ErrUnchanged
		}
		return Record{Data: next, Durable: true, Pinned: true}, nil
	})
	if problem != nil {
		return nil, problem
	}
	if err != nil && !errors.Is(err, guard.ErrUnchanged) {
		return nil, err
	}
	return s, nil
}

// begin is the record of the proof once the newest Secret is that of the store; nil: it
// stays.
func (s *Store) begin(old []byte) (next []byte, err error) {
	known := s.cfg.Known
	if len(old) == 0 {
		s.see(&ring{first: known[0].Raw}, nil)
		if !s.cfg.Fill {
			return nil, nil
		}
		return state.EncodeProof(known[0].Plain, state.Incarnation(guard.NewIncarnation()), nil), nil
	}
	var rec state.Record
	if err := rec.Decode(old); err != nil {
		return nil, fmt.Errorf("%w: the proof of the Secret: %w", s.cfg.Refused, err)
	}
	if rec.Copied.Phase == state.Copying {
		s.see(&ring{first: known[0].Raw}, nil) // the guard refuses it
		return nil, nil
	}
	r, err := read(known, &rec)
	if err != nil {
		return nil, err
	}
	n, err := r.next(known)
	if err != nil {
		return nil, err
	}
	if n == nil {
		s.see(r, rec.Ring)
		return nil, nil
	}
	ringed := n.encode()
	s.see(n, ringed)
	return state.EncodeProof(n.cur.Proof, rec.Incarnation, ringed), nil
}

func (s *Store) see(r *ring, raw []byte) {
	if old := s.raw.Load(); old == nil || !bytes.Equal(*old, raw) {
		s.raw.Store(&raw)
		s.ring.Store(r)
	}
	s.checked.Store(time.Now().UnixNano())
}

// First is the Secret with which keys and hashes are made.
func (s *Store) First() []byte { return s.ring.Load().first }

// Ring is what the record of the proof holds beside it.
func (s *Store) Ring() []byte { return *s.raw.Load() }

// Proof is the proof that the store has now.
func (s *Store) Proof() Key {
	r := s.ring.Load()
	if r.cur != nil {
		return r.cur.Proof
	}
	for _, k := range s.cfg.Known {
		if string(k.Raw) == string(r.first) {
			return k.Plain
		}
	}
	return Key{}
}

// See takes what the record of the proof says, as the guard reads it from time to time.
func (s *Store) See(rec *state.Record) error {
	r, err := read(s.cfg.Known, rec)
	switch {
	case err != nil:
		return err
	case string(r.first) != string(s.First()):
		return ErrUnknown
	}
	s.see(r, append([]byte(nil), rec.Ring...))
	return nil
}

// fresh returns the ring, as the store had it within the lease. With one Secret nothing but
// a change that this process was left out of can be new: it looks seldom.
func (s *Store) fresh(ctx context.Context) (*ring, error) {
	lease := s.cfg.Lease
	if len(s.cfg.Known) == 1 && s.ring.Load().phase == whole {
		lease = max(lease, aloneLease)
	}
	old := func() bool { return time.Since(time.Unix(0, s.checked.Load())) > lease }
	if !old() {
		return s.ring.Load(), nil
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	if !old() {
		return s.ring.Load(), nil
	}
	return s.look(ctx)
}

// look reads the ring from the store.
func (s *Store) look(ctx context.Context) (*ring, error) {
	began := time.Now()
	var problem error
	err := s.cfg.Inner.View(ctx, guard.ProofKey, func(data []byte) error {
		problem = nil
		var rec state.Record
		if len(data) == 0 {
			return nil // the guard sees to that
		}
		if problem = rec.Decode(data); problem == nil && rec.Copied.Phase != state.Copying {
			problem = s.See(&rec)
		}
		return nil
	})
	if err == nil {
		err = problem
	}
	if err == nil {
		s.checked.Store(began.UnixNano()) // the answer may have been long under way
	}
	return s.ring.Load(), err
}

func (s *Store) refuse(at Key, err error) error {
	return fmt.Errorf("%w: key %x: %w", s.cfg.Refused, at, err)
}

// View calls fn with the record under key.
func (s *Store) View(ctx context.Context, key Key, fn func(data []byte) error) error {
	if key == guard.ProofKey {
		return s.cfg.Inner.View(ctx, key, fn)
	}
	for range tries {
		r, err := s.fresh(ctx)
		if err != nil {
			return err
		}
		err = s.viewAt(ctx, r.at(key, s.cfg.Prefix), func(c *content) error {
			switch {
			case c.kind == moved:
				return errMoved
			case c.kind == 0 && r.phase == changing:
				return errAbsent
			}
			return fn(c.data)
		})
		if errors.Is(err, errAbsent) {
			err = s.viewOlder(ctx, r, key, fn)
		}
		if !errors.Is(err, errMoved) {
			return err
		}
		if _, err := s.look(ctx); err != nil {
			return err
		}
	}
	return errBusy
}

func (s *Store) viewAt(ctx context.Context, at Key, fn func(c *content) error) error {
	return s.cfg.Inner.View(ctx, at, func(data []byte) error {
		c, err := open(s.cfg.Known, at, data)
		if err != nil {
			return s.refuse(at, err)
		}
		return fn(&c)
	})
}

// viewOlder looks for a record that was not there under the newest Secret.
func (s *Store) viewOlder(ctx context.Context, r *ring, key Key, fn func(data []byte) error) error {
	var there content
	err := s.viewAt(ctx, r.prev.at(key, s.cfg.Prefix), func(c *content) error {
		if c.kind == record {
			there.kind = record
			return fn(c.data)
		}
		there = *c
		return nil
	})
	switch {
	case err != nil || there.kind == record:
		return err
	case s.ring.Load() != r:
		return errMoved
	case there.kind == 0:
		return fn(nil)
	}
	// It was moved, at least its old place was taken: is it there now?
	return s.viewAt(ctx, r.at(key, s.cfg.Prefix), func(c *content) error {
		if c.kind != 0 {
			return fn(c.data)
		}
		return fn(there.data)
	})
}
