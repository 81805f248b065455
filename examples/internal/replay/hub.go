package replay

import (
	"bytes"
	"errors"
	"sync"
)

// A hub is a Log for shards of one process.
type hub struct {
	mu     sync.Mutex
	more   sync.Cond
	queues [][][][]byte // of the reader, of the writer
	err    error
}

func newHub(n int) *hub {
	h := &hub{queues: make([][][][]byte, n)}
	h.more.L = &h.mu
	for i := range h.queues {
		h.queues[i] = make([][][]byte, n)
	}
	return h
}

// fail ends the waiting of all.
func (h *hub) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.err = err
	}
	h.more.Broadcast()
}

// A seat is a shard's place at a hub.
type seat struct {
	*hub
	index int
}

func (s *seat) Append(frame []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	frame = bytes.Clone(frame)
	for i := range s.queues {
		if i != s.index {
			s.queues[i][s.index] = append(s.queues[i][s.index], frame)
		}
	}
	s.more.Broadcast()
	return nil
}

func (s *seat) Next(shard int, wait bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &s.queues[s.index][shard]
	for len(*q) == 0 && s.err == nil && wait {
		s.more.Wait()
	}
	switch {
	case s.err != nil:
		return nil, errOther
	case len(*q) == 0:
		return nil, nil
	}
	frame := (*q)[0]
	*q = (*q)[1:]
	return frame, nil
}

func (s *seat) Anew(int) string { return "start all again" }

// errOther is what shards of one process get where another one failed, which tells why.
var errOther = errors.New("another shard failed")
