package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/decorum-go/decorum/examples/internal/replay"
	"github.com/decorum-go/decorum/policy/natsnotes"
)

// defaultStream is where notes are whose address names no stream; not that of
// policy/natsnotes, where a service may have its own.
const defaultStream = "decorum-replay"

const again = 200 * time.Millisecond // between two tries of an append

// A stream is the Log of a replay on NATS: one ordered log of all shards, in which their
// frames lie in pieces. It is read once, from its beginning, as far as is needed: the
// shards wait for each other every few minutes of the log's time, so that hardly more
// than a frame of each is held.
type stream struct {
	name      string
	index, of int // of is 0 while it is not known
	tell      func(string)

	conn *nats.Conn
	log  *natsnotes.Log
	read chan read
	stop context.CancelFunc
	ctx  context.Context

	at, end uint64 // positions: that of the last entry taken in, that of the last when it was opened
	shards  []parts
	said    []uint64 // hashes of the frames of this shard, as far as they were read: it must come to the same
	away    bool     // the server, and it was told
	told    int      // frames of this shard that this run has told
}

// A read is what a log's Read yields.
type read struct {
	natsnotes.Entry
	err error
}

// openStream is a replay.Opener of nats://HOST:4222/STREAM.
func openStream(address string, index, of int, tell func(string)) (replay.Log, error) {
	kind, rest, _ := strings.Cut(address, "://")
	if kind != "nats" {
		return nil, fmt.Errorf("%s:// is no address of notes: give a directory, or nats://HOST:4222/STREAM", kind)
	}
	server, name, _ := strings.Cut(rest, "/")
	if name == "" {
		name = defaultStream
	}
	conn, err := nats.Connect(kind+"://"+server, nats.Name("decorum replay"), nats.MaxReconnects(-1), nats.ReconnectWait(again))
	if err != nil {
		return nil, fmt.Errorf("the server of the notes, %s: %w", server[strings.LastIndexByte(server, '@')+1:], err)
	}
	s := &stream{name: name, index: index, of: of, tell: tell, conn: conn, read: make(chan read), shards: make([]parts, of)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		s.stop()
		conn.Close()
		return nil, err
	}
	go func() {
		defer close(s.read)
		for e, err := range s.log.Read(s.ctx, 0) {
			select {
			case s.read <- read{e, err}:
			case <-s.ctx.Done():
				return
			}
		}
	}()
	return s, nil
}

// open finds the stream; a shard makes it, a merge does not.
func (s *stream) open() error {
	if s.index < 0 {
		js, err := jetstream.New(s.conn)
		if err != nil {
			return err
		}
		if _, err = js.Stream(s.ctx, s.name); errors.Is(err, jetstream.ErrStreamNotFound) {
			return fmt.Errorf("there is no stream %s: no shard has told anything", s.name)
		}
	}
	var err error
	if s.log, err = natsnotes.OpenLog(s.ctx, s.conn, natsnotes.LogConfig{Name: s.name, MaxBytes: -1, MaxAge: -1}); err != nil {
		return err
	}
	s.end, err = s.log.End(s.ctx)
	return err
}

// Anew implements replay.Log: of notes with which no shard can go on, all are made anew.
func (s *stream) Anew(int) string {
	return fmt.Sprintf("name another stream, or remove %s from the server, and start all shards again", s.name)
}

// take takes in the next entry, and reports whether there was one within a time.
func (s *stream) take(wait time.Duration) (bool, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case r, ok := <-s.read:
		switch {
		case !ok:
			return false, natsnotes.ErrClosed
		case errors.Is(r.err, natsnotes.ErrUnreachable):
			s.wait(r.err)
			return true, nil
		case errors.Is(r.err, natsnotes.ErrEmptied), errors.Is(r.err, natsnotes.ErrLost):
			return false, fmt.Errorf("the server has lost notes: %w; %s", r.err, s.Anew(s.index))
		case r.err != nil:
			return false, r.err
		}
		s.at, s.away = r.Position, false
		return true, s.add(r.Data)
	case <-timer.C:
		return false, nil
	}
}

