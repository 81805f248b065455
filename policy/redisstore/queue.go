package redisstore

import (
	"encoding/binary"
	"slices"
	"sync"
)

const (
	batchBytes  = 32 << 10 // of notes in one entry of the stream
	batchesKept = 32       // that wait while the server is away: a megabyte
)

// A queue gathers notes into batches. Each note has its length in front, as a
// uvarint. It is safe for concurrent use.
type queue struct {
	mu      sync.Mutex
	open    []byte   // being filled
	full    [][]byte // in order; the first may be under way
	dropped uint64
	wake    chan struct{} // a batch is full
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// put copies a note, or drops it if there is no room.
func (q *queue) put(note []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	need := len(note) + binary.MaxVarintLen32
	if len(q.open)+need > batchBytes {
		if len(q.full) >= batchesKept || need > batchBytes {
			q.dropped++
			return
		}
		q.close()
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
	if q.open == nil {
		q.open = make([]byte, 0, batchBytes)
	}
	q.open = append(binary.AppendUvarint(q.open, uint64(len(note))), note...)
}

// close puts the open batch behind the full ones.
func (q *queue) close() {
	q.full = append(q.full, q.open)
	q.open = nil
}

// first returns the batch that is next to be sent, nil if there is none. It
// stays the first until done, and must not be changed.
func (q *queue) first() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.full) == 0 {
		if len(q.open) == 0 {
			return nil
		}
		q.close()
	}
	return q.full[0]
}

// done takes the first batch out: it was sent, and nobody reads it any more.
func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.full = slices.Delete(q.full, 0, 1)
}

func (q *queue) drops() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

// split calls fn with each note of a batch, and reports whether the batch is
// well formed; fn has been called with what came before the fault.
func split(batch []byte, fn func(note []byte)) bool {
	for len(batch) > 0 {
		n, k := binary.Uvarint(batch)
		if k <= 0 || n > uint64(len(batch)-k) {
			return false
		}
		fn(batch[k : k+int(n) : k+int(n)])
		batch = batch[k+int(n):]
	}
	return true
}
