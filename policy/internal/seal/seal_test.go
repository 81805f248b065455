package seal

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/memtable"
	"github.com/decorum-go/decorum/policy/internal/state"
)

var (
	one   = NewSecret([]byte("one"), "store", Key{1})
	two   = NewSecret([]byte("two"), "store", Key{2})
	three = NewSecret([]byte("three"), "store", Key{3})

	errRefused = errors.New("refused")
	errCrash   = errors.New("crash")
)

// A table is a store in memory. before is called before every call that may change it.
type table struct {
	*memtable.Table
	before func(Key) error
}

func newTable() *table { return &table{Table: memtable.New(1<<20, nil)} }

func (t *table) Update(_ context.Context, key Key, fn func([]byte) (Record, error)) error {
	if t.before != nil {
		if err := t.before(key); err != nil {
			return err
		}
	}
	return t.Table.Update(key, fn)
}

func (t *table) View(_ context.Context, key Key, fn func([]byte) error) error {
	return t.Table.View(key, fn)
}

func (t *table) All(_ context.Context, _ []byte, listed bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for key, r := range t.Table.All(listed) {
			if !yield(Entry{Key: key, Data: r.Data}, nil) {
				return
			}
		}
	}
}

func opened(t *testing.T, in *table, lease time.Duration, known ...*Secret) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{Inner: in, Known: known, Now: time.Now, Fill: true, Refused: errRefused, Lease: lease})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keyOf(n int) Key { return Key(mac([]byte("key"), fmt.Sprint(n))) }

func put(t *testing.T, s *Store, key Key, data []byte) {
	t.Helper()
	if err := s.Update(t.Context(), key, func([]byte) (Record, error) { return Record{Data: data}, nil }); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *Store, key Key) (data []byte) {
	t.Helper()
	if err := s.View(t.Context(), key, func(b []byte) error { data = bytes.Clone(b); return nil }); err != nil {
		t.Fatal(err)
	}
	return data
}

func add(ctx context.Context, s *Store, key Key) error {
	return s.Update(ctx, key, func(old []byte) (Record, error) {
		n := uint64(1)
		if old != nil {
			n += binary.LittleEndian.Uint64(old)
		}
		return Record{Data: binary.LittleEndian.AppendUint64(nil, n)}, nil
	})
}

// TestStale: a process that has not heard of a change writes nothing beside it, be the
// record old or new, there or deleted.
func TestStale(t *testing.T) {
	in := newTable()
	var stale [4]*Store // the first call tells each
	for i := range stale {
		stale[i] = opened(t, in, time.Hour, one, two)
	}
	put(t, stale[0], keyOf(1), []byte("was there"))
	put(t, stale[0], keyOf(2), []byte("was there"))
	fresh := opened(t, in, 0, two, one)
	if b := get(t, fresh, keyOf(1)); string(b) != "was there" {
		t.Errorf("found %q", b)
	}
	put(t, fresh, keyOf(1), []byte("of the new one"))
	put(t, fresh, keyOf(3), []byte("new"))
	if err := fresh.Update(t.Context(), keyOf(2), func([]byte) (Record, error) { return Record{}, nil }); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "of the new one", 2: "", 3: "new"} {
		err := stale[n].Update(t.Context(), keyOf(n), func(old []byte) (Record, error) {
			if string(old) != want {
				t.Errorf("%d: a stale process finds %q, want %q", n, old, want)
			}
			return Record{Data: []byte("and on")}, nil
		})
		if err != nil {
			t.Error(err)
		}
		if b := get(t, fresh, keyOf(n)); string(b) != "and on" {
			t.Errorf("%d: what the stale process wrote is not there: %q", n, b)
		}
	}
}

