package natsnotes

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// faults collects what Fault is told.
type faults struct {
	mu  sync.Mutex
	all []error
}

func (f *faults) tell(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, err)
}

func (f *faults) has(kind error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.all, func(err error) bool { return errors.Is(err, kind) })
}

func (f *faults) says(words string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.all, func(err error) bool { return strings.Contains(err.Error(), words) })
}

// inOrder requires the notes "0", "1" and so on, each once.
func inOrder(t *testing.T, notes []string) {
	t.Helper()
	for i, note := range notes {
		if n, _, _ := strings.Cut(note, " "); n != fmt.Sprint(i) {
			t.Fatalf("note %d is %.20q", i, note)
		}
	}
}

func listen(t testing.TB, n *Notes) *storetest.Ear {
	return storetest.Listen(t, n.Wrap(policy.NewMemory(0)))
}

// A process that starts hears what is not older than Past.
func TestNotesPast(t *testing.T) {
	t.Parallel()
	cfg := Config{Log: LogConfig{Name: newName()}}
	a, b := opened(t, shared, cfg), opened(t, shared, cfg)
	first := listen(t, b)
	t.Cleanup(telling(a).Listen(func([]byte) {}))
	for i := range 100 {
		telling(a).Broadcast(fmt.Append(nil, i, " ", strings.Repeat("x", 1000)))
	}
	storetest.Eventually(t, "all", func() bool { return len(first.Heard()) == 100 })
	late := listen(t, opened(t, shared, cfg))
	storetest.Eventually(t, "the past", func() bool { return len(late.Heard()) == 100 })
	inOrder(t, late.Heard())
	time.Sleep(20 * time.Millisecond)
	cfg.Past = time.Millisecond
	later := listen(t, opened(t, shared, cfg))
	telling(a).Broadcast([]byte("new"))
	storetest.Eventually(t, "the new one", func() bool { return len(later.Heard()) > 0 })
	if got := later.Heard(); len(got) != 1 || got[0] != "new" {
		t.Errorf("%.200q", got)
	}
	if s := a.Stats(); s.Sent < 2 || s.Heard > 0 {
		t.Errorf("%+v", s)
	}
}

// Nobody is called after Close.
func TestNotesClosed(t *testing.T) {
	t.Parallel()
	n := opened(t, shared, Config{Log: LogConfig{Name: newName()}})
	n.Close()
	n.Close()
	telling(n).Listen(func([]byte) { t.Error("called after Close") })()
	telling(n).Broadcast([]byte("into the void"))
}

// A listener that loses its connection again and again while others talk hears all, in
// order, each once.
func TestNotesCut(t *testing.T) {
	t.Parallel()
	cfg := Config{Log: LogConfig{Name: newName()}}
	a, b := opened(t, shared, cfg), opened(t, shared, cfg)
	t.Cleanup(telling(a).Listen(func([]byte) {}))
	e := listen(t, b)
	const n = 2000
	for i := range n {
		telling(a).Broadcast(fmt.Append(nil, i, " ", strings.Repeat("x", 300)))
		if i%100 == 0 {
			time.Sleep(30 * time.Millisecond)
			if err := b.cfg.Conn.ForceReconnect(); err != nil {
				t.Fatal(err)
			}
			if i%500 == 0 {
				_ = a.cfg.Conn.ForceReconnect()
			}
		}
	}
	storetest.Eventually(t, "all notes", func() bool { return len(e.Heard()) >= n })
	inOrder(t, e.Heard())
	if s := b.Stats(); s.Missed+s.Refused > 0 {
		t.Errorf("%+v", s)
	}
}

// A server that is killed costs notes beyond a megabyte, blocks nobody, and is found
// again, with all that it had.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	s, dir := own(t, 0)
	var f faults
	a, b := opened(t, s, Config{Fault: f.tell}), opened(t, s, Config{})
	e := listen(t, b)
	t.Cleanup(telling(a).Listen(func([]byte) {}))
	telling(a).Broadcast([]byte("0"))
	storetest.Eventually(t, "the note before", func() bool { return len(e.Heard()) == 1 })
	s.kill()
	for i := range 10_000 { // three megabytes
		telling(a).Broadcast(fmt.Append(nil, i+1, " ", strings.Repeat("x", 300)))
	}
	dropped := int(a.Stats().Dropped)
	if dropped < 6000 || dropped > 7000 {
		t.Errorf("%d of 10,000 notes were dropped, want two thirds", dropped)
	}
	storetest.Eventually(t, "a fault", func() bool { return f.has(ErrUnreachable) })
	again(t, s, dir)
	storetest.Eventually(t, "notes that waited", func() bool { return len(e.Heard()) >= 1+10_000-dropped })
	inOrder(t, e.Heard())
	telling(a).Broadcast([]byte("after"))
	storetest.Eventually(t, "the note after", func() bool { n := e.Heard(); return n[len(n)-1] == "after" })
	if s := b.Stats(); s.Missed > 0 {
		t.Errorf("%+v", s)
	}
}

