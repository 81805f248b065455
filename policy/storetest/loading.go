package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// entries looks at what All says of records besides their data: the truth, or nothing.
func entries(s *subject) {
	end := time.Now().AddDate(0, 0, 40).Truncate(time.Second)
	want := make(map[policy.Key]policy.Record)
	for i := range 16 {
		r := policy.Record{Data: text(50, i), Expires: end, Listed: i&1 != 0, Pinned: i&2 != 0, Durable: i&4 != 0, Rank: uint8(i / 8)}
		want[key(i)] = r
		s.putsRecord(key(i), r)
	}
	s.putsRecord(key(100), policy.Record{Data: text(50, 100)}) // never expires
	var all []policy.Entry
	said := false
	for _, listed := range []bool{false, true} {
		for e, err := range s.store.All(s.ctx, listed) {
			if err != nil {
				s.Fatalf("All: %v", err)
			}
			all = append(all, e)
			said = said || e.Listed || e.Pinned || !e.Expires.IsZero()
		}
	}
	if len(all) != 17+8 {
		s.Fatalf("All yields %d records, and listed ones, want 25", len(all))
	}
	if !said {
		s.Log("All says nothing of its records but their data: Copy goes by what they say themselves")
		return
	}
	for i := range all {
		s.says(&all[i], want[all[i].Key], end)
	}
}

// says requires that an entry says of a record what was written.
func (s *subject) says(e *policy.Entry, r policy.Record, end time.Time) {
	s.Helper()
	if r.Data == nil {
		r.Expires = time.Time{}
	}
	if e.Listed != r.Listed || e.Pinned != r.Pinned {
		s.Fatalf("All yields Listed %t, Pinned %t for key %x, want %t, %t", e.Listed, e.Pinned, e.Key[:4], r.Listed, r.Pinned)
	}
	if e.Rank != r.Rank && e.Rank != 0 {
		s.Fatalf("All yields Rank %d for key %x, want %d, or 0 where it is not remembered", e.Rank, e.Key[:4], r.Rank)
	}
	if late := e.Expires.Sub(end); !e.Expires.IsZero() && (r.Expires.IsZero() || late < -time.Second || late > 48*time.Hour) {
		s.Fatalf("All yields Expires %v for key %x, want %v or soon after", e.Expires, e.Key[:4], r.Expires)
	}
}

// loads returns the store as a Loader; one that is none has nothing to check.
func (s *subject) loads() policy.Loader {
	l, ok := s.store.(policy.Loader)
	if !ok {
		s.Skip("the store is no policy.Loader: Copy writes to it record by record")
	}
	return l
}

func loadPuts(s *subject) {
	l := s.loads()
	want, listed := make(map[policy.Key][]byte), make(map[policy.Key][]byte)
	s.puts(key(0), []byte("replaced"))
	s.puts(key(1), []byte("deleted"))
	s.putsRecord(key(2), policy.Record{Data: []byte("listed no more"), Listed: true, Pinned: true})
	s.puts(key(3000), []byte("stays"))
	want[key(3000)] = []byte("stays")
	some := []policy.Entry{{Key: key(1)}, {Key: key(5000)}}
	end := time.Now().AddDate(0, 0, 40).Truncate(time.Second)
	for i := range 2500 {
		if i == 1 {
			continue
		}
		e := policy.Entry{Key: key(i), Data: text(40+i%300, i), Expires: end, Written: time.Now(), Rank: uint8(i % 9), Listed: i%5 == 3, Pinned: i%5 == 3 || i%7 == 0}
		some = append(some, e)
		if want[e.Key] = e.Data; e.Listed {
			listed[e.Key] = e.Data
		}
	}
	some = append(some, policy.Entry{Key: key(6000), Data: []byte{}}) // empty is not missing
	want[key(6000)] = []byte{}
	for range 2 { // the second time changes nothing
		given := make([]policy.Entry, len(some))
		for i, e := range some {
			e.Data = clone(e.Data)
			given[i] = e
		}
		if err := l.Load(s.ctx, given); err != nil {
			s.Fatalf("Load: %v", err)
		}
		for i := range given { // it copies
			clear(given[i].Data)
		}
		s.yields(false, want)
		s.yields(true, listed)
	}
	for e, err := range s.store.All(s.ctx, true) {
		if err != nil {
			s.Fatalf("All: %v", err)
		}
		if e.Listed || e.Pinned {
			s.says(&e, policy.Record{Data: e.Data, Expires: end, Listed: true, Pinned: true, Rank: e.Rank}, end)
		}
	}
	// What was loaded is updated like what was not.
	s.sees(key(0), want[key(0)])
	s.puts(key(0), []byte("updated"))
	s.sees(key(0), []byte("updated"))
	s.deletes(key(3))
	s.sees(key(3), nil)
	s.sees(key(1), nil)
	if err := l.Load(s.ctx, nil); err != nil {
		s.Fatalf("Load of nothing: %v", err)
	}
}

// loadAfterUpdates loads over records that the store knows: what it remembers of them
// must not come back.
func loadAfterUpdates(s *subject) {
	l := s.loads()
	for round := range 3 {
		for i := range 50 {
			s.puts(key(i), text(60, 100*round+i))
		}
		var some []policy.Entry
		for i := range 50 {
			some = append(some, policy.Entry{Key: key(i), Data: text(70, 1000*round+i), Expires: soon()})
		}
		if err := l.Load(s.ctx, some); err != nil {
			s.Fatalf("Load: %v", err)
		}
		for i := range 50 {
			s.sees(key(i), text(70, 1000*round+i))
		}
	}
}

func loadEndedContext(s *subject) {
	l := s.loads()
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if err := l.Load(ctx, []policy.Entry{{Key: key(1), Data: []byte("late")}}); !errors.Is(err, context.Canceled) {
		s.Fatalf("Load with a context that has ended: %v, want its error", err)
	}
	s.sees(key(1), nil)
}