// TestDeletedWhileMoved: a record that is deleted while another process moves it stays
// deleted.
func TestDeletedWhileMoved(t *testing.T) {
	in := newTable()
	old := opened(t, in, 0, one)
	put(t, old, keyOf(1), []byte("was there"))
	a, b := opened(t, in, 0, two, one), opened(t, in, 0, two, one)
	r := a.ring.Load()
	to, once := r.at(keyOf(1), 0), false
	in.before = func(key Key) error {
		if key == to && !once && sealedAt(in, keyOf(1)) {
			once = true
			return b.Update(t.Context(), keyOf(1), func([]byte) (Record, error) { return Record{}, nil })
		}
		return nil
	}
	if err := a.move(t.Context(), r, keyOf(1)); err != nil {
		t.Fatal(err)
	}
	if data := get(t, a, keyOf(1)); !once || data != nil {
		t.Errorf("it is back: %q", data)
	}
}

func sealedAt(in *table, key Key) (yes bool) {
	_ = in.View(context.Background(), key, func(b []byte) error { yes = sealed(b); return nil })
	return yes
}

// TestMoveCrashes: whatever step of a move is the last, the record is found, by all, and
// goes on.
func TestMoveCrashes(t *testing.T) {
	for last := range 6 {
		in := newTable()
		stale := opened(t, in, time.Hour, one, two)
		put(t, stale, keyOf(1), []byte("was there"))
		s := opened(t, in, 0, two, one)
		n := 0
		in.before = func(Key) error {
			if n++; n > last {
				return errCrash
			}
			return nil
		}
		err := s.Update(t.Context(), keyOf(1), func(old []byte) (Record, error) { return Record{Data: append(bytes.Clone(old), '!')}, nil })
		want := "was there!"
		if last < 5 {
			want = "was there"
			if !errors.Is(err, errCrash) {
				t.Errorf("%d: %v", last, err)
			}
		}
		in.before = nil
		for name, s := range map[string]*Store{"stale": stale, "another": opened(t, in, 0, two, one)} {
			if b := get(t, s, keyOf(1)); string(b) != want {
				t.Errorf("after %d steps %s finds %q, want %q", last, name, b, want)
			}
			found := 0
			for e, err := range s.All(t.Context(), nil, true) {
				if e.Key == guard.ProofKey {
					continue
				}
				if found++; err != nil || e.Key != keyOf(1) || string(e.Data) != want {
					t.Errorf("after %d steps %s lists %x %q, %v", last, name, e.Key, e.Data, err)
				}
			}
			// What these data are the border does not know: it lists them to be sure, once moved.
			if last > 1 && found != 1 {
				t.Errorf("after %d steps %s lists %d", last, name, found)
			}
		}
		put(t, stale, keyOf(1), []byte("and on"))
		if b := get(t, s, keyOf(1)); string(b) != "and on" {
			t.Errorf("after %d steps, and going on: %q", last, b)
		}
	}
}

// TestRekeyCounts: counts that many processes add to, half of them late to hear of it,
// while the Secret is changed twice, are right in the end; and nothing is left under an
// older one.
func TestRekeyCounts(t *testing.T) {
	const keys, workers = 200, 6
	in := newTable()
	s := opened(t, in, 0, one)
	var want [keys]atomic.Uint64
	for n := range keys / 2 {
		want[n].Store(1)
		if err := add(t.Context(), s, keyOf(n)); err != nil {
			t.Fatal(err)
		}
	}
	for _, change := range [][2]*Secret{{two, one}, {three, two}} {
		var wg sync.WaitGroup
		var done atomic.Bool
		for w := range workers {
			lease, order := time.Duration(0), change[:]
			if w%2 == 0 {
				lease, order = 20*time.Millisecond, []*Secret{change[1], change[0]}
			}
			s := opened(t, in, lease, order...)
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(w), 1))
				for !done.Load() {
					n := r.IntN(keys)
					if err := add(t.Context(), s, keyOf(n)); err != nil {
						t.Error(err)
						return
					}
					want[n].Add(1)
				}
			})
		}
		time.Sleep(5 * time.Millisecond)
		s := opened(t, in, 20*time.Millisecond, change[:]...)
		time.Sleep(5 * time.Millisecond)
		p, err := s.Rekey(t.Context(), func(Progress) bool { return true })
		done.Store(true)
		wg.Wait()
		if err != nil || p.Verified == 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		alone := opened(t, in, 0, change[0])
		for n := range keys {
			if b := get(t, alone, keyOf(n)); binary.LittleEndian.Uint64(b) != want[n].Load() {
				t.Fatalf("key %d counts %d, want %d", n, binary.LittleEndian.Uint64(b), want[n].Load())
			}
		}
		for key, r := range in.Table.All(false) {
			if key == guard.ProofKey {
				continue
			}
			if c, err := open([]*Secret{change[0]}, key, r.Data); err != nil || c.kind != record || !sealed(r.Data) {
				t.Fatalf("%x: %+v, %v", key, c, err)
			}
		}
	}
}

