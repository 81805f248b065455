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
// writing it (14 MB, with a full index) holds up no transaction. The file that is
// being written has another name: a crash at any moment leaves the one before.
type keeper struct {
	saved   atomic.Uint64
	unsaved atomic.Uint64
	told    chan error // of capacity one: what became of the last saving

	mu     sync.Mutex
	turn   int // number of the newest Keep
	stops  []func() error
	closed bool

	saving sync.Mutex // one at a time
	placed bool       // the name of the file is known to be on disk
	afresh bool       // what is there could not be read: it is not compared
}

func (k *keeper) start() { k.told = make(chan error, 1) }

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
// is called, and by Close; what is the same as before is not written again. What
// goes wrong is counted in Stats, told to Config.Fault, and tried again at the
// next turn; what was saved before stays. A Keep ends those before it, which save
// no more.
func (s *Store) Keep(save func(io.Writer) error) (stop func() error) {
	k := &s.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return func() error { return ErrClosed }
	}
	k.turn++
	turn, over, done := k.turn, make(chan struct{}), make(chan error, 1)
	go func() {
		tick := time.NewTicker(s.cfg.Save)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = s.save(turn, save) // counted
			case <-over:
				done <- s.save(turn, save)
				return
			}
		}
	}()
	stop = sync.OnceValue(func() error {
		close(over)
		return <-done
	})
	k.stops = append(k.stops, stop)
	return stop
}

// close ends the keeping. The error is the newest Keep's.
func (k *keeper) close() (err error) {
	k.mu.Lock()
	k.closed = true
	stops := k.stops
	k.mu.Unlock()
	for _, stop := range stops {
		err = stop()
	}
	return err
}

func (k *keeper) newest(turn int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.turn == turn
}

// save writes the state under another name, and puts it in its place.
func (s *Store) save(turn int, save func(io.Writer) error) error {
	k := &s.keeper
	k.saving.Lock()
	defer k.saving.Unlock()
	if !k.newest(turn) {
		return nil
	}
	err := s.write(s.statePath(), save)
	if err != nil {
		err = &DiskError{"save", err}
		k.unsaved.Add(1)
	}
	select {
	case <-k.told: // nobody has asked for that yet
	default:
	}
	k.told <- err
	return err
}

// write puts a state into the place of what is kept, unless that is the same: then
// nothing is written at all.
func (s *Store) write(path string, save func(io.Writer) error) (err error) {
	k := &s.keeper
	next := path + ".new" // the records are locked: no other process is here
	w := &differ{begin: func() (*os.File, error) {
		return s.disk.open(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	}}
	if old, err := os.Open(path); err == nil && !k.afresh {
		defer old.Close()
		w.compare(old)
	}
	defer func() {
		if w.next != nil && err != nil {
			os.Remove(next)
		}
	}()
	err = save(w)
	if err == nil {
		err = w.end()
	}
	k.afresh = w.unread
	if w.next == nil {
		if err == nil && !k.placed {
			err = k.place(path)
		}
		return err
	}
	if info, e := os.Stat(s.disk.path); err == nil && e == nil {
		err = w.next.Chmod(info.Mode().Perm()) // who may read the records may read this
	}
	if err == nil {
		err = w.next.Sync()
	}
	if err := errors.Join(err, w.next.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	if err := k.place(path); err != nil {
		return err
	}
	k.saved.Add(1)
	return nil
}

// place has the name of the file on disk too.
func (k *keeper) place(path string) error {
	err := syncDir(filepath.Dir(path))
	k.placed = err == nil
	return err
}
