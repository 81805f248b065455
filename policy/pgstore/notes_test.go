package pgstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy/storetest"
)

// An ear is what listens to notes, and collects what Fault is told.
type ear struct {
	*storetest.Ear
	mu     sync.Mutex
	faults []error
}

func (e *ear) tell(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, err)
}

func (e *ear) told(is func(error) bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.ContainsFunc(e.faults, is)
}

func unreachable(err error) bool { return errors.Is(err, ErrUnreachable) }
func missed(err error) bool      { return strings.Contains(err.Error(), "were missed") }

// listening returns a Store, and the ear that listens there.
func listening(t testing.TB, s *server, prefix string) (*Store, *ear) {
	t.Helper()
	e := new(ear)
	store := open(t, s.url(), Config{Prefix: prefix, Fault: e.tell})
	e.Ear = storetest.Listen(t, store)
	return store, e
}

func newPrefix() string { return fmt.Sprintf("test%d_", prefixes.Add(1)) }

// Processes of other tables hear nothing: neither those with another prefix nor those
// with the same one in another schema.
func TestNotesElsewhere(t *testing.T) {
	needServer(t)
	t.Parallel()
	prefix := newPrefix()
	a, ofA := listening(t, shared, prefix)
	_, ofB := listening(t, shared, prefix)
	other, ofOther := listening(t, shared, newPrefix())
	shared.do(t, `CREATE SCHEMA `+prefix)
	elsewhere := storetest.Listen(t, open(t, shared.url()+"&search_path="+prefix, Config{Prefix: prefix}))
	const n = 100
	for i := range n {
		a.Broadcast(fmt.Append(nil, i, " ", strings.Repeat("x", 4090)))
	}
	other.Broadcast([]byte("of another"))
	storetest.Eventually(t, "all notes", func() bool { return len(ofB.Heard()) >= n })
	storetest.Eventually(t, "sent", func() bool { return other.Stats().Notes.Sent > 0 })
	time.Sleep(50 * time.Millisecond)
	for _, e := range []*storetest.Ear{ofA.Ear, ofOther.Ear, elsewhere} {
		if heard := e.Heard(); len(heard) > 0 {
			t.Errorf("%d notes: %.100q", len(heard), heard)
		}
	}
	if s := a.Stats().Notes; s.Dropped > 0 || len(ofB.Heard()) != n || len(ofB.faults)+len(ofOther.faults) > 0 {
		t.Errorf("%+v, %d notes, faults %v, %v", s, len(ofB.Heard()), ofB.faults, ofOther.faults)
	}
}

// Nobody is called after Close.
func TestNotesClosed(t *testing.T) {
	needServer(t)
	t.Parallel()
	s, _ := listening(t, shared, newPrefix())
	s.Close()
	s.Close()
	s.Listen(func([]byte) { t.Error("called after Close") })()
	s.Broadcast([]byte("into the void"))
}

// What is sent while a process has no connection is missed, and it says how much: what
// it heard and what it missed are all that was sent.
func TestNotesCut(t *testing.T) {
	needServer(t)
	t.Parallel()
	prefix := newPrefix()
	a, _ := listening(t, shared, prefix)
	b, e := listening(t, shared, prefix)
	for i := range 60 {
		a.Broadcast(fmt.Append(nil, i))
		n := a.Stats().Notes.Sent
		storetest.Eventually(t, "sent", func() bool { return a.Stats().Notes.Sent > n })
		if i%10 == 5 {
			shared.do(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN "`+prefix+`%'`)
		}
	}
	a.Broadcast([]byte("the end"))
	storetest.Eventually(t, "the end", func() bool { return slices.Contains(e.Heard(), "the end") })
	s := b.Stats().Notes
	if s.Missed == 0 || s.Heard+s.Missed < 61 || s.Refused+s.Again > 0 {
		t.Errorf("%+v of 61 notes and some beats", s)
	}
	storetest.Eventually(t, "faults", func() bool { return e.told(unreachable) && e.told(missed) })
	t.Logf("%+v", s)
}

// A server that is killed and started again is found again, by those who send and those
// who hear. What waited comes.
func TestNotesServerKilled(t *testing.T) {
	needServer(t)
	t.Parallel()
	server, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.stop()
	a, ofA := listening(t, server, "")
	b, e := listening(t, server, "")
	a.Broadcast([]byte("before"))
	storetest.Eventually(t, "the note before", func() bool { return len(e.Heard()) == 1 })
	server.kill()
	for range 10_000 { // three megabytes
		a.Broadcast(make([]byte, 300))
	}
	storetest.Eventually(t, "faults", func() bool { return ofA.told(unreachable) && e.told(unreachable) })
	if d := a.Stats().Notes.Dropped; d < 6000 || d > 7000 {
		t.Errorf("%d of 10,000 notes were dropped, want two thirds", d)
	}
	if err := server.run(); err != nil {
		t.Fatal(err)
	}
	i := 0
	storetest.Eventually(t, "a note after", func() bool {
		i++
		a.Broadcast(fmt.Append(nil, "after ", i))
		n := e.Heard()
		return strings.HasPrefix(n[len(n)-1], "after")
	})
	a.Close()
	b.Close()
}

// A connection on which nothing comes any more, as after a failover, is replaced.
func TestNotesQuiet(t *testing.T) {
	needServer(t)
	t.Parallel()
	prefix := newPrefix()
	a, _ := listening(t, shared, prefix)
	_, e := listening(t, shared, prefix)
	other := open(t, shared.url(), Config{Prefix: prefix})
	deaf, err := other.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deaf.Exec(t.Context(), `UNLISTEN *`); err != nil {
		t.Fatal(err)
	}
	if err := other.hear(t.Context(), deaf); !errors.Is(err, ErrUnreachable) || !deaf.IsClosed() {
		t.Errorf("%v, closed %t", err, deaf.IsClosed())
	}
	a.Broadcast([]byte("x")) // those who hear their own beats have gone on
	storetest.Eventually(t, "the note", func() bool { return len(e.Heard()) == 1 })
	if len(e.faults) > 0 {
		t.Error(e.faults)
	}
}

// What is none of ours is counted, and passed over.
func TestNotesMalformed(t *testing.T) {
	needServer(t)
	t.Parallel()
	prefix := newPrefix()
	a, _ := listening(t, shared, prefix)
	b, e := listening(t, shared, prefix)
	c, err := pgx.Connect(t.Context(), shared.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, payload := range []string{"", "no base 64!", "AAAA", strings.Repeat("A", 4000), strings.Repeat("A", 7996), "AQ" + strings.Repeat("A", 62)} {
		if _, err := c.Exec(t.Context(), b.notify, payload); err != nil {
			t.Fatal(err)
		}
	}
	a.Broadcast([]byte("good"))
	storetest.Eventually(t, "the good one", func() bool { return len(e.Heard()) > 0 && slices.Contains(e.Heard(), "good") })
	if s := b.Stats().Notes; s.Refused != 5 {
		t.Errorf("%+v, want 5 refused", s)
	}
}
