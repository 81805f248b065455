package policy

import (
	"context"

	"github.com/decorum-go/decorum/similarity"
)

// A Prepared is a message that was read before it is judged: its keys are made,
// its text is folded and sketched, which is a third of the work of an Evaluate
// and rests on no earlier message. The zero Prepared is ready for
// Engine.Prepare, and may be used again and again: it then allocates nothing. It
// must not be used by two goroutines at once, and not be copied.
type Prepared struct {
	e      *Engine // nil: nothing was prepared
	m      Message
	r      reading
	common uint64 // the generation of what everybody writes
}

// Prepare reads a message into p, on any goroutine, before EvaluatePrepared
// judges it: so a log whose messages are judged one after the other, as they were
// sent, uses two processors. A service that calls Evaluate from many goroutines
// gains nothing by it. An invalid message is a *FieldError, and p is then empty.
// What m refers to must stay as it is until the message was judged.
func (e *Engine) Prepare(p *Prepared, m Message) error {
	if p == nil {
		return errNotPrepared
	}
	p.e = nil
	if err := m.validate(); err != nil {
		p.m = Message{}
		return err
	}
	p.e, p.m = e, m
	p.r.read(&p.m, e.keys)
	p.common = e.common.Generation() // before it is used
	e.sketchOf(&p.r.sketch, &p.m)
	return nil
}

var errNotPrepared = &FieldError{Field: "prepared", Problem: "is empty, or was prepared by another Engine"}

// EvaluatePrepared is Evaluate of the message that was prepared: the same
// Decision, and the same errors. The time, the policy and all that is remembered
// are those of this call, not of Prepare. A p that is empty, or that another Engine
// prepared, is a *FieldError. p may be evaluated again: that is a retry.
func (e *Engine) EvaluatePrepared(ctx context.Context, p *Prepared) (Decision, error) {
	if p == nil {
		return Decision{}, errNotPrepared
	}
	if err := ctx.Err(); err != nil {
		return Decision{Message: p.m.ID}, err
	}
	if p.e != e {
		return Decision{Message: p.m.ID}, errNotPrepared
	}
	s := e.begin(&p.m)
	f := &s.j.f
	to := append(f.to[:0], p.r.to...)
	f.reading = p.r
	f.to = to
	if p.common != e.common.Generation() {
		e.sketchOf(&f.sketch, &p.m)
	}
	f.meet(&s.m, e.now(p.m.At))
	return e.process(ctx, s, false)
}

// sketchOf makes the sketch of a message's text.
func (e *Engine) sketchOf(dst *similarity.Sketch, m *Message) {
	if m.Text == "" {
		*dst = similarity.Sketch{}
		return
	}
	e.hasher.SketchWithout(dst, m.Text[:min(len(m.Text), MaxText)], &e.common)
}
