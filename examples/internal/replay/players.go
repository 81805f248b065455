package replay

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// Players judge a play together: one runner, or so many shards, which meet in this
// goroutine.
type players []*runner

func newPlayers(c runnerConfig, n int) (players, error) {
	if n <= 1 {
		r, err := newRunner(c)
		return players{r}, err
	}
	all, h := make(players, n), newHub(n)
	for i := range all {
		c.place = &place{i, n, &seat{h, i}}
		r, err := newRunner(c)
		if err != nil {
			return nil, err
		}
		all[i] = r
	}
	return all, nil
}

// play plays an event to all. One that the engine finds invalid is left out.
func (p players) play(e *events.Event) error {
	for _, r := range p {
		if r.shard.due(e.At) {
			if err := r.publish(); err != nil {
				return err
			}
		}
	}
	for _, r := range p {
		err := r.play(e)
		if _, ok := errors.AsType[*policy.FieldError](err); !ok && err != nil {
			return err
		}
	}
	return nil
}

// until plays events up to a time, and returns those that are left.
func (p players) until(list []*events.Event, at time.Time) ([]*events.Event, error) {
	for len(list) > 0 && !list[0].At.After(at) {
		if err := p.play(list[0]); err != nil {
			return nil, err
		}
		list = list[1:]
	}
	return list, nil
}

func (p players) tryAgain(at time.Time) (err error) {
	for _, r := range p {
		err = cmp.Or(err, r.tryAgain(at))
	}
	return err
}

// account asks who judges it.
func (p players) account(name string) (policy.Account, error) {
	for _, r := range p[1:] {
		if r.shard.own(name) {
			return r.engine.Account(context.Background(), name)
		}
	}
	return p[0].engine.Account(context.Background(), name)
}

func (p players) close() {
	for _, r := range p {
		_ = r.engine.Close()
	}
}
