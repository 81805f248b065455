// Package transfer makes one store hold the records of another, and proves that it
// does. What is there already is compared and not written again, so that a copy that
// was cut short goes on, and a second pass writes what has changed.
package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
)

// A Key names a record.
type Key = [16]byte

// An Entry is one record. It has the fields of policy.Entry, and converts to it.
type Entry struct {
	Key            Key
	Data           []byte // nil deletes
	Expires        time.Time
	Written        time.Time
	Rank           uint8
	Listed, Pinned bool
}

// A Source yields records: with listed only those that are Listed. An error with a Key
// is of that record, and the others follow.
type Source func(ctx context.Context, listed bool) iter.Seq2[Entry, error]

// Progress counts what a Pass has done.
type Progress struct {
	Read, Written, Deleted, Verified int   // records
	Bytes                            int64 // of data that was read
}

// A Pass makes a target hold what a source does. Use it once.
type Pass struct {
	From Source
	To   Source                               // the target, as it is read
	Load func(context.Context, []Entry) error // and written
	Skip Key                                  // is no record
	// Batch is how many records are written at a time, of 16 MB at most.
	Batch int
	// Second says that the target may hold records: they are read first.
	Second bool
	// Complete, if not nil, fills in what the source did not say of an entry.
	Complete func(*Entry)
	// Step is called after every batch; false ends the pass.
	Step func(Progress) bool
	// Damaged is called with each record of the source that cannot be read; false
	// ends the pass, which fails in any case.
	Damaged func(error) bool

	done  Progress
	read  tally
	bad   error // the first damaged record
	there []there
	batch []Entry
	size  int // bytes of the batch
	// One batch is written while the next one is read.
	writing []Entry
	wrote   chan error // nil: none is under way
}

// ErrStopped says that Step or Damaged wanted no more.
var ErrStopped = errors.New("stopped")

// A Difference says how the target is not what was written.
type Difference struct{ Problem string }

// Error implements error.
func (d *Difference) Error() string { return d.Problem }

const (
	batchBytes = 16 << 20
	verifyStep = 10_000 // records between two steps
)

// A tally is what a set of records comes to, in whatever order.
type tally struct {
	n, listed         int
	sum, listedSum, h uint64
	digest            xxhash.Digest
}

// add counts a record; h is its hash.
func (t *tally) add(e *Entry) {
	t.hash(e)
	t.n++
	t.sum += t.h
	if e.Listed {
		t.list()
	}
}

func (t *tally) list() {
	t.listed++
	t.listedSum += t.h
}

func (t *tally) hash(e *Entry) {
	t.digest.Reset()
	_, _ = t.digest.Write(e.Key[:])
	_, _ = t.digest.Write(e.Data)
	t.h = t.digest.Sum64()
}

// A there is a record that the target held before.
type there struct {
	key  Key
	hash uint64
	seen bool // the source holds one under its key
}

// Copy copies records. What it returns is ErrStopped, the error of a store, of the
// context, or of a record of the source, or nil: then everything was written.
func (p *Pass) Copy(ctx context.Context) (err error) {
	defer func() {
		if e := p.settle(); err == nil {
			err = e
		}
	}()
	if p.Second {
		if err := p.survey(ctx); err != nil {
			return err
		}
	}
	for e, err := range p.From(ctx, false) {
		switch {
		case err != nil && e.Key != Key{} && ctx.Err() == nil:
			if err := p.damaged(err); err != nil {
				return err
			}
			continue
		case err != nil:
			return fmt.Errorf("the source: %w", err)
		case e.Key == p.Skip:
			continue
		}
		if err := p.take(ctx, &e); err != nil {
			return err
		}
	}
	if err := p.flush(ctx); err != nil {
		return err
	}
	if err := p.settle(); err != nil {
		return err
	}
	if p.bad != nil {
		return fmt.Errorf("the source: %w", p.bad)
	}
	return p.remove(ctx)
}

func (p *Pass) damaged(err error) error {
	if p.bad == nil {
		p.bad = err
	}
	if !p.Damaged(err) {
		return ErrStopped
	}
	return nil
}

