package natsnotes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

func newLog(t testing.TB, cfg LogConfig) *Log {
	t.Helper()
	if cfg.Name == "" {
		cfg.Name = newName()
	}
	l, err := OpenLog(t.Context(), connect(t, shared), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// some reads so many entries, and wants no error.
func some(t *testing.T, l *Log, after uint64, n int) (all []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for e, err := range l.Read(ctx, after) {
		if err != nil {
			t.Fatal(err)
		}
		if want := after + uint64(len(all)) + 1; e.Position != want {
			t.Errorf("position %d, want %d", e.Position, want)
		}
		if all = append(all, string(e.Data)); len(all) == n {
			return all
		}
	}
	t.Fatalf("%d entries of %d", len(all), n)
	return nil
}

// What several append is in one order, which all read, from whatever position.
func TestLog(t *testing.T) {
	t.Parallel()
	l := newLog(t, LogConfig{})
	if end, err := l.End(t.Context()); end != 0 || err != nil {
		t.Error(end, err)
	}
	const writers, each = 4, 300
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := l.Append(t.Context(), "", fmt.Append(nil, w, "-", i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	reads := make([][]string, 3)
	for k := range reads {
		wg.Go(func() { reads[k] = some(t, newLog(t, LogConfig{Name: l.cfg.Name}), 0, writers*each) })
	}
	wg.Wait()
	for _, all := range reads[1:] {
		if !slices.Equal(all, reads[0]) {
			t.Error("two readers read different orders")
		}
	}
	if got := some(t, l, 1000, writers*each-1000); !slices.Equal(got, reads[0][1000:]) {
		t.Error("not what follows position 1000")
	}
	if end, err := l.End(t.Context()); end != writers*each || err != nil {
		t.Error(end, err)
	}
	for range 3 { // what has an id is there once
		if at, err := l.Append(t.Context(), "id", []byte("x")); at != writers*each+1 || err != nil {
			t.Error(at, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for e, err := range l.Read(ctx, writers*each+1) {
		t.Error(e, err)
	}
	if _, err := l.Append(t.Context(), "", make([]byte, 2<<20)); !errors.Is(err, ErrServer) {
		t.Errorf("an entry of two megabytes: %v", err)
	}
}

// What is gone before it was read is said, and so is a log that was begun anew.
func TestLogLost(t *testing.T) {
	t.Parallel()
	l := newLog(t, LogConfig{MaxBytes: 10 << 10, Memory: true})
	for range 100 {
		if _, err := l.Append(t.Context(), "", make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var said []error
	var got []uint64
	for e, err := range l.Read(ctx, 50) {
		if err != nil {
			said = append(said, err)
			continue
		}
		got = append(got, e.Position)
		if e.Position == 100 {
			if err := l.Delete(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if e.Position == 1 {
			break
		}
		if e.Position == 100 {
			go func() {
				time.Sleep(100 * time.Millisecond)
				for range 3 {
					_, _ = l.Append(ctx, "id", []byte("anew"))
					time.Sleep(time.Second)
				}
			}()
		}
	}
	if len(said) < 2 || !errors.Is(said[0], ErrLost) || !slices.ContainsFunc(said, func(err error) bool { return errors.Is(err, ErrEmptied) }) {
		t.Errorf("said %v", said)
	}
	if len(got) < 8 || got[0] < 90 || got[len(got)-1] != 1 {
		t.Errorf("read %v", got)
	}
	for _, err := range l.Read(ctx, 1000) {
		if !errors.Is(err, ErrEmptied) {
			t.Errorf("after a position that is not there yet: %v", err)
		}
		break
	}
}

// Bad input, a stream of others, and a connection that is closed.
func TestLogRefused(t *testing.T) {
	t.Parallel()
	conn := connect(t, shared)
	for _, cfg := range []LogConfig{{Name: "a b"}, {Name: "a.b"}, {Replicas: 6}, {Replicas: -1}} {
		if _, err := OpenLog(t.Context(), conn, cfg); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
	if _, err := OpenLog(t.Context(), nil, LogConfig{}); err == nil {
		t.Error("no connection is taken")
	}
	for _, cfg := range []Config{{}, {Conn: conn, Past: -1}} {
		if _, err := Open(t.Context(), cfg); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	name := newName()
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{name + ".orders"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLog(t.Context(), conn, LogConfig{Name: name}); !errors.Is(err, ErrStream) {
		t.Errorf("a stream of others: %v", err)
	}
	l := newLog(t, LogConfig{})
	l.js.Conn().Close()
	var said []error
	for _, err := range l.Read(t.Context(), 0) {
		said = append(said, err)
	}
	if len(said) != 1 || !errors.Is(said[0], ErrClosed) {
		t.Errorf("said %v", said)
	}
	if _, err := l.Append(t.Context(), "", nil); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}
