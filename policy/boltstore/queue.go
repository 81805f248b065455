package boltstore

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

const (
	// flushSize is how many records one transaction takes along of those that
	// nobody waits for: somebody may wait for the next one.
	flushSize = 2048
	// sweepSize is how many records are looked at for their expiry at a time.
	sweepSize = 2000
	// retryAfter is how long nothing is tried after a failed transaction.
	retryAfter = 250 * time.Millisecond
)

// A batch is the changes that go with one transaction and are waited for.
type batch struct {
	entries map[*entry]value
	failed  atomic.Bool   // it failed, or will: nothing joins it or builds on it
	done    chan struct{} // closed after err is set and the entries agree
	err     error
}

func newBatch() *batch {
	return &batch{entries: make(map[*entry]value), done: make(chan struct{})}
}

// A queue is what waits for the disk. Its lock comes after that of a shard.
type queue struct {
	mu      sync.Mutex
	next    *batch // the one that forms
	err     error  // why the last transaction failed; nil: it did not
	retry   time.Time
	ended   atomic.Bool
	wake    chan struct{} // of capacity one: something waits
	flush   chan struct{} // of capacity one: memory is full
	stop    chan struct{} // closed by close
	flushed chan struct{} // closed after the next flush
}

func (q *queue) start() {
	q.next = newBatch()
	q.wake, q.flush = make(chan struct{}, 1), make(chan struct{}, 1)
	q.stop, q.flushed = make(chan struct{}), make(chan struct{})
}

// close reports whether it is the first one.
func (q *queue) close() bool {
	if q.ended.Swap(true) {
		return false
	}
	close(q.stop)
	return true
}

// fault returns why the disk does not work, nil if it does.
func (q *queue) fault() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err
}

// requestFlush asks for a flush, and returns what is closed after it.
func (q *queue) requestFlush() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case q.flush <- struct{}{}:
	default:
	}
	return q.flushed
}

// enqueue has v written with the next transaction. The shard is locked.
func (s *Store) enqueue(e *entry, v value) outcome {
	q := &s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil && (time.Now().Before(q.retry) || e.batch != nil && e.batch.failed.Load()) {
		return outcome{err: q.err}
	}
	b := q.next
	b.entries[e] = v
	e.next, e.batch = v, b
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return outcome{batch: b, own: true}
}

// take returns the batch that formed, and begins another.
func (q *queue) take() *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	b := q.next
	q.next = newBatch()
	return b
}

// run writes until close.
func (s *Store) run() {
	defer close(s.done)
	tick := time.NewTicker(s.cfg.Flush)
	defer tick.Stop()
	retry := time.NewTicker(retryAfter)
	defer retry.Stop()
	for {
		select {
		case <-s.queue.wake:
			s.commit(nil, nil)
		case <-s.queue.flush:
			s.flush()
		case <-tick.C:
			s.sweep()
			s.flush()
		case <-retry.C:
			if s.queue.fault() != nil {
				s.flush()
			}
		case err := <-s.keeper.results:
			was := s.unsaved
			s.unsaved = err
			s.report(err, was, s.queue.fault())
		case err := <-s.checks:
			s.report(err, nil, nil)
		case <-s.queue.stop:
			s.flush()
			s.commit(nil, nil) // what came meanwhile
			return
		}
	}
}

// flush writes all that was changed before it began and that nobody waits for,
// in as many transactions as it takes. It stops at the first that fails.
func (s *Store) flush() {
	var changes []change
	var from []*entry
	good := true
	for i := 0; i < shardCount && good; {
		changes, from = s.shards[i].collect(s, changes, from)
		if len(changes) < flushSize {
			i++
			continue
		}
		good = s.commit(changes, from)
		changes, from = nil, nil
	}
	if good && (len(changes) > 0 || s.queue.fault() != nil) {
		s.commit(changes, from)
	}
	s.queue.mu.Lock()
	close(s.queue.flushed)
	s.queue.flushed = make(chan struct{})
	s.queue.mu.Unlock()
}

