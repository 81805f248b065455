package redisstore

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

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

	mu        sync.Mutex
	position  string // up to which batches were read; "": not known
	listeners map[int]context.CancelFunc
	made      int
	closed    bool
	wg        sync.WaitGroup
}

func newNotes(prefix string) *notes {
	n := &notes{key: prefix + "{notes}:notes", process: rand.Text(), queue: newQueue(), listeners: make(map[int]context.CancelFunc)}
	n.limit.Store(notesMost)
	return n
}

// Broadcast implements policy.Broadcaster. Notes are sent while somebody
// listens, every 80 ms or 32 KB of them.
func (s *Store) Broadcast(note []byte) { s.notes.queue.put(note) }

// Listen implements policy.Broadcaster. It begins with what is sent from now on,
// or was sent after what Kept opened was saved. Its goroutine ends with stop or
// Close.
func (s *Store) Listen(fn func(note []byte)) (stop func()) {
	n := s.notes
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{s: s, n: n, fn: fn, from: n.lead()}
	l.begin(ctx) // or later, if the server is away
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		cancel()
		return func() {}
	}
	id := n.made
	n.made++
	n.listeners[id] = cancel
	l.leads = id == 0
	if l.leads {
		n.position = l.from
	}
	done := make(chan struct{})
	n.wg.Go(func() {
		defer close(done)
		l.run(ctx)
	})
	return func() {
		cancel()
		<-done
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.listeners, id)
	}
}

// lead returns where the first listener begins, "" for the end of the stream and
// for all others.
func (n *notes) lead() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.made > 0 {
		return ""
	}
	return n.position
}

// close ends all listeners.
func (n *notes) close() {
	n.mu.Lock()
	n.closed = true
	for _, cancel := range n.listeners {
		cancel()
	}
	n.mu.Unlock()
	n.wg.Wait()
}

// Stats counts what was told between processes, since Open.
type Stats struct {
	Sent    uint64 // batches that the server took
	Heard   uint64 // notes of others that were listened to
	Dropped uint64 // notes of this process for which there was no room while the server was away
	Refused uint64 // batches of others that were malformed
}

// Stats returns what has been counted so far.
func (s *Store) Stats() Stats {
	n := s.notes
	return Stats{Sent: n.sent.Load(), Heard: n.heard.Load(), Dropped: n.queue.drops(), Refused: n.refused.Load()}
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

// A listener reads the stream.
type listener struct {
	s     *Store
	n     *notes
	fn    func(note []byte)
	from  string  // the last batch that was read; "": not known yet
	leads bool    // the first one: a position that is kept is its
	vain  int     // looks since there was one
	mean  float64 // length of a batch
}

func (l *listener) run(ctx context.Context) {
	tick := time.NewTicker(notesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			l.s.send(context.WithoutCancel(ctx), notesLast)
			return
		case <-l.n.queue.wake:
			l.s.send(ctx, notesWait)
		case <-tick.C:
			l.s.send(ctx, notesWait)
			if l.begin(ctx) {
				l.read(ctx)
			}
		}
	}
}

// begin finds the end of the stream, if that is where to begin, and reports
// whether it is known.
func (l *listener) begin(ctx context.Context) bool {
	if l.from != "" {
		return true
	}
	end, err := l.end(ctx)
	if err != nil {
		return false
	}
	l.at(end)
	return true
}

// end returns the name of the newest batch.
func (l *listener) end(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, notesWait)
	defer cancel()
	last, err := l.s.client.Do(ctx, l.s.client.B().Xrevrange().Key(l.n.key).End("+").Start("-").Count(1).Build()).AsXRange()
	if err != nil {
		return "", err
	}
	if len(last) == 0 {
		return "0-0", nil
	}
	return last[0].ID, nil
}

func (l *listener) at(id string) {
	l.from = id
	if l.leads {
		l.n.mu.Lock()
		l.n.position = id
		l.n.mu.Unlock()
	}
}

// read hands on what others appended.
func (l *listener) read(ctx context.Context) {
	for ctx.Err() == nil {
		wait, cancel := context.WithTimeout(ctx, notesWait)
		page, err := l.s.client.Do(wait, l.s.client.B().Xrange().Key(l.n.key).Start("("+l.from).End("+").Count(notesPage).Build()).AsXRange()
		cancel()
		if err != nil {
			return
		}
		for i := range page {
			if ctx.Err() != nil {
				return
			}
			l.take(&page[i])
		}
		if len(page) == 0 {
			l.rewind(ctx)
		} else {
			l.vain = 0
		}
		if len(page) < notesPage {
			return
		}
	}
}

// take hands on one batch.
func (l *listener) take(e *rueidis.XRangeEntry) {
	batch := e.FieldValues["notes"]
	l.learn(len(batch))
	if e.FieldValues["from"] != l.n.process {
		heard := uint64(0)
		if !split([]byte(batch), func(note []byte) { heard++; l.fn(note) }) || heard == 0 {
			l.n.refused.Add(1)
		}
		l.n.heard.Add(heard)
	}
	l.at(e.ID)
}

// learn keeps the stream within notesBytes, by the mean length of a batch.
func (l *listener) learn(length int) {
	if l.mean == 0 {
		l.mean = float64(length)
	}
	l.mean += (float64(length) - l.mean) / 32
	l.n.limit.Store(min(max(int64(notesBytes/max(l.mean, 1)), notesLeast), notesMost))
}

// rewind looks after a while whether the stream ends before what was read last:
// a server that lost it begins anew, and its clock may be behind.
func (l *listener) rewind(ctx context.Context) {
	if l.vain++; l.vain < notesRewind {
		return
	}
	l.vain = 0
	if end, err := l.end(ctx); err == nil && before(end, l.from) {
		l.at(end)
	}
}

// before compares two names of entries, "milliseconds-number".
func before(a, b string) bool {
	at, an, _ := strings.Cut(a, "-")
	bt, bn, _ := strings.Cut(b, "-")
	x, _ := strconv.ParseUint(at, 10, 64)
	y, _ := strconv.ParseUint(bt, 10, 64)
	if x != y {
		return x < y
	}
	x, _ = strconv.ParseUint(an, 10, 64)
	y, _ = strconv.ParseUint(bn, 10, 64)
	return x < y
}
