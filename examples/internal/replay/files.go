package replay

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// named are the files as people know them.
func (s *session) named() []string {
	names := slices.Clone(s.files)
	for i, name := range names {
		if name == "-" || name == s.spooled {
			names[i] = "standard input"
		}
	}
	return names
}

// cleanUp removes the copy of standard input.
func (s *session) cleanUp() {
	if s.spooled != "" {
		signal.Stop(s.signals)
		close(s.signals)
		os.Remove(s.spooled)
	}
}

// spool copies standard input to a temporary file, which only its owner may
// read, if it must be read more than once. It is gone when the program ends, by
// a signal too.
func (s *session) spool() error {
	i := slices.Index(s.files, "-")
	if i < 0 || s.html == "" && s.sample == 0 && s.fit == "" {
		return nil
	}
	f, err := os.CreateTemp("", "replay-*")
	if err != nil {
		return err
	}
	s.spooled, s.signals = f.Name(), make(chan os.Signal, 1)
	signal.Notify(s.signals, os.Interrupt, syscall.SIGTERM)
	go func() { // until cleanUp
		if _, ok := <-s.signals; ok {
			os.Remove(s.spooled)
			os.Exit(exitFailed)
		}
	}()
	_, err = io.Copy(f, s.stdin)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	s.files = slices.Clone(s.files)
	s.files[i] = s.spooled
	s.maps.Spooled(s.spooled)
	return nil
}

// writable reports whether a file can be written, and leaves it as it is.
func writable(name string) error {
	_, before := os.Stat(name)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = f.Close()
	if before != nil {
		err = cmp.Or(err, os.Remove(name))
	}
	return err
}

// writeFile creates a file that only its owner may read, and closes it.
func writeFile(name string, f func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(file, 1<<20)
	err = f(b)
	return cmp.Or(err, b.Flush(), file.Close())
}
