package policy

import (
	"context"
	"errors"
)

// An inquiry is what a judgement does with the record of somebody else: a look,
// or the credit of an answer. Several go to an outside store at once, so that a
// message to many waits as long as one to one. It is reused with its space,
// whose lock its functions take.
type inquiry struct {
	key    Key
	to     *addressee // nil: the origin of the message
	call   call
	buf    []byte
	look   func(data []byte) error
	answer func(old []byte) (Record, error)
}

// ask adds an inquiry to those of the space.
func (s *space) ask(key Key, to *addressee) {
	if s.asks == len(s.inquiries) {
		q := &inquiry{}
		q.look = func(data []byte) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if q.to == nil {
				return s.doOrigin(data)
			}
			s.asked = q.to
			return s.doPeek(data)
		}
		q.answer = func(old []byte) (Record, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			rec, err := s.doAnswer(old)
			if err == nil {
				q.buf = append(q.buf[:0], rec.Data...)
				rec.Data = q.buf
			}
			return rec, err
		}
		s.inquiries = append(s.inquiries, q)
	}
	q := s.inquiries[s.asks]
	q.key, q.to = key, to
	s.asks++
}

// inquire carries out the inquiries of the space: looks, or credits. What comes
// of each goes to done; the first error that done returns is returned.
func (e *Engine) inquire(ctx context.Context, s *space, credits bool, done func(error) error) error {
	all := s.inquiries[:s.asks]
	s.asks = 0
	if e.guard == nil || s.away || len(all) < 2 {
		for _, q := range all {
			var err error
			if credits {
				err = e.updateWith(ctx, s, q.key, q.answer)
			} else {
				err = e.view(ctx, s, q.key, q.look)
			}
			if err := done(err); err != nil {
				return err
			}
			if s.call.lost {
				return nil
			}
		}
		return nil
	}
	var first error
	started := 0
	for _, q := range all {
		q.call.deadline = s.call.deadline
		q.call.op, q.call.view, q.call.update = "view", q.look, nil
		if credits {
			q.call.op, q.call.view, q.call.update = "update", nil, q.answer
		}
		if err := e.guard.start(ctx, &q.call, q.key); err != nil {
			first = done(err)
			break
		}
		started++
	}
	for _, q := range all[:started] {
		err := done(refused(q.call.op, e.guard.wait(ctx, &q.call)))
		if first == nil {
			first = err
		}
		s.call.lost = s.call.lost || q.call.lost
	}
	return first
}

// others passes on an error about somebody else's record, unless that record is
// refused: this is reported, and the message is judged without it.
func (e *Engine) others(ctx context.Context, err error) error {
	if err != nil && errors.Is(err, ErrRecord) {
		e.fault(ctx, err)
		return nil
	}
	return err
}
