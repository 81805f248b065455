package storekit

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/decorum-go/decorum/policy"
)

// Buffer is a store that keeps in memory what is written, and writes it into another
// store many records at a time: for Engine.Learn of history into a store on a server,
// where each message costs some round trips otherwise.
//
//	b := &storekit.Buffer{Store: store}
//	teacher, err := policy.New(policy.Config{Store: b, Secret: secret, Timeout: time.Minute})
//	… teacher.Learn for each message, and teacher.Close
//	err = b.Flush(ctx)
//
// Nothing is in the Store before Flush returned nil; a program that ends before it begins
// again with the same history. Nobody else may write to the Store until then: what they
// wrote since it was read is lost. All calls wait while records are written: that is
// what the Timeout is for. Set the exported fields before its first use. It is
// safe for concurrent use.
type Buffer struct {
	// Store is where the records are, and come to.
	Store policy.Loader
	// Records is how many are held at most; when there are more, those that were changed
	// are written, and all are forgotten; 0: 262,144, some 100 MB.
	Records int

	mu   sync.Mutex
	held map[policy.Key]*buffered
}

// A buffered is a record that is held.
type buffered struct {
	policy.Record      // Data nil: there is none
	changed       bool // the Store does not have it
}

const (
	bufferRecords = 1 << 18
	bufferLoad    = 1 << 14  // records given to a Loader at once
	bufferBytes   = 16 << 20 // and bytes
)

// get returns what is held under a key, read from the Store where it is not yet.
func (b *Buffer) get(ctx context.Context, key policy.Key) (*buffered, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r := b.held[key]; r != nil {
		return r, nil
	}
	if len(b.held) >= cmp.Or(b.Records, bufferRecords) {
		if err := b.flush(ctx); err != nil {
			return nil, err
		}
		clear(b.held)
	}
	r := new(buffered)
	if err := b.Store.View(ctx, key, func(data []byte) error {
		r.Data = slices.Clone(data)
		return nil
	}); err != nil {
		return nil, err
	}
	if b.held == nil {
		b.held = make(map[policy.Key]*buffered)
	}
	b.held[key] = r
	return r, nil
}

// Update implements policy.Store. What has Record.Acts is written at once.
func (b *Buffer) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.get(ctx, key)
	if err != nil {
		return err
	}
	next, err := fn(r.Data)
	if err != nil {
		return err
	}
	if len(next.Acts) > 0 {
		return b.through(ctx, key, fn)
	}
	next.Data = slices.Clone(next.Data)
	*r = buffered{next, true}
	return nil
}

// through lets the Store carry out an update of what is held.
func (b *Buffer) through(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	if err := b.flush(ctx); err != nil {
		return err
	}
	delete(b.held, key)
	return b.Store.Update(ctx, key, fn)
}

// View implements policy.Store.
func (b *Buffer) View(ctx context.Context, key policy.Key, fn func(data []byte) error) error {
	b.mu.Lock()
	r, err := b.get(ctx, key)
	var data []byte
	if err == nil {
		data = slices.Clone(r.Data)
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	return fn(data)
}

// Delete implements policy.Store.
func (b *Buffer) Delete(ctx context.Context, key policy.Key) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.held == nil {
		b.held = make(map[policy.Key]*buffered)
	}
	b.held[key] = &buffered{changed: true}
	return nil
}

// All implements policy.Store: it writes what is held first.
func (b *Buffer) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		if err := b.Flush(ctx); err != nil {
			yield(policy.Entry{}, err)
			return
		}
		for e, err := range b.Store.All(ctx, listed) {
			if !yield(e, err) {
				return
			}
		}
	}
}

// Flush writes what was changed into the Store. After an error it may be called again.
func (b *Buffer) Flush(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.flush(ctx)
}

func (b *Buffer) flush(ctx context.Context) error {
	if b.Store == nil {
		return errors.New("storekit: Buffer.Store is nil")
	}
	var some []policy.Entry
	bytes := 0
	load := func() error {
		if err := b.Store.Load(ctx, some); err != nil {
			return err
		}
		for i := range some {
			b.held[some[i].Key].changed = false
		}
		some, bytes = some[:0], 0
		return nil
	}
	for key, r := range b.held {
		if !r.changed {
			continue
		}
		some = append(some, policy.Entry{Key: key, Data: r.Data, Expires: r.Expires, Written: r.Now, Rank: r.Rank, Listed: r.Listed, Pinned: r.Pinned})
		if bytes += len(r.Data); len(some) == bufferLoad || bytes > bufferBytes {
			if err := load(); err != nil {
				return err
			}
		}
	}
	if len(some) == 0 {
		return nil
	}
	return load()
}