// collect appends what is to be flushed, up to flushSize.
func (sh *shard) collect(s *Store, changes []change, from []*entry) ([]change, []*entry) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	n := 0
	for ; n < len(sh.dirty) && len(changes) < flushSize; n++ {
		e := sh.dirty[n]
		if e.queued = false; !e.dirty {
			continue
		}
		s.markClean(e)
		e.flushing = true
		v := e.now
		v.data = clone(v.data)
		changes, from = append(changes, change{e.key, v}), append(from, e)
	}
	rest := copy(sh.dirty, sh.dirty[n:])
	clear(sh.dirty[rest:])
	sh.dirty = sh.dirty[:rest]
	return changes, from
}

// commit writes the batch that formed and, of entries that nobody waits for,
// changes. It reports whether that went well.
func (s *Store) commit(changes []change, from []*entry) bool {
	b := s.queue.take()
	waited := make(map[policy.Key]bool, len(b.entries))
	for e := range b.entries {
		waited[e.key] = true
	}
	// A record that is waited for was made of the one to be flushed.
	changes = slices.DeleteFunc(changes, func(c change) bool { return waited[c.key] })
	for e, v := range b.entries {
		changes = append(changes, change{e.key, v})
	}
	slices.SortFunc(changes, func(a, b change) int { return compareKeys(a.key, b.key) })
	err := s.put(changes, nil)
	if err != nil {
		s.fail(b, err)
	} else {
		s.settle(b)
	}
	for _, e := range from {
		sh := s.shard(e.key)
		sh.mu.Lock()
		if e.flushing = false; err != nil {
			sh.markDirty(s, e)
		}
		sh.mu.Unlock()
	}
	return err == nil
}

// put writes changes, and the days if they are not nil, after it has opened the file
// again if the last time failed.
func (s *Store) put(changes []change, days []byte) error {
	was := s.queue.fault()
	if was == nil && len(changes) == 0 && days == nil {
		return nil
	}
	var err error
	if was != nil {
		err = s.disk.reopen()
	}
	if err == nil && (len(changes) > 0 || days != nil) {
		err = s.disk.write(changes, days)
	}
	if err != nil {
		err = &DiskError{"commit", err}
	}
	s.commits.Add(1)
	if err != nil {
		s.faults.Add(1)
	}
	s.queue.mu.Lock()
	s.queue.err, s.queue.retry = err, time.Now().Add(retryAfter)
	s.queue.mu.Unlock()
	s.report(err, was, s.unsaved)
	return err
}

// report tells Config.Fault of an error, or that it was and is over and that there
// is no other.
func (s *Store) report(err, was, other error) {
	now := time.Now()
	if s.cfg.Fault != nil && (err != nil && now.Sub(s.reported) >= time.Second || err == nil && was != nil && other == nil) {
		s.reported = now
		s.cfg.Fault(err)
	}
}

// settle acknowledges a batch that is in the file.
func (s *Store) settle(b *batch) {
	for e, v := range b.entries {
		sh := s.shard(e.key)
		sh.mu.Lock()
		e.now = v
		s.markClean(e)
		if e.batch == b {
			e.batch, e.next = nil, value{}
		}
		sh.mu.Unlock()
	}
	close(b.done)
}

// fail gives up a batch that could not be written, and the one that formed
// meanwhile, which may build on it. The file may have the change all the same:
// what holds is written over it.
func (s *Store) fail(b *batch, err error) {
	b.failed.Store(true)
	s.queue.mu.Lock()
	later := s.queue.next
	later.failed.Store(true)
	s.queue.next = newBatch()
	s.queue.mu.Unlock()
	for _, x := range []*batch{b, later} {
		x.err = err
		for e := range x.entries {
			sh := s.shard(e.key)
			sh.mu.Lock()
			if e.batch == b || e.batch == later {
				e.batch, e.next = nil, value{}
			}
			if e.now.bad != nil {
				sh.remove(e) // it is in the file, or deleted there
			} else {
				sh.markDirty(s, e)
			}
			sh.mu.Unlock()
		}
	}
	close(b.done)
	close(later.done)
}
