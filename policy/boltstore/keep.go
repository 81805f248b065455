package boltstore

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

var _ policy.Keeper = (*Store)(nil)

// keeper keeps an engine's state in a file of its own beside the records, so that
// writing it (14 MB, with a full index) holds up no transaction. The file that is
// being written has another name: a crash at any moment leaves the one before.
type keeper struct {
	storekit.Saver
	saved   atomic.Uint64
	unsaved atomic.Uint64
	results chan error // of capacity one: what became of the last saving

	// For the saving under way alone:
	placed bool // the name of the file is known to be on disk
	unread bool // what is there could not be read: it is not compared
}

func (k *keeper) start(s *Store) {
	k.Every, k.Write, k.Closed = s.cfg.Save, s.save, ErrClosed
	k.results = make(chan error, 1)
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
// is called, and by Close; what is the same as before is not written again. What
// goes wrong is counted in Stats, reported to Config.Fault, and tried again at the
// next turn; what was saved before stays. A Keep ends those before it, which save
// no more.
func (s *Store) Keep(save func(io.Writer) error) (stop func() error) { return s.keeper.Keep(save) }

// save writes the state under another name, and puts it in its place.
func (s *Store) save(save func(io.Writer) error, _ bool) error {
	k := &s.keeper
	err := s.write(s.statePath(), save)
	if err != nil {
		err = &DiskError{"save", err}
		k.unsaved.Add(1)
	}
	select {
	case <-k.results: // nobody has asked for that yet
	default:
	}
	k.results <- err
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
	if old, err := os.Open(path); err == nil && !k.unread {
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
	k.unread = w.unread
	if w.next == nil {
		if err == nil && !k.placed {
			err = k.place(path)
		}
		return err
	}
	if info, e := os.Stat(s.disk.path); err == nil && e == nil {
		err = w.next.Chmod(info.Mode().Perm()) // readers of the records may read this
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
