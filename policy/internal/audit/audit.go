// Package audit has a hook told of acts: one at a time, numbered without gaps, in the
// order in which the calls that brought them came back from the store.
package audit

import "sync"

// A Key names the record that owes acts.
type Key = [16]byte

// A Teller is safe for concurrent use. The zero Teller is ready.
type Teller struct {
	mu    sync.Mutex
	busy  bool
	waits []Key
	n     uint64 // acts that were numbered; of the goroutine that tells
}

// Tell has tell called for a key: by this goroutine, for all that wait, or by the one
// that is about it already, which may be further down on this stack. next numbers an act.
func (t *Teller) Tell(key Key, tell func(key Key, next func() uint64)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waits = append(t.waits, key)
	if t.busy {
		return
	}
	t.busy = true
	defer func() { t.busy = false }() // also where tell panics
	for len(t.waits) > 0 {
		key := t.waits[0]
		t.waits = t.waits[1:]
		t.alone(func() { tell(key, t.next) })
	}
}

// alone calls fn without the lock.
func (t *Teller) alone(fn func()) {
	t.mu.Unlock()
	defer t.mu.Lock()
	fn()
}

func (t *Teller) next() uint64 {
	t.n++
	return t.n
}