// wait tells, once, that the server is away.
func (s *stream) wait(why error) {
	if !s.away {
		s.away = true
		s.tell(fmt.Sprintf("waiting for the server of the notes: %v", why))
	}
}

// add takes in an entry.
func (s *stream) add(data []byte) error {
	p, err := readPiece(data)
	if err != nil {
		return fmt.Errorf("entry %d of the stream %s: %w; %s", s.at, s.name, err, s.Anew(s.index))
	}
	of := int(p.Of)
	if s.of == 0 {
		s.of, s.shards = of, make([]parts, of)
	}
	if s.of != of {
		return fmt.Errorf("the stream %s has notes of %s and of others of %d: one stream is for the shards of one replay; %s", s.name, replay.ShardName(int(p.Shard), of), s.of, s.Anew(s.index))
	}
	from := &s.shards[p.Shard]
	frame, err := from.add(&p)
	switch {
	case err != nil:
		return fmt.Errorf("%s in the stream %s, entry %d: %w; %s", replay.ShardName(int(p.Shard), of), s.name, s.at, err, s.Anew(s.index))
	case frame == nil:
	case int(p.Shard) == s.index:
		s.said = append(s.said, p.Hash)
	case s.index < 0:
		from.frames = append(from.frames[:0], frame) // the last is what is asked for
	default:
		from.frames = append(from.frames, frame)
	}
	return nil
}

// Append implements replay.Log.
func (s *stream) Append(frame []byte) error {
	for len(s.said) <= s.told && s.at < s.end { // what an earlier run has told
		if _, err := s.take(replay.Patience); err != nil {
			return err
		}
	}
	if s.told < len(s.said) {
		if s.said[s.told] != xxhash.Sum64(frame) {
			return fmt.Errorf("%s said something else before, in its frame %d of the stream %s: with other options, other events or another program; %s", replay.ShardName(s.index, s.of), s.told, s.name, s.Anew(s.index))
		}
		s.told++
		return nil
	}
	for p, data := range cut(frame, s.index, s.of, s.told) {
		if err := s.put(fmt.Sprintf("%d-%d-%d-%x", p.Shard, p.Frame, p.Piece, p.Hash), data); err != nil {
			return err
		}
	}
	s.told++
	return nil
}

// put appends an entry, and waits while the server is away.
func (s *stream) put(id string, data []byte) error {
	for {
		_, err := s.log.Append(s.ctx, id, data)
		if !errors.Is(err, natsnotes.ErrUnreachable) {
			return err
		}
		s.wait(err)
		// What is read meanwhile may say that the server has lost them all.
		for begun := time.Now(); time.Since(begun) < again; {
			if _, err := s.take(again); err != nil {
				return err
			}
		}
	}
}

// Next implements replay.Log.
func (s *stream) Next(shard int, wait bool) ([]byte, error) {
	from := &s.shards[shard]
	for w := replay.Wait(s.tell, shard, s.of); len(from.frames) == 0; w.Tell() {
		if !wait && s.at >= s.end {
			return nil, nil
		}
		if _, err := s.take(replay.Patience); err != nil {
			return nil, err
		}
	}
	frame := from.frames[0]
	from.frames[0], from.frames = nil, from.frames[1:]
	return frame, nil
}

// Last implements replay.Log.
func (s *stream) Last() ([][]byte, error) {
	for s.at < s.end {
		if _, err := s.take(replay.Patience); err != nil {
			return nil, err
		}
	}
	last := make([][]byte, s.of)
	for i := range last {
		if f := s.shards[i].frames; len(f) > 0 {
			last[i] = f[len(f)-1]
		}
	}
	return last, nil
}

// Close implements replay.Log.
func (s *stream) Close() error {
	s.stop()
	for range s.read { // until the reader has ended
	}
	s.conn.Close()
	return nil
}
