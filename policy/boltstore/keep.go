package boltstore

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

var _ policy.Keeper = (*Store)(nil)

// keeper keeps an engine's state in a file of its own beside the records, so that
// writing it (20 MB, with a full index) holds up no transaction. The file that is
// being written has another name: a crash at any moment leaves the one before.
type keeper struct {
	saved   atomic.Uint64
	unsaved atomic.Uint64

	mu     sync.Mutex
	stop   func() error // of the newest Keep; nil: none
	closed bool
}

// statePath is the file of the kept state.
func (s *Store) statePath() string { return s.disk.path + ".index" }

// Kept implements policy.Keeper. The file is that of the records with ".index"
// after its name.
func (s *Store) Kept(context.Context) (io.ReadCloser, error) {
	f, err := os.Open(s.statePath())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &DiskError{"read", err}
	}
	return f, nil
}

// Keep implements policy.Keeper: the state is saved every Config.Save, when stop
// is called, and by Close. What goes wrong is counted in Stats and tried again at
// the next turn; what was saved before stays.
func (s *Store) Keep(save func(io.Writer) error) (stop func() error) {
	k := &s.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return func() error { return ErrClosed }
	}
	over, done := make(chan struct{}), make(chan error, 1)
	go func() {
		tick := time.NewTicker(s.cfg.Save)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = s.save(save) // counted
			case <-over:
				done <- s.save(save)
				return
			}
		}
	}()
	k.stop = sync.OnceValue(func() error {
		close(over)
		return <-done
	})
	return k.stop
}

func (k *keeper) close() error {
	k.mu.Lock()
	k.closed = true
	stop := k.stop
	k.mu.Unlock()
	if stop == nil {
		return nil
	}
	return stop()
}

// save writes the state under another name, and puts it in its place.
func (s *Store) save(save func(io.Writer) error) error {
	err := s.write(s.statePath(), save)
	if err != nil {
		s.keeper.unsaved.Add(1)
		return &DiskError{"save", err}
	}
	s.keeper.saved.Add(1)
	return nil
}

func (s *Store) write(path string, save func(io.Writer) error) (err error) {
	next := path + ".new" // the records are locked: no other process is here
	f, err := s.disk.open(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(next)
		}
	}()
	err = save(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
