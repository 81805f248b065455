package replay

import (
	"io"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// At most so many events are looked at before the first is judged.
const (
	aheadEvents = 5000
	aheadBytes  = 32 << 20
)

// An ahead is a stream whose beginning was looked at.
type ahead struct {
	stream *events.Stream
	events []*events.Event
	done   int
}

func lookAhead(s *events.Stream) (*ahead, error) {
	a := &ahead{stream: s}
	for size := 0; len(a.events) < aheadEvents && size < aheadBytes; {
		e, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		a.events = append(a.events, e)
		size += e.Size()
	}
	return a, nil
}

func (a *ahead) next() (*events.Event, error) {
	if a.done < len(a.events) {
		e := a.events[a.done]
		a.events[a.done] = nil
		a.done++
		return e, nil
	}
	return a.stream.Next()
}
