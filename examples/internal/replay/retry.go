package replay

import (
	"bufio"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/translate"
	"github.com/decorum-go/decorum/policy"
)

// A log is open: nobody in it tries again, for nothing was deferred. Unless
// -retry=false a deferred message is tried once more, with its ID, when its RetryAfter has
// passed: between the events of the log, before those of the same time, and
// after its end.

// maxWaiting is how many deferred messages wait at a time; one more is not
// tried again.
const maxWaiting = 1 << 17

// forever is after every event.
var forever = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)

// A waiting is a deferred message that waits to be tried again.
type waiting struct {
	due     time.Time
	ordinal int // its place in the merged input, from 1
	event   *events.Event
	sender  *sender // nil: it is another shard's
}

// A queue holds what waits, the next first.
type queue []waiting

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if c := q[i].due.Compare(q[j].due); c != 0 {
		return c < 0
	}
	return q[i].ordinal < q[j].ordinal
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(waiting)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = waiting{}
	*q = old[:len(old)-1]
	return last
}

// wait has a message tried again if it was deferred.
func (r *runner) wait(e *events.Event, s *sender, d *policy.Decision) {
	if !r.config.retry || d.Verdict != policy.Defer || d.Repeat || d.RetryAfter <= 0 {
		return
	}
	if len(r.waiting) >= maxWaiting {
		if s != nil {
			r.tally.retries.dropped++
		}
		return
	}
	heap.Push(&r.waiting, waiting{e.At.Add(d.RetryAfter), r.ordinal(), e, s})
}

// tryAgain judges what has waited long enough at a time.
func (r *runner) tryAgain(at time.Time) error {
	for len(r.waiting) > 0 && !r.waiting[0].due.After(at) {
		if err := r.retry(heap.Pop(&r.waiting).(waiting)); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) retry(w waiting) error {
	ctx := context.Background()
	if w.sender == nil { // another shard's
		r.now = w.due
		return r.learn(w.event, w.event.ID, w.due, false)
	}
	e := *w.event // others read it, too
	e.At = w.due
	_ = translate.Message(&r.again, &e) // it was judged before: it is a message
	r.name(&r.again, &e)
	r.now = e.At
	d, err := r.engine.Evaluate(ctx, r.again)
	if _, ok := errors.AsType[*policy.FieldError](err); ok {
		return nil // due in the year 10000
	}
	if err != nil {
		return err
	}
	if d.Repeat { // the log tried it again itself, and that was counted
		return nil
	}
	r.tally.retry(&e, w.sender, &d, e.At.Sub(w.event.At))
	r.tell(&e, r.again.ID, &d, true)
	r.lose(&e, &d)
	return r.decided(&e, &d, w.ordinal, "retry")
}

// name gives a message without an ID one of its own, so that a second try of it
// is no second message.
func (r *runner) name(m *policy.Message, e *events.Event) {
	if (r.config.retry || r.shard != nil) && m.ID == "" {
		m.ID = "#" + strconv.Itoa(e.File) + ":" + strconv.Itoa(e.Line)
	}
}

// retries counts what was tried again.
type retries struct {
	tried     int
	delivered int
	dropped   int                   // not tried: too many waited
	delays    map[time.Duration]int // of those delivered; whole seconds, so that they are few
}

// retry counts a message's second try. Its verdict stays the first one.
func (t *tally) retry(e *events.Event, s *sender, d *policy.Decision, delay time.Duration) {
	t.retries.tried++
	t.score(s, d, e.At.Add(delay))
	if !d.Delivered() {
		return
	}
	t.retries.delivered++
	if t.retries.delays == nil {
		t.retries.delays = map[time.Duration]int{}
	}
	t.retries.delays[delay]++
	t.late(e, s)
}

// late counts a message that goes out after all.
func (t *tally) late(e *events.Event, s *sender) {
	s.undelivered--
	t.delivered(e, s)
	if s.truth == events.Honest {
		t.honestNotDelivered--
	}
}

// median returns the delay that half of the delivered ones do not exceed; 0 of
// none.
func (r *retries) median() time.Duration {
	n := 0
	for _, delay := range slices.Sorted(maps.Keys(r.delays)) {
		if n += r.delays[delay]; 2*n >= r.delivered {
			return delay
		}
	}
	return 0
}

// write says what became of so many deferred messages.
func (r *retries) write(b *bufio.Writer, deferred int) {
	if deferred == 0 {
		return
	}
	fmt.Fprintf(b, "%s deferred; %s of them went out when tried again", count(deferred, "message"), thousands(r.delivered))
	if r.delivered > 0 {
		fmt.Fprintf(b, ", after %v at the median", r.median())
	}
	if r.dropped > 0 {
		fmt.Fprintf(b, "; %s were not tried: too many waited", thousands(r.dropped))
	}
	b.WriteByte('\n')
}
