package redisstore

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
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
	storekit.Notes
	key     string
	process string       // its own name, which is on its batches
	sending sync.Mutex   // a batch is under way
	limit   atomic.Int64 // batches in the stream
	touched time.Time    // when its time to live was set last
	sent    atomic.Uint64
	refused atomic.Uint64

	mu       sync.Mutex
	position string // up to which batches were read; "": not known
	started  int    // readers of the stream, ever
}

func (s *Store) newNotes() *notes {
	n := &notes{key: s.cfg.Prefix + "{notes}:notes", process: rand.Text()}
	n.limit.Store(notesMost)
	n.Start = s.read
	return n
}

// Broadcast implements policy.Broadcaster. Notes are sent while somebody
// listens, every 80 ms or 32 KB of them.
func (s *Store) Broadcast(note []byte) { s.notes.Broadcast(note) }

// Listen implements policy.Broadcaster. It begins with what is sent from now on,
// or was sent after what Kept opened was saved. Those of one Store share one goroutine,
// which ends with the last stop or with Close.
func (s *Store) Listen(fn func(note []byte)) (stop func()) { return s.notes.Listen(fn) }

// read begins to read the stream.
func (s *Store) read(ctx context.Context) (run func()) {
	l := &listener{s: s, n: s.notes}
	l.from, l.leads = s.notes.lead()
	l.begin(ctx) // or later, if the server is away
	return func() { l.run(ctx) }
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
	return Stats{Sent: n.sent.Load(), Heard: n.Heard(), Dropped: n.Dropped(), Refused: n.refused.Load(),
		Saved: s.keeper.saved.Load(), Failed: s.keeper.failed.Load()}
}

// send sends what waits, unless somebody does already.
func (s *Store) send(ctx context.Context, wait time.Duration) error {
	n := s.notes
	if !n.sending.TryLock() {
		return nil
	}
	defer n.sending.Unlock()
	for batch := n.Next(); batch != nil; batch = n.Next() {
		ctx, cancel := context.WithTimeout(ctx, wait)
		add := s.client.B().Arbitrary("XADD").Keys(n.key).
			Args("MAXLEN", "~", strconv.FormatInt(n.limit.Load(), 10), "*", "from", n.process, "notes", string(batch)).Build()
		err := s.client.Do(ctx, add).Error()
		cancel()
		if err != nil {
			return err
		}
		n.Sent()
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
