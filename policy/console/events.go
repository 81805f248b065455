package console

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// mostStreams is how many pages are told of changes at a time, and mostOfOne how many of
// one moderator's; others are not.
const (
	mostStreams = 256
	mostOfOne   = 16
)

// streams are the pages that are told of changes now, by whose they are.
type streams struct {
	sync.Mutex
	all int
	of  map[string]int
}

// begin reports whether there is room for one more.
func (s *streams) begin(who string) bool {
	s.Lock()
	defer s.Unlock()
	if s.all >= mostStreams || s.of[who] >= mostOfOne {
		return false
	}
	if s.of == nil {
		s.of = map[string]int{}
	}
	s.all++
	s.of[who]++
	return true
}

func (s *streams) end(who string) {
	s.Lock()
	defer s.Unlock()
	s.all--
	if s.of[who]--; s.of[who] == 0 {
		delete(s.of, who)
	}
}

// events is a stream of server-sent events: one as soon as a case has changed, at most two
// a second, and a comment in between so that a dead connection ends.
func (c *Console) events(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	if !c.streams.begin(m.ID) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return nil, nil
	}
	defer c.streams.end(m.ID)
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // a server's WriteTimeout is for pages; not all know it
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return nil, nil
	}
	moved, seen, err := c.book.Changed(r.Context())
	if err != nil {
		return nil, err
	}
	tick, last := time.NewTicker(2*time.Second), time.Now() // other processes change cases, too
	defer tick.Stop()
	fmt.Fprint(w, "retry: 5000\n\n")
	for out.Flush() == nil {
		here := false
		select {
		case <-r.Context().Done():
			return nil, nil
		case <-c.shut.Done():
			return nil, nil
		case <-tick.C:
		case <-moved:
			here = true
		}
		was := seen
		if moved, seen, err = c.book.Changed(r.Context()); err != nil {
			return nil, nil // the browser comes again
		}
		switch {
		case here || seen != was:
			fmt.Fprintf(w, "event: change\ndata: %d\n\n", seen)
		case time.Since(last) < 15*time.Second:
			continue
		default:
			fmt.Fprint(w, ":\n\n")
		}
		last = time.Now()
	}
	return nil, nil
}
