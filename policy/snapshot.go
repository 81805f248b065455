package policy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"

	"github.com/cespare/xxhash/v2"
	"github.com/decorum-go/decorum/policy/internal/budget"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/reception"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/similarity"
)

// A snapshot is
//
//	magic (8 bytes), version (1), proof of the Secret (16),
//	records: key (16), length (uvarint), data; a key of zeros with length 0 ends
//	the campaign index, common phrases, the budget, the reception of texts and the
//	days on which the table heard the time, each with its length (8)
//	sum (8): xxHash64 of all before it
const (
	snapshotMagic   = "decorum\n"
	snapshotVersion = 2 // 1 had no reception of texts, and no days
	maxIndexBytes   = 8 << 30
	maxCommonBytes  = 64 << 20
)

// Snapshot writes all that the Engine remembers: records, campaign index
// and budget. What the store can drop of expired records and names goes first.
// Records that change meanwhile are written as they were or as they are. It needs
// a store made by NewMemory (others answer errors.ErrUnsupported: they keep their
// records themselves) and a Config.Secret: without one keys are random, and nothing
// could restore it.
func (e *Engine) Snapshot(ctx context.Context, w io.Writer) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	mem, ok := e.store.(*Memory)
	if !ok {
		return fmt.Errorf("policy: no snapshot of a store outside the process, which keeps its records itself: %w", errors.ErrUnsupported)
	}
	if len(e.cfg.Secret) == 0 {
		return fmt.Errorf("%w: Config.Secret is nil, so keys are random and no engine could restore it", ErrSnapshot)
	}
	mem.table.See(e.cfg.Now())
	mem.table.Sweep()
	e.whole.RLock()
	defer e.whole.RUnlock()
	return e.dump(w, mem.All(ctx, false))
}

// dump writes the form of a snapshot, with these records.
func (e *Engine) dump(w io.Writer, records iter.Seq2[Entry, error]) error {
	buf := bufio.NewWriterSize(w, 1<<16)
	out := &summed{w: buf, sum: xxhash.New()}
	out.write(append([]byte(snapshotMagic), snapshotVersion))
	proof := e.keys.Key(keys.Seed, "snapshot")
	out.write(proof[:])
	var b []byte
	for entry, err := range records {
		if err != nil {
			return err
		}
		b = binary.AppendUvarint(append(b[:0], entry.Key[:]...), uint64(len(entry.Data)))
		out.write(b)
		out.write(entry.Data)
	}
	var end [17]byte
	out.write(end[:])
	var idx bytes.Buffer
	if err := e.index.Snapshot(&idx); err != nil {
		return fmt.Errorf("policy: snapshot: %w", err)
	}
	out.section(idx.Bytes())
	common, err := e.common.AppendBinary(nil)
	if err != nil {
		return fmt.Errorf("policy: snapshot: %w", err)
	}
	out.section(common)
	out.section(e.budget.Append(nil))
	out.section(e.received.Append(nil))
	var days []byte
	if mem, ok := e.store.(*Memory); ok {
		for _, d := range mem.table.Days() {
			days = binary.LittleEndian.AppendUint32(days, d)
		}
	}
	out.section(days)
	out.write(binary.LittleEndian.AppendUint64(nil, out.sum.Sum64()))
	if err := buf.Flush(); err != nil {
		return fmt.Errorf("policy: snapshot: %w", err)
	}
	return nil
}

// summed writes and sums. The first error sticks in w, whose Flush returns it.
type summed struct {
	w   *bufio.Writer
	sum hash.Hash64
}

func (s *summed) write(b []byte) {
	s.sum.Write(b)
	_, _ = s.w.Write(b)
}

func (s *summed) section(b []byte) {
	s.write(binary.LittleEndian.AppendUint64(nil, uint64(len(b))))
	s.write(b)
}

// Restore replaces all that the Engine remembers by what a snapshot holds. Call
// it before there is traffic. A snapshot that is cut short, damaged, of a newer
// version, or taken under another Secret is refused with an error that wraps
// ErrSnapshot and says which; on any error nothing has changed. Of several at a time
// one is done after the other, and a Snapshot is of what stood before or after one.
func (e *Engine) Restore(ctx context.Context, r io.Reader) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	mem, ok := e.store.(*Memory)
	if !ok {
		return fmt.Errorf("policy: no restore into a store outside the process, which keeps its records itself: %w", errors.ErrUnsupported)
	}
	s, err := e.readSnapshot(ctx, r)
	if err != nil {
		return err
	}
	e.whole.Lock()
	defer e.whole.Unlock()
	if err := e.restore(s); err != nil {
		return err
	}
	return mem.take(ctx, s.records, s.days)
}

// A snapshot is what dump wrote.
type snapshot struct {
	records       *Memory
	index, common []byte
	budget        budget.State
	texts         reception.State
	days          []uint32 // of the table's clock
}

