package replay

import (
	"fmt"
	"slices"
	"strings"
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
	begun, acted            time.Time       // the first message, and the first sanction
	checked                 time.Time       // when it was asked whether it is back
	back                    time.Duration   // from the end of a block until all limits held again; 0: not yet
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

// decided notes a decision on a message.
func (l *life) decided(e *events.Event, d *policy.Decision) {
	first, out := l.try(e, d.Delivered())
	if first {
		if l.sent++; l.sent == 1 {
			l.begun = e.At
		}
		l.turns.add(e.At)
	}
	if d.Score > l.peak {
		l.peak = d.Score
		if l.worst < policy.Warning {
			l.why = d.Reasons
		}
	}
	if l.flagged == 0 && slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return strings.HasPrefix(r.Code, "timing") && r.Share > 0 }) {
		l.flagged = l.sent
	}
	switch {
	case !d.Delivered():
		return
	case out:
		l.twice++
		return
	}
	l.delivered++
	for _, to := range e.To {
		if d.DeliveredTo(to) {
			l.people[to] = true
		}
	}
	if l.blocked < 0 {
		l.strangers = len(l.people)
		if l.doubts >= 3 {
			l.after++
		}
	}
}

// returned says when all limits held again after a block.
func (l *life) returned() string {
	if l.back == 0 {
		return ""
	}
	return fmt.Sprintf(", back %.1f days after a block", l.back.Hours()/24)
}

// imposed notes a sanction.
func (l *life) imposed(s *policy.Sanction) {
	if l.warned < 0 {
		l.warned, l.acted = l.delivered, s.From
		l.turns.add(s.From) // the message in hand, or an event soon after one
		l.warnedTurn, l.warnedToday = l.turns.all, l.turns.today(s.From)
	}
	if s.Kind >= policy.Block && l.blocked < 0 {
		l.blocked = l.delivered
	}
	if s.Kind > l.worst {
		l.worst, l.why = s.Kind, s.Reasons
	}
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
