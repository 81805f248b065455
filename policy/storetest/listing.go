package storetest

import (
	"bytes"
	"context"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/decorum-go/decorum/policy"
)

// filled writes n records, every fifth Listed, and returns what All is to
// yield.
func (s *subject) filled(n int) (all, listed map[policy.Key][]byte) {
	s.Helper()
	all, listed = make(map[policy.Key][]byte), make(map[policy.Key][]byte)
	for i := range n {
		k, data := key(i), text(40+i%90, i)
		s.putsRecord(k, policy.Record{Data: data, Listed: i%5 == 0, Pinned: i%5 == 0, Expires: soon()})
		all[k] = data
		if i%5 == 0 {
			listed[k] = data
		}
	}
	return all, listed
}

func allYieldsEach(s *subject) {
	all, listed := s.filled(700)
	s.yields(false, all)
	s.yields(true, listed)
	seq := s.store.All(s.ctx, false)
	for range 2 { // a sequence may be ranged over again
		got, err := collect(seq)
		if err != nil || len(got) != len(all) {
			s.Fatalf("All yields %d records and error %v, want %d and none", len(got), err, len(all))
		}
	}
}

func listed(s *subject) {
	s.yields(true, nil)
	s.putsRecord(key(1), policy.Record{Data: []byte("sanction"), Listed: true, Pinned: true, Expires: soon()})
	s.putsRecord(key(2), policy.Record{Data: []byte("strike"), Pinned: true, Expires: soon()})
	s.puts(key(3), []byte("none"))
	s.yields(true, map[policy.Key][]byte{key(1): []byte("sanction")})
	s.putsRecord(key(1), policy.Record{Data: []byte("sanction, longer by far"), Listed: true, Expires: soon()})
	s.putsRecord(key(3), policy.Record{Data: []byte("now too"), Listed: true, Expires: soon()})
	s.yields(true, map[policy.Key][]byte{key(1): []byte("sanction, longer by far"), key(3): []byte("now too")})
	s.puts(key(1), []byte("lifted"))
	s.yields(true, map[policy.Key][]byte{key(3): []byte("now too")})
	s.deletes(key(3))
	s.yields(true, nil)
	s.sees(key(1), []byte("lifted"))
}

func allOfNothing(s *subject) {
	s.yields(false, nil)
	s.yields(true, nil)
	s.puts(key(1), []byte("gone"))
	s.deletes(key(1))
	s.yields(false, nil)
}

func allEarlyEnd(s *subject) {
	all, _ := s.filled(300)
	for _, after := range []int{1, 2, 100} {
		seen := 0
		for _, err := range s.store.All(s.ctx, false) {
			if err != nil {
				s.Fatalf("All: %v", err)
			}
			if seen++; seen == after {
				break
			}
		}
		// Nothing is left locked or open.
		s.puts(key(0), all[key(0)])
		s.yields(false, all)
	}
}

// allWhileWriting changes the store from within the loop.
func allWhileWriting(s *subject) {
	const n = 600
	s.filled(n)
	order := make(map[policy.Key]int)
	for i := range n {
		order[key(i)] = i
	}
	stays := func(i int) bool { return i%3 != 0 }
	seen := make(map[policy.Key]bool)
	step := 0
	for e, err := range s.store.All(s.ctx, false) {
		if err != nil {
			s.Fatalf("All: %v", err)
		}
		if seen[e.Key] {
			s.Fatalf("All yields key %x twice while records are written", e.Key[:4])
		}
		seen[e.Key] = true
		i, known := order[e.Key]
		if known && stays(i) {
			s.puts(e.Key, text(1000+i%500, i)) // longer: it may move
			s.get(key((i + 1) % n))
		}
		if victim := step * 7 % n; !stays(victim) {
			s.deletes(key(victim))
		}
		if step < n {
			s.puts(key(n+step), text(80, step)) // new: may be yielded, or not
		}
		if step++; step > 4*n {
			s.Fatalf("All goes on for ever while records are written: %d yielded", step)
		}
	}
	for i := range n {
		if stays(i) && !seen[key(i)] {
			s.Fatalf("All does not yield key %d, which was there during the whole iteration", i)
		}
	}
}

