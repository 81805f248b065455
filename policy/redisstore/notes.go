package redisstore

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

const (
	notesEvery  = 80 * time.Millisecond  // between two batches, and two looks at those of others
	notesWait   = 500 * time.Millisecond // for an answer
	notesLast   = 200 * time.Millisecond // for that to the last batch, when all ends
	notesKept   = 24 * time.Hour         // the stream, after its last batch
	notesTouch  = 5 * time.Minute        // between two times that this is said
	notesBytes  = 32 << 20               // of batches in the stream, about
	notesMost   = 1 << 14                // batches in the stream, about
	notesLeast  = 64
	notesPage   = 64 // batches read at a time
	notesRewind = 16 // looks in vain until the stream is suspected to have begun anew
)

var _ policy.Broadcaster = (*Store)(nil)

// notes are what the processes tell each other: a stream of batches that all of
// them append to and all of them read.
type notes struct {
	key     string
	process string // its own name, which is on its batches
	queue   *queue
	sending sync.Mutex   // a batch is under way
	limit   atomic.Int64 // batches in the stream
	touched time.Time    // when its time to live was set last
	sent    atomic.Uint64
	heard   atomic.Uint64
	refused atomic.Uint64

	mu       sync.Mutex
	position string // up to which batches were read; "": not known
	started  int    // readers of the stream, ever

	starting sync.Mutex // of what follows
	made     int        // listeners, ever
	reading  func()     // ends the goroutine that reads the stream; nil: there is none
	closed   bool

	telling   sync.Mutex // of what follows, and while they are told
	listeners map[int]func(note []byte)
}

func newNotes(prefix string) *notes {
	n := &notes{key: prefix + "{notes}:notes", process: rand.Text(), queue: newQueue(), listeners: make(map[int]func([]byte))}
	n.limit.Store(notesMost)
	return n
}

// Broadcast implements policy.Broadcaster. Notes are sent while somebody
// listens, every 80 ms or 32 KB of them.
func (s *Store) Broadcast(note []byte) { s.notes.queue.put(note) }

// Listen implements policy.Broadcaster. It begins with what is sent from now on,
// or was sent after what Kept opened was saved. Those of one Store share one goroutine,
// which ends with the last stop or with Close.
func (s *Store) Listen(fn func(note []byte)) (stop func()) {
	n := s.notes
	n.starting.Lock()
	defer n.starting.Unlock()
	if n.closed {
		return func() {}
	}
	id := n.made
	n.made++
	if n.reading == nil {
		n.reading = s.read()
	}
	n.telling.Lock()
	defer n.telling.Unlock()
	n.listeners[id] = fn
	return func() {
		n.starting.Lock()
		defer n.starting.Unlock()
		n.telling.Lock()
		delete(n.listeners, id)
		last := len(n.listeners) == 0
		n.telling.Unlock()
		if last {
			n.end()
		}
	}
}

// read starts the goroutine that reads the stream, and returns what ends it.
func (s *Store) read() (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{s: s, n: s.notes, fn: s.notes.tell}
	l.from, l.leads = s.notes.lead()
	l.begin(ctx) // or later, if the server is away
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// lead returns where the first reader begins, "" for the end of the stream and for all
// others.
func (n *notes) lead() (from string, first bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.started++; n.started > 1 {
		return "", false
	}
	return n.position, true
}

// tell hands a note to all who listen.
func (n *notes) tell(note []byte) {
	n.telling.Lock()
	defer n.telling.Unlock()
	for _, fn := range n.listeners {
		fn(note)
	}
}

// end ends the reading.
func (n *notes) end() {
	if n.reading != nil {
		n.reading()
		n.reading = nil
	}
}

// at returns up to where the first listener has read.
func (n *notes) at() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.position
}

// resume has the first listener begin after an entry.
func (n *notes) resume(position string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.started == 0 {
		n.position = position
	}
}

// close ends all listeners.
func (n *notes) close() {
	n.starting.Lock()
	defer n.starting.Unlock()
	n.closed = true
	n.end()
}

// Stats counts what was done in the background, since Open.
type Stats struct {
	Sent    uint64 // batches that the server took
	Heard   uint64 // notes of others that were listened to
	Dropped uint64 // notes of this process for which there was no room while the server was away
	Refused uint64 // batches of others that were malformed
	Saved   uint64 // states that were kept by this process
	Failed  uint64 // and those that could not be
}

// Stats returns what has been counted so far.
func (s *Store) Stats() Stats {
	n := s.notes
	return Stats{Sent: n.sent.Load(), Heard: n.heard.Load(), Dropped: n.queue.drops(), Refused: n.refused.Load(),
		Saved: s.keeper.saved.Load(), Failed: s.keeper.failed.Load()}
}

// send sends what waits, unless somebody does already.
func (s *Store) send(ctx context.Context, wait time.Duration) error {
	n := s.notes
	if !n.sending.TryLock() {
		return nil
	}
	defer n.sending.Unlock()
	for batch := n.queue.first(); batch != nil; batch = n.queue.first() {
		ctx, cancel := context.WithTimeout(ctx, wait)
		add := s.client.B().Arbitrary("XADD").Keys(n.key).
			Args("MAXLEN", "~", strconv.FormatInt(n.limit.Load(), 10), "*", "from", n.process, "notes", string(batch)).Build()
		err := s.client.Do(ctx, add).Error()
		cancel()
		if err != nil {
			return err
		}
		n.queue.done()
		n.sent.Add(1)
	}
	if now := time.Now(); now.Sub(n.touched) > notesTouch {
		n.touched = now
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		return s.client.Do(ctx, s.client.B().Pexpire().Key(n.key).Milliseconds(notesKept.Milliseconds()).Build()).Error()
	}
	return nil
}
