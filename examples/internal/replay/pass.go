package replay

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A batch goes from the reader to every runner at once. Nobody changes it.
type batch struct {
	events []*events.Event
	faults []*events.Fault // that the reader met before the first event
}

// Bounds of a batch.
const (
	batchEvents = 512
	batchBytes  = 1 << 20
	batchAhead  = 4 // batches that wait for a runner
)

// pass reads the files once and plays them to all runners, each in a goroutine
// of its own and each in the order of the log. It opens their engines.
func (s *session) pass(what string, runners ...*runner) (time.Duration, error) {
	begin := time.Now()
	stream, err := events.OpenWith(s.files, s.stdin, &s.maps)
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	first := s.passes == 0
	s.passes++
	s.tell(first, stream.Notes()...)
	var pending []*events.Fault
	unread := 0
	stream.Fault = func(f *events.Fault) {
		if f.Lost() {
			unread++
		}
		if first {
			pending = append(pending, f)
		}
	}
	ahead, err := lookAhead(stream)
	if err != nil {
		return 0, err
	}
	s.resolve(ahead.events)
	if err := s.begin(runners, ahead.events); err != nil {
		return 0, err
	}
	progress := newProgress(s.stderr, what, stream.Read)
	var stop atomic.Bool
	var wg sync.WaitGroup
	failed := make([]error, len(runners))
	queues := make([]chan *batch, len(runners))
	late := make([][]*events.Fault, len(runners)) // of shards behind the first
	for i, r := range runners {
		queues[i] = make(chan *batch, batchAhead)
		var fault func(*events.Fault)
		step := func(int) {}
		if i == 0 { // one tells for all
			step = progress.step
			if first {
				fault = s.broken.add
			}
		} else if r.shard != nil {
			fault = func(f *events.Fault) { late[i] = append(late[i], f) }
		}
		wg.Go(func() {
			failed[i] = r.playAll(stream, queues[i], &stop, fault, step)
		})
	}
	for !stop.Load() {
		b, end := nextBatch(ahead)
		b.faults, pending = pending, nil
		queues[0] <- b
		for _, q := range queues[1:] {
			q <- &batch{events: b.events}
		}
		if end {
			break
		}
	}
	for _, q := range queues {
		close(q)
	}
	wg.Wait()
	runners[0].tally.unread = unread
	progress.end()
	if first {
		failed = append(failed, stream.Err()...)
		tellLate(late, s.broken.add)
		s.broken.end()
		s.tell(stream.LeftOut() > 0, count(stream.LeftOut(), "row")+" left out, as the mapping says")
	}
	return time.Since(begin), errors.Join(reasons(failed)...)
}

// begin opens the engines of runners.
func (s *session) begin(runners []*runner, first []*events.Event) error {
	for _, r := range runners {
		if r.config.resolution = s.resolution; r.config.place != nil {
			r.config.begins = begins(first)
		}
		if err := r.begin(); err != nil {
			return err
		}
	}
	return nil
}

// tell says something of the log, if it is worth it.
func (s *session) tell(worth bool, notes ...string) {
	for _, note := range notes {
		if worth {
			fmt.Fprintln(s.stderr, note)
		}
	}
}

// playAll judges what comes out of a queue, to its end; what fails stops the reading.
func (r *runner) playAll(stream *events.Stream, queue <-chan *batch, stop *atomic.Bool, fault func(*events.Fault), step func(messages int)) (err error) {
	read, back := r.prepare(queue)
	for p := range read {
		if err == nil {
			if err = r.judgeAll(stream, p, fault); err != nil {
				stop.Store(true)
				r.fail(err)
			}
		}
		begins := p.batch != nil
		back <- p
		if begins {
			step(r.ordinal())
		}
	}
	if err != nil {
		return err
	}
	return r.tryAgain(forever)
}

func nextBatch(a *ahead) (b *batch, end bool) {
	b = &batch{events: make([]*events.Event, 0, batchEvents)}
	for size := 0; len(b.events) < batchEvents && size < batchBytes; {
		e, err := a.next()
		if err != nil { // io.EOF: what ends a file early is in stream.Err
			return b, true
		}
		b.events = append(b.events, e)
		size += e.Size()
	}
	return b, false
}

// judgeAll judges events; one that the engine finds invalid is a fault and is
// left out.
func (r *runner) judgeAll(stream *events.Stream, p *prepared, fault func(*events.Fault)) error {
	if fault != nil && p.batch != nil {
		for _, f := range p.batch.faults {
			fault(f)
		}
	}
	for i, e := range p.events {
		err := r.judge(e, &p.ready[i])
		if err == nil {
			continue
		}
		field, ok := errors.AsType[*policy.FieldError](err)
		if !ok {
			return err
		}
		r.tally.invalid++
		if fault != nil {
			fault(&events.Fault{File: stream.Name(e.File), Line: e.Line, Err: fmt.Errorf("%s: %s", field.Field, field.Problem)})
		}
	}
	return nil
}

// passesOf plays the files to many runners, as many at a time as there are
// processors, and closes them.
func (s *session) passesOf(runners []*runner) error {
	at := max(1, runtime.GOMAXPROCS(0))
	for i := 0; i < len(runners); i += at {
		some := runners[i:min(i+at, len(runners))]
		what := fmt.Sprintf("again, %d of %d: ", i/at+1, (len(runners)+at-1)/at)
		if _, err := s.pass(what, some...); err != nil {
			return err
		}
		for _, r := range some {
			if err := r.close(); err != nil {
				return err
			}
			r.store, r.engine, r.tally = nil, nil, nil // a log's worth of senders
		}
	}
	return nil
}
