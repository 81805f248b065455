package replay

import (
	"context"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/translate"
	"github.com/decorum-go/decorum/policy"
)

// Reading a message (keys, fold, sketch) is a third of judging it and needs no
// earlier one. It is done on another processor, a little ahead: farther ahead,
// more sketches must be made anew, for what everybody writes changes meanwhile.
const (
	preparedEvents = 128
	preparedAhead  = 4
)

// A prepared is some events that wait for their judgement, in the order of the log.
type prepared struct {
	batch  *batch // that begins with these, or nil
	events []*events.Event
	ready  [preparedEvents]ready // of each event
}

// A ready is a message that was read.
type ready struct {
	engine   *policy.Engine // that read it
	message  policy.Message
	prepared policy.Prepared
	err      error // why it is no message
}

// prepare reads the messages of batches. What comes out must be given back.
func (r *runner) prepare(batches <-chan *batch) (out <-chan *prepared, back chan<- *prepared) {
	filled, free := make(chan *prepared, preparedAhead), make(chan *prepared, preparedAhead+2)
	for range cap(free) {
		free <- new(prepared)
	}
	engine := r.engine // a later one reads for itself
	go func() {
		defer close(filled)
		for b := range batches {
			for list, first := b.events, b; first != nil || len(list) > 0; first = nil {
				p := <-free
				n := min(len(list), preparedEvents)
				p.batch, p.events, list = first, list[:n], list[n:]
				for i, e := range p.events {
					p.ready[i].read(r, engine, e)
				}
				filled <- p
			}
		}
	}()
	return filled, free
}

func (m *ready) read(r *runner, engine *policy.Engine, e *events.Event) {
	if e.Kind != events.Message || r.shard != nil && !r.shard.own(e.From) {
		return
	}
	m.engine = engine
	if m.err = translate.Message(&m.message, e); m.err == nil {
		r.name(&m.message, e)
		m.err = engine.Prepare(&m.prepared, m.message)
	}
	if m.err == policy.ErrClosed {
		m.err = nil // it was reopened: evaluate goes to the new one
	}
}

// evaluate judges what was read.
func (m *ready) evaluate(ctx context.Context, engine *policy.Engine) (policy.Decision, error) {
	if m.engine != engine { // that was reopened since
		return engine.Evaluate(ctx, m.message)
	}
	return engine.EvaluatePrepared(ctx, &m.prepared)
}
