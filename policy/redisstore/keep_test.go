package redisstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/storetest"
)

// someState is n bytes that say which.
func someState(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func saves(state []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(state); return err }
}

// kept is what a process that starts now is given.
func kept(t testing.TB, s *Store) []byte {
	t.Helper()
	r, err := s.Kept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r == nil {
		return nil
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestKeep(t *testing.T) {
	s := opened(t)
	if b := kept(t, s); b != nil {
		t.Fatalf("%d bytes of nothing", len(b))
	}
	for i, n := range []int{1, keepChunk, 3*keepChunk + 7, keepChunk - 1, 0, 2_000_000} {
		want := someState(uint64(i), n)
		err := s.save(t.Context(), func(w io.Writer) error {
			for rest := want; len(rest) > 0; {
				k := min(len(rest), 100_003)
				if n, err := w.Write(rest[:k]); err != nil || n != k {
					return fmt.Errorf("%d, %w", n, err)
				}
				rest = rest[k:]
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := kept(t, s); !bytes.Equal(got, want) || got == nil && n > 0 {
			t.Fatalf("%d bytes became %d", n, len(got))
		}
	}
	last := kept(t, s)
	boom := errors.New("boom")
	if err := s.save(t.Context(), func(w io.Writer) error { w.Write(make([]byte, 5*keepChunk)); return boom }); !errors.Is(err, boom) {
		t.Error(err)
	}
	if !bytes.Equal(kept(t, s), last) {
		t.Error("what was not saved took the place of what was")
	}
	for _, key := range []string{"head", "a0", "b0"} {
		if ttl := shared.do(t, "TTL", s.keeper.prefix+key); ttl == "-1" || ttl == "-2" {
			t.Errorf("%s has no time to live: %s", key, ttl)
		}
	}
	for e, err := range s.All(t.Context(), false) {
		t.Error("a state was taken for a record:", e, err)
	}
}

// A state that is not whole, damaged, or of a newer version is refused.
func TestKeptDamaged(t *testing.T) {
	s := opened(t)
	save := func() {
		t.Helper()
		if err := s.save(t.Context(), saves(someState(1, 2*keepChunk))); err != nil {
			t.Fatal(err)
		}
	}
	place := func() string {
		h, err := s.head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.keeper.prefix + string(rune(h.place))
	}
	b := (&head{}).append(nil)
	for name, c := range map[string]struct {
		harm func()
		want error
	}{
		"a chunk is gone":    {func() { shared.do(t, "DEL", place()+"1") }, ErrDamaged},
		"a chunk of another": {func() { shared.do(t, "SET", place()+"1", string(make([]byte, 100))) }, ErrDamaged},
		"a bit": {func() {
			shared.do(t, "SETBIT", place()+"1", "7777", "1")
			shared.do(t, "SETBIT", place()+"1", "7778", "0")
		}, ErrDamaged},
		"longer":             {func() { shared.do(t, "APPEND", place()+"1", "x") }, ErrDamaged},
		"the head":           {func() { shared.do(t, "SETRANGE", s.keeper.prefix+"head", "9", "xyzxyz") }, ErrDamaged},
		"no head":            {func() { shared.do(t, "SET", s.keeper.prefix+"head", "") }, ErrDamaged},
		"a head of nonsense": {func() { shared.do(t, "SET", s.keeper.prefix+"head", string(b)) }, ErrDamaged},
		"not a string at all": {func() {
			shared.do(t, "DEL", s.keeper.prefix+"head")
			shared.do(t, "LPUSH", s.keeper.prefix+"head", "x")
		}, ErrDamaged},
	} {
		save()
		c.harm()
		if r, err := s.Kept(t.Context()); !errors.Is(err, c.want) || r != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "not a string at all" {
			shared.do(t, "DEL", s.keeper.prefix+"head")
		}
	}
	save() // in its place
	if len(kept(t, s)) != 2*keepChunk {
		t.Error("not mended")
	}
	h, _ := s.head(t.Context())
	next := h.append(nil)
	next[0]++
	next = binary.LittleEndian.AppendUint32(next[:len(next)-4], crc32.Checksum(next[:len(next)-4], castagnoli))
	shared.do(t, "SET", s.keeper.prefix+"head", string(next))
	if _, err := s.Kept(t.Context()); !errors.Is(err, ErrVersion) {
		t.Errorf("a newer one: %v", err)
	}
	if err := s.save(t.Context(), saves(nil)); !errors.Is(err, ErrVersion) {
		t.Errorf("over a newer one: %v", err)
	}
}

// One process keeps; when it ends another follows, at once or when its duty has
// run out.
func TestKeepDuty(t *testing.T) {
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	a, b := open(t, shared, cfg), open(t, shared, cfg)
	a.keeper.Every, b.keeper.Every = 20*time.Millisecond, 20*time.Millisecond
	stopA := a.Keep(saves([]byte("of a")))
	storetest.Eventually(t, "a saves", func() bool { return a.Stats().Saved > 2 })
	stopB := b.Keep(saves([]byte("of b")))
	time.Sleep(100 * time.Millisecond)
	if n := b.Stats().Saved; n != 0 {
		t.Errorf("b saved %d times while a was on duty", n)
	}
	saved := a.Stats().Saved
	if err := stopA(); err != nil {
		t.Fatal(err)
	}
	if n := a.Stats().Saved; n <= saved {
		t.Error("not once more at the end")
	}
	if err := stopA(); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "b follows", func() bool { return b.Stats().Saved > 2 })
	if got := kept(t, a); string(got) != "of b" {
		t.Errorf("%q", got)
	}
	// b ends without a word.
	shared.do(t, "SET", b.keeper.prefix+"duty", "somebody who is dead", "PX", "100")
	n := b.Stats().Saved
	storetest.Eventually(t, "somebody follows the dead", func() bool { return b.Stats().Saved > n })
	b.Close() // which ends it as well
	if err := stopB(); err != nil {
		t.Error(err)
	}
	if a.Stats().Failed+b.Stats().Failed != 0 {
		t.Error(a.Stats(), b.Stats())
	}
	if err := a.Keep(saves(nil))(); err != nil {
		t.Error(err)
	}
}

// TestKeptWhole: a reader sees one whole state while others save.
func TestKeptWhole(t *testing.T) {
	t.Parallel()
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	a, b := open(t, shared, cfg), open(t, shared, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var saved atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := uint64(1); ctx.Err() == nil; i++ {
			if err := a.save(context.WithoutCancel(ctx), saves(bytes.Repeat([]byte{byte(i)}, 3*keepChunk+int(i%1000)))); err != nil {
				t.Error(err)
				return
			}
			saved.Add(1)
			time.Sleep(2 * time.Millisecond)
		}
	}()
	storetest.Eventually(t, "the first", func() bool { return saved.Load() > 0 })
	for range 50 {
		r, err := b.Kept(ctx)
		if errors.Is(err, ErrDamaged) {
			continue // three were saved while it read
		}
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(r)
		for _, v := range got {
			if v != got[0] {
				t.Fatal("half of one and half of another")
			}
		}
	}
	cancel()
	<-done
	if saved.Load() < 3 {
		t.Error("nothing was tested")
	}
}

// A process that starts later has the notes since the saving began.
func TestKeptNotes(t *testing.T) {
	needServer(t)
	cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1))}
	a, b := open(t, shared, cfg), open(t, shared, cfg)
	stop := a.Listen(func([]byte) {})
	e := storetest.Listen(t, b)
	a.Broadcast([]byte("before"))
	storetest.Eventually(t, "it is heard", func() bool { return len(e.Heard()) == 1 })
	storetest.Eventually(t, "it is read", func() bool { return a.notes.at() != "0-0" })
	if err := a.save(t.Context(), saves([]byte("state"))); err != nil {
		t.Fatal(err)
	}
	a.Broadcast([]byte("after"))
	storetest.Eventually(t, "it is heard", func() bool { return len(e.Heard()) == 2 })
	stop()

	c := open(t, shared, cfg)
	if string(kept(t, c)) != "state" {
		t.Fatal("no state")
	}
	again := storetest.Listen(t, c)
	storetest.Eventually(t, "what was told after", func() bool { return len(again.Heard()) == 1 })
	if got := again.Heard(); got[0] != "after" {
		t.Errorf("%q", got)
	}
}

func FuzzHead(f *testing.F) {
	h := newHead(nil, "1764-0")
	h.count([]byte("some"))
	f.Add(h.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var h head
		if h.parse(b) == nil && !bytes.Equal(h.append(nil), b) {
			t.Errorf("%x became %x", b, h.append(nil))
		}
	})
}
