package boltstore

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Config says how a Store works. The zero Config is valid.
type Config struct {
	// MaxCached is how many records are in memory at most, some 200 bytes and
	// twice their own length each; 0: 65,536. All others are read from the file
	// when they are needed.
	MaxCached int
	// Flush is how often what no Update waits for is written; 0: one second.
	Flush time.Duration
	// Keep is how long a record is kept after it was last written, however long
	// ago it expired; 0: one day.
	Keep time.Duration
	// Check is how often the whole file is read and checked while the Store works, as
	// Open does; 0: six hours. It takes up to a second for each million records,
	// and holds up no transaction. What it finds goes to Fault, and from then on a
	// record that is not found is an error: it may be among those that are lost.
	Check time.Duration
	// Save is how often the state that an Engine has beside the records is
	// saved, see Keep; 0: one minute.
	Save time.Duration
	// Fault, if not nil, is told when a file could not be written, at most
	// once a second, and with nil when it can be again, and when a check finds
	// the file damaged. It runs on the Store's goroutine and must not call the
	// Store.
	Fault func(error)
}

// A Store keeps records in a file, and those in use in memory; the package
// says what survives what. It is safe for concurrent use. Make one with Open;
// the zero Store is not usable. The functions passed to Update and View run
// under the lock of one part of the memory: they must be quick and must not
// call the Store. What they are handed is a copy.
type Store struct {
	cfg      Config
	disk     *disk
	shards   [shardCount]shard
	queue    queue
	done     chan struct{} // closed when the goroutine has ended
	swept    *policy.Key   // how far expired records were looked for
	reported time.Time     // when Fault was called last
	unsaved  error         // why the state was not saved the last time
	keeper   keeper
	watched  chan struct{} // closed when the checks have ended
	checks   chan error    // what one found
	now      atomic.Int64  // what the engine said last, in Unix seconds; 0: nothing

	dirty   atomic.Int64
	dropped atomic.Uint64
	commits atomic.Uint64
	faults  atomic.Uint64
}

// Open opens the file at path, or makes it, and starts the goroutines that write to
// it and check it. It reads all of the file first: up to a second for each million
// records that are in the system's cache, else as long as the disk takes. A Config out
// of range, or a file that is not the Store's or is damaged, is refused; see the
// errors of this package.
func Open(path string, cfg Config) (*Store, error) { return open(path, cfg, os.OpenFile) }

func open(path string, cfg Config, op opener) (*Store, error) {
	if cfg.MaxCached < 0 || cfg.Flush < 0 || cfg.Keep < 0 || cfg.Check < 0 || cfg.Save < 0 {
		return nil, errors.New("boltstore: Config.MaxCached, Flush, Keep, Check and Save must not be negative")
	}
	cfg.MaxCached = cmp.Or(cfg.MaxCached, 1<<16)
	cfg.Flush = cmp.Or(cfg.Flush, time.Second)
	cfg.Keep = cmp.Or(cfg.Keep, 24*time.Hour)
	cfg.Save = cmp.Or(cfg.Save, time.Minute)
	cfg.Check = cmp.Or(cfg.Check, 6*time.Hour)
	d, err := openDisk(path, op)
	if err != nil {
		return nil, err
	}
	s := &Store{cfg: cfg, disk: d, done: make(chan struct{}), watched: make(chan struct{}), checks: make(chan error)}
	for i := range s.shards {
		s.shards[i].entries = make(map[policy.Key]*entry)
		s.shards[i].most = max(2, (cfg.MaxCached+shardCount-1)/shardCount)
	}
	s.queue.start()
	s.keeper.start(s)
	go s.run()
	go s.watch()
	return s, nil
}

// Close saves the state that is kept, writes what waits in memory and closes the
// file. A *DiskError says that it could not be written: what was acknowledged as
// Durable is in the file, the rest is lost.
func (s *Store) Close() error {
	err := s.keeper.Close() // which may still need the records
	if !s.queue.close() {
		return ErrClosed
	}
	<-s.done
	<-s.watched
	return errors.Join(err, s.queue.fault(), s.disk.close())
}

// Update implements policy.Store. fn runs once, or again where a change of the
// same record could not be written.
func (s *Store) Update(ctx context.Context, key policy.Key, fn func(old []byte) (policy.Record, error)) error {
	return s.change(ctx, key, func(sh *shard, e *entry) outcome {
		if e.latest().bad != nil {
			return outcome{err: e.latest().bad}
		}
		old := e.latest().data
		r, err := fn(sh.lend(old))
		if err != nil || r.Data == nil && old == nil {
			return outcome{batch: e.batch, err: err}
		}
		v := valueOf(&r, s.cfg.Keep)
		s.hear(r.Now)
		if r.Durable || e.batch != nil {
			v.data = clone(r.Data)
			return s.enqueue(e, v)
		}
		sh.set(s, e, v, r.Data)
		return outcome{}
	})
}

// Delete implements policy.Store. It returns when the file has been synced.
func (s *Store) Delete(ctx context.Context, key policy.Key) error {
	return s.change(ctx, key, func(sh *shard, e *entry) outcome {
		if e.latest().data == nil && !e.dirty {
			return outcome{batch: e.batch}
		}
		return s.enqueue(e, value{})
	})
}

// An outcome is what became of a change under the lock.
type outcome struct {
	batch *batch          // settles it; nil: it is settled
	own   bool            // batch carries the change itself, not only what it is built on
	err   error           // of fn, or of the store
	again <-chan struct{} // try it again once this is closed
}

// change has do change an entry, under the lock of its shard, and waits until
// that is settled.
func (s *Store) change(ctx context.Context, key policy.Key, do func(*shard, *entry) outcome) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sh := s.shard(key)
	for {
		o := sh.change(s, key, do)
		if o.batch == nil && o.again == nil {
			return o.err
		}
		wait := o.again
		if o.batch != nil {
			wait = o.batch.done
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case o.batch == nil:
		case o.own:
			return o.batch.err
		case o.batch.err == nil:
			return o.err
		}
	}
}

// View implements policy.Store. It shows what is acknowledged. fn runs once.
func (s *Store) View(ctx context.Context, key policy.Key, fn func(data []byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if s.queue.ended.Load() {
		return ErrClosed
	}
	v, err := sh.peek(s, key)
	if err != nil {
		return err
	}
	return fn(sh.lend(v.data))
}

// Stats describes a Store at one moment.
type Stats struct {
	Cached  int    // records in memory
	Dirty   int    // of these, changed since they were written
	Commits uint64 // transactions since Open
	Faults  uint64 // transactions that failed
	Dropped uint64 // changes given up because the disk did not take them
	Saved   uint64 // times that the state beside the records was saved anew
	Unsaved uint64 // times that it could not be
	Damaged int    // records that could not be read when the file was opened: see ErrDamaged
}

// Stats returns the present figures.
func (s *Store) Stats() Stats {
	st := Stats{Dirty: int(s.dirty.Load()), Commits: s.commits.Load(), Faults: s.faults.Load(), Dropped: s.dropped.Load(), Saved: s.keeper.saved.Load(), Unsaved: s.keeper.unsaved.Load(), Damaged: s.disk.bad}
	for i := range s.shards {
		s.shards[i].mu.Lock()
		st.Cached += len(s.shards[i].ring)
		s.shards[i].mu.Unlock()
	}
	return st
}
