package main

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/translate"
	"github.com/decorum-go/decorum/policy"
)

// decorum is an engine as a host would have it, but for its clock, which is the events'.
type decorum struct {
	engine  *policy.Engine
	now     time.Time
	message policy.Message
}

func openDecorum(m *maker, resolution time.Duration, blocked func(string)) (system, error) {
	d := &decorum{}
	var err error
	d.engine, err = policy.New(policy.Config{
		Policy: m.policy(), Secret: []byte("decorum examples/peers: no secret at all"), Resolution: resolution,
		Store: policy.NewMemory(1 << 16), MaxSkew: 100 * 365 * 24 * time.Hour,
		Now: func() time.Time { return d.now },
		Hooks: policy.Hooks{Imposed: func(_ context.Context, s *policy.Sanction) {
			if s.Kind != policy.Warning {
				blocked(s.Account)
			}
		}},
	})
	return d, err
}

func (d *decorum) judge(e *events.Event) (answer, error) {
	d.now = e.At
	if err := translate.Message(&d.message, e); err != nil {
		return answer{}, err
	}
	got, err := d.engine.Evaluate(context.Background(), d.message)
	a := answer{delivered: got.Delivered() || got.Verdict == policy.Duplicate, blocked: got.Verdict == policy.Reject}
	if got.Verdict == policy.Defer {
		a.wait = got.RetryAfter
	}
	return a, err
}

func (d *decorum) hear(e *events.Event) (err error) {
	d.now = e.At
	switch e.Kind {
	case events.Appeal, events.Ruling:
		err = translate.Appeal(context.Background(), d.engine, e)
	case events.Erased:
		_, err = d.engine.Forget(context.Background(), e.From)
	default:
		var list []policy.Event
		list, err = translate.Feedback(e)
		for i := 0; err == nil && i < len(list); i++ {
			err = d.engine.Record(context.Background(), list[i])
		}
	}
	if errors.Is(err, policy.ErrNotFound) || errors.Is(err, policy.ErrConflict) || errors.Is(err, policy.ErrSettled) {
		return nil // about nothing that is remembered, or that is open
	}
	return err
}

func (d *decorum) close() error { return d.engine.Close() }
