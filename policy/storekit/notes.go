package storekit

import (
	"context"
	"sync"
	"sync/atomic"
)

// Notes is for a store that is a policy.Broadcaster: it gathers what Broadcast is
// given into batches, which the store sends, and hands what the store heard to all
// who listen. Set the exported fields before its first use. It is safe for concurrent
// use.
//
//	Broadcast ─▶ Next ─▶ (the server) ─▶ Hear ─▶ fn of each Listen
type Notes struct {
	// Start begins to hear: what others send once it returned is heard. The function
	// that it returns sends and hears until the context ends, on a goroutine of its
	// own, which all who listen share: from the first Listen to the last stop, or to
	// Close.
	Start func(context.Context) (run func())
	// BatchBytes is how many bytes a batch has at most; 0: 32,768. A longer note is
	// dropped. Of batches that were not sent yet a megabyte is kept.
	BatchBytes int

	queue batches

	starting sync.Mutex // of what follows
	made     int        // listeners, ever
	running  func()     // ends what runs; nil: nothing does
	closed   bool

	telling   sync.Mutex // of what follows, and while they are told
	listeners map[int]func(note []byte)
	heard     atomic.Uint64
}

// Broadcast is that of a policy.Broadcaster: it copies the note, never waits, and
// drops the note if there is no room.
func (n *Notes) Broadcast(note []byte) { n.queue.put(note) }

// Listen is that of a policy.Broadcaster.
func (n *Notes) Listen(fn func(note []byte)) (stop func()) {
	n.starting.Lock()
	defer n.starting.Unlock()
	if n.closed {
		return func() {}
	}
	id := n.made
	n.made++
	if n.running == nil {
		n.running = n.start()
	}
	n.telling.Lock()
	defer n.telling.Unlock()
	if n.listeners == nil {
		n.listeners = make(map[int]func([]byte))
	}
	n.listeners[id] = fn
	return func() { n.leave(id) }
}

// start begins to send and to hear, and returns what ends it.
func (n *Notes) start() (end func()) {
	n.queue.limit(n.BatchBytes)
	ctx, cancel := context.WithCancel(context.Background())
	run, done := n.Start(ctx), make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	return func() {
		cancel()
		<-done
	}
}

// leave ends a Listen.
func (n *Notes) leave(id int) {
	n.starting.Lock()
	defer n.starting.Unlock()
	n.telling.Lock()
	delete(n.listeners, id)
	last := len(n.listeners) == 0
	n.telling.Unlock()
	if last {
		n.end()
	}
}

func (n *Notes) end() {
	if n.running != nil {
		n.running()
		n.running = nil
	}
}

// Close ends all that runs. Nobody hears anything any more.
func (n *Notes) Close() {
	n.starting.Lock()
	defer n.starting.Unlock()
	n.closed = true
	n.end()
}

// Full tells when a batch is full, for one who sends from time to time.
func (n *Notes) Full() <-chan struct{} { return n.queue.waked() }

// Next returns the batch that is next to be sent, nil if there is none. It stays the
// next until Sent, and must not be changed.
func (n *Notes) Next() []byte { return n.queue.first() }

// Sent takes out what Next returned, which one goroutine at a time asks for.
func (n *Notes) Sent() { n.queue.done() }

// Hear hands the notes of a batch of another process to all who listen. It reports
// whether the batch is well formed and holds any; what came before a fault in it has
// been handed on.
func (n *Notes) Hear(batch []byte) bool {
	count := uint64(0)
	ok := split(batch, func(note []byte) {
		count++
		n.tell(note)
	})
	n.heard.Add(count)
	return ok && count > 0
}

// tell hands a note to all who listen.
func (n *Notes) tell(note []byte) {
	n.telling.Lock()
	defer n.telling.Unlock()
	for _, fn := range n.listeners {
		fn(note)
	}
}

// Heard counts the notes that were handed on.
func (n *Notes) Heard() uint64 { return n.heard.Load() }

// Dropped counts the notes for which there was no room.
func (n *Notes) Dropped() uint64 { return n.queue.drops() }
