package storekit

import (
	"io"
	"sync"
	"time"
)

// A Saver saves the state that an engine has beside its records every so often,
// for Keep of a policy.Keeper. Set Every and Write before its first use. It is
// safe for concurrent use.
type Saver struct {
	// Every is the time between two savings; it must be positive.
	Every time.Duration
	// Write saves a state, one at a time; last says that no other follows. Its
	// error is returned by stop, or else dropped: count it.
	Write func(save func(io.Writer) error, last bool) error
	// Closed is what stop of a Keep after Close returns.
	Closed error

	mu      sync.Mutex // guards what follows
	stops   []func() error
	closed  bool
	writing sync.Mutex
}

// Keep has a state saved from time to time, and once more when stop is called or
// the Saver is closed, whichever is first. A Keep ends those before it, which save
// no more.
func (s *Saver) Keep(save func(io.Writer) error) (stop func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return func() error { return s.Closed }
	}
	number := len(s.stops) + 1
	over, done := make(chan struct{}), make(chan error, 1)
	go func() {
		tick := time.NewTicker(s.Every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = s.write(number, save, false)
			case <-over:
				done <- s.write(number, save, true)
				return
			}
		}
	}()
	stop = sync.OnceValue(func() error {
		close(over)
		return <-done
	})
	s.stops = append(s.stops, stop)
	return stop
}

// write saves the state of a Keep, unless there is a newer one.
func (s *Saver) write(number int, save func(io.Writer) error, last bool) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	newest := len(s.stops)
	s.mu.Unlock()
	if number != newest {
		return nil
	}
	return s.Write(save, last)
}

// Close ends all saving. It returns what the newest Keep's stop returns.
func (s *Saver) Close() (err error) {
	s.mu.Lock()
	s.closed = true
	stops := s.stops
	s.mu.Unlock()
	for _, stop := range stops {
		err = stop()
	}
	return err
}
