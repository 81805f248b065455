package storekit_test

import (
	"context"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// A row is what a server has under a key.
type row struct {
	data    []byte
	version uint64
	listed  bool
	pinned  bool
}

// A server is a database in the memory of the test. Calls take as long as takes
// says, and use up one of its connections meanwhile.
type server struct {
	conns chan struct{}        // nil: any number
	takes func() time.Duration // nil: no time

	mu          sync.Mutex // guards what follows
	rows        map[policy.Key]row
	gets, swaps int
}

func newServer() *server { return &server{rows: make(map[policy.Key]row)} }

// call runs work on a connection. It does not say how it went when the context has
// ended.
func (s *server) call(ctx context.Context, work func()) error {
	if s.takes != nil {
		select {
		case s.conns <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		defer func() { <-s.conns }()
		time.Sleep(s.takes())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	work()
	return ctx.Err()
}

func state(r row, ok bool) storekit.State[uint64] {
	if !ok {
		return storekit.State[uint64]{}
	}
	return storekit.State[uint64]{Data: r.data, Version: r.version}
}

func (s *server) Get(ctx context.Context, key policy.Key) (storekit.State[uint64], error) {
	answer := make(chan storekit.State[uint64], 1)
	err := s.call(ctx, func() {
		s.gets++
		r, ok := s.rows[key]
		answer <- state(r, ok)
	})
	if err != nil {
		return storekit.State[uint64]{}, err
	}
	return <-answer, nil
}

func (s *server) Swap(ctx context.Context, key policy.Key, old storekit.State[uint64], rec policy.Record) (storekit.State[uint64], bool, error) {
	type swapped struct {
		now  storekit.State[uint64]
		done bool
	}
	answer := make(chan swapped, 1)
	next := row{append([]byte{}, rec.Data...), rand.Uint64(), rec.Listed, rec.Pinned}
	remove := rec.Data == nil
	err := s.call(ctx, func() {
		s.swaps++
		r, ok := s.rows[key]
		if ok != (old.Data != nil) || r.version != old.Version {
			answer <- swapped{state(r, ok), false}
			return
		}
		if remove {
			delete(s.rows, key)
		} else {
			s.rows[key] = next
		}
		r, ok = s.rows[key]
		answer <- swapped{state(r, ok), true}
	})
	if err != nil {
		return storekit.State[uint64]{}, false, err
	}
	a := <-answer
	return a.now, a.done, nil
}

func (s *server) Delete(ctx context.Context, key policy.Key) error {
	return s.call(ctx, func() { delete(s.rows, key) })
}

// round trips so far.
func (s *server) trips() (gets, swaps int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gets, s.swaps
}

// A store is one process's store on a server.
type store struct {
	*storekit.Records[uint64]
	server *server
}

func newStore(s *server, cfg storekit.Config) *store {
	return &store{storekit.New(s, cfg), s}
}

func (s *store) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		s.server.mu.Lock()
		all := maps.Clone(s.server.rows)
		s.server.mu.Unlock()
		keys := slices.Collect(maps.Keys(all))
		for _, key := range keys {
			if ctx.Err() != nil {
				break
			}
			if r := all[key]; !listed || r.listed {
				if !yield(policy.Entry{Key: key, Data: slices.Clone(r.data), Listed: r.listed, Pinned: r.pinned}, nil) {
					return
				}
			}
		}
		if ctx.Err() != nil {
			yield(policy.Entry{}, ctx.Err())
		}
	}
}