// survey reads what the target holds.
func (p *Pass) survey(ctx context.Context) error {
	var t tally
	for e, err := range p.To(ctx, false) {
		switch {
		case err != nil && e.Key != Key{} && ctx.Err() == nil: // it is written again
		case err != nil:
			return fmt.Errorf("the target: %w", err)
		case e.Key == p.Skip:
			continue
		}
		t.hash(&e)
		p.there = append(p.there, there{key: e.Key, hash: t.h})
	}
	slices.SortFunc(p.there, func(a, b there) int { return bytes.Compare(a.key[:], b.key[:]) })
	return nil
}

// take copies one record, unless it is there.
func (p *Pass) take(ctx context.Context, e *Entry) error {
	if p.Complete != nil {
		p.Complete(e)
	}
	p.read.add(e)
	p.done.Read++
	p.done.Bytes += int64(len(e.Data))
	if i, found := slices.BinarySearchFunc(p.there, e.Key, func(x there, k Key) int { return bytes.Compare(x.key[:], k[:]) }); found {
		p.there[i].seen = true
		if p.there[i].hash == p.read.h {
			if p.done.Read%verifyStep == 0 && !p.Step(p.done) {
				return ErrStopped
			}
			return nil
		}
	}
	p.batch, p.size = append(p.batch, *e), p.size+len(e.Data)
	if len(p.batch) < p.Batch && p.size < batchBytes {
		return nil
	}
	return p.flush(ctx)
}

// flush has the batch written, after the one before it was.
func (p *Pass) flush(ctx context.Context) error {
	if len(p.batch) == 0 {
		return nil
	}
	before := p.wrote != nil
	if err := p.settle(); err != nil {
		return err
	}
	p.writing, p.batch, p.size = p.batch, p.writing[:0], 0
	wrote := make(chan error, 1)
	p.wrote = wrote
	some := p.writing
	go func() { wrote <- p.Load(ctx, some) }()
	if before && !p.Step(p.done) {
		return ErrStopped
	}
	return nil
}

// settle waits for the batch that is being written.
func (p *Pass) settle() error {
	if p.wrote == nil {
		return nil
	}
	err := <-p.wrote
	p.wrote = nil
	if err != nil {
		return fmt.Errorf("the target: %w", err)
	}
	for i := range p.writing {
		if p.writing[i].Data == nil {
			p.done.Deleted++
		} else {
			p.done.Written++
		}
	}
	clear(p.writing)
	return nil
}

// remove deletes what the source does not hold.
func (p *Pass) remove(ctx context.Context) error {
	for i := range p.there {
		if p.there[i].seen {
			continue
		}
		if p.batch = append(p.batch, Entry{Key: p.there[i].key}); len(p.batch) == p.Batch {
			if err := p.flush(ctx); err != nil {
				return err
			}
		}
	}
	p.there = nil
	return p.flush(ctx)
}

// Verify reads the target, and compares it with what Copy has read of the source. An
// error is a *Difference, or as of Copy.
func (p *Pass) Verify(ctx context.Context) error {
	var got tally
	for _, listed := range []bool{false, true} {
		for e, err := range p.To(ctx, listed) {
			switch {
			case err != nil:
				return fmt.Errorf("the target: %w", err)
			case e.Key == p.Skip:
				continue
			case listed:
				got.hash(&e)
				got.list()
				continue
			}
			e.Listed = false // the second round tells
			got.add(&e)
			if p.done.Verified++; p.done.Verified%verifyStep == 0 && !p.Step(p.done) {
				return ErrStopped
			}
		}
	}
	switch want := &p.read; {
	case got.n != want.n:
		return &Difference{fmt.Sprintf("it holds %d records of %d", got.n, want.n)}
	case got.sum != want.sum:
		return &Difference{fmt.Sprintf("of %d records some differ", want.n)}
	case got.listed != want.listed || got.listedSum != want.listedSum:
		return &Difference{fmt.Sprintf("it lists %d records of %d with a sanction", got.listed, want.listed)}
	}
	return nil
}

// Done is what was done.
func (p *Pass) Done() Progress { return p.done }
