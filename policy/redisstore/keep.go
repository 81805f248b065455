package redisstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

const (
	keepEvery  = time.Minute     // between two savings
	keepWait   = 2 * time.Second // for an answer
	keepFor    = 24 * time.Hour  // what was saved, after that
	keepChunk  = 256 << 10       // bytes under one key
	keepMost   = 1 << 12         // chunks: a gigabyte
	keepTries  = 3
	keepLonger = 5 // halves of keepEvery for which a duty is taken
)

var _ policy.Keeper = (*Store)(nil)

// keeper is what keeps an engine's state. It is cut into chunks under keys of
// their own, in one of two places by turns; a head says in which, and with what
// name all chunks of it begin. So a reader never sees half of one state and half
// of another, and no more than two are there. One process at a time is on duty.
type keeper struct {
	storekit.Saver
	prefix  string
	process string
	saved   atomic.Uint64
	failed  atomic.Uint64
}

func (k *keeper) chunk(place byte, i int) string {
	return k.prefix + string(rune(place)) + strconv.Itoa(i)
}

// Keep implements policy.Keeper: one of the processes on this prefix saves its
// state every minute, and once more at the end. If it ends without a word
// another one follows after two and a half minutes. What goes wrong is counted
// in Stats and tried again a minute later.
func (s *Store) Keep(save func(io.Writer) error) (stop func() error) { return s.keeper.Keep(save) }

func (s *Store) keep(save func(io.Writer) error, last bool) error {
	ctx := context.Background()
	err := s.keepOnce(ctx, save)
	if last {
		err = errors.Join(err, s.offDuty(ctx))
	}
	return err
}

// keepOnce saves, if this process is on duty or nobody is.
func (s *Store) keepOnce(ctx context.Context, save func(io.Writer) error) error {
	on, err := s.onDuty(ctx)
	if err == nil && !on {
		return nil
	}
	if err == nil {
		err = s.save(ctx, save)
	}
	if err != nil {
		s.keeper.failed.Add(1)
		return err
	}
	s.keeper.saved.Add(1)
	return nil
}

// do sends one command, with a time of its own.
func (s *Store) do(ctx context.Context, c rueidis.Completed) rueidis.RedisResult {
	ctx, cancel := context.WithTimeout(ctx, keepWait)
	defer cancel()
	return s.client.Do(ctx, c)
}

func (s *Store) onDuty(ctx context.Context) (bool, error) {
	k, b := s.keeper, s.client.B
	key, life := k.prefix+"duty", keepLonger*k.Every.Milliseconds()/2
	err := s.do(ctx, b().Set().Key(key).Value(k.process).Nx().PxMilliseconds(life).Build()).Error()
	if err == nil {
		return true, nil
	}
	if !rueidis.IsRedisNil(err) {
		return false, explain(ctx, "keep", err)
	}
	who, err := s.do(ctx, b().Get().Key(key).Build()).ToString()
	if rueidis.IsRedisNil(err) || err == nil && who != k.process {
		return false, nil
	}
	if err == nil {
		err = s.do(ctx, b().Pexpire().Key(key).Milliseconds(life).Build()).Error()
	}
	if err != nil {
		return false, explain(ctx, "keep", err)
	}
	return true, nil
}

// offDuty lets another process follow at once.
func (s *Store) offDuty(ctx context.Context) error {
	key := s.keeper.prefix + "duty"
	who, err := s.do(ctx, s.client.B().Get().Key(key).Build()).ToString()
	if err == nil && who == s.keeper.process {
		err = s.do(ctx, s.client.B().Del().Key(key).Build()).Error()
	}
	if err != nil && !rueidis.IsRedisNil(err) {
		return explain(ctx, "keep", err)
	}
	return nil
}

// save writes a state beside the one that is kept, and then takes it for that.
func (s *Store) save(ctx context.Context, save func(io.Writer) error) error {
	old, err := s.head(ctx)
	if err != nil && !errors.Is(err, ErrDamaged) {
		return err
	}
	h := newHead(old, s.notes.at())
	w := &chunks{ctx: ctx, s: s, head: &h}
	if err := save(w); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return err
	}
	c := s.client.B().Set().Key(s.keeper.prefix + "head").Value(rueidis.BinaryString(h.append(nil))).PxMilliseconds(keepFor.Milliseconds()).Build()
	if err := s.do(ctx, c).Error(); err != nil {
		return explain(ctx, "keep", err)
	}
	return nil
}

