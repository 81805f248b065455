package pgstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("still not: ", what)
		}
	}
}

// An ear collects notes, and what Fault is told.
type ear struct {
	mu     sync.Mutex
	notes  []string
	faults []error
}

func (e *ear) hear(note []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.notes = append(e.notes, string(note))
}

func (e *ear) tell(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, err)
}

func (e *ear) heard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.notes)
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
	t.Cleanup(store.Listen(e.hear))
	return store, e
}

func newPrefix() string { return fmt.Sprintf("test%d_", prefixes.Add(1)) }

// Every note reaches every other process, in the order in which it was sent, and no
// process of other tables.
func TestNotes(t *testing.T) {
	needServer(t)
	t.Parallel()
	prefix := newPrefix()
	var stores []*Store
	var ears []*ear
	for range 3 {
		s, e := listening(t, shared, prefix)
		stores, ears = append(stores, s), append(ears, e)
	}
	other, otherEar := listening(t, shared, newPrefix())
	shared.do(t, `CREATE SCHEMA `+prefix)
	elsewhere := open(t, shared.url()+"&search_path="+prefix, Config{Prefix: prefix}) // the same names in another schema
	elsewhereEar := new(ear)
	t.Cleanup(elsewhere.Listen(elsewhereEar.hear))
	const each = 500 // of up to 1 KB, and some as long as a note can be
	for i := range each {
		for k, s := range stores {
			length := i * 2
			if i%100 == 0 {
				length = 4200
			}
			s.Broadcast(fmt.Append(nil, k, " ", i, " ", strings.Repeat("x", length)))
		}
		if i%100 == 0 {
			time.Sleep(notesEvery) // less than can wait
		}
	}
	for k, e := range ears {
		eventually(t, "all notes", func() bool { return len(e.heard()) >= 2*each })
		next := make([]int, 3)
		for _, note := range e.heard() {
			var from, i int
			fmt.Sscanf(note, "%d %d", &from, &i)
			if from == k || i != next[from] {
				t.Fatalf("process %d got %.20q, want the one with number %d", k, note, next[from])
			}
			next[from]++
		}
		if s := stores[k].Stats().Notes; s.Heard != 2*each || s.Dropped+s.Missed+s.Refused+s.Again > 0 {
			t.Errorf("%+v", s)
		}
	}
	other.Broadcast([]byte("of another"))
	eventually(t, "sent", func() bool { return other.Stats().Notes.Sent > 0 })
	for _, e := range append(ears, otherEar, elsewhereEar) {
		if n := len(e.heard()); n != 0 && n != 2*each {
			t.Errorf("%d notes", n)
		}
		if len(e.faults) > 0 {
			t.Error(e.faults)
		}
	}
}

// Nothing is called after stop or Close, and the last notes are sent.
func TestNotesEnd(t *testing.T) {
	needServer(t)
	t.Parallel()
	prefix := newPrefix()
	a := open(t, shared.url(), Config{Prefix: prefix})
	b, e := listening(t, shared, prefix)
	var calls atomic.Int64
	stop := a.Listen(func([]byte) { calls.Add(1) })
	a.Broadcast([]byte("the last"))
	stop()
	stop()
	eventually(t, "the last note", func() bool { return len(e.heard()) == 1 })
	b.Broadcast([]byte("to nobody"))
	b.Close()
	b.Close()
	if calls.Load() != 0 {
		t.Error("called after stop")
	}
	b.Listen(func([]byte) { t.Error("called after Close") })()
	b.Broadcast([]byte("into the void"))
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
		eventually(t, "sent", func() bool { return a.Stats().Notes.Sent > n })
		if i%10 == 5 {
			shared.do(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN "`+prefix+`%'`)
		}
	}
	a.Broadcast([]byte("the end"))
	eventually(t, "the end", func() bool { return slices.Contains(e.heard(), "the end") })
	s := b.Stats().Notes
	if s.Missed == 0 || s.Heard+s.Missed < 61 || s.Refused+s.Again > 0 {
		t.Errorf("%+v of 61 notes and some beats", s)
	}
	eventually(t, "faults", func() bool { return e.told(unreachable) && e.told(missed) })
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
	eventually(t, "the note before", func() bool { return len(e.heard()) == 1 })
	server.kill()
	for range 10_000 { // three megabytes
		a.Broadcast(make([]byte, 300))
	}
	eventually(t, "faults", func() bool { return ofA.told(unreachable) && e.told(unreachable) })
	if d := a.Stats().Notes.Dropped; d < 6000 || d > 7000 {
		t.Errorf("%d of 10,000 notes were dropped, want two thirds", d)
	}
	if err := server.run(); err != nil {
		t.Fatal(err)
	}
	i := 0
	eventually(t, "a note after", func() bool {
		i++
		a.Broadcast(fmt.Append(nil, "after ", i))
		n := e.heard()
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
	eventually(t, "the note", func() bool { return len(e.heard()) == 1 })
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
	eventually(t, "the good one", func() bool { return len(e.heard()) > 0 && slices.Contains(e.heard(), "good") })
	if s := b.Stats().Notes; s.Refused != 5 {
		t.Errorf("%+v, want 5 refused", s)
	}
}
