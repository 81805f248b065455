package console

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// A worker carries out what moderators have decided, in order, once it can no longer be
// undone. Several processes may share one database: each intent is claimed by one.
type worker struct {
	engine  atomic.Pointer[policy.Engine]
	wake    chan struct{}
	quit    context.Context
	cancel  context.CancelFunc
	done    sync.WaitGroup
	shut    context.Context // ends streams
	shutup  context.CancelFunc
	streams streams
}

func newWorker() *worker {
	quit, cancel := context.WithCancel(context.Background())
	shut, shutup := context.WithCancel(quit)
	return &worker{wake: make(chan struct{}, 1), quit: quit, cancel: cancel, shut: shut, shutup: shutup}
}

// stop ends the worker after the intent in hand, and the streams of events.
func (w *worker) stop() {
	w.cancel()
	w.done.Wait()
}

// poll is how often the database is asked for what is due. An intent of this process
// wakes the worker by itself.
const poll = 500 * time.Millisecond

// workers is how many intents are carried out at a time: one of a campaign of 100,000
// messages takes minutes, for which the decisions of others do not wait.
const workers = 4

// work carries out what is due. The first worker asks for it often, the others when there
// may be more.
func (c *Console) work(first bool) {
	every := poll
	if !first {
		every *= 10
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	swept := time.Time{}
	for {
		for c.quit.Err() == nil && c.workOne() {
		}
		if now := c.now(); first && (now.Sub(swept) >= time.Hour || now.Before(swept)) {
			if c.book.Sweep(c.quit) == nil {
				swept = now
			}
		}
		select {
		case <-c.quit.Done():
			return
		case <-tick.C:
		case <-c.wake:
		}
	}
}

// workOne carries out one intent that is due, and reports whether there was one.
func (c *Console) workOne() bool {
	in, err := c.book.Claim(c.quit)
	if err != nil {
		return false // none, or the database is away: later
	}
	c.rouse(c.now())
	ctx := context.WithoutCancel(c.quit)
	err = c.perform(ctx, &in)
	var lasting *lastingError
	switch {
	case err == nil:
		err = c.book.Done(ctx, in.ID)
	case errors.Is(err, policy.ErrClosed), errors.Is(err, errStopped): // the next start does it
		_ = c.book.Fail(ctx, in.ID, "", c.now())
		return false
	case errors.As(err, &lasting):
		err = c.book.Fail(ctx, in.ID, lasting.Error(), time.Time{})
	default:
		wait := min(30*time.Second<<min(in.Tries, 8), time.Hour)
		err = c.book.Fail(ctx, in.ID, err.Error(), c.now().Add(wait))
	}
	return err == nil
}

// A lastingError is one that trying again does not mend: a person must look.
type lastingError struct{ why string }

func (e *lastingError) Error() string { return e.why }

// settled sorts the errors of an act: nil where it is done, now or before, or there is
// nothing left that it could be done to.
func settled(err error) error {
	var field *policy.FieldError
	switch {
	case errors.Is(err, policy.ErrSettled), errors.Is(err, policy.ErrNotFound):
		return nil
	case errors.As(err, &field):
		return &lastingError{field.Error()}
	case errors.Is(err, policy.ErrConflict):
		return &lastingError{err.Error()}
	}
	return err
}

// asked is what an intent says beside who wants what for which case.
type asked struct {
	Seen     int64  `json:"seen,omitzero"`     // the last message of the case that the moderator saw
	Sample   int64  `json:"sample,omitzero"`   // the message whose text they mean; 0: the first of the case
	Sanction string `json:"sanction,omitzero"` // ID
	Appeal   string `json:"appeal,omitzero"`   // ID
	Days     int    `json:"days,omitzero"`     // of a suspension; 0: until lifted
}

func (a asked) String() string {
	b, err := json.Marshal(a)
	if err != nil {
		return "{}" // it holds nothing that can't be written
	}
	return string(b)
}

func askedBy(in *casebook.Intent) (a asked) {
	if json.Unmarshal([]byte(in.Data), &a) != nil {
		return asked{}
	}
	return a
}