func allWhileOthersWrite(s *subject) {
	const n = 400
	s.filled(n)
	stays := func(i int) bool { return i%2 != 0 }
	var stop atomic.Bool
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for round := 0; !stop.Load(); round++ {
				i := (round*4 + w) % n
				r := policy.Record{Data: text(20+round%900, i), Expires: soon()}
				if !stays(i) && round%3 != 0 {
					r.Data = nil
				}
				if err := s.store.Update(s.ctx, key(i), func([]byte) (policy.Record, error) { return r, nil }); err != nil {
					s.Errorf("Update while All runs: %v", err)
					return
				}
			}
		})
	}
	for range 3 {
		got, err := collect(s.store.All(s.ctx, false))
		if err != nil {
			s.Errorf("All while others write: %v", err)
		}
		for i := range n {
			if _, ok := got[key(i)]; stays(i) && !ok {
				s.Errorf("All while others write does not yield key %d, which was there during the whole iteration", i)
				break
			}
		}
	}
	stop.Store(true)
	wg.Wait()
}

func allEndedContext(s *subject) {
	s.filled(300)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	yielded, failed := 0, false
	for _, err := range s.store.All(ctx, false) {
		if failed {
			s.Fatalf("All goes on after it yielded an error")
		}
		if err != nil {
			failed = true
			s.ended("All", err)
			continue
		}
		if yielded++; yielded == 3 {
			cancel()
		}
	}
	// What was read already may still come; the end must not pass for success.
	if !failed {
		s.Fatalf("All yielded %d records and no error although its context ended after the third", yielded)
	}
	for e, err := range s.store.All(ctx, true) {
		if err == nil {
			s.Fatalf("All with a context that has ended yields key %x, want its error", e.Key[:4])
		}
		s.ended("All", err)
	}
}

// rangeYields checks what a Ranger finds by a prefix.
func rangeYields(s *subject) {
	r, ok := s.store.(policy.Ranger)
	if !ok {
		s.Skip("no policy.Ranger")
	}
	some := key(1)
	prefixes := [][]byte{{0xff, 0xff, 0xff}, {0, 0, 0, 0}, []byte("\x00%*?[]_"), {0x80}, some[:5], {0xff, 0xff, 0xfe, 0xff}}
	s.filled(300)
	for i, prefix := range prefixes {
		for j := range 40 {
			k := key(1000 + j)
			if copy(k[:], prefix); j == 0 {
				clear(k[len(prefix):])
			} else if j == 1 {
				copy(k[len(prefix):], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
			}
			data := text(30, i*100+j)
			s.putsRecord(k, policy.Record{Data: data, Listed: j%3 == 0, Expires: soon()})
		}
	}
	for _, prefix := range prefixes {
		for _, listed := range []bool{false, true} {
			s.ranges(r, prefix, listed)
		}
	}
}

// ranges requires that Range yields what All does of a prefix.
func (s *subject) ranges(r policy.Ranger, prefix []byte, listed bool) {
	s.Helper()
	want := s.all(listed)
	maps.DeleteFunc(want, func(k policy.Key, _ []byte) bool { return !bytes.HasPrefix(k[:], prefix) })
	got, err := collect(r.Range(s.ctx, prefix, listed))
	if err != nil || len(got) < 13 || len(got) != len(want) {
		s.Fatalf("Range(%x, listed %t) yields %d records and error %v, want %d and none", prefix, listed, len(got), err, len(want))
	}
	for k, data := range want {
		if !same(got[k], data) {
			s.Fatalf("Range(%x, listed %t) yields %s for key %x, want %s", prefix, listed, brief(got[k]), k, brief(data))
		}
	}
}