// A server that comes back empty gets a new log, and it is said.
func TestServerEmptied(t *testing.T) {
	t.Parallel()
	s, dir := own(t, 0)
	var f faults
	a, b := opened(t, s, Config{Fault: f.tell}), opened(t, s, Config{Fault: f.tell})
	from, to := listen(t, a), listen(t, b)
	for i := range 20 {
		telling(a).Broadcast(fmt.Append(nil, i))
		time.Sleep(20 * time.Millisecond) // a part of the time between two batches
	}
	storetest.Eventually(t, "the notes before", func() bool { return len(to.Heard()) == 20 })
	s.kill()
	telling(b).Broadcast([]byte("0"))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	again(t, s, t.TempDir())
	storetest.Eventually(t, "a note that waited", func() bool { return len(from.Heard()) == 1 })
	telling(a).Broadcast([]byte("20"))
	storetest.Eventually(t, "the next", func() bool { return len(to.Heard()) == 21 })
	storetest.Eventually(t, "a fault", func() bool { return f.has(ErrEmptied) })
	inOrder(t, to.Heard())
	inOrder(t, from.Heard())
}

// A server without room says so at Open, and later; what waits is sent when there is
// some.
func TestServerFull(t *testing.T) {
	t.Parallel()
	small, _ := own(t, 1<<20)
	if _, err := Open(t.Context(), Config{Conn: connect(t, small)}); !errors.Is(err, ErrFull) {
		t.Errorf("on a server with a megabyte: %v", err)
	}
	name := newName()
	js, err := jetstream.New(connect(t, shared))
	if err != nil {
		t.Fatal(err)
	}
	// One that refuses what is new, as an operator may want it.
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{name + ".log"}, MaxBytes: 1 << 20, Discard: jetstream.DiscardNew})
	if err != nil {
		t.Fatal(err)
	}
	var f faults
	cfg := Config{Log: LogConfig{Name: name}, Fault: f.tell}
	a, b := opened(t, shared, cfg), opened(t, shared, cfg)
	e := listen(t, b)
	t.Cleanup(telling(a).Listen(func([]byte) {}))
	i := 0
	storetest.Eventually(t, "full", func() bool {
		for range 100 {
			telling(a).Broadcast(fmt.Append(nil, i, " ", strings.Repeat("x", 300)))
			i++
		}
		return f.has(ErrFull)
	})
	if err := stream.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "all notes", func() bool { return len(e.Heard())+int(a.Stats().Dropped) >= i })
	inOrder(t, e.Heard()[:3000])
}

// A listener that is so slow that notes go before it reads them is told how many, and
// hears what follows.
func TestNotesLag(t *testing.T) {
	t.Parallel()
	var f faults
	cfg := Config{Log: LogConfig{Name: newName(), MaxBytes: 256 << 10}, Fault: f.tell}
	a, b := opened(t, shared, cfg), opened(t, shared, cfg)
	t.Cleanup(telling(a).Listen(func([]byte) {}))
	last, wait := atomic.Int64{}, make(chan struct{})
	t.Cleanup(telling(b).Listen(func(note []byte) {
		<-wait
		last.Store(int64(binary.BigEndian.Uint32(note)))
	}))
	const n = 20_000 // six megabytes
	note := make([]byte, 300)
	for i := range n {
		binary.BigEndian.PutUint32(note, uint32(i+1))
		telling(a).Broadcast(note)
		if i%1000 == 0 {
			storetest.Eventually(t, "all sent", func() bool { return a.post.Next() == nil })
		}
	}
	storetest.Eventually(t, "all sent", func() bool { return a.post.Next() == nil })
	close(wait)
	storetest.Eventually(t, "the last", func() bool { return last.Load() == n })
	s := b.Stats()
	if s.Missed == 0 || s.Heard == 0 || s.Heard >= n {
		t.Errorf("%+v", s)
	}
	storetest.Eventually(t, "it is said", func() bool { return f.says("were missed") || f.has(ErrLost) })
	t.Logf("%+v", s)
}
