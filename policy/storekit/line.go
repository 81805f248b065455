package storekit

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// ErrOverload says that a call did not begin: it had waited so long for others,
// which the server does answer, that it would hardly have ended in time. It has
// changed nothing. It is policy.ErrOverload: an engine does not take it for an
// outage.
var ErrOverload = policy.ErrOverload

// errSilent says that a call did not begin, and that the server has answered none
// for as long as the call had in all: that is an outage.
var errSilent = fmt.Errorf("storekit: the server answers no call: %w", context.DeadlineExceeded)

// A line lets as many calls through at once as it has room for; the others wait.
// The first to come goes first, until some wait so long that they would hardly end
// in time: then the last to come does, which has all its time. Otherwise all begin
// late, and the server's next pause makes all of them too late.
type line struct {
	mu    sync.Mutex // guards what follows
	room  int
	waits list.List // of *waiter
}

// A waiter is a call that waits in a line.
type waiter struct {
	hurry time.Time     // of its patience
	let   chan struct{} // has room for one
}

// enter waits for a place, which leave gives back, until the context ends or it is
// not worth while any more: then it fails with ErrOverload. It reports whether the call
// had to wait. A free place is never refused; a nil line has room for all.
func (l *line) enter(ctx context.Context, p patience) (waited bool, err error) {
	if l == nil {
		return false, nil
	}
	l.mu.Lock()
	if l.room > 0 {
		l.room--
		l.mu.Unlock()
		return false, nil
	}
	w := &waiter{p.hurry, make(chan struct{}, 1)}
	at := l.waits.PushBack(w)
	wait := time.Until(p.latest)
	if p.pause > 0 && wait < p.pause { // it is too late already
		l.waits.Remove(at)
	}
	l.mu.Unlock()
	var late <-chan time.Time
	if p.pause > 0 {
		timer := time.NewTimer(max(wait, p.pause))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-w.let:
		return true, nil
	case <-late:
		err = ErrOverload
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-w.let: // just now
		l.give()
	default:
		l.waits.Remove(at)
	}
	return true, err
}

func (l *line) leave() {
	if l != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.give()
	}
}

// give gives a place to a call that waits. l.mu is locked.
func (l *line) give() {
	next := l.waits.Front()
	if next == nil {
		l.room++
		return
	}
	if hurry := next.Value.(*waiter).hurry; !hurry.IsZero() && time.Now().After(hurry) {
		next = l.waits.Back()
	}
	l.waits.Remove(next).(*waiter).let <- struct{}{}
}

// A pace is how long calls take from their beginning to their end: a moving
// average, which one slow call does not upset.
type pace struct{ mean atomic.Int64 }

// measured is of how many calls one is, of those that need not wait: to look at the
// clock takes a while.
const measured = 8

// note takes a call into account. Of two at once one may be overlooked.
func (p *pace) note(took time.Duration) {
	mean := p.mean.Load()
	p.mean.Store(mean + (min(int64(took), 4*mean+int64(time.Millisecond))-mean)/8)
}

// A patience is how long a call waits for its beginning; the zero patience has no
// end.
type patience struct {
	// latest is when it must begin at the latest. What begins later ends too late,
	// and has used up the server's time in vain. From hurry on little is left until
	// then.
	latest, hurry time.Time
	// pause is how long it waits at least before it is refused: callers that come
	// back at once would keep the machine from the calls that are under way.
	pause time.Duration
	// whole is how long it has in all.
	whole time.Duration
}

// patience is that of a call with this context. It keeps back twice what calls
// take, and at least an eighth of the time that the call has: when there are too
// many, all of them begin late.
func (p *pace) patience(ctx context.Context) patience {
	deadline, ok := ctx.Deadline()
	if !ok {
		return patience{}
	}
	rest := time.Until(deadline)
	latest := deadline.Add(-max(time.Duration(2*p.mean.Load()), rest/8))
	return patience{latest: latest, hurry: latest.Add(-rest / 8), pause: rest / 8, whole: rest}
}
