package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// ended requires the error of a context.
func (s *subject) ended(op string, err error) {
	s.Helper()
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		s.Fatalf("%s with a context that has ended returned %v, want one that is context.Canceled or context.DeadlineExceeded", op, err)
	}
}

func endedContext(s *subject) {
	s.puts(key(1), []byte("stands"))
	canceled, cancel := context.WithCancel(s.ctx)
	cancel()
	late, cancel := context.WithDeadline(s.ctx, time.Now().Add(-time.Second))
	defer cancel()
	for _, ctx := range []context.Context{canceled, late} {
		ran := false
		s.ended("Update", s.store.Update(ctx, key(1), func([]byte) (policy.Record, error) {
			ran = true
			return policy.Record{Data: []byte("too late"), Expires: soon()}, nil
		}))
		s.ended("View", s.store.View(ctx, key(1), func([]byte) error { ran = true; return nil }))
		if ran {
			s.Fatalf("fn ran although the context had ended before the call")
		}
		s.ended("Delete", s.store.Delete(ctx, key(1)))
		s.sees(key(1), []byte("stands"))
	}
}

// together runs work in so many goroutines and fails with their errors.
func (s *subject) together(workers int, work func(w int) error) {
	s.Helper()
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { errs[w] = work(w) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

// add adds one to the count that a record starts with, and fills the rest of
// the record, whose length depends on the count, with its last byte.
func add(old []byte) []byte {
	n := uint64(1)
	if old != nil {
		n += binary.LittleEndian.Uint64(old)
	}
	b := make([]byte, 8+n*13%700)
	binary.LittleEndian.PutUint64(b, n)
	for i := 8; i < len(b); i++ {
		b[i] = byte(n)
	}
	return b
}

// whole reports what is wrong with a record that add made.
func whole(b []byte) error {
	if len(b) < 8 {
		return fmt.Errorf("a record of %d bytes, want one of add", len(b))
	}
	n := binary.LittleEndian.Uint64(b)
	if want := 8 + int(n*13%700); len(b) != want {
		return fmt.Errorf("a torn record: %d bytes, want %d at count %d", len(b), want, n)
	}
	for i, c := range b[8:] {
		if c != byte(n) {
			return fmt.Errorf("a torn record: byte %d is %d, want %d", i+8, c, byte(n))
		}
	}
	return nil
}

func noUpdateLost(s *subject) {
	const workers, rounds, keys = 12, 60, 3
	s.together(workers, func(w int) error {
		for i := range rounds {
			k := key(i % keys)
			err := s.store.Update(s.ctx, k, func(old []byte) (policy.Record, error) {
				return policy.Record{Data: add(old), Expires: soon(), Durable: i%7 == 0, Listed: i%5 == 0}, nil
			})
			if err != nil {
				return fmt.Errorf("Update under contention: %w", err)
			}
			if i%4 == 0 { // one that changes nothing
				_ = s.store.Update(s.ctx, k, func(old []byte) (policy.Record, error) {
					return policy.Record{Data: add(add(old))}, errRefused
				})
			}
		}
		return nil
	})
	total := uint64(0)
	for i := range keys {
		got := s.get(key(i))
		if err := whole(got); err != nil {
			s.Fatal(err)
		}
		total += binary.LittleEndian.Uint64(got)
	}
	if total != workers*rounds {
		s.Fatalf("%d updates by %d at once left a count of %d, want %d: Update is not atomic", workers*rounds, workers, total, workers*rounds)
	}
}

func noRecordTorn(s *subject) {
	s.puts(key(1), add(nil))
	s.together(8, func(w int) error {
		for range 60 {
			var torn error
			var err error
			if w%2 == 0 {
				err = s.store.Update(s.ctx, key(1), func(old []byte) (policy.Record, error) {
					torn = whole(old)
					return policy.Record{Data: add(old), Expires: soon(), Listed: true}, nil
				})
			} else {
				err = s.store.View(s.ctx, key(1), func(data []byte) error {
					torn = whole(data)
					return nil
				})
			}
			if err = errors.Join(err, torn); err != nil {
				return err
			}
			if w == 7 {
				got, err := collect(s.store.All(s.ctx, true))
				if err == nil && got[key(1)] != nil {
					err = whole(got[key(1)])
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// creationAndDeletion has one record made and deleted at once: an update sees
// it whole, or not at all, and what was taken out is taken out once.
func creationAndDeletion(s *subject) {
	const rounds = 80
	made := make([]int, 4)
	taken := make([]int, 4)
	s.together(8, func(w int) error {
		for range rounds {
			did := 0
			err := s.store.Update(s.ctx, key(1), func(old []byte) (policy.Record, error) {
				did = 0
				switch {
				case w < 4 && old == nil:
					did = 1
					return policy.Record{Data: text(300, w), Expires: soon()}, nil
				case w >= 4 && old != nil:
					did = 1
					return policy.Record{}, nil
				}
				return policy.Record{}, errLooked
			})
			if err != nil && !errors.Is(err, errLooked) {
				return err
			}
			if w < 4 {
				made[w] += did
			} else {
				taken[w-4] += did
			}
		}
		return nil
	})
	left := 0
	for i := range 4 {
		left += made[i] - taken[i]
	}
	want := 0
	if s.get(key(1)) != nil {
		want = 1
	}
	if left != want {
		s.Fatalf("a record made and deleted at once was made %d times more often than deleted, but %d is there", left, want)
	}
}
