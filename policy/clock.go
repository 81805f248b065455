package policy

import (
	"context"
	"fmt"
	"time"
)

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
	if at.Equal(said) {
		return
	}
	by := at.Sub(said)
	if said.IsZero() || by.Abs() < time.Hour || !e.moved.AllowN(time.Now(), 1) {
		return
	}
	e.cfg.Logger.Warn("decorum: the time of a message is not near Now, and counts as the nearest that may be: Message.At must be the host's own time; history goes to Learn, a message that waited in a queue says Delayed", "moved", by)
}

// tellJoined tells the log, as often, of accounts that are yet to be created: seconds that
// were taken for something else make everybody young. A day is a time zone.
func (e *Engine) tellJoined(joined, at time.Time) {
	if joined.IsZero() { // of most
		return
	}
	by := joined.Sub(at)
	if by < 24*time.Hour || !e.moved.AllowN(time.Now(), 1) {
		return
	}
	e.cfg.Logger.Warn("decorum: Joined of a message lies ahead of it, and the account counts as new: take the time from where accounts are kept, and look at its unit", "ahead", by)
}

// delay is how far behind a message may be.
func (e *Engine) delay(m *Message) time.Duration {
	if m.Delayed {
		return max(e.cfg.MaxDelay, maxDelayed)
	}
	return e.cfg.MaxDelay
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
