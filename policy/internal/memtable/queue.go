package memtable

import (
	"bytes"
	"cmp"
	"slices"
)

// A candidate is a record as eviction sees it.
type candidate struct {
	turn uint32 // seconds since 1970: see candidateOf
	rank uint8
	key  Key
}

func (d candidate) compare(e candidate) int {
	if c := cmp.Compare(d.rank, e.rank); c != 0 {
		return c
	}
	if c := cmp.Compare(d.turn, e.turn); c != 0 {
		return c
	}
	return bytes.Compare(d.key[:], e.key[:])
}

// minQueue is the least length of a full queue.
const minQueue = 64

// A queue holds the records of a lane that would be evicted next: when open,
// all that may be evicted and come no later than limit, or all without limit.
// It is a heap, soonest first, and may hold more: what has changed or gone
// since is found out when its turn comes. A heap of all records would cost
// each of them 24 bytes and every update its upkeep; this one costs 3
// bytes, and a look at all records for every eighth of them evicted.
type queue struct {
	heap    []candidate
	limit   candidate
	open    bool
	limited bool
	size    int // when it was filled
}

// fill makes the queue anew from the records that may be evicted, total of
// which are held.
func (q *queue) fill(total int, droppable func(yield func(candidate) bool)) {
	size := max(minQueue, total/8)
	h := slices.Grow(q.heap[:0], size)
	*q = queue{open: true, size: size}
	for d := range droppable {
		switch {
		case len(h) < size:
			h = append(h, d)
			siftUp(h, latest)
		case d.compare(h[0]) < 0:
			q.limited = true
			h[0] = d
			siftDown(h, latest)
		default:
			q.limited = true
		}
	}
	slices.SortFunc(h, candidate.compare) // sorted is a heap, soonest first
	if q.limited {
		q.limit = h[len(h)-1]
	}
	q.heap = h
}

// offer says that d may be evicted from now on.
func (q *queue) offer(d candidate) {
	if !q.open || q.limited && d.compare(q.limit) > 0 {
		return
	}
	if len(q.heap) >= 4*q.size { // mostly what has changed since: start over
		q.close()
		return
	}
	q.heap = append(q.heap, d)
	siftUp(q.heap, soonest)
}

// pop takes the soonest out. The queue is not empty.
func (q *queue) pop() {
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap = q.heap[:last]
	siftDown(q.heap, soonest)
}

func (q *queue) close() { q.heap, q.open = q.heap[:0], false }

// The two orders of a heap, as the sign of candidate.compare for what is on top.
const (
	soonest = -1
	latest  = 1
)

// siftUp moves the last one up to its place.
func siftUp(h []candidate, order int) {
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[i].compare(h[up])*order <= 0 {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// siftDown moves the first one down to its place.
func siftDown(h []candidate, order int) {
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(h) {
			return
		}
		if r := down + 1; r < len(h) && h[r].compare(h[down])*order > 0 {
			down = r
		}
		if h[down].compare(h[i])*order <= 0 {
			return
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
}