// TestRekeyCrashes: a Rekey that fails at any call goes on when it is called again.
func TestRekeyCrashes(t *testing.T) {
	for last := 0; ; last += 3 {
		in := newTable()
		s := opened(t, in, 0, one)
		for n := range 12 {
			put(t, s, keyOf(n), fmt.Append(nil, "record ", n))
		}
		s = opened(t, in, time.Microsecond, two, one)
		if err := s.Update(t.Context(), keyOf(3), func([]byte) (Record, error) { return Record{}, nil }); err != nil {
			t.Fatal(err)
		}
		var n atomic.Int64
		in.before = func(Key) error {
			if n.Add(1) > int64(last) {
				return errCrash
			}
			return nil
		}
		_, err := s.Rekey(t.Context(), func(Progress) bool { return true })
		through := err == nil
		if !through && !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		in.before = nil
		s = opened(t, in, time.Microsecond, two, one)
		if _, err := s.Rekey(t.Context(), func(Progress) bool { return true }); err != nil {
			t.Fatalf("after %d calls: %v", last, err)
		}
		s = opened(t, in, 0, two)
		for n := range 12 {
			want := fmt.Sprint("record ", n)
			if n == 3 {
				want = ""
			}
			if b := get(t, s, keyOf(n)); string(b) != want {
				t.Fatalf("after %d calls record %d is %q", last, n, b)
			}
		}
		if in.Len() != 12 { // and the proof, without the deleted one
			t.Errorf("after %d calls %d records are left", last, in.Len())
		}
		if through {
			break
		}
	}
}

