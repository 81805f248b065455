package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
)

var (
	errLooked  = errors.New("storetest: only looked")
	errRefused = errors.New("storetest: fn refuses")
)

func missing(s *subject) {
	s.sees(key(1), nil)
	s.deletes(key(1))
	s.sees(key(1), nil)
}

func keptAndReplaced(s *subject) {
	s.puts(key(1), []byte("first"))
	s.sees(key(1), []byte("first"))
	s.puts(key(1), []byte("second"))
	s.sees(key(1), []byte("second"))
	s.sees(key(2), nil)
}

func errorChangesNothing(s *subject) {
	refuse := func(old []byte) (policy.Record, error) {
		return policy.Record{Data: []byte("refused"), Listed: true, Expires: soon()}, errRefused
	}
	_ = s.store.Update(s.ctx, key(1), refuse)
	s.sees(key(1), nil)
	s.puts(key(1), []byte("stands"))
	_ = s.store.Update(s.ctx, key(1), refuse)
	s.sees(key(1), []byte("stands"))
	s.yields(true, nil)
	_ = s.store.Update(s.ctx, key(1), func([]byte) (policy.Record, error) { return policy.Record{}, errRefused })
	s.sees(key(1), []byte("stands"))
}

// identical is stricter than errors.Is: not even wrapped.
func identical(a, b any) bool { return a == b }

func errorAsItIs(s *subject) {
	own := fmt.Errorf("wrapped: %w", errRefused)
	for _, present := range []bool{false, true} {
		if present {
			s.puts(key(1), []byte("there"))
		}
		if err := s.store.Update(s.ctx, key(1), func([]byte) (policy.Record, error) { return policy.Record{}, own }); !identical(err, own) {
			s.Fatalf("Update returned %#v, want fn's own error as it is", err)
		}
		if err := s.store.View(s.ctx, key(1), func([]byte) error { return own }); !identical(err, own) {
			s.Fatalf("View returned %#v, want fn's own error as it is", err)
		}
	}
}

func panicChangesNothing(s *subject) {
	panics := func(call func()) {
		s.Helper()
		defer func() {
			if got := recover(); got != errRefused {
				s.Fatalf("the panic of fn arrived as %v, want its own value, in the caller's goroutine", got)
			}
		}()
		call()
	}
	for _, want := range [][]byte{nil, []byte("stands")} {
		if want != nil {
			s.puts(key(1), want)
		}
		panics(func() {
			_ = s.store.Update(s.ctx, key(1), func([]byte) (policy.Record, error) { panic(errRefused) })
		})
		s.sees(key(1), want)
		panics(func() { _ = s.store.View(s.ctx, key(1), func([]byte) error { panic(errRefused) }) })
		s.sees(key(1), want)
	}
	s.puts(key(1), []byte("unlocked"))
	s.sees(key(1), []byte("unlocked"))
}

func nilDeletes(s *subject) {
	s.putsRecord(key(1), policy.Record{Data: []byte("listed"), Listed: true, Pinned: true, Expires: soon()})
	s.puts(key(2), []byte("stays"))
	s.putsRecord(key(1), policy.Record{Listed: true, Expires: soon()})
	s.sees(key(1), nil)
	s.putsRecord(key(3), policy.Record{}) // deletes nothing, makes nothing
	s.sees(key(3), nil)
	s.yields(true, nil)
	s.yields(false, map[policy.Key][]byte{key(2): []byte("stays")})
	s.puts(key(1), []byte("again"))
	s.sees(key(1), []byte("again"))
}

func deletion(s *subject) {
	s.putsRecord(key(1), policy.Record{Data: []byte("listed"), Listed: true, Pinned: true, Durable: true})
	s.puts(key(2), []byte("stays"))
	s.deletes(key(1))
	s.sees(key(1), nil)
	s.sees(key(2), []byte("stays"))
	s.deletes(key(1))
	s.yields(true, nil)
	s.puts(key(1), []byte("again"))
	s.sees(key(1), []byte("again"))
}

func emptyIsNotMissing(s *subject) {
	s.puts(key(1), []byte{})
	s.sees(key(1), []byte{})
	s.yields(false, map[policy.Key][]byte{key(1): {}})
	s.puts(key(1), []byte("more"))
	s.puts(key(1), []byte{})
	s.sees(key(1), []byte{})
	s.deletes(key(1))
	s.sees(key(1), nil)
}

func buffersAreCopied(s *subject) {
	buf := []byte("the caller's own")
	want := clone(buf)
	s.putsRecord(key(1), policy.Record{Data: buf, Listed: true, Expires: soon()})
	clear(buf)
	s.sees(key(1), want)
	for range 2 { // what is not a copy is seen the second time at the latest
		for e, err := range s.store.All(s.ctx, true) {
			if err != nil {
				s.Fatalf("All: %v", err)
			}
			if !same(e.Data, want) {
				s.Fatalf("All yields %s, want %s; Data belongs to the receiver, who may change it", brief(e.Data), brief(want))
			}
			_ = append(e.Data, "over its end"...)
			clear(e.Data)
		}
	}
	s.sees(key(1), want)
}

