package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// mostFaults is how many faults are named, and mostEqual how many that say the same one
// after the other; the rest is counted.
const mostFaults, mostEqual = 50, 5

// A report tells on standard error what could not be read, and at the end what
// was.
type report struct {
	w      io.Writer
	faults int
	named  int
	before string // the last fault, without its place
	equal  int    // how many of it stand in a row
	left   []leaving
	notes  []string

	events      int
	first, last time.Time
}

// A leaving counts what was left out on purpose.
type leaving struct {
	what string
	n    int
}

// fault names what is broken.
func (r *report) fault(place string, err error) {
	if err.Error() != r.before {
		r.before, r.equal = err.Error(), 0
	}
	r.faults++
	if r.equal++; r.equal <= mostEqual && r.named < mostFaults {
		r.named++
		fmt.Fprintf(r.w, "import: %s: %v\n", place, err)
	}
}

// broken is fault of an error that knows its place.
func (r *report) broken(err error) {
	if at, ok := errors.AsType[*placed](err); ok {
		r.fault(at.place, at.err)
	}
}

// failed names what was not read to its end.
func (r *report) failed(err error) { fmt.Fprintln(r.w, "import:", err) }

// leave counts something left out.
func (r *report) leave(what string) {
	i := slices.IndexFunc(r.left, func(l leaving) bool { return l.what == what })
	if i < 0 {
		i, r.left = len(r.left), append(r.left, leaving{what: what})
	}
	r.left[i].n++
}

// note says something once, at the end.
func (r *report) note(s string) {
	if !slices.Contains(r.notes, s) {
		r.notes = append(r.notes, s)
	}
}

// count counts an event that was written.
func (r *report) count(e *events.Event) {
	if r.events == 0 {
		r.first = e.At
	}
	r.last = e.At
	r.events++
}

// end tells what was read, what was left out, and what is not known.
func (r *report) end(k kind, failed bool) {
	const day = "2006-01-02"
	if r.faults > r.named {
		fmt.Fprintf(r.w, "import: %d more could not be read\n", r.faults-r.named)
	}
	switch {
	case r.events == 0 && !failed:
		fmt.Fprintf(r.w, "import: no message found: is this %s?\n", k.what)
	case r.events > 0:
		events := "events"
		if r.events == 1 {
			events = "event"
		}
		fmt.Fprintf(r.w, "import: %d %s, from %s to %s\n", r.events, events, r.first.Format(day), r.last.Format(day))
	}
	for _, l := range r.left {
		fmt.Fprintf(r.w, "import: left out: %s (%d)\n", l.what, l.n)
	}
	for _, s := range r.notes {
		fmt.Fprintln(r.w, "import:", s)
	}
	if k.silent != "" && r.events > 0 {
		fmt.Fprintf(r.w, "import: this export does not tell %s\n", k.silent)
	}
}
