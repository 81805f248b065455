package redisstore

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/storetest"
)

// A process that begins to listen now does not hear the past.
func TestNotesPast(t *testing.T) {
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	a, b := open(t, shared, cfg), open(t, shared, cfg)
	first := storetest.Listen(t, b)
	t.Cleanup(a.Listen(func([]byte) {}))
	a.Broadcast([]byte("old"))
	storetest.Eventually(t, "the old one", func() bool { return len(first.Heard()) == 1 })
	e := storetest.Listen(t, open(t, shared, cfg))
	a.Broadcast([]byte("new"))
	storetest.Eventually(t, "the new one", func() bool { return len(e.Heard()) > 0 })
	if got := e.Heard(); len(got) != 1 || got[0] != "new" {
		t.Errorf("%.200q", got)
	}
	storetest.Eventually(t, "both", func() bool { return b.Stats().Heard == 2 })
	if st := a.Stats(); st.Sent != 2 || st.Heard > 0 {
		t.Errorf("%+v", st)
	}
}

// Nobody is called after Close.
func TestNotesClosed(t *testing.T) {
	s := opened(t)
	s.Close()
	s.Close()
	s.Listen(func([]byte) { t.Error("called after Close") })()
	s.Broadcast([]byte("into the void"))
}

// A server that is away costs notes beyond a megabyte, blocks nobody, and is
// found again, also where it has forgotten everything.
func TestNotesServerAway(t *testing.T) {
	t.Parallel()
	srv := own(t)
	a, b := open(t, srv, Config{}), open(t, srv, Config{})
	e := storetest.Listen(t, b)
	t.Cleanup(a.Listen(func([]byte) {}))
	a.Broadcast([]byte("before"))
	storetest.Eventually(t, "the note before", func() bool { return len(e.Heard()) == 1 })
	srv.stop()
	note := make([]byte, 300)
	for range 10_000 { // three megabytes
		a.Broadcast(note)
	}
	if d := a.Stats().Dropped; d < 6000 || d > 7000 {
		t.Errorf("%d of 10,000 notes were dropped, want two thirds", d)
	}
	again, err := start(t.TempDir(), srv.port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.stop)
	// What waited, and what is new.
	dropped := int(a.Stats().Dropped)
	storetest.Eventually(t, "notes that waited", func() bool { return len(e.Heard()) >= 1+10_000-dropped })
	a.Broadcast([]byte("after"))
	storetest.Eventually(t, "the note after", func() bool { n := e.Heard(); return n[len(n)-1] == "after" })
}

// The clock of a server that lost the stream may be behind: its entries have
// names that come before those read already.
func TestNotesRewind(t *testing.T) {
	t.Parallel()
	s := opened(t)
	e := storetest.Listen(t, s)
	put := func(id string) {
		shared.do(t, "XADD", s.notes.key, id, "from", "another", "notes", "\x01"+id[:1])
	}
	far := fmt.Sprint(time.Now().Add(time.Hour).UnixMilli(), "-1")
	put(far)
	storetest.Eventually(t, "the first", func() bool { return len(e.Heard()) == 1 })
	shared.do(t, "DEL", s.notes.key)
	put("5-1")
	storetest.Eventually(t, "a look at where the stream ends", func() bool {
		s.notes.mu.Lock()
		defer s.notes.mu.Unlock()
		return s.notes.position == "5-1"
	})
	put("5-2")
	storetest.Eventually(t, "the next", func() bool { return len(e.Heard()) == 2 })
	for _, c := range []struct {
		a, b string
		want bool
	}{{"5-1", "5-2", true}, {"5-2", "5-2", false}, {"10-0", "9-7", false}, {"9-7", "10-0", true}, {"", "1-0", true}, {"0-0", "1-0", true}} {
		if before(c.a, c.b) != c.want {
			t.Errorf("%s before %s: %v", c.a, c.b, !c.want)
		}
	}
}

// Entries that are none of ours are counted, and passed over.
func TestNotesMalformed(t *testing.T) {
	s := opened(t)
	e := storetest.Listen(t, s)
	for _, fields := range [][]string{
		{"x", "y"},
		{"from", "another"},
		{"from", "another", "notes", ""},
		{"from", "another", "notes", "\x05abc"},
		{"from", "another", "notes", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
		{"notes", strings.Repeat("\xff", 1<<20)},
	} {
		shared.do(t, append([]string{"XADD", s.notes.key, "*"}, fields...)...)
	}
	shared.do(t, "XADD", s.notes.key, "*", "from", "another", "notes", "\x04good\x01")
	storetest.Eventually(t, "the good one", func() bool { return len(e.Heard()) == 1 })
	storetest.Eventually(t, "seven refused", func() bool { return s.Stats().Refused == 7 })
	shared.do(t, "DEL", s.notes.key)
	shared.do(t, "SET", s.notes.key, "no stream")
	s.Broadcast([]byte("kept until there is one"))
	time.Sleep(2 * notesEvery)
	shared.do(t, "DEL", s.notes.key)
	storetest.Eventually(t, "it is sent", func() bool { return s.Stats().Sent == 1 })
}

// The stream stays within its bounds, whatever the batches.
func TestNotesTrim(t *testing.T) {
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	a, b := open(t, shared, cfg), open(t, shared, cfg)
	e := storetest.Listen(t, b)
	a.notes.limit.Store(100)
	for i := range 1000 {
		a.Broadcast(fmt.Appendf(nil, "%0300d", i))
		if err := a.send(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
	}
	var length int
	fmt.Sscan(shared.do(t, "XLEN", a.notes.key), &length)
	if length < 100 || length > 200 {
		t.Errorf("%d batches are kept, want about 100", length)
	}
	if ttl := shared.do(t, "TTL", a.notes.key); ttl == "-1" || ttl == "-2" {
		t.Error("the stream has no time to live")
	}
	storetest.Eventually(t, "the last", func() bool { n := e.Heard(); return len(n) > 0 && strings.HasSuffix(n[len(n)-1], "999") })

	// By size: as many as are 32 MB.
	l := listener{n: new(notes)}
	for range 500 {
		l.learn(32 << 10)
	}
	if n := l.n.limit.Load(); n < 1000 || n > 1030 {
		t.Errorf("%d batches of 32 KB", n)
	}
	for range 500 {
		l.learn(10)
	}
	if n := l.n.limit.Load(); n != notesMost {
		t.Errorf("%d batches of 10 bytes", n)
	}
	l.learn(1 << 30)
	if n := l.n.limit.Load(); n != notesLeast {
		t.Errorf("%d batches of a gigabyte", n)
	}
}
