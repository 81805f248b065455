package guard

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy/internal/memtable"
)

var errRecord, errSecret = errors.New("damaged"), errors.New("another Secret's")

// A table is a store in memory.
type table struct{ *memtable.Table }

func (t table) Bind(fn func([]byte) (Record, error)) func(context.Context, Key) error {
	return func(ctx context.Context, key Key) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return t.Update(key, fn)
	}
}

func (t table) View(_ context.Context, key Key, fn func([]byte) error) error {
	return t.Table.View(key, fn)
}

// A gate is a store whose checks of the proof wait until they are let through.
type gate struct {
	table
	mu     sync.Mutex
	checks int
	begun  chan struct{} // one for each check
	pass   chan struct{}
}

func newGate() *gate {
	return &gate{table: table{memtable.New(1000, nil)}, begun: make(chan struct{}, 100), pass: make(chan struct{}, 100)}
}

func (g *gate) Bind(fn func([]byte) (Record, error)) func(context.Context, Key) error {
	update := g.table.Bind(fn)
	return func(ctx context.Context, key Key) error {
		if key == ProofKey {
			g.mu.Lock()
			g.checks++
			g.mu.Unlock()
			g.begun <- struct{}{}
			<-g.pass // whatever the context says
		}
		return update(ctx, key)
	}
}

func guardOf(store Store, secret string) *Guard {
	return New(store, Config{
		Enforces: func([]byte) bool { return false },
		Fault:    func(_ string, err error) error { return err },
		Record:   errRecord,
		Secret:   errSecret,
		Proof:    func(in Incarnation) []byte { return fmt.Appendf(nil, "%s %d", secret, in.ID) },
		Compare: func(data []byte) (in Incarnation, err error) {
			of, id, _ := strings.Cut(string(data), " ")
			if of != secret {
				return in, errSecret
			}
			in.ID, err = strconv.ParseUint(id, 10, 64)
			return in, err
		},
		Emptied: errors.New("emptied"),
	})
}

// foreign puts the proof of another Secret into the store.
func (g *gate) foreign(t *testing.T) {
	t.Helper()
	g.Delete(ProofKey)
	if err := guardOf(g.table, "two").Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// However many wait for it, it is checked once.
func TestProofOnce(t *testing.T) {
	g := newGate()
	gd := guardOf(g, "one")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := gd.Verify(ctx); err != nil {
			t.Error(err)
		}
	})
	<-g.begun
	for range 50 {
		wg.Go(func() {
			if err := gd.Verify(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	g.pass <- struct{}{}
	wg.Wait()
	if g.checks != 1 {
		t.Errorf("%d checks, want 1", g.checks)
	}
}

// A check that began before the store went says nothing of what came back.
func TestProofOfAnotherTime(t *testing.T) {
	g := newGate()
	gd := guardOf(g, "one")
	done := make(chan error)
	go func() { done <- gd.Verify(t.Context()) }()
	<-g.begun
	for range breakAfter {
		gd.failed(errSlow)
	}
	g.pass <- struct{}{} // the old store has the proof
	<-g.begun
	g.foreign(t)
	g.pass <- struct{}{}
	if err := <-done; !errors.Is(err, errSecret) {
		t.Errorf("%v, want another Secret's", err)
	}
}

// A check that the store does not give back keeps nobody beyond its deadline.
func TestProofStuck(t *testing.T) {
	g := newGate()
	gd := guardOf(g, "one")
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	first := make(chan error)
	go func() { first <- gd.Verify(short) }()
	<-g.begun
	if err := gd.Verify(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("another one with the same deadline: %v", err)
	}
	second := make(chan error)
	go func() { second <- gd.Verify(t.Context()) }()
	<-g.begun // the first one is still in the store
	g.pass <- struct{}{}
	g.pass <- struct{}{}
	if err := <-second; err != nil {
		t.Error(err)
	}
	if err := <-first; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the one that was too slow: %v", err)
	}
}

// Where some calls fail all the time, those that do not wait for few checks.
func TestProofAmongFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		close(g.pass) // none waits
		gd := guardOf(g, "one")
		if err := gd.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
		const seconds = 30
		for range seconds * 100 {
			gd.failed(errSlow)
			if err := gd.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
			gd.breaker.ok()
			gd.checkAgain()
			time.Sleep(10 * time.Millisecond)
			for len(g.begun) > 0 {
				<-g.begun
			}
		}
		if g.checks < seconds || g.checks > 3*seconds {
			t.Errorf("%d checks in %d seconds with 100 faults each", g.checks, seconds)
		}
	})
}

// That a store is another Secret's is not forgotten because it is slow.
func TestForeignStays(t *testing.T) {
	g := newGate()
	gd := guardOf(g, "one")
	g.foreign(t)
	g.pass <- struct{}{}
	if err := gd.Verify(t.Context()); !errors.Is(err, errSecret) {
		t.Fatalf("%v, want another Secret's", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	g.pass <- struct{}{}
	if err := gd.Verify(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that of the context", err)
	}
	if !gd.Refuses() {
		t.Error("forgotten")
	}
}
