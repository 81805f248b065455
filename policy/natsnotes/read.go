package natsnotes

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Read yields the entries after a position, 0 for all, in order, and waits for more until
// the context ends or the caller does not go on. An error is yielded as well, and the
// caller who goes on hears what follows: ErrUnreachable and ErrFull, when the server is
// away, after which nothing is missed; ErrLost, when entries went that were not read;
// ErrEmptied, when the log was begun anew, by a server that lost it or by Delete. Only
// after ErrClosed, ErrStream and the end of the context nothing follows. A log that is
// not there is made.
func (l *Log) Read(ctx context.Context, after uint64) iter.Seq2[Entry, error] {
	return l.read(ctx, &reader{l: l, after: after})
}

func (l *Log) read(ctx context.Context, r *reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for ctx.Err() == nil {
			r.ended = false
			err := r.some(ctx, yield)
			if r.ended || ctx.Err() != nil {
				return
			}
			if err != nil && (!yield(Entry{}, err) || errors.Is(err, ErrClosed) || errors.Is(err, ErrStream)) {
				return
			}
			if err != nil {
				pause(ctx, readPause)
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// A reader is where one is in a log.
type reader struct {
	l     *Log
	after uint64    // the last entry that was read
	since time.Time // while after is 0: older entries are passed over
	made  time.Time // when the stream was made that after belongs to; zero: not known
	ended bool      // the receiver wants no more
}

// some yields entries for as long as the server gives them one after the other.
func (r *reader) some(ctx context.Context, yield func(Entry, error) bool) error {
	messages, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer messages.Stop()
	for first := true; ; first = false {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return r.why(ctx, err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return explain(ctx, "read", err)
		}
		position := meta.Sequence.Stream
		switch {
		case position <= r.after:
			continue
		case r.after > 0 && position != r.after+1 && !first:
			return nil // one was dropped on the way: again from there
		case r.after > 0 && position != r.after+1:
			if r.ended = !yield(Entry{}, lost(r.after+1, position)); r.ended {
				return nil
			}
		}
		r.after = position
		if r.ended = !yield(Entry{Position: position, Data: m.Data()}, nil); r.ended {
			return nil
		}
	}
}

// why says what the end of a run of entries means: nothing, where the server forgot the
// reader, or was away for a moment, and is asked anew.
func (r *reader) why(ctx context.Context, err error) error {
	if r.l.js.Conn().IsClosed() {
		return explain(ctx, "read", jetstream.ErrConnectionClosed)
	}
	if errors.Is(err, jetstream.ErrNoHeartbeat) || errors.Is(err, jetstream.ErrConsumerDeleted) {
		return nil
	}
	return explain(ctx, "read", err)
}

// open asks the server for what follows.
func (r *reader) open(ctx context.Context) (jetstream.MessagesContext, error) {
	wait, cancel := context.WithTimeout(ctx, readWait)
	defer cancel()
	s, err := r.l.stream(wait)
	if err != nil {
		if wait.Err() != nil {
			err = explain(ctx, "read", err)
		}
		return nil, err
	}
	if err := r.place(s.CachedInfo()); err != nil {
		return nil, err
	}
	cfg := jetstream.ConsumerConfig{AckPolicy: jetstream.AckNonePolicy, InactiveThreshold: readIdle, MemoryStorage: true, Replicas: 1}
	switch {
	case r.after > 0:
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, r.after+1
	case !r.since.IsZero():
		cfg.DeliverPolicy, cfg.OptStartTime = jetstream.DeliverByStartTimePolicy, &r.since
	}
	c, err := s.CreateConsumer(wait, cfg)
	if err != nil {
		if wait.Err() != nil {
			err = wait.Err()
		}
		return nil, explain(ctx, "read", err)
	}
	messages, err := c.Messages(jetstream.PullMaxMessages(readAhead), jetstream.PullHeartbeat(readBeat), jetstream.PullExpiry(readExpiry))
	if err != nil {
		return nil, explain(ctx, "read", err)
	}
	return messages, nil
}

// place looks whether the stream is the one that was read, and still has what follows.
func (r *reader) place(info *jetstream.StreamInfo) error {
	made, after := r.made, r.after
	r.made = info.Created
	switch {
	case !made.IsZero() && !made.Equal(info.Created) || after > info.State.LastSeq:
		r.after, r.since = 0, time.Time{}
		return ErrEmptied
	case after > 0 && info.State.FirstSeq > after+1:
		r.after = info.State.FirstSeq - 1
		return lost(after+1, info.State.FirstSeq)
	}
	return nil
}
