package events

import (
	"cmp"
	"fmt"
	"slices"
)

// maxTurned bounds, in bytes, what of a file that runs from the newest to the oldest is
// held to be turned round.
const maxTurned = 512 << 20

// An order is how the first events of a file follow each other.
type order struct {
	last         *Event
	rises, falls int
	known        bool
}

func (o *order) note(e *Event) {
	if o.last != nil && !o.known {
		switch c := e.At.Compare(o.last.At); {
		case c > 0:
			o.rises++
		case c < 0:
			o.falls++
		}
	}
	o.last = e
}

// backwards reports, once, whether a window of a file runs from the newest to the oldest.
func (o *order) backwards() bool {
	was := o.known
	o.known, o.last = true, nil
	return !was && o.rises == 0 && o.falls > 0
}

// turn reads all of such a file, as exports are often sorted, and turns it round. Of
// events of one time, that in the later line is the earlier.
func (h *head) turn() {
	all := make([]*Event, 0, 2*Window)
	for i := range h.held {
		all = append(all, h.at(i))
	}
	for h.size < h.stream.turnable && !h.ended {
		e, ok := h.read()
		if h.ended = !ok; ok {
			all = append(all, e)
			h.size += e.Size()
		}
	}
	h.held, h.size = 0, 0
	slices.SortFunc(all, func(a, b *Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Line, a.Line)) })
	h.turned = all
	if h.ended {
		h.tell("it runs from the newest to the oldest: turned round")
	} else {
		h.hint.given = true
		h.tell(fmt.Sprintf("it runs from the newest to the oldest, and has more than %d MB to turn round: sort it by time first", h.stream.turnable>>20))
	}
}
