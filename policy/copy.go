package policy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/internal/transfer"
)

// CopyOptions say how Copy works. The zero CopyOptions copy into an empty store.
type CopyOptions struct {
	// Since, if not zero, makes a second pass: the target holds what an earlier Copy of
	// the source left there, which began at this time. What has changed is written, and
	// what is gone is deleted. Records are compared, so that nothing rests on the time
	// being exact. Zero: the target must be empty, or hold what a Copy that was cut
	// short left there.
	Since time.Time
}

// Progress says how far a Copy, or a Rekey, is. Counts are of records.
type Progress struct {
	Read     int   `json:"read"`     // of the source
	Written  int   `json:"written"`  // to the target: those that it did not hold, or otherwise
	Deleted  int   `json:"deleted"`  // from the target: those that the source does not hold
	Verified int   `json:"verified"` // of the target, read again and compared
	Bytes    int64 `json:"bytes"`    // read, of records
	Kept     int64 `json:"kept"`     // bytes of what a Keeper keeps beside the records
	Done     bool  `json:"done"`     // the copy is whole, verified, and can be used
}

// Copy copies all that src holds into dst: records with all that a store is told of
// them, what a Keeper keeps beside them (of a Memory what its Engine has beside it), and the proof of
// the Secret. The source may be in use, the target must not; an engine refuses it until
// the copy is done (ErrUnfinished). In the end the target is read and compared with
// what was read of the source, by count and hash. Copy yields its Progress after each
// some thousand records; the last has Done set.
//
//	for p, err := range policy.Copy(ctx, dst, src, policy.CopyOptions{}) {
//		if err != nil {
//			return err // the same call again goes on
//		}
//		log.Print(p)
//	}
//
// A Copy that was cut short, by a crash, an error, or the end of the loop, goes on when
// it is called again: what is there is read and not written again. A second pass
// (CopyOptions.Since) writes what has changed since the first: what is changed in a
// source in use is in the target after a pass that began when writing had ended.
// docs/stores.md has the steps. A pass into a store with records remembers 32 bytes of each.
//
// Errors are ErrNotEmpty, ErrSame, ErrSecret (the two were filled under different
// Secrets, or the source under none that anybody knows: Config.Secret was nil),
// ErrUnfinished (the source itself is half a copy), ErrRecord and a *FieldError, and
// nothing has changed; ErrCopy, one of a store or the context's, and the target stays
// unfinished. A record of the source that cannot be read is an error, and the others
// follow; without it the copy does not get done: repair or delete it, and call Copy
// again.
func Copy(ctx context.Context, dst, src Store, o CopyOptions) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		c := &copying{dst: dst, src: src, o: o, yield: yield}
		err := c.begin(ctx)
		if err == nil {
			err = c.run(ctx)
		}
		if err != nil && !errors.Is(err, transfer.ErrStopped) {
			yield(c.progress(), err)
		}
	}
}

// A copying is one Copy.
type copying struct {
	dst, src Store
	o        CopyOptions
	yield    func(Progress, error) bool
	from     proof // of the source
	becomes  proof // of the target
	pass     transfer.Pass
	kept     int64
}

func (c *copying) progress() Progress {
	p := c.pass.Done()
	return Progress{Read: p.Read, Written: p.Written, Deleted: p.Deleted, Verified: p.Verified, Bytes: p.Bytes, Kept: c.kept}
}

