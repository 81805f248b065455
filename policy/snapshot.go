package policy

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/decorum-go/decorum/policy/internal/budget"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/memtable"
	"github.com/decorum-go/decorum/policy/internal/reception"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/internal/summed"
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
	return e.dump(w, e.entries(ctx, false))
}

// dump writes the form of a snapshot, with these records.
func (e *Engine) dump(w io.Writer, records iter.Seq2[Entry, error]) error {
	out := summed.NewWriter(w)
	out.Put(append([]byte(snapshotMagic), snapshotVersion))
	proof := e.keys.Key(keys.Seed, "snapshot")
	out.Put(proof[:])
	var b []byte
	for entry, err := range records {
		if err != nil {
			return err
		}
		b = binary.AppendUvarint(append(b[:0], entry.Key[:]...), uint64(len(entry.Data)))
		out.Put(b)
		out.Put(entry.Data)
	}
	var end [17]byte
	out.Put(end[:])
	var idx bytes.Buffer
	if err := e.index.Snapshot(&idx); err != nil {
		return fmt.Errorf("policy: snapshot: %w", err)
	}
	out.Section(idx.Bytes())
	common, err := e.common.AppendBinary(nil)
	if err != nil {
		return fmt.Errorf("policy: snapshot: %w", err)
	}
	out.Section(common)
	out.Section(e.budget.Append(nil))
	out.Section(e.received.Append(nil))
	var days []byte
	if mem, ok := e.store.(*Memory); ok {
		for _, d := range mem.table.Days() {
			days = binary.LittleEndian.AppendUint32(days, d)
		}
	}
	out.Section(days)
	if err := out.Close(); err != nil {
		return fmt.Errorf("policy: snapshot: %w", err)
	}
	return nil
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
	return e.take(ctx, mem, s)
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
	in := summed.NewReader(r)
	version, err := e.readHead(in)
	if err != nil {
		return nil, err
	}
	records, err := readRecords(ctx, in)
	if err != nil {
		return nil, err
	}
	s := &snapshot{records: records, index: in.Section(maxIndexBytes), common: in.Section(maxCommonBytes)}
	taken := in.Section(1 << 20)
	var received []byte
	if version > 1 {
		received = in.Section(16 << 20)
		for days := in.Section(1 << 10); len(days) >= 4; days = days[4:] {
			s.days = append(s.days, binary.LittleEndian.Uint32(days))
		}
	}
	if err := in.End(); err != nil {
		return nil, refused(err)
	}
	if err := s.budget.Parse(taken); err != nil {
		return nil, refused(err)
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
func (e *Engine) readHead(in *summed.Reader) (version byte, err error) {
	head := in.Take(len(snapshotMagic) + 1 + 16)
	if in.Err != nil {
		return 0, refused(in.Err)
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
	case e.cfg.Tenant != "":
		return 0, fmt.Errorf("%w: it was taken of another tenant, or under another Secret", ErrSnapshot)
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

// refused makes the error of a snapshot that cannot be used.
func refused(why error) error { return fmt.Errorf("%w: %w", ErrSnapshot, why) }

// readRecords reads all records into a store of their own, each checked.
func readRecords(ctx context.Context, in *summed.Reader) (*Memory, error) {
	fresh := &Memory{table: memtable.Unbounded()}
	r := new(state.Record)
	for {
		key := in.Take(16)
		n := in.Uvarint()
		if in.Err != nil {
			return nil, refused(in.Err)
		}
		if Key(key) == (Key{}) && n == 0 {
			return fresh, nil
		}
		if n > 4*state.MaxSize {
			return nil, fmt.Errorf("%w: a record is longer than it can be", ErrSnapshot)
		}
		data := in.Take(int(n))
		if in.Err != nil {
			return nil, refused(in.Err)
		}
		if err := fresh.put(ctx, r, Key(key), data); errors.Is(err, ErrRecord) {
			return nil, refused(err)
		} else if err != nil {
			return nil, err
		}
	}
}
