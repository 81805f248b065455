package pgstore

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
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

func (l *load) stop() {
	l.over.Store(true)
	l.wg.Wait()
}

// check requires that calls ended in time and that each that was acknowledged
// counts.
func (l *load) check(t *testing.T, s *Store) {
	t.Helper()
	if w := time.Duration(l.slowest.Load()); w > deadline+time.Second {
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

// TestOverload has more callers than connections, on a disk that takes 5 ms to sync,
// and with DECORUM_LONG on a fast one, too: before long nearly as much goes well as
// with 16, and so it does after a lock of the table and a freeze of the server. Where
// deadlines cut connections it is some per cent of that, for ever.
func TestOverload(t *testing.T) {
	needServer(t)
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	l := storetest.Load{Troubles: []storetest.Trouble{
		{Name: "after a lock", Hurt: func(t *testing.T, store policy.Store) func() { return lock(t, s, store.(*Store)) }},
		{Name: "after a freeze", Hurt: func(t *testing.T, _ policy.Store) func() {
			all(t, s, syscall.SIGSTOP)
			return func() { all(t, s, syscall.SIGCONT) }
		}},
	}}
	disks := map[string]string{"slow": "&commit_delay=5000&commit_siblings=0"}
	if os.Getenv("DECORUM_LONG") != "" {
		disks["fast"] = "&synchronous_commit=off"
	} else {
		l.Callers, l.Accounts, l.Share, l.Within = []int{256}, []int{10_000}, 0.4, 5*time.Second
	}
	for name, disk := range disks {
		t.Run(name, func(t *testing.T) {
			storetest.Overload(t, func(t *testing.T) policy.Store {
				return open(t, s.url()+disk+"&pool_max_conns=4", Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))})
			}, l)
		})
	}
}

// lock locks the table of records, as an ALTER TABLE does, until it is undone.
func lock(t *testing.T, at *server, s *Store) (undo func()) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), at.url())
	if err != nil {
		t.Fatal(err)
	}
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), s.conns.sql(`LOCK TABLE %records IN ACCESS EXCLUSIVE MODE`)); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		defer c.Close(t.Context())
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
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
	undo := lock(t, shared, s)
	for end := time.Now().Add(700 * time.Millisecond); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		most = max(most, count("true"))
	}
	undo()
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