// madeOfTheOld returns records that share memory with the old one.
func madeOfTheOld(s *subject) {
	for i, make := range []func(old []byte) []byte{
		func(old []byte) []byte { return old },
		func(old []byte) []byte { return old[:len(old)/2] },
		func(old []byte) []byte { return old[len(old)/2:] },
		func(old []byte) []byte { return old[:0] },
		func(old []byte) []byte { return append(old, text(900, 7)...) },
		func(old []byte) []byte { return append(old[1:], old[0]) },
	} {
		for j, n := range []int{1, 40, 400, 4096} {
			k, other := key(10*i+j), key(10*i+j+1000)
			before := text(n, i)
			s.puts(k, before)
			s.puts(other, text(n, i+1))
			want := clone(make(clone(before)))
			err := s.store.Update(s.ctx, k, func(old []byte) (policy.Record, error) {
				return policy.Record{Data: make(old), Expires: soon()}, nil
			})
			if err != nil {
				s.Fatalf("Update: %v", err)
			}
			s.sees(k, want)
			s.sees(other, text(n, i+1))
		}
	}
}

var someLengths = []int{
	0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 400, 511, 512, 513,
	1000, 1023, 1024, 1025, 2047, 2048, 2049, 3782, 4095, 4096, 4097, 5000, 8192, 16384, 40000, 65535, 65536,
}

func lengths(s *subject) {
	want := make(map[policy.Key][]byte)
	for i, n := range someLengths {
		want[key(i)] = text(n, i)
		s.puts(key(i), want[key(i)])
	}
	for i, n := range someLengths {
		s.sees(key(i), text(n, i))
	}
	s.yields(false, want)
}

func changingLength(s *subject) {
	s.puts(key(2), text(100, 1))
	for step := range 2 * len(someLengths) {
		n := someLengths[step*7%len(someLengths)]
		s.puts(key(1), text(n, step))
		s.sees(key(1), text(n, step))
		s.sees(key(2), text(100, 1))
	}
}

func expiry(s *subject) {
	stay := []time.Time{
		{}, // never
		time.Now().Add(time.Hour),
		time.Now().AddDate(10, 0, 0),
		time.Date(2106, 2, 7, 6, 28, 16, 0, time.UTC), // past the end of uint32 seconds
		time.Date(2262, 4, 12, 0, 0, 0, 0, time.UTC),  // past the end of int64 nanoseconds
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Now().Add(30 * time.Minute).In(time.FixedZone("elsewhere", 7*3600)),
	}
	for i, at := range stay {
		s.putsRecord(key(i), policy.Record{Data: text(50, i), Expires: at})
	}
	gone := []time.Time{
		time.Unix(0, 1),
		time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC),
		time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Now().Add(-time.Second),
		time.Now(),
	}
	for i, at := range gone {
		k := key(100 + i)
		s.putsRecord(k, policy.Record{Data: text(50, i), Expires: at})
		// It means nothing any more: it may be gone, or be there, but whole.
		if got := s.get(k); got != nil && !same(got, text(50, i)) {
			s.Fatalf("a record that expired at %v is %s, want what was written, or none", at, brief(got))
		}
		s.puts(k, []byte("renewed"))
		s.sees(k, []byte("renewed"))
	}
	for i, at := range stay {
		if got := s.get(key(i)); !same(got, text(50, i)) {
			s.Fatalf("a record that expires at %v is %s, want %s", at, brief(got), brief(text(50, i)))
		}
	}
}

func flags(s *subject) {
	for set := range 8 {
		r := policy.Record{Durable: set&1 != 0, Listed: set&2 != 0, Pinned: set&4 != 0, Expires: soon()}
		for from := range 8 {
			k := key(8*set + from)
			first := policy.Record{Data: text(60, from), Durable: from&1 != 0, Listed: from&2 != 0, Pinned: from&4 != 0, Expires: soon()}
			s.putsRecord(k, first)
			r.Data = text(61, set)
			s.putsRecord(k, r)
			s.sees(k, r.Data)
			if _, is := s.all(true)[k]; is != r.Listed {
				s.Fatalf("a record updated from %+v to %+v is in All(listed): %t, want %t", first, r, is, r.Listed)
			}
		}
	}
}

// rankAndTime has records of every rank, written at any time, and a clock that is
// ahead for a while: a store below its bound drops nothing for that.
func rankAndTime(s *subject) {
	now := time.Now()
	want := make(map[policy.Key][]byte)
	put := func(i int, r policy.Record) {
		r.Data = text(40, i)
		s.putsRecord(key(i), r)
		want[key(i)] = r.Data
	}
	for i := range 64 {
		put(i, policy.Record{Rank: uint8(4 * i), Expires: now.AddDate(0, 0, 40), Now: now.AddDate(0, 0, -i), Pinned: i%3 == 0, Listed: i%2 == 0})
	}
	for i := range 64 {
		put(100+i, policy.Record{Expires: now.AddDate(2, 0, 0), Now: now.AddDate(1, 0, 0).Add(time.Duration(i) * time.Minute)})
	}
	put(200, policy.Record{Now: now})
	s.yields(false, want)
}