// readSnapshot reads what dump wrote, and changes nothing.
func (e *Engine) readSnapshot(ctx context.Context, r io.Reader) (*snapshot, error) {
	in := &sumReader{r: bufio.NewReaderSize(r, 1<<16), sum: xxhash.New()}
	version, err := e.readHead(in)
	if err != nil {
		return nil, err
	}
	records, err := in.records(ctx)
	if err != nil {
		return nil, err
	}
	s := &snapshot{records: records, index: in.section(maxIndexBytes), common: in.section(maxCommonBytes)}
	taken := in.section(1 << 20)
	var received []byte
	if version > 1 {
		received = in.section(16 << 20)
		for days := in.section(1 << 10); len(days) >= 4; days = days[4:] {
			s.days = append(s.days, binary.LittleEndian.Uint32(days))
		}
	}
	want := in.sum.Sum64()
	sum := in.take(8)
	switch {
	case in.err != nil:
		return nil, in.fault()
	case binary.LittleEndian.Uint64(sum) != want:
		return nil, fmt.Errorf("%w: the checksum does not agree", ErrSnapshot)
	}
	if err := s.budget.Parse(taken); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	if !s.texts.Parse(received) {
		return nil, fmt.Errorf("%w: the reception of texts is malformed", ErrSnapshot)
	}
	if err := new(similarity.Boilerplate).UnmarshalBinary(s.common); err != nil {
		return nil, fmt.Errorf("%w: common phrases: %w", ErrSnapshot, err)
	}
	return s, nil
}

// readHead reads what stands before the records, and returns the version.
func (e *Engine) readHead(in *sumReader) (version byte, err error) {
	head := in.take(len(snapshotMagic) + 1 + 16)
	if in.err != nil {
		return 0, in.fault()
	}
	magic, version, signed := head[:len(snapshotMagic)], head[len(snapshotMagic)], head[len(snapshotMagic)+1:]
	proof := e.keys.Key(keys.Seed, "snapshot")
	switch {
	case string(magic) != snapshotMagic:
		return 0, fmt.Errorf("%w: this is no snapshot of decorum", ErrSnapshot)
	case version < 1 || version > snapshotVersion:
		return 0, fmt.Errorf("%w: it has version %d, this program reads up to %d", ErrSnapshot, version, snapshotVersion)
	case hmac.Equal(proof[:], signed):
		return version, nil
	case len(e.cfg.Secret) == 0:
		return 0, fmt.Errorf("%w: it was taken under a Secret, and Config.Secret is nil here", ErrSnapshot)
	}
	return 0, fmt.Errorf("%w: it was taken under another Secret", ErrSnapshot)
}

// restore restores a snapshot but for its records. On error nothing has changed.
func (e *Engine) restore(s *snapshot) error {
	if err := e.index.Restore(bytes.NewReader(s.index)); err != nil {
		return fmt.Errorf("%w: campaign index: %w", ErrSnapshot, err)
	}
	if err := e.common.UnmarshalBinary(s.common); err != nil {
		return fmt.Errorf("%w: common phrases: %w", ErrSnapshot, err)
	}
	e.budget.Restore(&s.budget)
	e.received.Restore(&s.texts)
	return nil
}

// sumReader reads and sums. The first error sticks.
type sumReader struct {
	r   *bufio.Reader
	sum hash.Hash64
	err error
}

func (s *sumReader) take(n int) []byte {
	if s.err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, s.err = io.ReadFull(s.r, b); s.err != nil {
		return nil
	}
	s.sum.Write(b)
	return b
}

func (s *sumReader) uvarint() uint64 {
	v, err := binary.ReadUvarint(s)
	if s.err == nil && err != nil {
		s.err = errors.New("a length is malformed")
	}
	return v
}

// ReadByte implements io.ByteReader.
func (s *sumReader) ReadByte() (byte, error) {
	b := s.take(1)
	if s.err != nil {
		return 0, s.err
	}
	return b[0], nil
}

// section reads a part with its length in front, without trusting the length.
func (s *sumReader) section(most int64) []byte {
	b := s.take(8)
	if s.err != nil {
		return nil
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(most) {
		s.err = errors.New("a part is longer than it can be")
		return nil
	}
	var buf bytes.Buffer
	if _, s.err = io.CopyN(&buf, s.r, int64(n)); s.err != nil {
		return nil
	}
	s.sum.Write(buf.Bytes())
	return buf.Bytes()
}

func (s *sumReader) fault() error {
	if s.err == io.EOF || s.err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: it is cut short", ErrSnapshot)
	}
	return fmt.Errorf("%w: %w", ErrSnapshot, s.err)
}

// records reads all records into a store of their own, each checked.
func (s *sumReader) records(ctx context.Context) (*Memory, error) {
	fresh := NewMemory(1 << 30) // as many as there are
	r := new(state.Record)
	for {
		key := s.take(16)
		n := s.uvarint()
		if s.err != nil {
			return nil, s.fault()
		}
		if Key(key) == (Key{}) && n == 0 {
			return fresh, nil
		}
		if n > 4*state.MaxSize {
			return nil, fmt.Errorf("%w: a record is longer than it can be", ErrSnapshot)
		}
		data := s.take(int(n))
		if s.err != nil {
			return nil, s.fault()
		}
		if err := fresh.put(ctx, r, Key(key), data); errors.Is(err, ErrRecord) {
			return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
		} else if err != nil {
			return nil, err
		}
	}
}
