package storekit

import (
	"encoding/binary"
	"slices"
	"sync"
)

const (
	batchBytes = 32 << 10 // of notes in a batch, unless Notes says otherwise
	keptBytes  = 1 << 20  // of batches that wait while the server is away
)

// batches gathers notes into batches. Each note has its length in front, as a
// uvarint. It is safe for concurrent use.
type batches struct {
	mu      sync.Mutex
	bytes   int      // of a batch, at most; 0: batchBytes
	open    []byte   // being filled
	full    [][]byte // in order; the first may be under way
	dropped uint64
	wake    chan struct{} // a batch is full; nil: nobody waits yet
}

// limit says how long a batch is at most; 0: 32 KB.
func (q *batches) limit(bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes = bytes
}

// most is how long a batch is at most.
func (q *batches) most() int {
	if q.bytes > 0 {
		return q.bytes
	}
	return batchBytes
}

// put copies a note, or drops it if there is no room.
func (q *batches) put(note []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	need, most := len(note)+binary.MaxVarintLen32, q.most()
	if len(q.open)+need > most {
		if len(q.full) >= keptBytes/most || need > most {
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
		q.open = make([]byte, 0, most)
	}
	q.open = append(binary.AppendUvarint(q.open, uint64(len(note))), note...)
}

// close puts the open batch behind the full ones.
func (q *batches) close() {
	q.full = append(q.full, q.open)
	q.open = nil
}

// first returns the batch that is next to be sent, nil if there is none. It
// stays the first until done, and must not be changed.
func (q *batches) first() []byte {
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

// beat puts an empty batch where nothing waits.
func (q *batches) beat() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.full) == 0 && len(q.open) == 0 {
		q.full = append(q.full, []byte{})
	}
}

// done takes the first batch out: it was sent, and nobody reads it any more.
func (q *batches) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.full = slices.Delete(q.full, 0, 1)
}

func (q *batches) drops() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

// waked tells when a batch is full.
func (q *batches) waked() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.wake == nil {
		q.wake = make(chan struct{}, 1)
	}
	return q.wake
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
