package pgstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
)

const deadline = 50 * time.Millisecond

// A load is callers who add to a few records all the time, and come back at once
// when a call has failed.
type load struct {
	good, bad, slowest atomic.Int64
	over               atomic.Bool
	wg                 sync.WaitGroup
}

func newLoad(s *Store, callers, keys int) *load {
	l := new(load)
	for w := range callers {
		l.wg.Go(func() {
			for !l.over.Load() {
				l.call(s, policy.Key{byte(w % keys), 1})
			}
		})
	}
	return l
}

func (l *load) call(s *Store, key policy.Key) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	began := time.Now()
	err := s.Update(ctx, key, func(old []byte) (policy.Record, error) {
		return policy.Record{Data: append(old, 'x')}, nil
	})
	for took := int64(time.Since(began)); ; {
		if was := l.slowest.Load(); took <= was || l.slowest.CompareAndSwap(was, took) {
			break
		}
	}
	if err == nil {
		l.good.Add(1)
	} else {
		l.bad.Add(1)
	}
}

// rate returns how many calls a second go well.
func (l *load) rate(during time.Duration) float64 {
	before, began := l.good.Load(), time.Now()
	time.Sleep(during)
	return float64(l.good.Load()-before) / time.Since(began).Seconds()
}

func (l *load) stop() {
	l.over.Store(true)
	l.wg.Wait()
}

// check requires that calls ended in time and that each that was acknowledged
// counts.
func (l *load) check(t *testing.T, s *Store) {
	t.Helper()
	if w := time.Duration(l.slowest.Load()); w > deadline+500*time.Millisecond {
		t.Errorf("a call took %v of %v", w, deadline)
	}
	total := int64(0)
	for e, err := range s.All(t.Context(), false) {
		if err != nil {
			t.Fatal(err)
		}
		total += int64(len(e.Data))
	}
	if good, bad := l.good.Load(), l.bad.Load(); total < good || total > good+bad {
		t.Errorf("%d updates were acknowledged and %d failed; the records count %d", good, bad, total)
	}
}

// TestOverload has far more callers than connections, on a disk that takes 5 ms to
// sync: before long they get what as many callers as connections get, or not much
// less, and so they do after a lock that kept them all. Where deadlines cut
// connections they get some per cent of that, for ever.
func TestOverload(t *testing.T) {
	const conns, keys = 4, 8
	store := func(t *testing.T) *Store {
		needServer(t)
		slow := fmt.Sprintf("&commit_delay=5000&commit_siblings=0&pool_max_conns=%d", conns)
		return open(t, shared.url()+slow, Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))})
	}
	few := newLoad(store(t), conns, conns)
	can := few.rate(time.Second)
	few.stop()
	t.Logf("%d callers: %.0f/s", conns, can)
	for _, callers := range []int{64, 256} {
		t.Run(fmt.Sprint(callers, " callers"), func(t *testing.T) {
			s := store(t)
			l := newLoad(s, callers, keys)
			defer l.stop()
			l.reaches(t, "from the start", can/2)
			lock(t, s, 300*time.Millisecond, func() {})
			l.reaches(t, "after a lock", can/2)
			l.stop()
			t.Logf("%d calls went well, %d failed", l.good.Load(), l.bad.Load())
			l.check(t, s)
		})
	}
}

// reaches requires that so many calls a second go well, in some half of a second of
// the next ten: other programs need the machine, too.
func (l *load) reaches(t *testing.T, when string, least float64) {
	t.Helper()
	best := 0.0
	for began := time.Now(); best < least; {
		if best = max(best, l.rate(500*time.Millisecond)); time.Since(began) > 10*time.Second {
			t.Fatalf("%s: %.0f/s at best, want %.0f/s", when, best, least)
		}
	}
	t.Logf("%s: %.0f/s", when, best)
}

// lock locks the table for a while, as an ALTER TABLE does, and calls meanwhile now
// and then.
func lock(t *testing.T, s *Store, during time.Duration, meanwhile func()) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), shared.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), s.conns.sql(`LOCK TABLE %records IN ACCESS EXCLUSIVE MODE`)); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(during); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		meanwhile()
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestLocked locks the table with more callers than connections: each call ends in
// time, nothing is left at the server, and all is well again when the lock is gone.
func TestLocked(t *testing.T) {
	needServer(t)
	s := open(t, shared.url()+"&application_name=decorum_locked&pool_max_conns=4", Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))})
	c, err := pgx.Connect(t.Context(), shared.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	count := func(where string) (n int) {
		t.Helper()
		if err := c.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'decorum_locked' AND `+where).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	l := newLoad(s, 64, 8)
	defer l.stop()
	most := 0
	lock(t, s, 700*time.Millisecond, func() { most = max(most, count("true")) })
	before, healed := l.good.Load(), time.Now()
	for l.good.Load() < before+100 {
		if time.Since(healed) > 5*time.Second {
			t.Fatal("not well again")
		}
		time.Sleep(time.Millisecond)
	}
	back := time.Since(healed)
	l.stop()
	t.Logf("%d acknowledged, %d failed, worst %v of %v, well again after %v, %d connections at most", l.good.Load(), l.bad.Load(), time.Duration(l.slowest.Load()), deadline, back, most)
	if l.bad.Load() == 0 {
		t.Error("no call failed: the test shows nothing")
	}
	if most > 4 {
		t.Errorf("%d connections, the pool has 4", most)
	}
	for end := time.Now().Add(5 * time.Second); count("state <> 'idle'") > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d statements or transactions are left at the server", count("state <> 'idle'"))
		}
	}
	l.check(t, s)
}