// TestOpenRefuses: Secrets that are not those of the store are refused, and change
// nothing.
func TestOpenRefuses(t *testing.T) {
	in := newTable()
	put(t, opened(t, in, 0, one), keyOf(1), []byte("x"))
	refused := func(want error, known ...*Secret) {
		t.Helper()
		_, err := Open(t.Context(), Config{Inner: in, Known: known, Now: time.Now, Fill: true, Refused: errRefused})
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	refused(ErrUnknown, two)
	refused(ErrUnknown, two, three)
	s := opened(t, in, time.Microsecond, two, one)
	opened(t, in, 0, two) // the first one is in the store, wrapped
	refused(ErrUnknown, one)
	refused(ErrChanging, three, two, one)
	if _, err := s.Rekey(t.Context(), func(Progress) bool { return true }); err != nil {
		t.Fatal(err)
	}
	opened(t, in, 0, one, two) // late, and follows
	if s, err := Open(t.Context(), Config{Inner: copied(t, in), Known: []*Secret{three, two}, Now: time.Now, Refused: errRefused}); err != nil {
		t.Error(err)
	} else if _, err := Open(t.Context(), Config{Inner: s.cfg.Inner, Known: []*Secret{three}, Now: time.Now, Refused: errRefused}); !errors.Is(err, ErrOlder) {
		t.Errorf("%v, want %v", err, ErrOlder)
	}
	opened(t, in, 0, two, three)
	if r := opened(t, in, 0, two).ring.Load(); r.cur != two || r.phase != whole || string(r.first) != "one" {
		t.Errorf("%+v", r)
	}
	refused(ErrUnknown, one)
}

func copied(t *testing.T, in *table) *table {
	to := newTable()
	for key, r := range in.Table.All(false) {
		if err := to.Table.Update(key, func([]byte) (Record, error) { return r, nil }); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// TestTampered: what is moved to another place, or changed in one bit, is refused.
func TestTampered(t *testing.T) {
	a, b := two.at(keyOf(1), 0), two.at(keyOf(2), 0)
	data := two.seal(record, a, keyOf(1), []byte("x"))
	if _, err := open([]*Secret{two}, b, data); err == nil {
		t.Error("at another place")
	}
	for i := range data {
		x := bytes.Clone(data)
		x[i] ^= 1
		if c, err := open([]*Secret{two}, a, x); err == nil && (i > 0 || c.kind == record && bytes.Equal(c.data, []byte("x"))) {
			t.Errorf("byte %d: %+v", i, c)
		}
	}
	if c, err := open([]*Secret{one, two}, a, data); err != nil || c.key != keyOf(1) || string(c.data) != "x" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := open([]*Secret{two}, a, two.seal(record, a, keyOf(1), []byte{})); err != nil || c.data == nil {
		t.Error("empty is not missing")
	}
}

// TestPrefix: what tells a tenant stays in front.
func TestPrefix(t *testing.T) {
	key := keyOf(1)
	at := two.at(key, 6)
	if !bytes.Equal(at[:6], key[:6]) || bytes.Equal(at[6:], key[6:]) {
		t.Errorf("%x of %x", at, key)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(two.seal(record, keyOf(1), keyOf(1), []byte("x")), two.loosely(note, [16]byte{1}, []byte("x")))
	f.Add([]byte{mark}, []byte{mark, note})
	r := &ring{cur: two, phase: changing, past: []Key{one.Proof}, first: one.Raw}
	f.Add(r.encode(), r.encode())
	f.Fuzz(func(t *testing.T, a, b []byte) {
		_, _ = open([]*Secret{one, two}, keyOf(1), a)
		_, _ = openLoose([]*Secret{one, two}, note, b)
		rec := state.Record{Proof: two.Proof, Ring: a}
		if r, err := read([]*Secret{two, one}, &rec); err == nil && (r.first == nil && len(a) == 0 || r.cur == nil && len(a) > 0) {
			t.Errorf("%+v of %x", r, a)
		}
	})
}

// TestLate: a process that comes back after the change was through follows within the
// lease.
func TestLate(t *testing.T) {
	in := newTable()
	late := opened(t, in, 10*time.Millisecond, one, two)
	put(t, late, keyOf(1), []byte("was there"))
	s := opened(t, in, time.Microsecond, two, one)
	if _, err := s.Rekey(t.Context(), func(Progress) bool { return true }); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	if b := get(t, late, keyOf(1)); string(b) != "was there" {
		t.Errorf("found %q", b)
	}
}

// TestLeftOut: what a process with the older Secret alone, also a sealing one, still writes
// after a change is put right by the next Rekey; and it stumbles when it looks again.
func TestLeftOut(t *testing.T) {
	all := func(Progress) bool { return true }
	in := newTable()
	put(t, opened(t, in, 0, one), keyOf(1), []byte("was there"))
	if _, err := opened(t, in, time.Microsecond, two, one).Rekey(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	left := opened(t, in, time.Hour, two)
	s := opened(t, in, time.Microsecond, three, two)
	if _, err := s.Rekey(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	put(t, left, keyOf(1), []byte("another"))
	put(t, left, keyOf(2), []byte("new"))
	if p, err := s.Rekey(t.Context(), all); err != nil || p.Moved != 2 || p.Verified != 2 || in.Len() != 3 {
		t.Errorf("%+v, %v, %d records", p, err, in.Len())
	}
	for n, want := range map[int]string{1: "was there", 2: "new"} {
		if b := get(t, opened(t, in, 0, three), keyOf(n)); string(b) != want {
			t.Errorf("%d: %q, want %q", n, b, want)
		}
	}
	left.cfg.Lease = 0
	left.checked.Store(0) // long ago
	if err := add(t.Context(), left, keyOf(3)); !errors.Is(err, ErrUnknown) {
		t.Errorf("left out for long: %v", err)
	}
}
