package casebook

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// A spool is what waits for the database: in memory, in order, and in files if it has a
// folder. A record is a line "crc number json"; numbers rise by one. A file is named
// after the spool and its first number, and goes when the database has all of it. The
// database keeps the number up to which it has them, so each gets there once.
type spool struct {
	id   string // names the numbers, at random
	dir  string
	lock *os.File
	most int

	mu      sync.Mutex
	n       uint64        // number of the last record
	saved   uint64        // up to which the database has them
	fresh   []line        // not on disk yet
	group   chan struct{} // closed when these are
	queue   [][]line      // on disk: in pieces, so that nothing long is copied under the lock
	waits   int           // how many these are
	bytes   int
	dropped int64
	err     error // of the disk
	since   time.Time
	closed  bool
	anew    bool // begin a new file

	wake  chan struct{} // there is something fresh
	ready chan struct{} // there is something in the queue
	done  chan struct{} // the writer has ended

	// Of the writer alone, but for the segments.
	file *os.File
	size int64
	segs []segment
}

type line struct {
	n    uint64
	data []byte
}

type segment struct {
	path string
	last uint64 // number of the last record in it
}

const queueBytes = 256 << 20 // that wait at most

// openSpool opens the spool in a folder, and reads what a process that ended left there.
func openSpool(dir string, most int) (*spool, error) {
	s := &spool{id: rand.Text(), dir: dir, most: most, group: make(chan struct{}), wake: make(chan struct{}, 1), ready: make(chan struct{}, 1), done: make(chan struct{})}
	if dir == "" {
		close(s.done)
		return s, nil
	}
	if err := s.open(); err != nil {
		if s.lock != nil {
			s.lock.Close()
		}
		return nil, fmt.Errorf("casebook: spool: %w", err)
	}
	go s.write()
	return s, nil
}

// skip leaves out what the database has up to a number, and has numbers go on after it.
func (s *spool) skip(n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n, s.saved = max(s.n, n), max(s.saved, n)
	for len(s.queue) > 0 {
		first := s.queue[0]
		for len(first) > 0 && first[0].n <= n {
			s.bytes -= len(first[0].data)
			s.waits--
			first = first[1:]
		}
		if s.queue[0] = first; len(first) > 0 {
			break
		}
		s.queue = s.queue[1:]
	}
	if len(s.queue) > 0 {
		poke(s.ready)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// add puts a record into the spool. It returns when that is on the disk, if there is one
// and wait says so, or with the context. A minor record is one that nobody has to look at:
// half of the room is kept from them, so that who is rejected a million times, while the
// database is away or slow, has no case dropped.
func (s *spool) add(ctx context.Context, data []byte, wait, minor bool) {
	most, bytes := s.most, queueBytes
	if minor {
		most, bytes = (most+1)/2, bytes/2
	}
	s.mu.Lock()
	if s.closed || len(s.fresh)+s.waits >= most || s.bytes >= bytes {
		s.dropped++
		s.mu.Unlock()
		return
	}
	s.n++
	s.bytes += len(data)
	l, group := line{s.n, data}, s.group
	if s.dir == "" {
		s.push([]line{l})
		s.mu.Unlock()
		poke(s.ready)
		return
	}
	s.fresh = append(s.fresh, l)
	s.mu.Unlock()
	poke(s.wake)
	if wait {
		select {
		case <-group:
		case <-ctx.Done():
		}
	}
}

// write brings what is fresh to the disk, as many at once as came meanwhile.
func (s *spool) write() {
	defer close(s.done)
	var buf []byte
	for range s.wake {
		s.mu.Lock()
		fresh, group, closed, next := s.fresh, s.group, s.closed, s.n+1
		if len(fresh) > 0 {
			next = fresh[0].n
		}
		anew := s.anew
		s.fresh, s.group, s.anew = nil, make(chan struct{}), false
		s.mu.Unlock()
		var err error
		if anew {
			err = s.rotate(next)
		}
		if len(fresh) > 0 {
			buf = buf[:0]
			for i := range fresh {
				buf = fresh[i].append(buf)
			}
			err = s.sync(buf, next)
		}
		s.mu.Lock()
		if err == nil {
			s.err, s.since = nil, time.Time{}
		} else if s.err == nil {
			s.since = time.Now()
		}
		if err != nil {
			s.err = fmt.Errorf("casebook: spool: %w", err)
		}
		if len(fresh) > 0 && len(s.segs) > 0 {
			s.segs[len(s.segs)-1].last = fresh[len(fresh)-1].n
		}
		s.push(fresh)
		s.mu.Unlock()
		poke(s.ready)
		close(group)
		if closed {
			return
		}
	}
}

// take returns the first of what waits, so many at most.
func (s *spool) take(most int) (all []line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, piece := range s.queue {
		all = append(all, piece[:min(len(piece), most-len(all))]...)
		if len(all) == most {
			break
		}
	}
	return all
}

// push puts lines into the queue.
func (s *spool) push(lines []line) {
	if len(lines) > 0 {
		s.queue, s.waits = append(s.queue, lines), s.waits+len(lines)
	}
}

// stored reports whether the database has all up to a number.
func (s *spool) stored(n uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved >= n
}

// last is the number of the last record.
func (s *spool) last() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// has drops what the database has, up to a number: from memory, and files of which it has
// all.
func (s *spool) has(n uint64) {
	s.skip(n)
	s.mu.Lock()
	var gone []segment
	for len(s.segs) > 1 && s.segs[0].last <= n {
		gone, s.segs = append(gone, s.segs[0]), s.segs[1:]
	}
	s.mu.Unlock()
	for _, g := range gone {
		os.Remove(g.path)
	}
}

func (s *spool) health() Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Health{Waiting: s.waits + len(s.fresh), Durable: s.dir != "" && s.err == nil, Dropped: s.dropped, Err: s.err, Since: s.since}
}

// close ends the spool, when what is fresh is on the disk.
func (s *spool) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	if s.dir == "" {
		return nil
	}
	poke(s.wake)
	<-s.done
	if s.file != nil {
		s.file.Close()
	}
	return errors.Join(s.err, s.lock.Close())
}

// purge removes what the database has from the disk, as far as it has all before.
func (s *spool) purge() {
	if s.dir == "" {
		return
	}
	s.mu.Lock()
	s.anew = true
	group, saved := s.group, s.saved
	s.mu.Unlock()
	poke(s.wake)
	select {
	case <-group:
	case <-s.done:
	}
	s.has(saved)
}
