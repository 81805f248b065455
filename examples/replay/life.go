package main

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A life is what became of one account that an actor was about.
type life struct {
	name      string
	truth     events.Truth
	sent      int
	turns     turns
	delivered int
	twice     int             // delivered a second time
	tried     map[string]bool // messages by ID and text, and whether they were delivered
	people    map[string]bool // distinct, reached
	warned    int             // delivered before the first Warning; -1: none
	blocked   int             // delivered before the first Block or worse; -1: none
	// The turn at the first Warning: of all, and of 24 hours.
	warnedTurn, warnedToday int
	strangers               int // people reached before it
	worst                   policy.Kind
	flagged                 int // number of the first message with a timing reason; 0: none
	peak                    float64
	doubts                  int             // complaints against it, the third a day or more after the first
	doubted                 time.Time       // the first
	confirmed               bool            // a Block or worse stood once a moderator had found it abusive
	after                   int             // delivered after the third, before the first Block or worse
	why                     []policy.Reason // at the worst sanction, or at the peak
}

// doubt notes a complaint. Three of them say more than two when a day lies between:
// friends who are called complain at once.
func (l *life) doubt(at time.Time) {
	switch {
	case l.doubts == 0:
		l.doubted = at
	case l.doubts == 2 && at.Sub(l.doubted) < 24*time.Hour:
		return
	}
	l.doubts++
}

// try notes a try of a message, known by its ID and text, and reports whether it
// is the first, and whether it went out by an earlier one.
func (l *life) try(e *events.Event, delivered bool) (first, out bool) {
	key := e.ID + "\x00" + e.Text
	out, again := l.tried[key]
	l.tried[key] = out || delivered
	return !again, out
}

// turns counts runs of messages less than five minutes apart.
type turns struct {
	all   int
	last  time.Time
	begun []time.Time // within a day
}

func (t *turns) add(at time.Time) {
	if t.all == 0 || at.Sub(t.last) >= 5*time.Minute {
		t.all++
		t.begun = append(t.begun, at)
		for at.Sub(t.begun[0]) >= 24*time.Hour {
			t.begun = t.begun[1:]
		}
	}
	t.last = at
}

// today returns how many began within the 24 hours before at.
func (t *turns) today(at time.Time) (n int) {
	for _, begun := range t.begun {
		if at.Sub(begun) < 24*time.Hour {
			n++
		}
	}
	return n
}
