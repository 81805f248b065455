package main

import (
	"container/heap"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A stage plays a stream before one system. What the system answers has consequences:
//
//   - who is told to wait waits so long and tries again, for a day, until it goes out;
//   - who never got a message neither answers it nor complains about it;
//   - what went out already is not asked about again.
type stage struct {
	system  system
	kind    func(*events.Event) kind
	lives   map[string]*life // by account, of those of some kind
	tries   map[try]bool     // whether it went out
	arrived map[pair]bool    // by sender and ID: whether its last version did
	lost    map[pair]int     // messages by one to another that did not go out, and
	reached map[pair]int     // those that did
	unsaid  map[string]bool  // complaints that were left out
	waiting queue
	tried   int
}

// patience is how long somebody goes on trying.
const patience = 24 * time.Hour

// A try is a message that may be tried more than once.
type try struct{ from, id, text string }

// A kind is what a stream is about, or an actor: what becomes of it is told together.
// The zero kind is of accounts of whom nothing is known.
type kind struct {
	name  string
	abuse bool
}

// A life is what became of an account.
type life struct {
	kind            kind
	sent, delivered int
	blocked         bool // at some time
}

// A waiting is a message that is tried again when it is due.
type waiting struct {
	first, due time.Time
	number     int // in the order of trying
	event      *events.Event
}

// A queue holds what waits, the next first.
type queue []waiting

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if c := q[i].due.Compare(q[j].due); c != 0 {
		return c < 0
	}
	return q[i].number < q[j].number
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(waiting)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// play plays a stream before a system, and returns what became of the accounts that are
// of some kind.
func play(m *maker, from *source) ([]*life, error) {
	s := &stage{
		kind: from.kind, lives: map[string]*life{}, tries: map[try]bool{}, arrived: map[pair]bool{},
		lost: map[pair]int{}, reached: map[pair]int{}, unsaid: map[string]bool{},
	}
	var resolution time.Duration
	if from.logged {
		resolution = events.Resolution(from.list)
	}
	var err error
	if s.system, err = m.open(m, resolution, s.blocked); err != nil {
		return nil, err
	}
	for _, e := range from.list {
		if err = s.event(e); err != nil {
			err = fmt.Errorf("%s: %v of %q at %v: %w", m.name, e.Kind, e.From, e.At, err)
			break
		}
	}
	if err == nil {
		err = s.again(forever)
	}
	return slices.Collect(maps.Values(s.lives)), errors.Join(err, s.system.close())
}

func (s *stage) blocked(account string) {
	if l := s.lives[account]; l != nil {
		l.blocked = true
	}
}

// event plays an event. One that the engine finds invalid is left out for all.
func (s *stage) event(e *events.Event) error {
	if err := s.again(e.At); err != nil {
		return err
	}
	if s.never(e) {
		s.unsaid[e.ID] = e.Kind == events.Complaint
		return nil
	}
	if e.Kind != events.Message {
		return valid(s.system.hear(e))
	}
	if e.ID == "" {
		named := *e
		named.ID = fmt.Sprintf("#%d", s.tried)
		e = &named
	}
	out, known := s.tries[try{e.From, e.ID, e.Text}]
	if out {
		return nil
	}
	if k := s.kind(e); k.name != "" && !known {
		if s.lives[e.From] == nil {
			s.lives[e.From] = &life{kind: k}
		}
		s.lives[e.From].sent++
	}
	return s.ask(waiting{first: e.At, due: e.At, event: e})
}

// ask asks about a message that is due.
func (s *stage) ask(w waiting) error {
	e := *w.event
	key := try{e.From, e.ID, e.Text}
	if s.tries[key] {
		return nil // it went out meanwhile
	}
	e.At = w.due
	a, err := s.system.judge(&e)
	if err != nil {
		return valid(err)
	}
	s.tried++
	s.tries[key], s.arrived[pair{e.From, e.ID}] = a.delivered, a.delivered
	count := s.lost
	if a.delivered {
		count = s.reached
	}
	for _, to := range e.To {
		count[pair{e.From, to}]++
	}
	if l := s.lives[e.From]; l != nil && s.kind(&e).name != "" {
		if a.delivered {
			l.delivered++
		}
		l.blocked = l.blocked || a.blocked
	}
	w.due, w.number = e.At.Add(a.wait), s.tried
	if !a.delivered && a.wait > 0 && w.due.Sub(w.first) <= patience {
		heap.Push(&s.waiting, w)
	}
	return nil
}

// again tries what has waited long enough at a time.
func (s *stage) again(at time.Time) error {
	for len(s.waiting) > 0 && !s.waiting[0].due.After(at) {
		if err := s.ask(heap.Pop(&s.waiting).(waiting)); err != nil {
			return err
		}
	}
	return nil
}

// never reports whether an event rests on what did not arrive: the message that it names,
// or all of somebody's messages to whoever complains about them; or on a complaint that
// was never made.
func (s *stage) never(e *events.Event) bool {
	switch e.Kind {
	case events.Message, events.Reply:
		return len(e.To) > 0 && s.missing(e.To[0], e.Message)
	case events.Complaint, events.Review, events.Blocked:
		p := pair{e.Against, e.From}
		return s.missing(e.Against, e.Message) || e.Complaint != "" && s.unsaid[e.Complaint] || s.lost[p] > 0 && s.reached[p] == 0
	}
	return false
}

// missing reports whether a message was tried and did not go out.
func (s *stage) missing(from, id string) bool {
	out, known := s.arrived[pair{from, id}]
	return id != "" && known && !out
}

// valid passes on an error that is not about the event itself.
func valid(err error) error {
	if _, ok := errors.AsType[*policy.FieldError](err); ok {
		return nil
	}
	return err
}
