// Package storetest checks that a policy.Store behaves, and lends one that
// fails on demand.
//
// Run is the conformance suite. Every store of decorum runs it; so should one
// of a host's own:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) policy.Store {
//			s := mystore.New(…)
//			t.Cleanup(s.Close)
//			return s
//		})
//	}
//
// # Beside it
//
// Decisions, and Restarts for a store that keeps an engine's state too, check that
// an engine decides over the store as it does in memory. Package linear, a module
// of its own, checks that what callers see at once can be put in one order. Notes
// checks what a policy.Broadcaster tells other processes, Overload that a store
// serves what it can when far more is asked of it.
//
// # Random histories
//
// Simulate plays random histories of engines, with faults of every kind, under one
// seed each: on stores of its own, and on yours, with Simulation.Open.
//
// # Faults
//
// Faulty wraps a store and makes calls late, lost, torn or refused, to see what
// an engine, or a host, does then.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Run checks a store, each time with an empty one from open, which also sees
// to it that the store is closed (t.Cleanup). It writes some ten thousand
// records in all, none above 64 KB. A check that takes more than a minute
// fails; a store that does not even heed the context then ends the process.
func Run(t *testing.T, open func(t *testing.T) policy.Store) {
	run(t, open, time.Minute)
}

func run(t *testing.T, open func(t *testing.T) policy.Store, patience time.Duration) {
	for _, c := range []struct {
		name  string
		check func(*subject)
	}{
		{"a missing record", missing},
		{"a record is kept and replaced", keptAndReplaced},
		{"an error of fn changes nothing", errorChangesNothing},
		{"an error of fn is returned as it is", errorAsItIs},
		{"a panic of fn changes nothing", panicChangesNothing},
		{"nil data deletes", nilDeletes},
		{"deletion", deletion},
		{"empty is not missing", emptyIsNotMissing},
		{"buffers are copied", buffersAreCopied},
		{"the new record made of the old", madeOfTheOld},
		{"lengths", lengths},
		{"a record of changing length", changingLength},
		{"expiry", expiry},
		{"flags", flags},
		{"rank and time", rankAndTime},
		{"many keys", manyKeys},
		{"keys alike", keysAlike},
		{"all yields each once", allYieldsEach},
		{"listed", listed},
		{"all of nothing", allOfNothing},
		{"all, early end", allEarlyEnd},
		{"all, while writing", allWhileWriting},
		{"all, while others write", allWhileOthersWrite},
		{"all says what was written", entries},
		{"range", rangeYields},
		{"acts are kept with the record", actsWithRecord},
		{"acts of an account that is forgotten", actsForgotten},
		{"acts, chosen and in pages", actsChosen},
		{"no act is lost, or counts twice", actsAtOnce},
		{"load", loadPuts},
		{"load after updates", loadAfterUpdates},
		{"load, an ended context", loadEndedContext},
		{"an ended context", endedContext},
		{"all, an ended context", allEndedContext},
		{"no update is lost", noUpdateLost},
		{"no record is torn", noRecordTorn},
		{"creation and deletion at once", creationAndDeletion},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &subject{T: t, store: open(t)}
			var cancel context.CancelFunc
			s.ctx, cancel = context.WithTimeout(t.Context(), patience)
			defer cancel()
			stuck := time.AfterFunc(patience+patience/2, func() {
				panic(fmt.Sprintf("storetest: %s: the store is stuck; does it hold a lock too long?", t.Name()))
			})
			defer stuck.Stop()
			c.check(s)
		})
	}
}

// A subject is a store under test.
type subject struct {
	*testing.T
	store policy.Store
	ctx   context.Context
}

// key returns the n-th key, as random as a real one.
func key(n int) policy.Key {
	sum := sha256.Sum256(binary.LittleEndian.AppendUint64(nil, uint64(n)))
	return policy.Key(sum[:16])
}

// text returns n bytes that depend on n and seed.
func text(n, seed int) []byte {
	b := make([]byte, n)
	x := uint64(seed)*0x9e3779b97f4a7c15 + uint64(n) + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x >> 32)
	}
	return b
}

