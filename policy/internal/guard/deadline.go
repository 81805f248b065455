package guard

import (
	"context"
	"sync"
	"time"
)

// A deadline is the context of one call of an outside store: the values of the
// caller's, and an end of its own. It is context.WithDeadline, without a timer
// until somebody waits for it: many stores only ask for Err, or for Deadline.
type deadline struct {
	values context.Context
	at     time.Time // when it ends by itself

	endMu sync.Mutex // of the rest
	done  chan struct{}
	timer *time.Timer
	err   error
}

// Deadline implements context.Context.
func (d *deadline) Deadline() (time.Time, bool) { return d.at, true }

// Done implements context.Context.
func (d *deadline) Done() <-chan struct{} {
	d.endMu.Lock()
	defer d.endMu.Unlock()
	if d.done == nil {
		d.done = make(chan struct{})
		if d.err == nil {
			d.timer = time.AfterFunc(time.Until(d.at), func() { _ = d.end(context.DeadlineExceeded) })
		} else {
			close(d.done)
		}
	}
	return d.done
}

// Err implements context.Context.
func (d *deadline) Err() error {
	d.endMu.Lock()
	over := d.err == nil && !time.Now().Before(d.at)
	err := d.err
	d.endMu.Unlock()
	if over {
		return d.end(context.DeadlineExceeded)
	}
	return err
}

// Value implements context.Context. The caller's cancellation is none of its
// values: this context outlives it.
func (d *deadline) Value(key any) any { return context.WithoutCancel(d.values).Value(key) }

// end ends the context, once, and returns why it has ended.
func (d *deadline) end(err error) error {
	d.endMu.Lock()
	defer d.endMu.Unlock()
	if d.err == nil {
		d.err = err
		if d.timer != nil {
			d.timer.Stop()
		}
		if d.done != nil {
			close(d.done)
		}
	}
	return d.err
}
