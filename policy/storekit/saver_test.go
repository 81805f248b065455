package storekit_test

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy/storekit"
)

func TestSaver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // guards what follows: time that passes orders nothing
		var saved []string
		var fault error
		fails := func(err error) { mu.Lock(); fault = err; mu.Unlock() }
		s := storekit.Saver{Every: time.Minute, Closed: errors.ErrUnsupported}
		s.Write = func(save func(io.Writer) error, last bool) error {
			var b bytes.Buffer
			if err := save(&b); err != nil {
				return err
			}
			if last {
				b.WriteString(", last")
			}
			mu.Lock()
			defer mu.Unlock()
			saved = append(saved, b.String())
			return fault
		}
		say := func(state string) func(io.Writer) error {
			return func(w io.Writer) error { _, err := io.WriteString(w, state); return err }
		}
		is := func(want ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if len(saved) != len(want) || len(want) > 0 && saved[len(want)-1] != want[len(want)-1] {
				t.Errorf("saved %q, want %q", saved, want)
			}
			saved = nil
		}
		one := s.Keep(say("one"))
		is()
		time.Sleep(150 * time.Second)
		is("one", "one")
		two := s.Keep(say("two"))
		time.Sleep(time.Minute)
		is("two")
		if err := one(); err != nil { // it has ended
			t.Error(err)
		}
		is()
		fails(io.ErrShortWrite)
		if err := two(); err != io.ErrShortWrite {
			t.Errorf("stop: %v, want the error of the last saving", err)
		}
		is("two, last")
		if err := two(); err != io.ErrShortWrite {
			t.Errorf("stop once more: %v, want the same error", err)
		}
		time.Sleep(time.Hour)
		is()
		fails(nil)
		s.Keep(say("three"))
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		is("three, last")
		if err := s.Keep(say("four"))(); err != s.Closed {
			t.Errorf("a Keep after Close: %v, want Closed", err)
		}
		is()
	})
}
