package policy

import (
	"context"
	"sync/atomic"
	"time"
)

// A Health is how an Engine and its store do at one moment.
type Health struct {
	At time.Time `json:"at"`
	// Away is since when the calls of an outside store have failed; zero: they do
	// not. Until they go well again decisions are Degraded.
	Away time.Time `json:"away,omitzero"`
	// Brake is who stopped automation; nil: nobody did, or the store did not say.
	Brake *Brake `json:"brake,omitempty"`
	// Budget is how many sanctions above a Warning automation may still impose
	// within the hour, in this process.
	Budget int `json:"budget"`
}

// Health looks at the store, and says how the engine does. The error is what is wrong:
// ErrClosed, the context's, or a *FaultError, which wraps ErrSecret or ErrEmptied where
// a person has to do something. Away and Budget are set whatever it is. It is made for
// the readiness probe of a process: a process with an error decides, but Degraded.
func (e *Engine) Health(ctx context.Context) (h Health, err error) {
	if err := e.ready(ctx); err != nil {
		return h, err
	}
	w := e.begin()
	defer e.end(w)
	h.Brake, err = e.braked(ctx, w)
	e.fault(ctx, err)
	h.At, h.Budget = w.in.Clock, e.left(w.in.Clock, w)
	if e.guard != nil {
		h.Away = e.guard.Away()
	}
	return h, err
}

// left is how much of the sanction budget is.
func (e *Engine) left(at time.Time, w *work) int {
	b := w.settings.policy.Budget
	return e.budget.Left(at, w.latest(), b.PerHour, b.Share)
}

// Stats are figures of an Engine since New. While it is in use they may be some calls
// apart from each other.
type Stats struct {
	// Decisions of Evaluate and EvaluatePrepared, by Verdict; those that were answered
	// again are Duplicate.
	Allow     uint64 `json:"allow"`
	Flag      uint64 `json:"flag"`
	Defer     uint64 `json:"defer"`
	Hold      uint64 `json:"hold"`
	Reject    uint64 `json:"reject"`
	Duplicate uint64 `json:"duplicate"`
	Degraded  uint64 `json:"degraded"` // of these, without the store
	Imposed   uint64 `json:"imposed"`  // sanctions by these, Warnings among them
	Texts     int    `json:"texts"`    // clusters in the campaign index now
	Bank      int    `json:"bank"`     // texts that people have ruled on (SetText), ended ones among them
	// Memory is about the records, where they are in this process; else nil.
	Memory *MemoryStats `json:"memory,omitempty"`
}

// Stats returns the present figures. It calls no outside store, and costs next to
// nothing: ask as often as you like. Those of the zero Engine are zero.
func (e *Engine) Stats() Stats {
	if e == nil || e.index == nil {
		return Stats{}
	}
	c := &e.counts
	n := func(v Verdict) uint64 { return c.verdicts[v].Load() }
	s := Stats{
		Allow: n(Allow), Flag: n(Flag), Defer: n(Defer), Hold: n(Hold), Reject: n(Reject), Duplicate: n(Duplicate),
		Degraded: c.degraded.Load(), Imposed: c.imposed.Load(), Texts: e.index.Len(), Bank: e.texts.bank.Len(),
	}
	if mem, ok := e.store.(*Memory); ok {
		m := mem.Stats()
		s.Memory = &m
	}
	return s
}

// counts are what Stats tells. They are safe for concurrent use.
type counts struct {
	verdicts          [Duplicate + 1]atomic.Uint64
	degraded, imposed atomic.Uint64
}

func (c *counts) add(d *Decision) {
	c.verdicts[d.Verdict].Add(1)
	if d.Degraded {
		c.degraded.Add(1)
	}
	if len(d.Imposed) > 0 {
		c.imposed.Add(uint64(len(d.Imposed)))
	}
}
