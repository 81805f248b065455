package storekit

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// ErrOverload says that a call did not begin: it had waited so long for the calls
// before it that it would hardly have ended in time. It has changed nothing.
var ErrOverload = errors.New("storekit: too many calls for the server")

// A line lets as many calls through at once as it has room for; the others
// wait, and the first to come goes first.
type line chan struct{}

// enter waits for a place, which leave gives back, until the context ends or it is
// not worth while any more: then it fails with ErrOverload. It reports whether the call
// had to wait. A free place is never refused; a nil line has room for all.
func (l line) enter(ctx context.Context, p patience) (waited bool, err error) {
	if l == nil {
		return false, nil
	}
	select {
	case l <- struct{}{}:
		return false, nil
	default:
	}
	var late <-chan time.Time
	if p.pause > 0 {
		wait := time.Until(p.latest)
		if wait < p.pause {
			l, wait = nil, p.pause // nobody sends on a nil channel
		}
		timer := time.NewTimer(wait)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case l <- struct{}{}:
		return true, nil
	case <-late:
		return true, ErrOverload
	case <-ctx.Done():
		return true, ctx.Err()
	}
}

func (l line) leave() {
	if l != nil {
		<-l
	}
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
	// and has used up the server's time in vain.
	latest time.Time
	// pause is how long it waits at least before it is refused: callers that come
	// back at once would keep the machine from the calls that are under way.
	pause time.Duration
}

// patience is that of a call with this context. It keeps back twice what calls
// take, and at least an eighth of the time that the call has: when there are too
// many, all of them begin late.
func (p *pace) patience(ctx context.Context) patience {
	deadline, ok := ctx.Deadline()
	if !ok {
		return patience{}
	}
	eighth := time.Until(deadline) / 8
	return patience{deadline.Add(-max(time.Duration(2*p.mean.Load()), eighth)), eighth}
}