// begin refuses what must not be copied, and marks the target.
func (c *copying) begin(ctx context.Context) (err error) {
	switch {
	case ctx == nil:
		return &FieldError{Field: "ctx", Problem: "must not be nil"}
	case c.dst == nil || isNil(c.dst):
		return &FieldError{Field: "dst", Problem: "must not be nil"}
	case c.src == nil || isNil(c.src):
		return &FieldError{Field: "src", Problem: "must not be nil"}
	case reflect.TypeOf(c.dst).Comparable() && c.dst == c.src:
		return ErrSame
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.from, err = readProof(ctx, c.src); err != nil {
		return fmt.Errorf("policy: copy: the source: %w", err)
	}
	to, err := readProof(ctx, c.dst)
	if err != nil {
		return fmt.Errorf("policy: copy: the target: %w", err)
	}
	resumed, err := c.check(ctx, to)
	if err != nil {
		return err
	}
	c.becomes = to
	if !resumed {
		c.becomes = proof{secret: c.from.secret, ring: c.from.ring, in: state.Incarnation(guard.NewIncarnation())}
		c.becomes.in.ID = cmp.Or(to.in.ID, c.becomes.in.ID)
		c.becomes.in.After = cmp.Or(c.from.in.ID, c.becomes.in.ID)
	}
	if err := writeProof(ctx, c.dst, state.EncodeCopying(c.becomes.secret, c.becomes.in, c.becomes.ring)); err != nil {
		return fmt.Errorf("policy: copy: the target: %w", err)
	}
	c.pass = transfer.Pass{
		From: source(c.src), To: source(c.dst), Load: loader(c.dst), Skip: guard.ProofKey,
		Batch:  batchOf(c.dst),
		Second: resumed || !c.o.Since.IsZero(), Complete: completer(),
		Step:    func(transfer.Progress) bool { return c.yield(c.progress(), nil) },
		Damaged: func(err error) bool { return c.yield(c.progress(), fmt.Errorf("policy: copy: the source: %w", err)) },
	}
	return nil
}

// refuses says why the source must not be copied into the target, whatever that holds.
func (c *copying) refuses(to proof) error {
	from := &c.from
	switch {
	case from.phase == state.Copying:
		return fmt.Errorf("policy: copy: the source: %w", ErrUnfinished)
	case from.lost:
		return fmt.Errorf("%w: the source, by engines of several Secrets, or without a Config.Secret: no engine could find its records in another store", ErrSecret)
	case to.secret != from.secret && to.secret != Key{}:
		return fmt.Errorf("%w: the target, than the source", ErrSecret)
	case to.in.ID != 0 && to.in.ID == from.in.ID:
		return fmt.Errorf("%w: target and source are the same store", ErrSame)
	}
	return nil
}

// check says whether the source may be copied into the target, and whether that goes on
// from what an earlier Copy left there.
func (c *copying) check(ctx context.Context, to proof) (resumed bool, err error) {
	if err := firstError(c.refuses(to), fits(&c.from, c.dst)); err != nil {
		return false, err
	}
	from, second := &c.from, !c.o.Since.IsZero()
	ours := to.secret == from.secret && (to.in.After == from.in.ID || from.in.ID == 0 && to.in.After == to.in.ID)
	switch {
	case to.phase == state.Copying && ours:
		return true, nil
	case to.phase == state.Copying:
		return false, fmt.Errorf("%w: it holds a part of a copy of another store", ErrNotEmpty)
	case second && ours && (to.phase == state.Unused || to.secret == Key{}):
		return to.secret != Key{}, nil
	}
	empty, err := isEmpty(ctx, c.dst)
	if err != nil {
		return false, fmt.Errorf("policy: copy: the target: %w", err)
	}
	if empty {
		return false, nil
	}
	return false, filled(ours, second, to.phase == state.Unused)
}

// filled is why a store with records in it is not copied into.
func filled(ours, second, unused bool) error {
	switch {
	case ours && unused:
		return fmt.Errorf("%w: it holds a copy of the source. Set Since for a second pass", ErrNotEmpty)
	case ours && second:
		return fmt.Errorf("%w: it holds a copy of the source that has been written since: what is in it would be lost", ErrNotEmpty)
	}
	return ErrNotEmpty
}

// run copies and verifies.
func (c *copying) run(ctx context.Context) error {
	err := c.pass.Copy(ctx)
	if err == nil {
		err = c.keep(ctx)
	}
	if err == nil {
		err = c.pass.Verify(ctx)
	}
	if err == nil {
		var proof []byte // a source without one leaves none
		if c.becomes.secret != (Key{}) {
			proof = state.EncodeCopied(c.becomes.secret, c.becomes.in, c.becomes.ring)
		}
		err = writeProof(ctx, c.dst, proof)
	}
	if d, ok := errors.AsType[*transfer.Difference](err); ok {
		return fmt.Errorf("%w: %w", ErrCopy, d)
	}
	if err != nil {
		return fmt.Errorf("policy: copy: %w", err)
	}
	p := c.progress()
	p.Done = true
	c.yield(p, nil)
	return nil
}

// keep copies what the source keeps beside the records, where both can.
func (c *copying) keep(ctx context.Context) error {
	kept, err := readKept(ctx, c.src)
	if err != nil {
		return fmt.Errorf("the source: %w", err)
	}
	if kept == nil {
		return nil
	}
	switch dst := c.dst.(type) {
	case *Memory:
		dst.beside.mu.Lock()
		dst.beside.kept = kept
		dst.beside.mu.Unlock()
	case Keeper:
		save := func(w io.Writer) error {
			_, err := w.Write(kept)
			return err
		}
		if err := dst.Keep(save)(); err != nil {
			return fmt.Errorf("the target: %w", err)
		}
		got, err := readKept(ctx, dst)
		if err != nil {
			return fmt.Errorf("the target: %w", err)
		}
		if !bytes.Equal(got, kept) { // another engine is on duty there
			return &transfer.Difference{Problem: "the state beside the records differs: is the target in use?"}
		}
	default:
		return nil
	}
	c.kept = int64(len(kept))
	return nil
}

func readKept(ctx context.Context, s Store) ([]byte, error) {
	switch s := s.(type) {
	case *Memory:
		return s.beside.state()
	case Keeper:
		r, err := s.Kept(ctx)
		if err != nil || r == nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	return nil, nil
}

// source is a store as a pass reads it.
func source(s Store) transfer.Source {
	return func(ctx context.Context, listed bool) iter.Seq2[transfer.Entry, error] {
		return func(yield func(transfer.Entry, error) bool) {
			for e, err := range s.All(ctx, listed) {
				if !yield(outgoing(&e), err) {
					return
				}
			}
		}
	}
}

func outgoing(e *Entry) transfer.Entry {
	return transfer.Entry{Key: e.Key, Data: e.Data, Expires: e.Expires, Written: e.Written, Rank: e.Rank, Listed: e.Listed, Pinned: e.Pinned}
}

func incoming(e *transfer.Entry) Entry {
	return Entry{Key: e.Key, Data: e.Data, Expires: e.Expires, Written: e.Written, Rank: e.Rank, Listed: e.Listed, Pinned: e.Pinned}
}

// batchOf is how many records a store is given at a time: many, for each time may cost
// it a sync of the disk.
func batchOf(s Store) int {
	if _, ok := s.(Loader); ok {
		return 16_000
	}
	return 1000
}

// loader is how a pass writes to a store.
func loader(s Store) func(context.Context, []transfer.Entry) error {
	var buf []Entry
	return func(ctx context.Context, some []transfer.Entry) error {
		l, ok := s.(Loader)
		if ok {
			buf = buf[:0]
			for _, e := range some {
				buf = append(buf, incoming(&e))
			}
			return l.Load(ctx, buf)
		}
		for _, e := range some {
			rec := Record{Data: e.Data, Expires: e.Expires, Now: e.Written, Rank: e.Rank, Durable: true, Listed: e.Listed, Pinned: e.Pinned}
			err := s.Update(ctx, e.Key, func([]byte) (Record, error) { return rec, nil })
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// completer returns what says of a record what the store was told of it when it was
// written. Stores need not remember all of that; the record itself says it.
func completer() func(*transfer.Entry) {
	r := new(state.Record)
	return func(e *transfer.Entry) {
		if decode(r, e.Data) != nil || r.Empty() {
			return // of a newer version: as the store says
		}
		rec := recordOf(r, e.Data)
		e.Expires, e.Rank, e.Listed, e.Pinned = rec.Expires, rec.Rank, rec.Listed, rec.Pinned
		e.Written = time.UnixMilli(r.Newest)
	}
}

func isEmpty(ctx context.Context, s Store) (bool, error) {
	for e, err := range s.All(ctx, false) {
		switch {
		case err != nil && (e.Key == Key{} || ctx.Err() != nil):
			return false, err
		case e.Key != guard.ProofKey:
			return false, nil
		}
	}
	return true, nil
}
