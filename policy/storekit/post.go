package storekit

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Post is Notes whose batches are numbered, so that a process that did not hear one
// knows. Each has a version, the name of its process and a number in front, 17 bytes.
// A batch that comes twice is heard once. Set the exported fields before its first
// use. It is safe for concurrent use.
type Post struct {
	Notes
	// Fault, if not nil, is told when batches of others were missed, and of what Said
	// is told; once a second at most.
	Fault func(error)
	// Beat is how long nothing is sent until an empty batch is, by which the others find
	// out what they missed; 0: five seconds.
	Beat time.Duration

	once    sync.Once
	process uint64
	sent    atomic.Uint64
	missed  atomic.Uint64
	again   atomic.Uint64
	refused atomic.Uint64

	mu     sync.Mutex
	last   map[uint64]uint64 // number of the last batch of each process
	untold uint64            // missed, and Fault was not told
	told   time.Time
}

// PostStats counts what a Post did. What is not told apart is batches.
type PostStats struct {
	Sent    uint64 // the server took them
	Heard   uint64 // notes of others that were handed on
	Dropped uint64 // notes for which there was no room while the server was away
	Missed  uint64 // of others, never heard: they were sent while this process could not hear, or are gone
	Again   uint64 // of others, heard before
	Refused uint64 // malformed
}

const (
	postEvery = 80 * time.Millisecond // between two batches
	postWait  = time.Second           // for an answer of the server
	postLast  = 200 * time.Millisecond
	postBeat  = 5 * time.Second

	postVersion = 1
	postHead    = 17
	postKnown   = 1 << 12 // processes whose last number is known
	postJump    = 1 << 20 // numbers that may be missed at once: what is more is no number of ours
)

// name returns that of this process.
func (p *Post) name() uint64 {
	p.once.Do(func() { p.process = rand.Uint64() })
	return p.process
}

// Send has send bring the server what waits, every 80 ms or as soon as a batch is full,
// until ctx ends; then it sends what is left. A letter that was not sent is tried again
// the next time. Said is told of errors. It is for the function that Start returns: one
// goroutine at a time sends.
func (p *Post) Send(ctx context.Context, send func(ctx context.Context, letter []byte) error) {
	tick := time.NewTicker(postEvery)
	defer tick.Stop()
	last, beat := time.Now(), cmp.Or(p.Beat, postBeat)
	for {
		select {
		case <-ctx.Done():
			p.send(context.WithoutCancel(ctx), postLast, send)
			return
		case <-p.Full():
		case <-tick.C:
		}
		if time.Since(last) > beat {
			p.queue.beat()
			p.Said(nil)
		}
		if p.send(ctx, postWait, send) {
			last = time.Now()
		}
	}
}

// send reports whether it sent anything.
func (p *Post) send(ctx context.Context, wait time.Duration, send func(context.Context, []byte) error) (sent bool) {
	for letter, ok := p.letter(); ok; letter, ok = p.letter() {
		ctx, cancel := context.WithTimeout(ctx, wait)
		err := send(ctx, letter)
		cancel()
		if err != nil {
			p.Said(err)
			return sent
		}
		p.posted()
		sent = true
	}
	return sent
}

// letter is the batch that is next to be sent, with what belongs in front of it, if there
// is one. It is the same until posted.
func (p *Post) letter() (letter []byte, ok bool) {
	batch := p.Next()
	if batch == nil {
		return nil, false
	}
	letter = append(make([]byte, 0, postHead+len(batch)), postVersion)
	letter = binary.LittleEndian.AppendUint64(letter, p.name())
	return append(binary.LittleEndian.AppendUint64(letter, p.sent.Load()+1), batch...), true
}

// posted says that the server took the letter.
func (p *Post) posted() {
	p.sent.Add(1)
	p.Sent()
}

// Take takes a letter that was heard, of this process or another, and hands its notes
// to all who listen.
func (p *Post) Take(letter []byte) {
	if len(letter) < postHead || letter[0] != postVersion {
		p.refused.Add(1)
		return
	}
	from, number := binary.LittleEndian.Uint64(letter[1:]), binary.LittleEndian.Uint64(letter[9:])
	if from == p.name() {
		return
	}
	if !p.count(from, number) {
		p.again.Add(1)
		return
	}
	if batch := letter[postHead:]; len(batch) > 0 && !p.Hear(batch) {
		p.refused.Add(1)
	}
}

// count notes the number of a batch, and reports whether it is new. One that comes late
// is: nobody is made deaf to a process by a number under its name.
func (p *Post) count(from, number uint64) bool {
	p.mu.Lock()
	last, known := p.last[from]
	if known && number == last {
		p.mu.Unlock()
		return false
	}
	if p.last == nil || len(p.last) >= postKnown && !known {
		p.last = make(map[uint64]uint64)
	}
	p.last[from] = number
	gap := number - last - 1
	if !known || number < last || gap > postJump {
		gap = 0
	}
	p.missed.Add(gap)
	p.untold += gap
	p.mu.Unlock()
	if gap > 0 {
		p.Said(nil)
	}
	return true
}

// Said tells Fault of an error and of what was missed, unless it was told within the
// last second; what was missed is told the next time then.
func (p *Post) Said(err error) {
	p.mu.Lock()
	untold, now := p.untold, time.Now()
	soon := now.Sub(p.told) < time.Second || err == nil && untold == 0
	if !soon {
		p.told, p.untold = now, 0
	}
	p.mu.Unlock()
	if p.Fault == nil || soon {
		return
	}
	if err != nil {
		p.Fault(err)
	}
	if untold > 0 {
		p.Fault(fmt.Errorf("storekit: %d batches of what other processes saw were missed", untold))
	}
}

// Stats returns what has been counted so far.
func (p *Post) Stats() PostStats {
	return PostStats{Sent: p.sent.Load(), Heard: p.Heard(), Dropped: p.Dropped(), Missed: p.missed.Load(), Again: p.again.Load(), Refused: p.refused.Load()}
}
