package events

import (
	"errors"
	"fmt"
	"time"
)

// A head sorts one file within the window and holds its next event.
type head struct {
	stream  *Stream
	index   int
	name    string
	event   *Event
	batches chan *batch
	batch   *batch
	used    int
	ended   bool

	window []*Event // a ring, sorted
	first  int
	held   int
	size   int       // of those held
	newest time.Time // of what was yielded
	any    bool
	hint   hint

	order  order
	turned []*Event // of a file that runs backwards, what is left of it
}

// advance moves to the next event; false at the end.
func (h *head) advance() bool {
	if h.window == nil {
		h.window = make([]*Event, Window)
	}
	for h.held < Window && (h.size < maxWindow || h.held == 0) && !h.ended {
		e, ok := h.read()
		if !ok {
			h.ended = true
			break
		}
		if !h.order.known {
			h.order.note(e)
		}
		h.insert(e)
	}
	if !h.order.known && h.order.backwards() && !h.ended {
		h.turn()
	}
	if !h.pop() {
		h.event = nil
		return false
	}
	if h.any && h.event.At.Before(h.newest) {
		h.fault(&Fault{File: h.name, Line: h.event.Line, Late: true,
			Err: fmt.Errorf("out of order by %v, more than a window of %d events can sort: taken where it stands", h.newest.Sub(h.event.At), Window)})
	} else {
		h.newest, h.any = h.event.At, true
	}
	return true
}

// pop takes the next event out of what is held.
func (h *head) pop() bool {
	switch {
	case len(h.turned) > 0:
		h.event, h.turned[0] = h.turned[0], nil
		h.turned = h.turned[1:]
		return true
	case h.held == 0:
		return false
	}
	h.event = h.window[h.first]
	h.window[h.first] = nil
	h.first = (h.first + 1) % Window
	h.held--
	h.size -= h.event.Size()
	return true
}

// insert puts e where its time belongs: nearly always at the end.
func (h *head) insert(e *Event) {
	i := h.held
	for i > 0 && h.at(i-1).At.After(e.At) {
		h.window[(h.first+i)%Window] = h.at(i - 1)
		i--
	}
	h.window[(h.first+i)%Window] = e
	h.held++
	h.size += e.Size()
}

func (h *head) at(i int) *Event { return h.window[(h.first+i)%Window] }

func (h *head) read() (*Event, bool) {
	for h.batch == nil || h.used == len(h.batch.events) {
		b, ok := <-h.batches
		if !ok {
			if !h.any && h.held == 0 {
				h.tell(h.hint.end(h.stream.files[h.index]))
			}
			return nil, false
		}
		h.batch, h.used = b, 0
		h.stream.leftOut += b.leftOut
		for i := range b.faults {
			h.fault(&b.faults[i])
		}
		if b.err != nil {
			h.stream.errs = append(h.stream.errs, b.err)
			h.hint.broken = true
		}
	}
	h.used++
	return &h.batch.events[h.used-1], true
}

func (h *head) fault(f *Fault) {
	if h.stream.Fault == nil {
		return
	}
	h.stream.Fault(f)
	h.tell(h.hint.after(f, h.stream.files[h.index]))
}

// tell says something of the file as a whole.
func (h *head) tell(what string) {
	if what != "" && h.stream.Fault != nil {
		h.stream.Fault(&Fault{File: h.name, Err: errors.New(what)})
	}
}
