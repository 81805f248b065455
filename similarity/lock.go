package similarity

import "sync"

// A lock is a sync.RWMutex that is tried for some microseconds before anybody sleeps: the
// Index is held for one or two, and to sleep and be woken takes several.
type lock struct{ sync.RWMutex }

// tries is how often; in all 3 µs or so.
const tries = 64

func (l *lock) Lock() {
	for range tries {
		if l.TryLock() {
			return
		}
		pause()
	}
	l.RWMutex.Lock()
}

func (l *lock) RLock() {
	for range tries {
		if l.TryRLock() {
			return
		}
		pause()
	}
	l.RWMutex.RLock()
}

// pause waits some 40 ns, for each try takes the lock's memory from who holds it.
//
//go:noinline
func pause() {
	for range 128 {
	}
}