// brief describes data in a failure.
func brief(data []byte) string {
	switch {
	case data == nil:
		return "no record"
	case len(data) <= 24:
		return fmt.Sprintf("%q", data)
	}
	return fmt.Sprintf("%d bytes, %q…", len(data), data[:16])
}

func same(a, b []byte) bool { return (a == nil) == (b == nil) && string(a) == string(b) }

// soon is an Expires that no check lives to see.
func soon() time.Time { return time.Now().Add(time.Hour) }

// puts writes a record that expires in an hour.
func (s *subject) puts(k policy.Key, data []byte) {
	s.Helper()
	s.putsRecord(k, policy.Record{Data: data, Expires: soon()})
}

func (s *subject) putsRecord(k policy.Key, r policy.Record) {
	s.Helper()
	if err := s.store.Update(s.ctx, k, func([]byte) (policy.Record, error) { return r, nil }); err != nil {
		s.Fatalf("Update of key %x to %s: %v", k[:4], brief(r.Data), err)
	}
}

// deletes deletes a record.
func (s *subject) deletes(k policy.Key) {
	s.Helper()
	if err := s.store.Delete(s.ctx, k); err != nil {
		s.Fatalf("Delete of key %x: %v", k[:4], err)
	}
}

// sees requires that View and Update both show data; nil is no record.
func (s *subject) sees(k policy.Key, want []byte) {
	s.Helper()
	got := s.get(k)
	if !same(got, want) {
		s.Fatalf("View of key %x shows %s, want %s", k[:4], brief(got), brief(want))
	}
	err := s.store.Update(s.ctx, k, func(old []byte) (policy.Record, error) {
		got = clone(old)
		return policy.Record{}, errLooked
	})
	if !errors.Is(err, errLooked) {
		s.Fatalf("Update of key %x returned %v, want fn's own error", k[:4], err)
	}
	if !same(got, want) {
		s.Fatalf("Update of key %x shows %s, want %s", k[:4], brief(got), brief(want))
	}
}

func (s *subject) get(k policy.Key) (got []byte) {
	s.Helper()
	ran := false
	err := s.store.View(s.ctx, k, func(data []byte) error {
		got, ran = clone(data), true
		return nil
	})
	if err != nil {
		s.Fatalf("View of key %x: %v", k[:4], err)
	}
	if !ran {
		s.Fatalf("View of key %x did not call fn; it must, with nil if there is no record", k[:4])
	}
	return got
}

// clone copies and, unlike bytes.Clone in words, keeps nil apart from empty.
func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append(make([]byte, 0, len(b)), b...)
}

// all requires that All yields no error and no key twice.
func (s *subject) all(listed bool) map[policy.Key][]byte {
	s.Helper()
	got, err := collect(s.store.All(s.ctx, listed))
	if err != nil {
		s.Fatalf("All(listed %t): %v", listed, err)
	}
	return got
}

func collect(seq iter.Seq2[policy.Entry, error]) (map[policy.Key][]byte, error) {
	got := make(map[policy.Key][]byte)
	for e, err := range seq {
		if err != nil {
			return got, err
		}
		if _, twice := got[e.Key]; twice {
			return got, fmt.Errorf("key %x was yielded twice", e.Key[:4])
		}
		if e.Data == nil {
			return got, fmt.Errorf("key %x was yielded with nil data", e.Key[:4])
		}
		got[e.Key] = e.Data
	}
	return got, nil
}

// yields requires that All yields exactly want.
func (s *subject) yields(listed bool, want map[policy.Key][]byte) {
	s.Helper()
	got := s.all(listed)
	for k, data := range want {
		if !same(got[k], data) {
			s.Fatalf("All(listed %t) yields %s for key %x, want %s", listed, brief(got[k]), k[:4], brief(data))
		}
	}
	for k, data := range got {
		if _, ok := want[k]; !ok {
			s.Fatalf("All(listed %t) yields key %x with %s, which should not be there", listed, k[:4], brief(data))
		}
	}
}
