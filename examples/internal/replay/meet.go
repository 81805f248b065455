package replay

import (
	"context"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// meet ends the round before an event, if that is a later one's.
func (r *runner) meet(at time.Time) error {
	s := r.shard
	switch {
	case s.next.IsZero():
		s.next = at.Truncate(barrier).Add(barrier)
		return nil
	case at.Before(s.next):
		return nil
	}
	if err := r.publish(); err != nil {
		return err
	}
	if err := r.absorb(); err != nil {
		return err
	}
	s.round, s.next, s.published = s.round+1, at.Truncate(barrier).Add(barrier), false
	return nil
}

// due reports whether a round ends before an event.
func (s *shard) due(at time.Time) bool { return s != nil && !s.next.IsZero() && !at.Before(s.next) }

// publish tells the others of the round, once.
func (r *runner) publish() error {
	s := r.shard
	if s.published {
		return nil
	}
	if err := r.tryAgain(s.next.Add(-1)); err != nil {
		return err
	}
	s.published = true
	for _, m := range s.lost {
		if m[1] == "" {
			continue
		}
		s.telling = appendLost(s.telling, m[0], m[1])
	}
	s.lost = s.lost[:0]
	clear(s.lostAt)
	f := frame{kind: frameNotes, round: s.round, until: s.next, events: s.events, body: s.telling}
	err := s.log.Append(f.append(nil))
	s.telling = s.telling[:0]
	return err
}

// absorb takes in what the others tell of the round.
func (r *runner) absorb() error {
	s := r.shard
	r.now = s.next
	for i := range s.of {
		if i == s.index {
			continue
		}
		f, err := s.read(i)
		if err != nil {
			return err
		}
		if err := r.takeAll(f.body); err != nil {
			return fmt.Errorf("%s: %w", ShardName(i, s.of), err)
		}
	}
	clear(s.learned)
	return nil
}

// greet reads the header of another shard, once, and refuses one that differs. If there is none
// yet it waits for it, or leaves it.
func (s *shard) greet(i int, wait bool) error {
	if s.met[i] || i == s.index {
		return nil
	}
	f, err := nextFrame(s.log, i, s.of, wait)
	if err != nil || f.kind == 0 {
		return err
	}
	s.met[i] = true
	if err := s.header.compare(i, s.of, f); err != nil {
		return fmt.Errorf("%w. If that one is wrong, stop it, %s", err, s.log.Anew(i))
	}
	return nil
}

// read returns the frame of another shard for this round.
func (s *shard) read(i int) (f frame, err error) {
	if err := s.greet(i, true); err != nil {
		return f, err
	}
	if f, err = nextFrame(s.log, i, s.of, true); err != nil {
		return f, err
	}
	switch {
	case f.kind != frameNotes:
		return f, fmt.Errorf("%s has ended where this one goes on: it read another log, or less of it", ShardName(i, s.of))
	case f.round != s.round || !f.until.Equal(s.next) || f.events != s.events:
		return f, fmt.Errorf("%s read %s by %s, this one %s by %s: they do not read the same log",
			ShardName(i, s.of), count(f.events, "event"), f.until.Format(time.RFC3339), count(s.events, "event"), s.next.Format(time.RFC3339))
	}
	return f, nil
}

// takeAll takes in the notes of another shard.
func (r *runner) takeAll(body []byte) error {
	for len(body) > 0 {
		n, rest, err := readNote(body)
		if err != nil {
			return err
		}
		body = rest
		if err := r.take(&n); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) take(n *note) error {
	s := r.shard
	switch n.kind {
	case noteEngine:
		if s.hear != nil {
			s.hear(n.data)
		}
	case noteLost:
		r.lost.set(n.event.From, n.event.ID, true)
		if name := learnedName(n.event.From, n.event.ID); s.learned[name] {
			delete(s.learned, name)
			return harmless(r.engine.Record(context.Background(), policy.Retraction{Sender: n.event.From, Message: n.event.ID, At: s.next}))
		}
	case noteArrived:
		r.lost.set(n.event.From, n.event.ID, false)
		n.event.At = s.next
		return r.learn(&n.event, n.event.ID, s.next, false)
	}
	return nil
}