// chunks writes a state.
type chunks struct {
	ctx  context.Context
	s    *Store
	head *head
	buf  []byte
	err  error
}

// Write implements io.Writer.
func (w *chunks) Write(p []byte) (n int, err error) {
	for len(p) > 0 && w.err == nil {
		if w.buf == nil {
			w.buf = append(make([]byte, 0, nonceLength+keepChunk), w.head.nonce[:]...)
		}
		k := min(len(p), cap(w.buf)-len(w.buf))
		w.buf, p, n = append(w.buf, p[:k]...), p[k:], n+k
		if len(w.buf) == cap(w.buf) {
			w.err = w.flush()
		}
	}
	return n, w.err
}

// flush writes what has been gathered under a key of its own.
func (w *chunks) flush() error {
	if w.err != nil || len(w.buf) <= nonceLength {
		return w.err
	}
	if w.head.chunks == keepMost {
		return fmt.Errorf("%w: keep: the state of the engine is longer than %d MB", ErrServer, keepMost*keepChunk>>20)
	}
	// The client may hold on to the bytes after an answer that did not come.
	c := w.s.client.B().Set().Key(w.s.keeper.chunk(w.head.place, int(w.head.chunks))).
		Value(rueidis.BinaryString(w.buf)).PxMilliseconds(2 * keepFor.Milliseconds()).Build()
	if err := w.s.do(w.ctx, c).Error(); err != nil {
		return explain(w.ctx, "keep", err)
	}
	w.head.count(w.buf[nonceLength:])
	w.buf = nil
	return nil
}

// Kept implements policy.Keeper. A state that is damaged or of a newer version is
// policy.ErrSnapshot. A Listen that follows begins with what was told
// after the saving began: some of it is in the state already, and what counts
// messages may count those twice.
func (s *Store) Kept(ctx context.Context) (io.ReadCloser, error) {
	var fault error
	for range keepTries { // another may be saved meanwhile
		h, err := s.head(ctx)
		if errors.Is(err, ErrDamaged) || errors.Is(err, ErrVersion) {
			return nil, fmt.Errorf("%w: %w", policy.ErrSnapshot, err)
		}
		if err != nil || h == nil {
			return nil, err
		}
		data, err := s.state(ctx, h)
		if err == nil {
			s.notes.resume(h.position)
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		if fault = err; !errors.Is(err, ErrDamaged) {
			return nil, fault
		}
	}
	return nil, fmt.Errorf("%w: %w", policy.ErrSnapshot, fault)
}

// head reads the head of what is kept; nil if there is none.
func (s *Store) head(ctx context.Context) (*head, error) {
	b, err := s.do(ctx, s.client.B().Get().Key(s.keeper.prefix+"head").Build()).AsBytes()
	switch {
	case rueidis.IsRedisNil(err):
		return nil, nil
	case err != nil:
		return nil, explain(ctx, "keep", err)
	}
	h := new(head)
	if err := h.parse(b); err != nil {
		return nil, err
	}
	return h, nil
}

// state reads the chunks of a head.
func (s *Store) state(ctx context.Context, h *head) ([]byte, error) {
	got := head{nonce: h.nonce}
	var data []byte
	for i := range int(h.chunks) {
		b, err := s.do(ctx, s.client.B().Get().Key(s.keeper.chunk(h.place, i)).Build()).AsBytes()
		if err != nil && !rueidis.IsRedisNil(err) {
			return nil, explain(ctx, "keep", err)
		}
		if len(b) > nonceLength+keepChunk || !bytes.HasPrefix(b, h.nonce[:]) {
			return nil, fmt.Errorf("%w: a part of the saved state is missing, or belongs to another", ErrDamaged)
		}
		got.count(b[nonceLength:])
		data = append(data, b[nonceLength:]...)
	}
	if got.length != h.length || got.sum != h.sum {
		return nil, fmt.Errorf("%w: the checksum of the saved state does not agree", ErrDamaged)
	}
	return data, nil
}
