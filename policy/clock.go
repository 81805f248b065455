package policy

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// lastTime is the last moment that a record can keep.
var lastTime = time.Unix(stamp.Last, 0)

// maxDelayed is how far behind a message from a queue of the host may be: as far as
// rate limits look back.
const maxDelayed = 7 * 24 * time.Hour

// date says when a work is: at t, if that is neither further ahead of the clock than
// MaxSkew nor further behind; zero is now.
func (e *Engine) date(w *work, t time.Time, behind time.Duration) {
	w.leap = e.watch.moved(w.seen, w.now)
	w.in.At, w.in.Static = e.bounded(t, w.now, behind), w.leap != 0
}

// now is the time at which something that happened at t is judged; zero is now.
func (e *Engine) now(t time.Time) time.Time { return e.bounded(t, e.cfg.Now(), e.cfg.MaxDelay) }

func (e *Engine) bounded(t, now time.Time, behind time.Duration) time.Time {
	if t.IsZero() {
		t = now
	} else if latest := now.Add(e.cfg.MaxSkew); t.After(latest) {
		t = latest
	} else if earliest := now.Add(-behind); t.Before(earliest) {
		t = earliest
	}
	return recordable(t)
}

// tellMoved tells the log, once a minute, of an operator's mistake: history through
// Evaluate, a time zone, the times of clients. A little is a clock that is not exact.
func (e *Engine) tellMoved(said, at time.Time) {
	by := at.Sub(said)
	if said.IsZero() || by.Abs() < time.Hour || !e.moved.AllowN(time.Now(), 1) {
		return
	}
	e.cfg.Logger.Warn("decorum: the time of a message is not near Now, and counts as the nearest that may be: Message.At must be the host's own time; history goes to Learn, a message that waited in a queue says Delayed", "moved", by)
}

// recordable is a time as far as a record can keep it.
func recordable(t time.Time) time.Time {
	switch {
	case t.Before(minTime):
		t = minTime
	case t.After(lastTime):
		t = lastTime
	}
	return t.UTC()
}

// delay is how far behind a message may be.
func (e *Engine) delay(m *Message) time.Duration {
	if m.Delayed {
		return max(e.cfg.MaxDelay, maxDelayed)
	}
	return e.cfg.MaxDelay
}

// latest is the latest time that is no wrong clock.
func (w *work) latest() time.Time { return w.in.Clock.Add(w.in.Skew) }

// begins brings a record to an event at t, and returns when that is judged.
func (w *work) begins(r *state.Record, t time.Time) time.Time {
	return r.Begin(t, w.in.Clock, w.in.Skew, &w.in.Policy.Member.Ladder)
}

// A watch compares the clock of the machine with the time that it counts by itself,
// which nobody sets. It is safe for concurrent use; a nil one sees nothing.
type watch struct {
	began time.Time
	off   atomic.Int64 // nanoseconds that the clock has gained since then
}

// leastLeap is how far a clock must move to be told.
const leastLeap = time.Minute

// seen is how much the clock had gained when that was last looked at. It is to be asked
// before the clock is read, or two calls could see one leap.
func (w *watch) seen() int64 {
	if w == nil {
		return 0
	}
	return w.off.Load()
}

// moved is by how much the clock has moved since then: 0 where that is little, or
// another call was told.
func (w *watch) moved(seen int64, now time.Time) time.Duration {
	if w == nil {
		return 0
	}
	off := now.UnixNano() - w.began.UnixNano() - int64(now.Sub(w.began))
	leap := time.Duration(off - seen)
	if leap.Abs() < time.Second || !w.off.CompareAndSwap(seen, off) || leap.Abs() <= leastLeap {
		return 0 // small steps don't add up
	}
	return leap
}

// leapt reports that the machine's clock has just moved.
func (e *Engine) leapt(ctx context.Context, w *work) {
	e.fault(ctx, &FaultError{Op: "clock", Err: fmt.Errorf("%w: this machine's has moved by %v, and nothing was imposed by the call that saw it. If the machine slept or was paused, that is all; if not, set its clock", ErrClock, w.leap.Round(time.Second))})
}

// broughtBack reports, once a minute, that a record was ahead of the clock.
func (e *Engine) broughtBack(ctx context.Context, w *work) {
	if !e.ahead.AllowN(time.Now(), 1) {
		return
	}
	e.fault(ctx, &FaultError{Op: "clock", Err: fmt.Errorf("%w: a record was %v ahead of this process and was brought back. Either this clock is behind, or one of a process on the same store was ahead: set it", ErrClock, w.out.Ahead.Round(time.Second))})
}
